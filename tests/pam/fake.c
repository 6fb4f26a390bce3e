/* SPDX-License-Identifier: MIT */
/*
 * A verifier that does what a text file says, right or wrong: the module is
 * tested against it alone.  Started as sigrad is; its --config file holds
 *
 *   phase NAME|any          what follows is for this phase only
 *   ask KIND PURPOSE TEXT   secret|visible, none|password|old|new|again|
 *                           code|combined|confirm|type_back|choice|pin; \n in
 *                           TEXT is a new line; the answer is logged
 *   tell info|error|cue TEXT
 *   right ANSWER            deny now unless the last answer was this
 *   device key|agent        open it; what came of that is logged
 *   frame TEXT              to the device
 *   hear SECONDS            a frame from it, which is text here; logged
 *   close                   the device
 *   member A,B,...          logs which of the groups the user is in
 *   facts                   log who calls, as the request has it
 *   process                 log what this process inherited
 *   verdict STEP [REASON] [proved] [login=ID] [session=ID]
 *   take                    read one packet, whatever it is
 *   send HEX                one packet of these bytes
 *   exit N                  leave without a word
 *   wait                    until the terminal has gone
 *
 * HELLO and REQUEST are read before all that, unless the file begins with
 * `raw`.  The log is the file's name with ".log"; a line in it that begins
 * with FAIL fails the test.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "script.h"
#include "wire/wire.h"

#define FAKE_FDS 4096 /* looked at */
#define FAKE_LINE 16384

struct fake {
	FILE *log;
	bool raw;
	struct wire_server server;
	struct request request;
	enum status answered; /* of the last question */
	char answer[ANSWER_MAX + 1];
	char fds[256]; /* open when main() began */
	size_t argc;
	char **argv;
};

static void
fake_fail(struct fake *fake, const char *what, const char *why)
{
	fprintf(fake->log, "FAIL %s: %s\n", what, why);
	fclose(fake->log);
	exit(3);
}

/* The number of WORD in a list that ends with NULL, from FIRST on. */
static unsigned
fake_word(struct fake *fake, const char *word, const char *const *list,
	  unsigned first)
{
	for (unsigned i = 0; list[i] != NULL; i++) {
		if (word != NULL && strcmp(list[i], word) == 0)
			return first + i;
	}
	fake_fail(fake, "unknown word", word == NULL ? "" : word);
	return 0;
}

static const char *const fake_phases[] = { "auth",   "account", "prelim",
					   "update", "open",	"close",
					   "any",    NULL };

static void
fake_ask(struct fake *fake, char *rest)
{
	static const char *const kinds[] = { "secret", "visible", NULL };
	static const char *const purposes[] = {
		"none",	    "password", "old",	     "new",    "again", "code",
		"combined", "confirm",	"type_back", "choice", "pin",	NULL
	};
	struct prompt p = { .kind = PROMPT_SECRET };
	struct fault f = { .text = "" };
	SECRET(answer);

	p.kind = (enum prompt_kind)fake_word(fake, strsep(&rest, " "), kinds,
					     PROMPT_SECRET);
	p.purpose = (enum prompt_purpose)fake_word(fake, strsep(&rest, " "),
						   purposes, PURPOSE_NONE);
	script_newlines(rest);
	if (!text_copy(p.text, sizeof(p.text), rest))
		fake_fail(fake, "prompt", "too long");
	fake->answer[0] = '\0';
	fake->answered =
		fake->server.io.ask(&fake->server.io, &p, &answer, &f);
	if (fake->answered == STATUS_OK &&
	    !secret_string(&answer, fake->answer, sizeof(fake->answer)))
		fake_fail(fake, "answer", "is no string");
	if (fake->answered == STATUS_OK)
		fprintf(fake->log, "answer %zu %s\n", strlen(fake->answer),
			fake->answer);
	else
		fprintf(fake->log, "answer %s\n", status_name(fake->answered));
}

