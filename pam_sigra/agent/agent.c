/* SPDX-License-Identifier: MIT */
/*
 * sigra-agent: asks the SSH agent of the person who logs in for one signature.
 * The terminal in the host starts it as that person, with one end of a socket
 * as standard input and the agent's path as the only argument.  The path is a
 * transport and proves nothing; the verifier checks what was signed.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "agent/sandbox.h"
#include "agent/talk.h"
#include "base/auto.h"

#define AGENT_START_SECONDS 10 /* until the request is there */
#define AGENT_LIST_SECONDS 5   /* nobody has to touch anything for it */
#define AGENT_SLACK_SECONDS 2  /* before the alarm, which says nothing */

/* The person, and nobody who borrows from another. */
static bool
agent_is_person(void)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	return getresuid(&r, &e, &s) == 0 && getresgid(&rg, &eg, &sg) == 0 &&
	       r == e && e == s && rg == eg && eg == sg &&
	       getauxval(AT_SECURE) == 0;
}

static bool
agent_has_socket(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &len) ==
		       0 &&
	       type == SOCK_SEQPACKET;
}

/* Nothing of the host, whoever has closed it already. */
static void
agent_clean(void)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)signal(SIGALRM, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)alarm(AGENT_START_SECONDS);
#ifdef SYS_close_range
	(void)syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0U);
#endif
}

static bool
agent_send(const struct agent_frame *frame)
{
	uint8_t bytes[IO_FRAME_MAX];
	struct fault f;
	size_t len = 0;

	return agent_encode(frame, bytes, &len, &f) == STATUS_OK &&
	       send(STDIN_FILENO, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool
agent_receive(struct agent_request *out)
{
	struct agent_frame frame;
	uint8_t bytes[IO_FRAME_MAX];
	struct fault f;
	ssize_t n;

	do
		n = recv(STDIN_FILENO, bytes, sizeof(bytes), MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n <= 0 || (size_t)n > sizeof(bytes) ||
	    agent_decode(bytes, (size_t)n, &frame, &f) != STATUS_OK ||
	    frame.kind != AGENT_FRAME_REQUEST)
		return false;
	*out = frame.u.request;
	return true;
}

/* Zero: nobody waits for it any more. */
static enum agent_end
agent_find(struct talk *t, const struct agent_request *request, size_t *key)
{
	uint8_t ask[MESSAGE_ASK_MAX];
	size_t len = message_list_make(ask);
	enum agent_end end;

	if (t->fd < 0)
		return AGENT_GONE;
	t->until = talk_clock() + AGENT_LIST_SECONDS * INT64_C(1000);
	end = talk_ask(t, ask, len);
	/* Not to say even what it has is no refusal. */
	if (end == AGENT_REFUSED)
		return AGENT_GONE;
	return end == AGENT_DONE
		       ? message_list_find(t->bytes, t->len, request, key)
		       : end;
}

static enum agent_end
agent_sign(struct talk *t, const struct agent_request *request,
	   struct agent_reply *out)
{
	const struct agent_frame found = { .kind = AGENT_FRAME_FOUND };
	uint8_t ask[MESSAGE_ASK_MAX];
	size_t len = message_sign_make(request, out->key, ask);
	enum agent_end end;

	if (!agent_send(&found))
		return (enum agent_end)0;
	t->until = talk_clock() + request->seconds * INT64_C(1000);
	end = talk_ask(t, ask, len);
	return end == AGENT_DONE ? message_sign_read(t->bytes, t->len, out)
				 : end;
}

static int
agent_serve(struct talk *t)
{
	struct agent_request request;
	struct agent_frame frame = { .kind = AGENT_FRAME_REPLY };
	struct agent_reply *reply = &frame.u.reply;

	if (!agent_receive(&request))
		return 1;
	(void)alarm(AGENT_LIST_SECONDS + request.seconds +
		    AGENT_SLACK_SECONDS);
	reply->end = agent_find(t, &request, &reply->key);
	if (reply->end == AGENT_DONE)
		reply->end = agent_sign(t, &request, reply);
	return reply->end != 0 && agent_send(&frame) ? 0 : 1;
}

static int
agent_say(const char *text)
{
	ssize_t n = write(STDERR_FILENO, text, strlen(text));

	return n < 0 ? 3 : 2;
}

int
main(int argc, char **argv)
{
	static struct talk t = { .fd = -1, .above = STDIN_FILENO };
	struct fault f;

	if (argc != 2 || !agent_is_person() || !agent_has_socket())
		return agent_say("sigra-agent: pam_sigra starts it, as the "
				 "person who logs in\n");
	agent_clean();
	/* Only root's own agent may be behind what root alone can reach. */
	if (geteuid() != 0 && sandbox_shed(&f) != STATUS_OK)
		return 1;
	t.fd = talk_connect(argv[1]);
	if (sandbox_shut(&f) != STATUS_OK)
		return 1;
	return agent_serve(&t);
}
