/* SPDX-License-Identifier: MIT */
#include "wire/wire_valid.h"

#include <string.h>

#include "base/text.h"

#define WIRE_FLAGS                                                            \
	(REQUEST_SILENT | REQUEST_DISALLOW_NULL | REQUEST_CHANGE_EXPIRED |    \
	 REQUEST_ASCII | REQUEST_AGENT | REQUEST_PERSON)

/* An array of SIZE bytes that holds the end of its string. */
static bool
wire_string_valid(const char *s, size_t size)
{
	return strnlen(s, size) < size;
}

bool
wire_id_valid(const struct id *id)
{
	if (!wire_string_valid(id->s, sizeof(id->s)))
		return false;
	if (id->s[0] == '\0')
		return true;
	for (size_t i = 0; i < ID_LENGTH; i++) {
		char c = id->s[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? c != '-'
			 : !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return true;
}

bool
wire_logind_valid(const char *s, size_t size)
{
	if (!wire_string_valid(s, size))
		return false;
	for (; *s != '\0'; s++)
		if (!(*s >= '0' && *s <= '9') && !(*s >= 'A' && *s <= 'Z') &&
		    !(*s >= 'a' && *s <= 'z'))
			return false;
	return true;
}

static bool
wire_export_name_valid(const struct exported *e)
{
	static const char ours[] = "SIGRA_";
	const char *s = e->name;

	if (!wire_string_valid(s, sizeof(e->name)) ||
	    strncmp(s, ours, sizeof(ours) - 1) != 0)
		return false;
	for (; *s != '\0'; s++)
		if (!(*s >= '0' && *s <= '9') && !(*s >= 'A' && *s <= 'Z') &&
		    *s != '_')
			return false;
	return true;
}

/* What a terminal could show as it is: no controls, and UTF-8. */
static bool
wire_export_value_valid(const struct exported *e)
{
	if (!wire_string_valid(e->value, sizeof(e->value)) ||
	    e->value[0] == '\0')
		return false;
	return text_printable(e->value, strlen(e->value));
}

bool
wire_exports_valid(const struct exports *e)
{
	if (e->n > EXPORTS_MAX)
		return false;
	for (size_t i = 0; i < e->n; i++) {
		if (!wire_export_name_valid(&e->one[i]) ||
		    !wire_export_value_valid(&e->one[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(e->one[k].name, e->one[i].name) == 0)
				return false;
	}
	return true;
}

/* Of nobody nothing is known. */
static bool
wire_processes_valid(const struct request *r)
{
	if (r->pid < 0 || r->leader.pid < 0 ||
	    (r->leader.pid == 0 && r->leader.start != 0) ||
	    r->ancestors > REQUEST_ANCESTORS_MAX)
		return false;
	for (size_t i = 0; i < r->ancestors; i++)
		if (r->ancestor[i].pid <= 0)
			return false;
	return true;
}

static bool
wire_request_valid(const struct request *r)
{
	return r->phase >= PHASE_AUTH && r->phase <= PHASE_ACCEPT &&
	       (r->flags & ~(uint32_t)WIRE_FLAGS) == 0 &&
	       wire_processes_valid(r) &&
	       wire_string_valid(r->user, sizeof(r->user)) &&
	       wire_string_valid(r->service, sizeof(r->service)) &&
	       wire_string_valid(r->tty, sizeof(r->tty)) &&
	       wire_string_valid(r->rhost, sizeof(r->rhost)) &&
	       wire_string_valid(r->ruser, sizeof(r->ruser)) &&
	       wire_string_valid(r->ssh_connection,
				 sizeof(r->ssh_connection)) &&
	       wire_string_valid(r->ssh_auth_info, sizeof(r->ssh_auth_info)) &&
	       wire_logind_valid(r->logind, sizeof(r->logind)) &&
	       wire_id_valid(&r->login) && wire_id_valid(&r->session);
}

static bool
wire_prompt_valid(const struct prompt *p)
{
	return p->kind >= PROMPT_SECRET && p->kind <= PROMPT_ERROR &&
	       p->purpose <= PURPOSE_INVITATION &&
	       wire_string_valid(p->text, sizeof(p->text));
}

/* Only a given answer has a text. */
static bool
wire_answer_valid(const struct wire_message *m)
{
	const struct secret *text = &m->u.answer.text;

	if (m->u.answer.given != WIRE_GIVEN)
		return (m->u.answer.given == WIRE_CANCELLED ||
			m->u.answer.given == WIRE_TOO_LONG) &&
		       text->len == 0;
	return text->len <= ANSWER_MAX && !secret_has_byte(text, 0);
}

static bool
wire_member_valid(const struct wire_message *m)
{
	if (m->u.member.n < 1 || m->u.member.n > IO_GROUPS_MAX)
		return false;
	for (size_t i = 0; i < m->u.member.n; i++) {
		const char *name = m->u.member.name[i];

		if (name[0] == '\0' ||
		    !wire_string_valid(name, sizeof(m->u.member.name[i])))
			return false;
	}
	return true;
}

/* Whoever lets somebody in has no reason to give against it. */
static bool
wire_verdict_valid(const struct wire_message *m)
{
	const struct wire_verdict *v = &m->u.verdict;

	if (v->step != WIRE_DENY && v->step != WIRE_RENEW &&
	    v->step != WIRE_ABSTAIN && v->step != WIRE_ALLOW)
		return false;
	if (v->reason > WIRE_REASON_UNAVAILABLE)
		return false;
	if (v->step != WIRE_DENY && v->reason != WIRE_REASON_NONE)
		return false;
	if (v->step != WIRE_ALLOW && m->u.exports.n != 0)
		return false;
	return wire_exports_valid(&m->u.exports) && wire_id_valid(&v->login) &&
	       wire_id_valid(&v->session);
}

/* A key is there once, so that a row says one thing. */
static bool
wire_row_valid(const struct wire_row *row)
{
	if (row->n < 1 || row->n > WIRE_PAIRS_MAX)
		return false;
	for (size_t i = 0; i < row->n; i++) {
		const struct wire_pair *p = &row->pair[i];

		if (p->key[0] == '\0' ||
		    !wire_string_valid(p->key, sizeof(p->key)) ||
		    !wire_string_valid(p->value, sizeof(p->value)))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(row->pair[k].key, p->key) == 0)
				return false;
	}
	return true;
}

/* Whose keys sshd may take is asked about somebody, and nothing else is. */
static bool
wire_query_valid(const struct wire_message *m)
{
	const char *user = m->u.query.user;

	return m->u.query.what >= WIRE_SELF_ACCOUNT &&
	       m->u.query.what <= WIRE_SELF_TOKENS &&
	       wire_string_valid(user, sizeof(m->u.query.user)) &&
	       (user[0] != '\0') == (m->u.query.what == WIRE_AUTHORIZED);
}

static bool
wire_device_valid(const struct wire_message *m)
{
	if (m->type == WIRE_DEVICE_OPEN)
		return m->u.device_open.which == IO_DEVICE_KEY ||
		       m->u.device_open.which == IO_DEVICE_AGENT;
	if (m->type == WIRE_DEVICE_FRAME)
		return m->u.frame.len >= 1 && m->u.frame.len <= IO_FRAME_MAX;
	if (m->type == WIRE_DEVICE_ENDED)
		return m->u.device_ended.why == WIRE_ENDED_EXIT ||
		       m->u.device_ended.why == WIRE_ENDED_INTERRUPTED;
	return true;
}

bool
wire_valid(const struct wire_message *m)
{
	switch (m->type) {
	case WIRE_HELLO:
		return m->u.hello.low >= 1 &&
		       m->u.hello.low <= m->u.hello.high;
	case WIRE_WELCOME:
		return true;
	case WIRE_REQUEST:
		return wire_request_valid(&m->u.request);
	case WIRE_PROMPT:
		return wire_prompt_valid(&m->u.prompt);
	case WIRE_ANSWER:
		return wire_answer_valid(m);
	case WIRE_MEMBER:
		return wire_member_valid(m);
	case WIRE_MEMBERSHIP:
		return m->u.membership.mask < 1U << IO_GROUPS_MAX;
	case WIRE_VERDICT:
		return wire_verdict_valid(m);
	case WIRE_QUERY:
		return wire_query_valid(m);
	case WIRE_ROW:
		return wire_row_valid(&m->u.row);
	case WIRE_END:
		return true;
	case WIRE_DEVICE_OPEN:
	case WIRE_DEVICE_OPENED:
	case WIRE_DEVICE_FRAME:
	case WIRE_DEVICE_ENDED:
	case WIRE_DEVICE_CLOSE:
		return wire_device_valid(m);
	}
	return false;
}