static void
fake_tell(struct fake *fake, char *rest)
{
	static const char *const kinds[] = { "info", "error", "cue", NULL };
	struct prompt p = { .kind = PROMPT_INFO };
	struct fault f = { .text = "" };
	unsigned kind = fake_word(fake, strsep(&rest, " "), kinds, 0);

	if (kind == 1)
		p.kind = PROMPT_ERROR;
	if (kind == 2)
		p.purpose = PURPOSE_CUE;
	script_newlines(rest);
	if (!text_copy(p.text, sizeof(p.text), rest) ||
	    fake->server.io.tell(&fake->server.io, &p, &f) != STATUS_OK)
		fake_fail(fake, "tell", f.text);
}

static void
fake_finish(struct fake *fake, const struct wire_verdict *v,
	    const struct exports *exports)
{
	struct fault f = { .text = "" };

	if (wire_server_finish(&fake->server, v, exports, &f) != STATUS_OK)
		fake_fail(fake, "verdict", f.text);
	fclose(fake->log);
	exit(0);
}

static void
fake_right(struct fake *fake, char *rest)
{
	struct wire_verdict v = { .step = WIRE_DENY,
				  .reason = WIRE_REASON_WRONG };

	if (fake->answered == STATUS_OK && fake->answer[0] != '\0' &&
	    strcmp(fake->answer, rest) == 0)
		return;
	if (fake->answered == STATUS_CANCELLED)
		v.reason = WIRE_REASON_CANCELLED;
	fake_finish(fake, &v, NULL);
}

static void
fake_member(struct fake *fake, char *rest)
{
	const char *names[IO_GROUPS_MAX];
	struct fault f = { .text = "" };
	uint32_t mask = 0;
	size_t n = 0;

	while (rest != NULL && n < IO_GROUPS_MAX)
		names[n++] = strsep(&rest, ",");
	if (fake->server.io.member(&fake->server.io, names, n, &mask, &f) !=
	    STATUS_OK)
		fake_fail(fake, "member", f.text);
	fprintf(fake->log, "member %x\n", mask);
}

/* "SIGRA_ORG=acme" */
static void
fake_export(struct fake *fake, char *word, struct exports *out)
{
	struct exported *e = &out->one[out->n];
	char *name = strsep(&word, "=");

	if (word == NULL || out->n == EXPORTS_MAX ||
	    !text_copy(e->name, sizeof(e->name), name) ||
	    !text_copy(e->value, sizeof(e->value), word))
		fake_fail(fake, "export", name);
	out->n++;
}

static void
fake_verdict(struct fake *fake, char *rest)
{
	static const char *const reasons[] = { "none",	      "wrong",
					       "refused",     "expired",
					       "cancelled",   "bad_password",
					       "unavailable", NULL };
	static const char *const steps[] = { "deny", "renew", "abstain",
					     "allow", NULL };
	static const enum wire_step values[] = { WIRE_DENY, WIRE_RENEW,
						 WIRE_ABSTAIN, WIRE_ALLOW };
	struct wire_verdict v = { .step = WIRE_DENY };
	static struct exports exports;
	char *word;

	v.step = values[fake_word(fake, strsep(&rest, " "), steps, 0)];
	while ((word = strsep(&rest, " ")) != NULL) {
		if (strcmp(word, "proved") == 0)
			v.password_proved = true;
		else if (strncmp(word, "login=", 6) == 0)
			(void)text_copy(v.login.s, sizeof(v.login.s),
					word + 6);
		else if (strncmp(word, "session=", 8) == 0)
			(void)text_copy(v.session.s, sizeof(v.session.s),
					word + 8);
		else if (strncmp(word, "SIGRA_", 6) == 0)
			fake_export(fake, word, &exports);
		else
			v.reason = (enum wire_reason)fake_word(
				fake, word, reasons, WIRE_REASON_NONE);
	}
	fake_finish(fake, &v, &exports);
}

