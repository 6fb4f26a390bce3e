/* SPDX-License-Identifier: MIT */
#include "import/google.h"

#include <string.h>

#include "import/text.h"

#define GOOGLE_DIGITS 6
#define GOOGLE_STEP 30
#define GOOGLE_STEP_MAX 3600
#define GOOGLE_COUNTER_MAX (INT64_C(1) << 40)
#define GOOGLE_KEY_TEXT 512

/* The options that say something to us, each at most once. */
enum google_option {
	GOOGLE_TOTP,
	GOOGLE_HOTP,
	GOOGLE_REUSE,
	GOOGLE_SIZE,
	GOOGLE_PERIOD,
	GOOGLE_SKEW,
	GOOGLE_OPTIONS,
};

static const char *const google_names[GOOGLE_OPTIONS] = {
	"TOTP_AUTH",   "HOTP_COUNTER", "DISALLOW_REUSE",
	"WINDOW_SIZE", "STEP_SIZE",    "TIME_SKEW",
};

struct google_found {
	bool seen[GOOGLE_OPTIONS];
	int64_t period, counter, step, window, skew;
};

struct google_key_text {
	char s[GOOGLE_KEY_TEXT];
};

static void
google_key_text_wipe(struct google_key_text *t)
{
	crypto_wipe(t, sizeof(*t));
}

#define GOOGLE_KEY(name)                                                      \
	__attribute__((cleanup(                                               \
		google_key_text_wipe))) struct google_key_text name = {       \
		.s = ""                                                       \
	}

/* Its module reads 0, 1 and 8 as the letters they look like. */
static enum status
google_key(const struct import_text *line, struct secret *key, struct fault *f)
{
	static const char from[] = "018", to[] = "OLB";
	enum status st;
	GOOGLE_KEY(t);
	SECRET(text);

	if (line->len == 0 || line->at[0] == '"' ||
	    !import_copy(line, t.s, sizeof(t.s)))
		return fault(f, STATUS_INVALID,
			     "its first line is no key in base32");
	for (size_t i = 0; i < line->len; i++) {
		const char *digit = memchr(from, t.s[i], sizeof(from) - 1);

		if (digit != NULL)
			t.s[i] = to[digit - from];
	}
	if ((st = secret_set(&text, t.s, line->len, f)) != STATUS_OK)
		return st;
	if (crypto_secret_unbase32(&text, key, NULL) != STATUS_OK)
		return fault(f, STATUS_INVALID,
			     "its first line is no key in base32");
	if (key->len < CRYPTO_OTP_SECRET_MIN ||
	    key->len > CRYPTO_OTP_SECRET_MAX)
		return fault(f, STATUS_INVALID,
			     "its key has %zu bytes: %d to %d are taken",
			     key->len, CRYPTO_OTP_SECRET_MIN,
			     CRYPTO_OTP_SECRET_MAX);
	return STATUS_OK;
}

/* The greatest of the steps whose codes were used. */
static bool
google_steps(struct import_text words, int64_t *out)
{
	struct import_text word;
	int64_t step;

	while (import_word(&words, &word)) {
		if (!import_number(&word, 0, GOOGLE_COUNTER_MAX, &step))
			return false;
		if (step > *out)
			*out = step;
	}
	return true;
}

static bool
google_one(struct import_text words, int64_t low, int64_t high, int64_t *out)
{
	struct import_text word, more;

	return import_word(&words, &word) && !import_word(&words, &more) &&
	       import_number(&word, low, high, out);
}

static bool
google_skew(struct import_text words, int64_t *out)
{
	struct import_text word, bare;
	bool minus;

	if (!import_word(&words, &word))
		return false;
	minus = word.at[0] == '-';
	bare = (struct import_text){ .at = word.at + minus,
				     .len = word.len - minus };
	if (!import_number(&bare, 0, GOOGLE_COUNTER_MAX, out))
		return false;
	if (minus)
		*out = -*out;
	return true;
}

