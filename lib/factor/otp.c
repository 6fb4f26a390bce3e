/* SPDX-License-Identifier: MIT */
#include "factor/otp.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "factor/code.h"
#include "factor/nobody.h"

#define OTP_DIGITS_USUAL 6

static bool
otp_any(void *ctx, const struct store_otp *row)
{
	(void)row;
	*(bool *)ctx = true;
	return false;
}

static enum status
otp_enrolled(const struct factor_env *env, const struct id *account, bool *out,
	     struct fault *f)
{
	bool device = false, code = false;
	enum status st;

	st = store_otp_list(env->store, account, otp_any, &device, f);
	if (st == STATUS_OK)
		st = code_left(env, account, STORE_CODE_LOGIN, &code, f);
	if (st == STATUS_OK)
		*out = device || code;
	return st;
}

/* Not echoed: whoever reads it over a shoulder would have half a minute. */
static void
otp_offer(const struct factor_whom *whom, struct prompt *p)
{
	char user[256], host[256];
	struct buf b;

	*p = (struct prompt){ .kind = PROMPT_SECRET, .purpose = PURPOSE_CODE };
	text_encode(whom->user, strlen(whom->user), user, sizeof(user));
	text_encode(whom->host, strlen(whom->host), host, sizeof(host));
	buf_start(&b, p->text, sizeof(p->text));
	buf_printf(&b, "One-time code for %s@%s: ", user, host);
}

static bool
otp_shaped(const struct secret *answer)
{
	SECRET(digits);

	return otp_answer_read(answer, &digits) || code_shaped(answer);
}

struct otp_trial {
	const struct factor_env *env;
	const struct secret *answer;
	size_t digits; /* of the answer */
	struct fault *f;
	enum status st;
	unsigned tried;
	bool timeless; /* it was judged by a device that needs no clock */
	struct factor_outcome best;
};

static int
otp_rank(enum factor_result result)
{
	switch (result) {
	case FACTOR_WRONG:
		return 0;
	case FACTOR_UNTIMELY:
		return 1;
	case FACTOR_SPENT:
		return 2;
	case FACTOR_RIGHT:
		return 3;
	}
	return -1;
}

/* Every device that makes codes of this length is tried, also when one
 * before it was right. */
static bool
otp_try(void *ctx, const struct store_otp *row)
{
	struct otp_match match = { .result = FACTOR_WRONG };
	struct otp_trial *t = ctx;
	struct otp_device d;
	SECRET(key);

	if (row->state != STORE_OTP_ACTIVE || (size_t)row->digits != t->digits)
		return true;
	otp_row_device(row, &d);
	t->st = otp_row_key(t->env, row, &key, t->f);
	if (t->st == STATUS_OK)
		t->st = otp_match(&d, &key, row->moved, t->env->now, t->answer,
				  &match, t->f);
	if (t->st == STATUS_INVALID)
		t->st = fault(t->f, STATUS_CORRUPT,
			      "otp row %s is no device that could be",
			      row->id.s);
	if (t->st != STATUS_OK)
		return false;
	t->tried++;
	t->timeless = t->timeless || row->kind == STORE_HOTP;
	/* Under a clock that was set back a code of long ago is new again. */
	if (row->kind == STORE_TOTP && t->env->clock_behind)
		match.result = FACTOR_UNTIMELY;
	if (otp_rank(match.result) > otp_rank(t->best.result)) {
		t->best.result = match.result;
		t->best.row = row->id;
		t->best.at = match.at;
		t->best.way = match.result == FACTOR_RIGHT
				      ? otp_kind_name(row->kind)
				      : NULL;
	}
	return true;
}

/* What a device would have cost, had there been one to try. */
static enum status
otp_decoy(const struct otp_trial *t, struct fault *f)
{
	static const struct otp_device d = { .kind = STORE_TOTP,
					     .label = "nobody",
					     .algorithm = CRYPTO_SHA1,
					     .digits = OTP_DIGITS_USUAL,
					     .period = 30 };
	struct otp_device same = d;
	struct store_otp row;
	struct otp_match match;
	enum status st;
	SECRET(key);

	same.digits = (unsigned)t->digits;
	otp_key_make(d.algorithm, &key);
	st = otp_row_make(t->env, &factor_nobody, &same, &key, 0, &row, f);
	if (st == STATUS_OK)
		st = otp_row_key(t->env, &row, &key, f);
	if (st == STATUS_OK)
		st = otp_match(&same, &key, 0, t->env->now, t->answer, &match,
			       f);
	return st;
}

