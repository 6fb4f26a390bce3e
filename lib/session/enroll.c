/* SPDX-License-Identifier: MIT */
/*
 * A person sets up a one-time code device inside a login: sees its key, proves
 * that it makes codes, and notes backup codes.  All of it stays in memory
 * until the transaction that grants the login.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "factor/otpauth.h"
#include "qr/qr.h"
#include "session/issuer.h"
#include "session/renew.h"

#define ENROLL_TRIES 3 /* of the code, and of the backup code */
#define ENROLL_LABEL "phone"
#define ENROLL_COLUMNS 80 /* of a terminal of which nothing is known */

/* A prompt that shows secrets. */
static void
enroll_prompt_wipe(struct prompt *p)
{
	explicit_bzero(p, sizeof(*p));
}

#define ENROLL_PROMPT(name, why)                                              \
	__attribute__((cleanup(enroll_prompt_wipe))) struct prompt name = {   \
		.kind = PROMPT_SECRET, .purpose = (why)                       \
	}

/* What authenticator apps can be relied on to know. */
static struct otp_device
enroll_device(void)
{
	return (struct otp_device){ .kind = STORE_TOTP,
				    .label = ENROLL_LABEL,
				    .algorithm = CRYPTO_SHA1,
				    .digits = 6,
				    .period = 30 };
}

/* "JBSW Y3DP ..." */
static enum status
enroll_key_text(const struct secret *key, struct buf *b, struct fault *f)
{
	SECRET_TEXT(text);
	enum status st;
	SECRET(groups);

	if ((st = otp_key_text(key, &groups, f)) != STATUS_OK)
		return st;
	if (!secret_string(&groups, text.s, sizeof(text.s)))
		return fault(f, STATUS_SYSTEM, "the key has no text");
	buf_text(b, text.s);
	return STATUS_OK;
}

/* The code of the key's URI; STATUS_INVALID when there can be none. */
static enum status
enroll_code(const struct session_attempt *a, const struct secret *key,
	    struct qr_code *out, struct fault *f)
{
	struct otpauth o = { .device = enroll_device() };
	enum status st;
	SECRET_TEXT(text);
	SECRET(uri);

	/* Every letter makes it larger: the issuer has the host. */
	(void)text_copy(o.account, sizeof(o.account), a->account.name);
	if ((st = session_issuer(a->env->store, &a->account.id, a->env->host,
				 o.issuer, f)) != STATUS_OK ||
	    (st = otpauth_format(&o, key, &uri, f)) != STATUS_OK)
		return st;
	if (!secret_string(&uri, text.s, sizeof(text.s)))
		return fault(f, STATUS_INVALID, "the URI is too long");
	return qr_encode(text.s, out, f);
}

/* As the rule says; never in colour, which not every host passes on. */
static struct qr_style
enroll_style(const struct session_attempt *a)
{
	bool ascii = a->rule.qr == RULE_QR_ASCII ||
		     (a->rule.qr == RULE_QR_AUTO &&
		      (a->request->flags & REQUEST_ASCII) != 0);

	return (struct qr_style){ .glyphs = ascii ? QR_ASCII : QR_BLOCKS,
				  .invert = a->rule.qr_invert };
}

static enum status
enroll_picture(const struct session_attempt *a, const struct secret *key,
	       struct buf *b, struct fault *f)
{
	struct qr_style style = enroll_style(a);
	enum status st;
	QR_CODE(code);
	QR_PICTURE(picture);

	if ((st = enroll_code(a, key, &code, f)) != STATUS_OK ||
	    (st = qr_draw(&code, &style, &picture, f)) != STATUS_OK)
		return st;
	/* Broken lines are no code; who asks for ASCII knows the terminals. */
	if (a->rule.qr == RULE_QR_AUTO && picture.columns > ENROLL_COLUMNS)
		return fault(f, STATUS_INVALID, "the picture is too wide");
	buf_text(b, picture.text);
	return STATUS_OK;
}

static enum status
enroll_with_picture(const struct session_attempt *a, const struct secret *key,
		    struct prompt *p, struct fault *f)
{
	enum status st;
	struct buf b;