static bool
google_value(enum google_option option, const struct import_text *words,
	     struct google_found *found)
{
	switch (option) {
	case GOOGLE_HOTP:
		return google_one(*words, 0, GOOGLE_COUNTER_MAX,
				  &found->counter);
	case GOOGLE_REUSE:
		return google_steps(*words, &found->step);
	case GOOGLE_SIZE:
		return google_one(*words, 1, 1000, &found->window);
	case GOOGLE_PERIOD:
		return google_one(*words, 1, GOOGLE_STEP_MAX, &found->period);
	case GOOGLE_SKEW:
		return google_skew(*words, &found->skew);
	case GOOGLE_TOTP:
	case GOOGLE_OPTIONS:
		break;
	}
	return true;
}

/* Behind the double quote and the blank; other options mean nothing here. */
static enum status
google_option(struct import_text line, struct google_found *found,
	      struct fault *f)
{
	struct import_text name;

	line.at++;
	line.len--;
	if (!import_word(&line, &name))
		return STATUS_OK;
	for (enum google_option o = 0; o < GOOGLE_OPTIONS; o++) {
		if (!import_is(&name, google_names[o]))
			continue;
		if (found->seen[o])
			return fault(f, STATUS_INVALID,
				     "%s stands there twice", google_names[o]);
		found->seen[o] = true;
		if (!google_value(o, &line, found))
			return fault(f, STATUS_INVALID,
				     "the value of %s is none",
				     google_names[o]);
	}
	return STATUS_OK;
}

static bool
google_is_scratch(const struct import_text *line)
{
	return line->len == IMPORT_SCRATCH_DIGITS && import_digits(line);
}

/* As the module has it: a counter that is not 0 says that it is HOTP. */
static enum status
google_device(const struct google_found *found, struct import_google *out,
	      struct fault *f)
{
	struct otp_device *d = &out->device;

	d->algorithm = CRYPTO_SHA1;
	d->digits = GOOGLE_DIGITS;
	if (found->counter > 0) {
		d->kind = STORE_HOTP;
		d->counter = (uint64_t)found->counter;
		out->moved = found->counter;
		return STATUS_OK;
	}
	if (!found->seen[GOOGLE_TOTP])
		return fault(f, STATUS_INVALID,
			     "it says neither TOTP_AUTH nor HOTP_COUNTER: no "
			     "code of it was ever good");
	d->kind = STORE_TOTP;
	d->period = (unsigned)found->period;
	if (d->period < OTP_PERIOD_MIN || d->period > OTP_PERIOD_MAX)
		return fault(f, STATUS_INVALID,
			     "its codes change every %u seconds: %d to %d "
			     "are taken",
			     d->period, OTP_PERIOD_MIN, OTP_PERIOD_MAX);
	out->moved = found->step;
	out->skew = found->skew;
	return STATUS_OK;
}

enum status
import_google(const char *bytes, size_t len, struct import_google *out,
	      struct secret *key, struct fault *f)
{
	struct import_text rest = { .at = bytes, .len = len }, line;
	struct google_found found = { .period = GOOGLE_STEP };
	struct import_google made = { .scratch = 0 };
	enum status st;
	SECRET(read);

	if (len > IMPORT_GOOGLE_MAX)
		return fault(f, STATUS_INVALID, "it is longer than %d bytes",
			     IMPORT_GOOGLE_MAX);
	if (!import_line(&rest, &line))
		return fault(f, STATUS_INVALID, "it is empty");
	if ((st = google_key(&line, &read, f)) != STATUS_OK)
		return st;
	while (import_line(&rest, &line)) {
		if (import_begins(&line, "\"") &&
		    (st = google_option(line, &found, f)) != STATUS_OK)
			return st;
		if (google_is_scratch(&line) &&
		    ++made.scratch > IMPORT_SCRATCH_MAX)
			return fault(f, STATUS_INVALID,
				     "it has more than %d emergency codes",
				     IMPORT_SCRATCH_MAX);
	}
	if ((st = google_device(&found, &made, f)) != STATUS_OK)
		return st;
	made.window = found.window;
	*out = made;
	secret_copy(key, &read);
	return STATUS_OK;
}

bool
import_google_scratch(const char *bytes, size_t len, unsigned n,
		      struct secret *out)
{
	struct import_text rest = { .at = bytes, .len = len }, line;

	if (!import_line(&rest, &line))
		return false;
	while (import_line(&rest, &line))
		if (google_is_scratch(&line) && n-- == 0)
			return secret_set(out, line.at, line.len, NULL) ==
			       STATUS_OK;
	return false;
}
