/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "factor/fido2_library.h"

#define NAME_LABEL_MAX 63

static const struct {
	const char *aaguid, *name;
} name_models[] = {
#define MODEL(aaguid, name) { aaguid, name },
#include "factor/fido2_models.def"
#undef MODEL
};

const char *
fido2_algorithm_name(int64_t cose)
{
	switch (cose) {
	case FIDO2_ES256:
		return "ES256";
	case FIDO2_EDDSA:
		return "EdDSA";
	case FIDO2_RS256:
		return "RS256";
	default:
		return "?";
	}
}

/* Are there dashes before these bytes of a UUID? */
static bool
name_dash(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void
fido2_aaguid_text(const uint8_t aaguid[STORE_AAGUID_SIZE], char out[37])
{
	for (size_t i = 0; i < STORE_AAGUID_SIZE; i++) {
		if (name_dash(i))
			*out++ = '-';
		text_hex(aaguid + i, 1, out);
		out += 2;
	}
}

bool
fido2_aaguid_parse(const char *text, uint8_t out[STORE_AAGUID_SIZE])
{
	uint8_t made[STORE_AAGUID_SIZE];
	char digits[3] = "";

	if (strlen(text) != 36)
		return false;
	for (size_t i = 0; i < STORE_AAGUID_SIZE; i++) {
		if (name_dash(i) && *text++ != '-')
			return false;
		memcpy(digits, text, 2);
		text += 2;
		if (!text_unhex(digits, made + i, 1))
			return false;
	}
	memcpy(out, made, sizeof(made));
	return true;
}

const char *
fido2_model(const uint8_t aaguid[STORE_AAGUID_SIZE])
{
	char text[37];

	fido2_aaguid_text(aaguid, text);
	for (size_t i = 0; i < sizeof(name_models) / sizeof(name_models[0]);
	     i++)
		if (strcmp(name_models[i].aaguid, text) == 0)
			return name_models[i].name;
	return NULL;
}

static bool
name_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool
fido2_rp_valid(const char *rp)
{
	const size_t len = strlen(rp);
	size_t label = 0;

	if (len == 0 || len >= STORE_RP_SIZE)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (rp[i] == '.') {
			if (label == 0 || rp[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!name_alnum(rp[i]) && (rp[i] != '-' || label == 0))
			return false;
		if (++label > NAME_LABEL_MAX)
			return false;
	}
	return label > 0 && rp[len - 1] != '-';
}

bool
fido2_rp_kept_valid(const char *rp)
{
	const size_t len = strnlen(rp, STORE_RP_SIZE);

	for (size_t i = 0; i < len; i++)
		if (rp[i] < '!' || rp[i] > '~')
			return false;
	return len > 0 && len < STORE_RP_SIZE;
}