	buf_start(&b, p->text, sizeof(p->text));
	buf_text(&b,
		 "\nSet up one-time codes: scan this with an authenticator "
		 "app,\nthen type the code it shows.\n");
	if ((st = enroll_picture(a, key, &b, f)) != STATUS_OK)
		return st;
	buf_text(&b, "Or type in this key: ");
	if ((st = enroll_key_text(key, &b, f)) != STATUS_OK)
		return st;
	buf_text(&b, "\nOne-time code: ");
	if (b.full)
		return fault(f, STATUS_INVALID, "the picture is too large");
	return STATUS_OK;
}

static enum status
enroll_without(const struct secret *key, struct prompt *p, struct fault *f)
{
	enum status st;
	struct buf b;

	buf_start(&b, p->text, sizeof(p->text));
	buf_text(&b, "\nSet up one-time codes: give an authenticator app this "
		     "key,\nthen type the code it shows.\nKey: ");
	st = enroll_key_text(key, &b, f);
	buf_text(&b, "\nOne-time code: ");
	return st;
}

/* The whole of it has to be one prompt: some hosts throw away what is only
 * told, and no host puts anything between. */
static enum status
enroll_first_prompt(const struct session_attempt *a, const struct secret *key,
		    struct prompt *p, struct fault *f)
{
	enum status st = STATUS_INVALID;

	if (a->rule.qr != RULE_QR_NONE)
		st = enroll_with_picture(a, key, p, f);
	return st == STATUS_INVALID ? enroll_without(key, p, f) : st;
}

static void
enroll_again_prompt(const struct session_attempt *a, int left,
		    struct prompt *p)
{
	char when[TEXT_TIME_SIZE];
	struct buf b;

	text_time(session_now(a->env), when);
	buf_start(&b, p->text, sizeof(p->text));
	/* Of 2026-02-03T08:28:40Z the time of the day. */
	buf_printf(&b,
		   "That is not the code for now. Is the clock of the device "
		   "right?\nIt is %.8s UTC here. %d %s left.\n"
		   "One-time code: ",
		   when + strcspn(when, "T") + 1, left,
		   left == 1 ? "try is" : "tries are");
}

/* Who gives no answer has given up; what is too long for one is wrong. */
static enum status
enroll_ask(struct session_attempt *a, const struct prompt *p,
	   struct secret *answer, struct fault *f)
{
	enum status st = a->env->io->ask(a->env->io, p, answer, f);

	if (st == STATUS_CANCELLED || st == STATUS_UNAVAILABLE) {
		a->facts.cancelled = true;
		st = STATUS_OK;
	}
	if (st == STATUS_INVALID || a->facts.cancelled) {
		secret_wipe(answer);
		st = STATUS_OK;
	}
	return st;
}

/* *AT: the step of the code that was right; 0 when none was. */
static enum status
enroll_confirm(struct session_attempt *a, const struct secret *key,
	       int64_t *at, struct fault *f)
{
	const struct otp_device d = enroll_device();
	ENROLL_PROMPT(p, PURPOSE_CONFIRM);
	enum status st = enroll_first_prompt(a, key, &p, f);

	for (int i = 0; st == STATUS_OK && i < ENROLL_TRIES; i++) {
		struct otp_match m = { .result = FACTOR_WRONG };
		SECRET(answer);

		st = enroll_ask(a, &p, &answer, f);
		if (st != STATUS_OK || a->facts.cancelled)
			return st;
		if (factor_otp.shaped(&answer))
			st = otp_match(&d, key, 0, session_now(a->env),
				       &answer, &m, f);
		if (st == STATUS_OK && m.result == FACTOR_RIGHT) {
			*at = m.at;
			return STATUS_OK;
		}
		enroll_again_prompt(a, ENROLL_TRIES - 1 - i, &p);
	}
	return st;
}

static enum status
enroll_backup_prompt(const struct code_set *set, struct prompt *p,
		     struct fault *f)
{
	struct buf b;