/* Digits may be a backup code that another module made. */
static enum status
otp_check_kept(struct otp_trial *t, const struct id *account,
	       const struct secret *digits, struct factor_outcome *kept,
	       struct fault *f)
{
	const struct id *whose = account != NULL ? account : &factor_nobody;
	enum status st;
	bool left = false;

	st = code_check(t->env, account, STORE_CODE_BACKUP, digits, kept, f);
	if (st == STATUS_OK && digits->len == CODE_KEPT_DIGITS)
		st = code_left(t->env, whose, STORE_CODE_BACKUP, &left, f);
	t->timeless = t->timeless || left;
	return st;
}

/*
 * What was compared with something that needs no clock, and was not it, is a
 * guess, whatever it might have been at another time: else the account's other
 * devices and codes could be tried for ever while the clock is behind.
 */
static struct factor_outcome
otp_verdict(const struct otp_trial *t, const struct factor_outcome *kept)
{
	struct factor_outcome best = t->best;

	if (otp_rank(kept->result) > otp_rank(best.result))
		best = *kept;
	if (best.result == FACTOR_UNTIMELY && t->timeless)
		best = (struct factor_outcome){ .result = FACTOR_WRONG };
	return best;
}

static enum status
otp_check(const struct factor_env *env, const struct id *account,
	  const struct secret *answer, struct factor_outcome *out,
	  struct fault *f)
{
	const struct id *whose = account != NULL ? account : &factor_nobody;
	struct otp_trial t = { .env = env,
			       .answer = answer,
			       .f = f,
			       .st = STATUS_OK,
			       .best = { .result = FACTOR_WRONG } };
	struct factor_outcome kept = { .result = FACTOR_WRONG };
	enum status st;
	SECRET(digits);

	if (!otp_answer_read(answer, &digits))
		return code_check_either(env, account, STORE_CODE_BACKUP,
					 STORE_CODE_LOGIN, answer, out, f);
	t.digits = digits.len;
	st = store_otp_list(env->store, whose, otp_try, &t, f);
	if (st == STATUS_OK)
		st = t.st;
	if (st == STATUS_OK && t.tried == 0)
		st = otp_decoy(&t, f);
	if (st == STATUS_OK)
		st = otp_check_kept(&t, account, &digits, &kept, f);
	if (st == STATUS_OK)
		*out = otp_verdict(&t, &kept);
	return st;
}

static enum status
otp_settle(const struct factor_env *env, const struct id *account,
	   const struct factor_outcome *outcome, struct fault *f)
{
	(void)account;
	if (outcome->result != FACTOR_RIGHT)
		return fault(f, STATUS_DENIED, "no right code to spend");
	if (outcome->code)
		return store_code_spend(env->store, &outcome->row, env->now,
					f);
	return store_otp_spend(env->store, &outcome->row, outcome->at,
			       env->now, f);
}

struct otp_lengths {
	unsigned digits;
	bool several;
};

static bool
otp_length(void *ctx, const struct store_otp *row)
{
	struct otp_lengths *l = ctx;

	if (row->state != STORE_OTP_ACTIVE)
		return true;
	if (l->digits != 0 && l->digits != (unsigned)row->digits)
		l->several = true;
	l->digits = (unsigned)row->digits;
	return true;
}

enum status
otp_digits(const struct factor_env *env, const struct id *account,
	   unsigned *out, struct fault *f)
{
	const struct id *whose = account != NULL ? account : &factor_nobody;
	struct otp_lengths l = { .digits = 0 };
	enum status st;

	st = store_otp_list(env->store, whose, otp_length, &l, f);
	if (st != STATUS_OK)
		return st;
	if (l.several)
		*out = 0;
	else
		*out = l.digits != 0 ? l.digits : OTP_DIGITS_USUAL;
	return STATUS_OK;
}

static const char *const otp_ways[] = { "totp", "hotp", "backup_code",
					"login_code", NULL };

const struct factor factor_otp = {
	.name = "otp",
	.ways = otp_ways,
	.enrolled = otp_enrolled,
	.offer = otp_offer,
	.shaped = otp_shaped,
	.check = otp_check,
	.settle = otp_settle,
};
