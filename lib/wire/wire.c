/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wire/wire_bytes.h"
#include "wire/wire_valid.h"

static void
wire_put_process(struct wire_out *o, const struct request_process *p)
{
	wire_put_number(o, (uint64_t)p->pid, 4);
	wire_put_number(o, p->start, 8);
}

static void
wire_get_process(struct wire_in *in, struct request_process *p)
{
	p->pid = (pid_t)wire_get_number(in, 4);
	p->start = wire_get_number(in, 8);
}

static void
wire_get_ancestors(struct wire_in *in, struct request *r)
{
	uint8_t n = (uint8_t)wire_get_number(in, 1);

	if (n > REQUEST_ANCESTORS_MAX) {
		in->bad = true;
		return;
	}
	r->ancestors = n;
	for (size_t i = 0; i < n; i++)
		wire_get_process(in, &r->ancestor[i]);
}

static void
wire_put_request(struct wire_out *o, const struct request *r)
{
	wire_put_number(o, r->phase, 1);
	wire_put_number(o, r->flags, 4);
	wire_put_string(o, r->user);
	wire_put_string(o, r->service);
	wire_put_string(o, r->tty);
	wire_put_string(o, r->rhost);
	wire_put_string(o, r->ruser);
	wire_put_string(o, r->ssh_connection);
	wire_put_string(o, r->ssh_auth_info);
	wire_put_number(o, r->ruid, 4);
	wire_put_number(o, (uint64_t)r->pid, 4);
	wire_put_number(o, r->pid_start, 8);
	wire_put_process(o, &r->leader);
	wire_put_number(o, r->ancestors, 1);
	for (size_t i = 0; i < r->ancestors; i++)
		wire_put_process(o, &r->ancestor[i]);
	wire_put_string(o, r->logind);
	wire_put_string(o, r->login.s);
	wire_put_string(o, r->session.s);
}

static void
wire_get_request(struct wire_in *in, struct request *r)
{
	r->phase = (enum request_phase)wire_get_number(in, 1);
	r->flags = (uint32_t)wire_get_number(in, 4);
	wire_get_string(in, r->user, sizeof(r->user));
	wire_get_string(in, r->service, sizeof(r->service));
	wire_get_string(in, r->tty, sizeof(r->tty));
	wire_get_string(in, r->rhost, sizeof(r->rhost));
	wire_get_string(in, r->ruser, sizeof(r->ruser));
	wire_get_string(in, r->ssh_connection, sizeof(r->ssh_connection));
	wire_get_string(in, r->ssh_auth_info, sizeof(r->ssh_auth_info));
	r->ruid = (uid_t)wire_get_number(in, 4);
	r->pid = (pid_t)wire_get_number(in, 4);
	r->pid_start = wire_get_number(in, 8);
	wire_get_process(in, &r->leader);
	wire_get_ancestors(in, r);
	wire_get_string(in, r->logind, sizeof(r->logind));
	wire_get_string(in, r->login.s, sizeof(r->login.s));
	wire_get_string(in, r->session.s, sizeof(r->session.s));
}

static void
wire_put_exports(struct wire_out *o, const struct exports *e)
{
	wire_put_number(o, e->n, 1);
	for (size_t i = 0; i < e->n; i++) {
		wire_put_string(o, e->one[i].name);
		wire_put_string(o, e->one[i].value);
	}
}

static void
wire_get_exports(struct wire_in *in, struct exports *e)
{
	size_t n = (size_t)wire_get_number(in, 1);

	if (n > EXPORTS_MAX) {
		in->bad = true;
		return;
	}
	e->n = n;
	for (size_t i = 0; i < n; i++) {
		wire_get_string(in, e->one[i].name, sizeof(e->one[i].name));
		wire_get_string(in, e->one[i].value, sizeof(e->one[i].value));
	}
}

static void
wire_put_verdict(struct wire_out *o, const struct wire_message *m)
{
	const struct wire_verdict *v = &m->u.verdict;

	wire_put_number(o, v->step, 1);
	wire_put_number(o, v->reason, 1);
	wire_put_number(o, v->password_proved ? 1 : 0, 1);
	wire_put_string(o, v->login.s);
	wire_put_string(o, v->session.s);
	wire_put_exports(o, &m->u.exports);
}