static void
fake_device(struct fake *fake, char *rest)
{
	static const char *const devices[] = { "key", "agent", NULL };
	struct io *io = &fake->server.io;
	enum io_device which = (enum io_device)fake_word(
		fake, strsep(&rest, " "), devices, IO_DEVICE_KEY);

	fprintf(fake->log, "device %s\n",
		status_name(io->device_open(io, which, NULL)));
}

static void
fake_frame(struct fake *fake, char *rest)
{
	struct io *io = &fake->server.io;
	enum status st =
		io->device_send(io, (const uint8_t *)rest, strlen(rest), NULL);

	if (st != STATUS_OK)
		fprintf(fake->log, "frame %s\n", status_name(st));
}

static void
fake_hear(struct fake *fake, char *rest)
{
	struct io *io = &fake->server.io;
	static uint8_t bytes[IO_FRAME_MAX];
	size_t len = 0;
	enum status st = io->device_receive(io, atoi(rest), bytes, &len, NULL);

	if (st == STATUS_OK)
		fprintf(fake->log, "heard %.*s\n", (int)len,
			(const char *)bytes);
	else
		fprintf(fake->log, "heard %s\n", status_name(st));
}

static void
fake_close(struct fake *fake, char *rest)
{
	(void)rest;
	fake->server.io.device_close(&fake->server.io);
}

static void
fake_facts(struct fake *fake, char *rest)
{
	const struct request *r = &fake->request;

	(void)rest;
	fprintf(fake->log,
		"facts phase=%s flags=%x user=%s service=%s tty=%s rhost=%s "
		"ruser=%s ruid=%u login=%s session=%s\n",
		fake_phases[r->phase - 1], r->flags, r->user, r->service,
		r->tty, r->rhost, r->ruser, r->ruid, r->login.s, r->session.s);
	fprintf(fake->log, "ssh connection=%s auth=%zu %.40s\n",
		r->ssh_connection, strlen(r->ssh_auth_info), r->ssh_auth_info);
	if (r->logind[0] != '\0')
		fprintf(fake->log, "logind %s\n", r->logind);
	fprintf(fake->log, "pid %d %llu leader %d %llu ancestors %u", r->pid,
		(unsigned long long)r->pid_start, r->leader.pid,
		(unsigned long long)r->leader.start, r->ancestors);
	for (size_t i = 0; i < r->ancestors; i++)
		fprintf(fake->log, " %d %llu", r->ancestor[i].pid,
			(unsigned long long)r->ancestor[i].start);
	fprintf(fake->log, "\n");
}

/* The value of one line of /proc/self/status. */
static void
fake_status(struct fake *fake, const char *name)
{
	FILE *status = fopen("/proc/self/status", "re");
	size_t len = strlen(name);
	char line[512];

	while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			fprintf(fake->log, "%s%s", name, line + len);
	}
	if (status != NULL)
		fclose(status);
}

static void
fake_process(struct fake *fake, char *rest)
{
	struct stat out, null;
	char cwd[256];

	(void)rest;
	fprintf(fake->log, "fds%s\n", fake->fds);
	fprintf(fake->log, "null %d\n",
		fstat(1, &out) == 0 && stat("/dev/null", &null) == 0 &&
			out.st_rdev == null.st_rdev &&
			out.st_ino == null.st_ino);
	fprintf(fake->log, "argv");
	for (size_t i = 0; i < fake->argc; i++)
		fprintf(fake->log, " %s", fake->argv[i]);
	fprintf(fake->log, "\nenv %s\n",
		environ == NULL || environ[0] == NULL ? "none" : environ[0]);
	fprintf(fake->log, "cwd %s\n", getcwd(cwd, sizeof(cwd)));
	fprintf(fake->log, "leader %d\n", getsid(0) == getpid());
	fake_status(fake, "Uid");
	fake_status(fake, "Gid");
	fake_status(fake, "SigBlk");
	fake_status(fake, "SigIgn");
}

static void
fake_take(struct fake *fake, char *rest)
{
	char bytes[WIRE_MESSAGE_MAX];

	(void)rest;
	fprintf(fake->log, "took %zd\n",
		recv(STDIN_FILENO, bytes, sizeof(bytes), 0));
}

