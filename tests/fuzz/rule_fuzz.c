/* SPDX-License-Identifier: MIT */
/*
 * Any lines as the text of a rule: what is taken is written and read back the
 * same, what is valid can be held against any login.
 */
#include <stdlib.h>
#include <string.h>

#include "base/network.h"
#include "base/text.h"
#include "rule/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The next line of the input into OUT, cut at SIZE; "" behind the last. */
static void
fuzz_line(const uint8_t **bytes, size_t *len, char *out, size_t size)
{
	const uint8_t *end = memchr(*bytes, '\n', *len);
	size_t n = end == NULL ? *len : (size_t)(end - *bytes);
	size_t kept = n < size - 1 ? n : size - 1;

	if (kept > 0)
		memcpy(out, *bytes, kept);
	out[kept] = '\0';
	n += end != NULL;
	*bytes += n;
	*len -= n;
}

static void
fuzz_require(struct rule *r, const char *line)
{
	char text[RULE_TEXT_SIZE];
	struct rule again = { .action = POLICY_ACTION_REQUIRE };
	struct fault f;

	if (rule_require_parse(line, &r->alternatives, r->require, &f) !=
	    STATUS_OK)
		return;
	rule_require_format(r, text, sizeof(text));
	if (rule_require_parse(text, &again.alternatives, again.require, &f) !=
		    STATUS_OK ||
	    again.alternatives != r->alternatives ||
	    memcmp(again.require, r->require,
		   r->alternatives * sizeof(r->require[0])) != 0)
		abort();
}

static void
fuzz_phases(struct rule *r, const char *line)
{
	char text[RULE_TEXT_SIZE];
	uint32_t again = 0;
	struct fault f;

	if (rule_phases_parse(line, &r->phases, &f) != STATUS_OK)
		return;
	if (r->phases == 0 || (r->phases & ~RULE_PHASES_ALL) != 0)
		abort();
	rule_phases_format(r->phases, text, sizeof(text));
	if (rule_phases_parse(text, &again, &f) != STATUS_OK ||
	    again != r->phases)
		abort();
}

/* What is said of keys: a word, and numbers of any size. */
static void
fuzz_keys(struct rule *r, const char *word, const char *wait)
{
	if (rule_uv_parse(word, &r->uv) &&
	    strcmp(rule_uv_name(r->uv), word) != 0)
		abort();
	if (text_number(wait, -1, INT64_MAX, &r->key_wait))
		r->key_paste = r->key_wait % 2 == 1;
}

/* What is said of people; any number may be a time. */
static void
fuzz_people(struct rule *r, const char *choice, const char *source,
	    const char *span)
{
	if (rule_org_choice_parse(choice, &r->org_choice) &&
	    strcmp(rule_org_choice_name(r->org_choice), choice) != 0)
		abort();
	if (rule_new_source_parse(source, &r->new_source) &&
	    strcmp(rule_new_source_name(r->new_source), source) != 0)
		abort();
	if (!text_number(span, 0, INT64_MAX, &r->session_idle))
		return;
	r->session_max = r->session_idle - 1;
	r->notice = r->session_idle % 2 == 1;
	r->invite = r->session_idle % 3 == 1;
}

static void
fuzz_match(const struct rule *r, const char *word, const char *address)
{
	const char *const groups[] = { word };
	struct rule_subject s = { .phase = POLICY_PHASE_AUTH,
				  .service = word,
				  .host = word,
				  .user = word,
				  .known = true,
				  .groups = groups,
				  .group_count = 1 };
	struct rule_finding found[8];
	struct id orgs[2] = { { .s = "" }, { .s = "" } };
	struct rule_root root = { .enrolled = (uint32_t)r->step_up,
				  .weak = (uint32_t)r->trust_days };

	(void)text_copy(orgs[1].s, sizeof(orgs[1].s), word);
	s.orgs = orgs;
	s.org_count = 2;
	s.has_address = network_address_parse(address, &s.address);
	root.known = s.has_address;
	if (r->org[0] != '\0' && rule_names_org(r, &orgs[0]))
		abort();
	if (rule_session_limit(r, word) < 0)
		abort();
	if ((rule_first(r, 1, &s) == r) != rule_matches(r, &s))
		abort();
	(void)rule_check(r, 1, &root, r->key_wait, found, 8);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct rule r = { .position = 1,
			  .phases = RULE_PHASES_ALL,
			  .action = POLICY_ACTION_REQUIRE };
	char line[2 * RULE_TEXT_SIZE], address[64], uv[16], wait[24];
	char choice[16], source[16];
	struct fault f = { .text = "" };

	fuzz_line(&bytes, &len, line, sizeof(line));
	fuzz_require(&r, line);
	fuzz_line(&bytes, &len, line, sizeof(line));
	fuzz_phases(&r, line);
	fuzz_line(&bytes, &len, r.service, sizeof(r.service));
	fuzz_line(&bytes, &len, r.host, sizeof(r.host));
	fuzz_line(&bytes, &len, r.user, sizeof(r.user));
	fuzz_line(&bytes, &len, r.group, sizeof(r.group));
	fuzz_line(&bytes, &len, r.network, sizeof(r.network));
	fuzz_line(&bytes, &len, address, sizeof(address));
	fuzz_line(&bytes, &len, line, sizeof(line));
	fuzz_line(&bytes, &len, uv, sizeof(uv));
	fuzz_line(&bytes, &len, wait, sizeof(wait));
	fuzz_keys(&r, uv, wait);
	fuzz_line(&bytes, &len, r.org, sizeof(r.org));
	fuzz_line(&bytes, &len, choice, sizeof(choice));
	fuzz_line(&bytes, &len, source, sizeof(source));
	fuzz_line(&bytes, &len, wait, sizeof(wait));
	fuzz_people(&r, choice, source, wait);
	if (rule_valid(&r, &f) == STATUS_OK)
		fuzz_match(&r, line, address);
	else if (text_empty(f.text))
		abort();
	return 0;
}