static void
wire_get_verdict(struct wire_in *in, struct wire_message *m)
{
	struct wire_verdict *v = &m->u.verdict;

	v->step = (enum wire_step)wire_get_number(in, 1);
	v->reason = (enum wire_reason)wire_get_number(in, 1);
	v->password_proved = wire_get_bool(in);
	wire_get_string(in, v->login.s, sizeof(v->login.s));
	wire_get_string(in, v->session.s, sizeof(v->session.s));
	wire_get_exports(in, &m->u.exports);
}

static void
wire_put_answer(struct wire_out *o, const struct wire_message *m)
{
	wire_put_number(o, m->u.answer.given, 1);
	wire_put_number(o, m->u.answer.text.len, 2);
	wire_put_bytes(o, m->u.answer.text.b, m->u.answer.text.len);
}

static void
wire_get_answer(struct wire_in *in, struct wire_message *m)
{
	const uint8_t *p;
	size_t len = 0;

	m->u.answer.given = (enum wire_given)wire_get_number(in, 1);
	p = wire_get_bytes(in, ANSWER_MAX, &len);
	if (p != NULL &&
	    secret_set(&m->u.answer.text, p, len, NULL) != STATUS_OK)
		in->bad = true;
}

static void
wire_put_member(struct wire_out *o, const struct wire_message *m)
{
	wire_put_number(o, m->u.member.n, 1);
	for (size_t i = 0; i < m->u.member.n; i++)
		wire_put_string(o, m->u.member.name[i]);
}

static void
wire_get_member(struct wire_in *in, struct wire_message *m)
{
	uint8_t n = (uint8_t)wire_get_number(in, 1);

	if (n > IO_GROUPS_MAX) {
		in->bad = true;
		return;
	}
	m->u.member.n = n;
	for (size_t i = 0; i < n; i++)
		wire_get_string(in, m->u.member.name[i],
				sizeof(m->u.member.name[i]));
}

static void
wire_put_row(struct wire_out *o, const struct wire_row *row)
{
	wire_put_number(o, row->n, 1);
	for (size_t i = 0; i < row->n; i++) {
		wire_put_string(o, row->pair[i].key);
		wire_put_string(o, row->pair[i].value);
	}
}

static void
wire_get_row(struct wire_in *in, struct wire_row *row)
{
	uint8_t n = (uint8_t)wire_get_number(in, 1);

	if (n > WIRE_PAIRS_MAX) {
		in->bad = true;
		return;
	}
	row->n = n;
	for (size_t i = 0; i < n; i++) {
		wire_get_string(in, row->pair[i].key,
				sizeof(row->pair[i].key));
		wire_get_string(in, row->pair[i].value,
				sizeof(row->pair[i].value));
	}
}

static void
wire_put_frame(struct wire_out *o, const struct wire_message *m)
{
	wire_put_number(o, m->u.frame.len, 2);
	wire_put_bytes(o, m->u.frame.bytes, m->u.frame.len);
}

static void
wire_get_frame(struct wire_in *in, struct wire_message *m)
{
	size_t len = 0;
	const uint8_t *p = wire_get_blob(in, sizeof(m->u.frame.bytes), &len);

	if (p != NULL)
		memcpy(m->u.frame.bytes, p, len);
	m->u.frame.len = (uint16_t)len;
}

/* The messages that are about a device. */
static void
wire_put_device(struct wire_out *o, const struct wire_message *m)
{
	if (m->type == WIRE_DEVICE_OPEN)
		wire_put_number(o, m->u.device_open.which, 1);
	else if (m->type == WIRE_DEVICE_OPENED)
		wire_put_number(o, m->u.device_opened.opened ? 1 : 0, 1);
	else if (m->type == WIRE_DEVICE_FRAME)
		wire_put_frame(o, m);
	else if (m->type == WIRE_DEVICE_ENDED)
		wire_put_number(o, m->u.device_ended.why, 1);
}

static void
wire_get_device(struct wire_in *in, struct wire_message *m)
{
	if (m->type == WIRE_DEVICE_OPEN)
		m->u.device_open.which =
			(enum io_device)wire_get_number(in, 1);
	else if (m->type == WIRE_DEVICE_OPENED)
		m->u.device_opened.opened = wire_get_bool(in);
	else if (m->type == WIRE_DEVICE_FRAME)
		wire_get_frame(in, m);
	else if (m->type == WIRE_DEVICE_ENDED)
		m->u.device_ended.why =
			(enum wire_ended)wire_get_number(in, 1);
}