	buf_start(&b, p->text, sizeof(p->text));
	buf_text(&b, "\nWrite these backup codes down; each works once when "
		     "the device is lost:\n");
	for (size_t i = 0; i < CODE_BACKUP_COUNT; i++) {
		SECRET_TEXT(text);

		if (!secret_string(&set->text[i], text.s, sizeof(text.s)))
			return fault(f, STATUS_SYSTEM,
				     "a backup code has no text");
		buf_printf(&b, "  %s%s", text.s, i % 2 == 1 ? "\n" : "");
	}
	buf_text(&b, "Type one of them back: ");
	return STATUS_OK;
}

/* Into a->enrollment; *KEPT: one was typed back. */
static enum status
enroll_backup(struct session_attempt *a, bool *kept, struct fault *f)
{
	struct code_set *set = &a->enrollment.backup;
	ENROLL_PROMPT(p, PURPOSE_TYPE_BACK);
	enum status st;

	code_set_make(set);
	st = enroll_backup_prompt(set, &p, f);
	for (int i = 0; st == STATUS_OK && i < ENROLL_TRIES; i++) {
		SECRET(answer);

		st = enroll_ask(a, &p, &answer, f);
		if (st != STATUS_OK || a->facts.cancelled)
			return st;
		*kept = code_set_has(set, &answer);
		if (*kept)
			return STATUS_OK;
		(void)text_copy(p.text, sizeof(p.text),
				"That is none of them. Type one of them "
				"back: ");
	}
	return st;
}

/* A first device comes with backup codes; to a further one they are made only
 * when none is left. */
static enum status
enroll_wants_backup(const struct session_attempt *a, bool *out,
		    struct fault *f)
{
	struct store_code_count n;
	enum status st;

	if ((a->facts.enrolled & POLICY_BIT(POLICY_FACTOR_OTP)) == 0) {
		*out = true;
		return STATUS_OK;
	}
	st = store_code_counted(a->env->store, &a->account.id,
				STORE_CODE_BACKUP, session_now(a->env), &n, f);
	if (st == STATUS_OK)
		*out = n.left == 0;
	return st;
}

/* Confirmed and noted: the device, which has spent its first step.  What was
 * proved by another device before is settled as that. */
static enum status
enroll_take(struct session_attempt *a, const struct secret *key, int64_t at,
	    struct fault *f)
{
	const uint32_t bit = POLICY_BIT(POLICY_FACTOR_OTP);
	struct factor_env fe = session_factor_env(a);
	const struct otp_device d = enroll_device();
	struct store_otp row;
	enum status st;

	if ((st = otp_row_make(&fe, &a->account.id, &d, key, at, &row, f)) !=
	    STATUS_OK)
		return st;
	a->enrollment.otp = row;
	a->enrollment.device = true;
	if ((a->charged & bit) == 0)
		a->outcome[POLICY_FACTOR_OTP] =
			(struct factor_outcome){ .result = FACTOR_RIGHT,
						 .way = "totp",
						 .row = row.id,
						 .at = at };
	a->facts.asked |= bit;
	a->facts.enrolled |= bit;
	a->facts.passed |= bit;
	return STATUS_OK;
}

static void
enroll_give_up(struct session_attempt *a, const char *why)
{
	a->facts.cancelled = true;
	code_set_wipe(&a->enrollment.backup);
	if (why != NULL)
		session_tell(a->env, PROMPT_ERROR, why);
}

enum status
session_enroll_converse(struct session_attempt *a, struct fault *f)
{
	bool backup = true, kept = false;
	enum status st;
	int64_t at = 0;
	SECRET(key);

	if (a->clock_behind) {
		enroll_give_up(a, "The clock of this machine is wrong: "
				  "one-time codes cannot be set up now.");
		return STATUS_OK;
	}
	session_patience(a->env);
	otp_key_make(CRYPTO_SHA1, &key);
	if ((st = enroll_wants_backup(a, &backup, f)) != STATUS_OK ||
	    (st = enroll_confirm(a, &key, &at, f)) != STATUS_OK)
		return st;
	if (at != 0 && backup)
		st = enroll_backup(a, &kept, f);
	if (st != STATUS_OK)
		return st;
	if (at != 0 && (kept || !backup))
		return enroll_take(a, &key, at, f);
	enroll_give_up(a, a->facts.cancelled ? NULL
					     : "One-time codes were not set "
					       "up.");
	return STATUS_OK;
}