static void
fake_send(struct fake *fake, char *rest)
{
	static uint8_t bytes[4 * WIRE_MESSAGE_MAX];
	size_t len = strlen(rest) / 2;

	if (rest[0] == '*') {
		/* So many zeros. */
		len = (size_t)atoi(rest + 1);
		memset(bytes, 0, sizeof(bytes));
	} else if (!text_unhex(rest, bytes, len)) {
		fake_fail(fake, "send", "no hex");
	}
	(void)send(STDIN_FILENO, bytes, len, MSG_NOSIGNAL);
}

static void
fake_exit(struct fake *fake, char *rest)
{
	fclose(fake->log);
	exit(atoi(rest));
}

static void
fake_wait(struct fake *fake, char *rest)
{
	char byte;

	(void)rest;
	while (recv(STDIN_FILENO, &byte, 1, 0) > 0)
		continue;
	fprintf(fake->log, "terminal has gone\n");
}

static const struct {
	const char *word;
	void (*run)(struct fake *fake, char *rest);
} fake_rows[] = {
	{ "ask", fake_ask },	     { "tell", fake_tell },
	{ "right", fake_right },     { "member", fake_member },
	{ "verdict", fake_verdict }, { "facts", fake_facts },
	{ "process", fake_process }, { "take", fake_take },
	{ "send", fake_send },	     { "exit", fake_exit },
	{ "wait", fake_wait },	     { "device", fake_device },
	{ "frame", fake_frame },     { "hear", fake_hear },
	{ "close", fake_close },
};

static void
fake_line(struct fake *fake, char *line)
{
	char *rest = line, *word = strsep(&rest, " ");

	for (size_t i = 0; i < sizeof(fake_rows) / sizeof(fake_rows[0]); i++) {
		if (strcmp(word, fake_rows[i].word) == 0) {
			fake_rows[i].run(fake, rest == NULL ? line : rest);
			return;
		}
	}
	fake_fail(fake, "unknown line", word);
}

static void
fake_start(struct fake *fake)
{
	struct fault f = { .text = "" };
	WIRE_MESSAGE(wanted);

	if (wire_server_start(&fake->server, STDIN_FILENO, &wanted, &f) !=
	    STATUS_OK)
		fake_fail(fake, "start", f.text);
	if (wanted.type != WIRE_REQUEST)
		fake_fail(fake, "start", "that is no request");
	fake->request = wanted.u.request;
}

static void
fake_script(struct fake *fake, FILE *script)
{
	static char line[FAKE_LINE];
	bool ours = true;

	while (fgets(line, sizeof(line), script) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (strcmp(line, "raw") == 0) {
			fake->raw = true;
			continue;
		}
		if (!fake->raw && fake->request.phase == 0)
			fake_start(fake);
		if (strncmp(line, "phase ", 6) == 0) {
			unsigned phase =
				fake_word(fake, line + 6, fake_phases, 1);

			ours = phase == fake->request.phase ||
			       phase == PHASE_SESSION_CLOSE + 1;
			continue;
		}
		if (ours)
			fake_line(fake, line);
	}
}

int
main(int argc, char **argv)
{
	static struct fake fake;
	char path[4096];
	size_t at = 0;
	FILE *script;

	for (int fd = 0; fd < FAKE_FDS && at < sizeof(fake.fds) - 8; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			at += (size_t)snprintf(fake.fds + at, 8, " %d", fd);
	}
	if (argc != 4 || strcmp(argv[1], "--once") != 0 ||
	    strcmp(argv[2], "--config") != 0)
		return 2;
	fake.argc = (size_t)argc;
	fake.argv = argv;
	snprintf(path, sizeof(path), "%s.log", argv[3]);
	fake.log = fopen(path, "ae");
	script = fopen(argv[3], "re");
	if (fake.log == NULL || script == NULL)
		return 2;
	setvbuf(fake.log, NULL, _IONBF, 0);
	fake_script(&fake, script);
	fclose(script);
	fclose(fake.log);
	return 0;
}
