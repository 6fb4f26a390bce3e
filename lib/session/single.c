/* SPDX-License-Identifier: MIT */
/*
 * Password and code in one answer, for programs that hand over one string and
 * ask nothing.  Where such an answer is cut says nothing about the account:
 * the password is checked once, whatever was typed, and the code only after a
 * right password.
 */
#include <string.h>

#include "base/text.h"
#include "session/attempt.h"

static bool
single_both(const struct session_attempt *a,
	    const uint32_t require[POLICY_ALTERNATIVES_MAX])
{
	const uint32_t both = POLICY_BIT(POLICY_FACTOR_PASSWORD) |
			      POLICY_BIT(POLICY_FACTOR_OTP);

	if (!a->single)
		return false;
	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++)
		if ((require[i] & both) == both)
			return true;
	return false;
}

bool
session_single_combined(const struct session_attempt *a)
{
	return single_both(a, a->facts.require);
}

/* Not whose account wants more than the rule: nobody is told that. */
bool
session_single_announced(const struct session_attempt *a)
{
	return single_both(a, a->rule.require);
}

/*
 * Would a right password be followed by the question for a code?  Who is
 * exempt may have a password that ends in digits: it is not cut.  Who is
 * unknown or shut out counts as good, and somebody unknown as enrolled.
 */
static bool
single_asks(const struct session_attempt *a)
{
	struct policy_facts facts = a->facts;
	struct policy_decision d;

	facts.account = POLICY_ACCOUNT_ACTIVE;
	facts.enrolled |=
		a->known ? POLICY_BIT(POLICY_FACTOR_PASSWORD) : facts.usable;
	facts.asked |= POLICY_BIT(POLICY_FACTOR_PASSWORD);
	facts.passed |= POLICY_BIT(POLICY_FACTOR_PASSWORD);
	d = policy_next(&facts);
	return d.step == POLICY_ASK && d.factor == POLICY_FACTOR_OTP;
}

/* LEFT bytes are the password, and what begins at RIGHT is the code, if each
 * has its shape. */
static bool
single_cut(const char *text, size_t left, size_t right,
	   struct secret *password, struct secret *code)
{
	struct fault f;
	SECRET(before);
	SECRET(behind);

	if (secret_set(&before, text, left, &f) != STATUS_OK ||
	    secret_set(&behind, text + right, strlen(text + right), &f) !=
		    STATUS_OK ||
	    !factor_get(POLICY_FACTOR_PASSWORD)->shaped(&before) ||
	    !factor_get(POLICY_FACTOR_OTP)->shaped(&behind))
		return false;
	secret_copy(password, &before);
	secret_copy(code, &behind);
	return true;
}

/* Digits that could be a code: of this account's length, where that is known,
 * or of a backup code that another module made. */
static bool
single_digits(const char *text, unsigned digits)
{
	SECRET(whole);
	SECRET(read);

	if (secret_set(&whole, text, strlen(text), NULL) != STATUS_OK ||
	    !otp_answer_read(&whole, &read))
		return false;
	return digits == 0 || read.len == digits ||
	       read.len == CODE_KEPT_DIGITS;
}

static bool
single_cut_comma(const char *text, const char *comma, struct secret *password,
		 struct secret *code)
{
	return comma != NULL &&
	       single_cut(text, (size_t)(comma - text),
			  (size_t)(comma - text) + 1, password, code);
}

static bool
single_cut_digits(const char *text, unsigned digits, struct secret *password,
		  struct secret *code)
{
	size_t len = strlen(text), n = 0;

	while (n < len && n < digits && text[len - n - 1] >= '0' &&
	       text[len - n - 1] <= '9')
		n++;
	return n > 0 && n == digits &&
	       single_cut(text, len - n, len - n, password, code);
}

/*
 * A password with a comma in it, and the digits of its end and those of the
 * code, may look like a backup code behind that comma: what ends in a code's
 * digits is cut there.  Behind a comma that is done only where nothing but
 * digits stands.  Typed as it is shown, with dashes, no backup code ends so.
 */
static bool
single_cut_any(const char *text, unsigned digits, struct secret *password,
	       struct secret *code)
{
	const char *comma = strrchr(text, ',');

	if (comma != NULL && single_digits(comma + 1, digits) &&
	    single_cut_comma(text, comma, password, code))
		return true;
	return single_cut_digits(text, digits, password, code) ||
	       single_cut_comma(text, comma, password, code);
}

bool
session_single_split(const struct secret *answer, unsigned digits,
		     struct secret *password, struct secret *code)
{
	char text[ANSWER_MAX + 1];
	bool cut;

	secret_copy(password, answer);
	secret_wipe(code);
	cut = secret_string(answer, text, sizeof(text)) &&
	      single_cut_any(text, digits, password, code);
	crypto_wipe(text, sizeof(text));
	return cut;
}

enum status
session_single_take(struct session_attempt *a, const struct secret *answer,
		    struct secret *password, struct fault *f)
{
	struct factor_env env = session_factor_env(a);
	unsigned digits = 0;
	enum status st;

	st = otp_digits(&env, a->known ? &a->account.id : NULL, &digits, f);
	if (st != STATUS_OK)
		return st;
	if (single_asks(a))
		(void)session_single_split(answer, digits, password, &a->code);
	else
		secret_copy(password, answer);
	return STATUS_OK;
}