static void
wire_put(struct wire_out *o, const struct wire_message *m)
{
	wire_put_number(o, m->type, 1);
	switch (m->type) {
	case WIRE_HELLO:
		wire_put_number(o, m->u.hello.low, 2);
		wire_put_number(o, m->u.hello.high, 2);
		break;
	case WIRE_WELCOME:
		wire_put_number(o, m->u.welcome.version, 2);
		break;
	case WIRE_REQUEST:
		wire_put_request(o, &m->u.request);
		break;
	case WIRE_PROMPT:
		wire_put_number(o, m->u.prompt.kind, 1);
		wire_put_number(o, m->u.prompt.purpose, 1);
		wire_put_string(o, m->u.prompt.text);
		break;
	case WIRE_ANSWER:
		wire_put_answer(o, m);
		break;
	case WIRE_MEMBER:
		wire_put_member(o, m);
		break;
	case WIRE_MEMBERSHIP:
		wire_put_number(o, m->u.membership.mask, 4);
		break;
	case WIRE_VERDICT:
		wire_put_verdict(o, m);
		break;
	case WIRE_QUERY:
		wire_put_number(o, m->u.query.what, 1);
		wire_put_string(o, m->u.query.user);
		break;
	case WIRE_ROW:
		wire_put_row(o, &m->u.row);
		break;
	case WIRE_END:
		break;
	case WIRE_DEVICE_OPEN:
	case WIRE_DEVICE_OPENED:
	case WIRE_DEVICE_FRAME:
	case WIRE_DEVICE_ENDED:
	case WIRE_DEVICE_CLOSE:
		wire_put_device(o, m);
		break;
	}
}

static void
wire_get(struct wire_in *in, struct wire_message *m)
{
	m->type = (enum wire_type)wire_get_number(in, 1);
	switch (m->type) {
	case WIRE_HELLO:
		m->u.hello.low = (uint16_t)wire_get_number(in, 2);
		m->u.hello.high = (uint16_t)wire_get_number(in, 2);
		break;
	case WIRE_WELCOME:
		m->u.welcome.version = (uint16_t)wire_get_number(in, 2);
		break;
	case WIRE_REQUEST:
		wire_get_request(in, &m->u.request);
		break;
	case WIRE_PROMPT:
		m->u.prompt.kind = (enum prompt_kind)wire_get_number(in, 1);
		m->u.prompt.purpose =
			(enum prompt_purpose)wire_get_number(in, 1);
		wire_get_string(in, m->u.prompt.text,
				sizeof(m->u.prompt.text));
		break;
	case WIRE_ANSWER:
		wire_get_answer(in, m);
		break;
	case WIRE_MEMBER:
		wire_get_member(in, m);
		break;
	case WIRE_MEMBERSHIP:
		m->u.membership.mask = (uint32_t)wire_get_number(in, 4);
		break;
	case WIRE_VERDICT:
		wire_get_verdict(in, m);
		break;
	case WIRE_QUERY:
		m->u.query.what = (enum wire_self)wire_get_number(in, 1);
		wire_get_string(in, m->u.query.user, sizeof(m->u.query.user));
		break;
	case WIRE_ROW:
		wire_get_row(in, &m->u.row);
		break;
	case WIRE_END:
		break;
	case WIRE_DEVICE_OPEN:
	case WIRE_DEVICE_OPENED:
	case WIRE_DEVICE_FRAME:
	case WIRE_DEVICE_ENDED:
	case WIRE_DEVICE_CLOSE:
		wire_get_device(in, m);
		break;
	}
}

enum status
wire_encode(const struct wire_message *m, uint8_t *bytes, size_t *len,
	    struct fault *f)
{
	struct wire_out o = { .at = bytes };

	if (!wire_valid(m))
		return fault(f, STATUS_INVALID,
			     "message of type %u cannot be sent",
			     (unsigned)m->type);
	wire_put(&o, m);
	if (o.full)
		return fault(f, STATUS_INVALID, "message is too long");
	*len = o.len;
	return STATUS_OK;
}

enum status
wire_decode(const uint8_t *bytes, size_t len, struct wire_message *m,
	    struct fault *f)
{
	struct wire_in in = { .at = bytes, .left = len };

	wire_message_wipe(m);
	if (len > WIRE_MESSAGE_MAX)
		return fault(f, STATUS_PROTOCOL, "message is too long");
	wire_get(&in, m);
	if (!in.bad && in.left == 0 && wire_valid(m))
		return STATUS_OK;
	wire_message_wipe(m);
	return fault(f, STATUS_PROTOCOL,
		     "%zu bytes are no message of this protocol", len);
}