enum status
session_enrollment_audit(
	const struct session_attempt *a, const char *action,
	const struct audit_pair meta[SESSION_ENROLLMENT_PAIRS],
	struct fault *f)
{
	struct audit_entry e = { .action = action,
				 .outcome = AUDIT_SUCCESS,
				 .target = a->account.id.s,
				 .service = a->request->service,
				 .tty = a->request->tty,
				 .rhost = a->request->rhost,
				 .pid = a->request->pid };
	char uid[24];
	struct buf b;

	buf_start(&b, uid, sizeof(uid));
	buf_printf(&b, "uid:%u", a->request->ruid);
	e.actor = a->request->ruid != 0 ? uid : a->account.id.s;
	memcpy(e.meta, meta, SESSION_ENROLLMENT_PAIRS * sizeof(e.meta[0]));
	return audit_write(a->env->audit, session_now(a->env), &e, f);
}

/* The first of "phone", "phone-2" ... that the account has not. */
static enum status
enroll_label(const struct session_attempt *a, char label[STORE_LABEL_SIZE],
	     struct fault *f)
{
	for (unsigned i = 1; i <= OTP_DEVICES_MAX + 2 * STORE_KEYS_MAX + 1;
	     i++) {
		bool taken = false;
		enum status st;
		struct buf b;

		buf_start(&b, label, STORE_LABEL_SIZE);
		buf_text(&b, ENROLL_LABEL);
		if (i > 1)
			buf_printf(&b, "-%u", i);
		st = otp_label_taken(a->env->store, &a->account.id, label,
				     &taken, f);
		if (st != STATUS_OK || !taken)
			return st;
	}
	return fault(f, STATUS_REFUSED, "the account has too many devices");
}

static bool
enroll_seen(void *ctx, const struct store_otp *d)
{
	(void)d;
	*(bool *)ctx = true;
	return false;
}

/*
 * Who has proved a password alone may set up the first device and no other:
 * not one beside the device that somebody set up since this login was told
 * that there is none.
 */
static enum status
enroll_still_may(const struct session_attempt *a, struct fault *f)
{
	bool has = false;
	enum status st;

	if ((a->charged & a->facts.passed & POLICY_BIT(POLICY_FACTOR_OTP)) !=
		    0 ||
	    (a->facts.passed & POLICY_BIT(POLICY_FACTOR_FIDO2)) != 0)
		return STATUS_OK;
	st = store_otp_list(a->env->store, &a->account.id, enroll_seen, &has,
			    f);
	if (st == STATUS_OK && has)
		return fault(f, STATUS_LOST,
			     "another login has set up a device meanwhile");
	return st;
}

static enum status
enroll_settle(struct session_attempt *a, struct fault *f)
{
	struct factor_env fe = session_factor_env(a);
	struct store_otp *row = &a->enrollment.otp;
	enum status st;

	if ((st = enroll_still_may(a, f)) != STATUS_OK ||
	    (st = enroll_label(a, row->label, f)) != STATUS_OK ||
	    (st = otp_row_add(&fe, row, f)) != STATUS_OK)
		return st;
	if (a->enrollment.backup.text[0].len != 0 &&
	    (st = code_set_store(&fe, &a->account.id, &a->enrollment.backup,
				 f)) != STATUS_OK)
		return st;
	return session_enrollment_audit(
		a, "otp.enrolled",
		(struct audit_pair[SESSION_ENROLLMENT_PAIRS]){
			{ "label", row->label },
			{ "kind", otp_kind_name(row->kind) },
			{ "device", row->id.s },
		},
		f);
}

enum status
session_enrollment_settle(struct session_attempt *a, struct fault *f)
{
	enum status st = STATUS_OK;

	if (a->enrollment.device)
		st = enroll_settle(a, f);
	if (st == STATUS_OK && a->enrollment.password)
		st = session_renew_settle(a, f);
	return st;
}
