/* SPDX-License-Identifier: MIT */
/* The words of what a rule says beside its factors, and services that it goes
 * without saying for. */
#include "rule/rule.h"

#include <string.h>

/* Words by number; what is no number of one has no word. */
struct rule_words {
	size_t n;
	const char *const *word;
};

static const char *
rule_word_name(const struct rule_words *w, size_t at)
{
	return at < w->n ? w->word[at] : "invalid";
}

static bool
rule_word_parse(const struct rule_words *w, const char *s, size_t *out)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->word[i], s) == 0) {
			*out = i;
			return true;
		}
	return false;
}

#define RULE_WORDS(words)                                                     \
	{                                                                     \
		sizeof(words) / sizeof((words)[0]), words                     \
	}

static const char *const rule_unenrolled_words[] = {
	[RULE_UNENROLLED_DENY] = "deny",
	[RULE_UNENROLLED_EXEMPT] = "exempt",
	[RULE_UNENROLLED_ENROLL] = "enroll",
	[RULE_UNENROLLED_UNTIL] = "until",
};
static const struct rule_words rule_unenrolled =
	RULE_WORDS(rule_unenrolled_words);

const char *
rule_unenrolled_name(enum rule_unenrolled unenrolled)
{
	return rule_word_name(&rule_unenrolled, (size_t)unenrolled);
}

bool
rule_unenrolled_parse(const char *s, enum rule_unenrolled *out)
{
	size_t at;

	if (!rule_word_parse(&rule_unenrolled, s, &at))
		return false;
	*out = (enum rule_unenrolled)at;
	return true;
}

static const char *const rule_prompt_words[] = {
	[RULE_PROMPT_AUTO] = "auto",
	[RULE_PROMPT_MULTI] = "multi",
	[RULE_PROMPT_SINGLE] = "single",
};
static const struct rule_words rule_prompt = RULE_WORDS(rule_prompt_words);

const char *
rule_prompt_name(enum rule_prompt prompt)
{
	return rule_word_name(&rule_prompt, (size_t)prompt);
}

bool
rule_prompt_parse(const char *s, enum rule_prompt *out)
{
	size_t at;

	if (!rule_word_parse(&rule_prompt, s, &at))
		return false;
	*out = (enum rule_prompt)at;
	return true;
}

static const char *const rule_qr_words[] = {
	[RULE_QR_AUTO] = "auto",
	[RULE_QR_UTF8] = "utf8",
	[RULE_QR_ASCII] = "ascii",
	[RULE_QR_NONE] = "none",
};
static const struct rule_words rule_qr = RULE_WORDS(rule_qr_words);

const char *
rule_qr_name(enum rule_qr qr)
{
	return rule_word_name(&rule_qr, (size_t)qr);
}

bool
rule_qr_parse(const char *s, enum rule_qr *out)
{
	size_t at;

	if (!rule_word_parse(&rule_qr, s, &at))
		return false;
	*out = (enum rule_qr)at;
	return true;
}

static const char *const rule_uv_words[] = {
	[RULE_UV_PREFERRED] = "preferred",
	[RULE_UV_REQUIRED] = "required",
	[RULE_UV_DISCOURAGED] = "discouraged",
};
static const struct rule_words rule_uv = RULE_WORDS(rule_uv_words);

const char *
rule_uv_name(enum rule_uv uv)
{
	return rule_word_name(&rule_uv, (size_t)uv);
}

bool
rule_uv_parse(const char *s, enum rule_uv *out)
{
	size_t at;

	if (!rule_word_parse(&rule_uv, s, &at))
		return false;
	*out = (enum rule_uv)at;
	return true;
}

static const char *const rule_org_choice_words[] = {
	[RULE_ORG_LAST] = "last",
	[RULE_ORG_ASK] = "ask",
};
static const struct rule_words rule_org_choice =
	RULE_WORDS(rule_org_choice_words);

const char *
rule_org_choice_name(enum rule_org_choice choice)
{
	return rule_word_name(&rule_org_choice, (size_t)choice);
}

bool
rule_org_choice_parse(const char *s, enum rule_org_choice *out)
{
	size_t at;

	if (!rule_word_parse(&rule_org_choice, s, &at))
		return false;
	*out = (enum rule_org_choice)at;
	return true;
}

static const char *const rule_new_source_words[] = {
	[RULE_NEW_SOURCE_AUDIT] = "audit",
	[RULE_NEW_SOURCE_TELL] = "tell",
	[RULE_NEW_SOURCE_SECOND] = "second",
};
static const struct rule_words rule_new_source =
	RULE_WORDS(rule_new_source_words);

const char *
rule_new_source_name(enum rule_new_source new_source)
{
	return rule_word_name(&rule_new_source, (size_t)new_source);
}

bool
rule_new_source_parse(const char *s, enum rule_new_source *out)
{
	size_t at;

	if (!rule_word_parse(&rule_new_source, s, &at))
		return false;
	*out = (enum rule_new_source)at;
	return true;
}

/* Their protocols carry a name and one string, or their dialog has one field;
 * saslauthd(8) hands on the names of protocols. */
static const char *const rule_singles[] = {
	"cups",	      "dovecot", "ejabberd",  "freeradius", "imap",  "imaps",
	"ldap",	      "mariadb", "mysql",     "openvpn",    "pop",   "pop3",
	"postgresql", "proftpd", "pure-ftpd", "radiusd",    "samba", "sddm",
	"sieve",      "smtp",	 "smtpd",     "vsftpd",	    "xmpp",
};

static bool
rule_among(const char *service, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], service) == 0)
			return true;
	return false;
}

bool
rule_service_single(const char *service)
{
	return rule_among(service, rule_singles,
			  sizeof(rule_singles) / sizeof(rule_singles[0]));
}

/* People sit there for hours; elsewhere a session is a command, a job or a
 * desktop that locks itself. */
static const char *const rule_limited[] = { "login", "sshd" };

#define RULE_LIMIT 86400 /* seconds */

int64_t
rule_session_limit(const struct rule *r, const char *service)
{
	if (r->session_max != RULE_SESSION_MAX_AUTO)
		return r->session_max;
	return rule_among(service, rule_limited,
			  sizeof(rule_limited) / sizeof(rule_limited[0]))
		       ? RULE_LIMIT
		       : 0;
}
