/* SPDX-License-Identifier: MIT */
#include "sigractl/codes.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

void
codes_text_wipe(struct codes_text *t)
{
	explicit_bzero(t, sizeof(*t));
}

void
codes_text_set(const struct code_set *set, const char *name,
	       struct codes_text *out)
{
	char safe[4 * STORE_NAME_SIZE];
	struct buf b;

	text_encode(name, strlen(name), safe, sizeof(safe));
	buf_start(&b, out->s, sizeof(out->s));
	buf_printf(&b,
		   "Backup codes of %s, each good once; they are not shown "
		   "again.\n",
		   safe);
	for (size_t i = 0; i < CODE_BACKUP_COUNT; i++) {
		char code[CODE_TEXT_LENGTH + 1] = "";

		(void)secret_string(&set->text[i], code, sizeof(code));
		buf_printf(&b, "%s%s%s", i % 2 == 0 ? "    " : "   ", code,
			   i % 2 == 0 ? "" : "\n");
		explicit_bzero(code, sizeof(code));
	}
}

enum status
codes_print(const struct codes_text *t, struct fault *f)
{
	CODES_TEXT(plain);

	out_plain(t->s, plain.s, sizeof(plain.s));
	return out_secret(plain.s, strlen(plain.s), f);
}

void
codes_say_voided(const struct store_voided *v)
{
	if (v->codes > 0)
		out_line("Codes that were out are void, backup codes too: "
			 "%lld; 'sigractl enroll backup' makes new ones.",
			 (long long)v->codes);
	if (v->trust > 0)
		out_line("Devices that are trusted no more: %lld.",
			 (long long)v->trust);
	if (v->invitations > 0)
		out_line("Invitations that are revoked: %lld.",
			 (long long)v->invitations);
	if (v->tokens > 0)
		out_line("App tokens, and secrets of service accounts, that "
			 "are revoked: %lld.",
			 (long long)v->tokens);
}

void
codes_put_voided(const struct store_voided *v, json_t *j)
{
	out_put(j, "codes_voided", json_integer(v->codes));
	out_put(j, "trust_voided", json_integer(v->trust));
	out_put(j, "invitations_voided", json_integer(v->invitations));
	out_put(j, "tokens_voided", json_integer(v->tokens));
}

json_t *
codes_json(const struct secret *code)
{
	SECRET_TEXT(text);

	(void)secret_string(code, text.s, sizeof(text.s));
	return json_string(text.s);
}

json_t *
codes_json_set(const struct code_set *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < CODE_BACKUP_COUNT; i++)
		out_push(list, codes_json(&set->text[i]));
	return list;
}
