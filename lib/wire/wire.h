/* SPDX-License-Identifier: MIT */
/*
 * The protocol between the terminal (pam_sigra) and the verifier (sigrad), on
 * an AF_UNIX SOCK_SEQPACKET socket: one message a packet, so a message's
 * length is what was received.  Numbers are big-endian; a string is a 16-bit
 * length and its bytes without NUL.  Decoding refuses a short, long or
 * trailing byte, a NUL inside a string, and any number outside its enum.
 *
 *   terminal                     verifier
 *   HELLO low..high      ->
 *                        <-      WELCOME version (0: none in common)
 *   REQUEST              ->
 *                        <-      PROMPT         (any number of times)
 *   ANSWER               ->                     (to a question only)
 *                        <-      MEMBER         (at most a few)
 *   MEMBERSHIP           ->
 *                        <-      VERDICT, after its transaction committed
 *
 * sigrad(8) documents the bytes.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/io.h"
#include "base/request.h"

#define WIRE_VERSION_LOW 1
#define WIRE_VERSION_HIGH 1
#define WIRE_MESSAGE_MAX 4096
#define WIRE_ANSWER_SECONDS 600 /* a person's time for one answer */
#define WIRE_REPLY_SECONDS 90	/* the verifier's time for one reply */
#define WIRE_PROMPTS_MAX 32	/* prompts of one request */
#define WIRE_MEMBERS_MAX 256	/* MEMBER questions of one request */

enum wire_type {
	WIRE_HELLO = 1,
	WIRE_WELCOME,
	WIRE_REQUEST,
	WIRE_PROMPT,
	WIRE_ANSWER,
	WIRE_MEMBER,
	WIRE_MEMBERSHIP,
	WIRE_VERDICT,
};

/* Values apart, zero denies: see policy_step, which this room may not know. */
enum wire_step {
	WIRE_DENY = 0,
	WIRE_RENEW = 0x5a,
	WIRE_ABSTAIN = 0x99,
	WIRE_ALLOW = 0xca,
};

/* What the terminal may know of a denial; pam_sigra(8) lists the PAM codes. */
enum wire_reason {
	WIRE_REASON_NONE = 0,
	WIRE_REASON_WRONG,	  /* authentication failed, whyever */
	WIRE_REASON_REFUSED,	  /* policy or account state says no */
	WIRE_REASON_EXPIRED,	  /* account has expired */
	WIRE_REASON_CANCELLED,	  /* the person gave up */
	WIRE_REASON_BAD_PASSWORD, /* new password not acceptable */
	WIRE_REASON_UNAVAILABLE,  /* something broke; see the log */
};

enum wire_given { WIRE_GIVEN = 1, WIRE_CANCELLED, WIRE_TOO_LONG };

struct wire_verdict {
	enum wire_step step;
	enum wire_reason reason;
	bool password_proved;
	struct id login;
	struct id session;
};

struct wire_message {
	enum wire_type type;
	union {
		struct {
			uint16_t low, high;
		} hello;
		struct {
			uint16_t version;
		} welcome;
		struct request request;
		struct prompt prompt;
		struct {
			enum wire_given given;
			struct secret text;
		} answer;
		struct {
			uint8_t n;
			char name[IO_GROUPS_MAX][33];
		} member;
		struct {
			uint32_t mask;
		} membership;
		struct wire_verdict verdict;
	} u;
};

/* Is it empty or a UUID in lower-case text form?  No other may be sent. */
bool wire_id_valid(const struct id *id);

void wire_message_wipe(struct wire_message *m);
#define WIRE_MESSAGE(name)                                                    \
	__attribute__((cleanup(                                               \
		wire_message_wipe))) struct wire_message name = { .type = 0 }

/*
 * Pure.  BYTES holds WIRE_MESSAGE_MAX; the caller wipes it.  What decodes
 * encodes to the same bytes.  STATUS_INVALID: M is no message that may be
 * sent; STATUS_PROTOCOL: BYTES are none.
 */
enum status wire_encode(const struct wire_message *m, uint8_t *bytes,
			size_t *len, struct fault *f) MUST_USE;
enum status wire_decode(const uint8_t *bytes, size_t len,
			struct wire_message *m, struct fault *f) MUST_USE;

/*
 * One packet, with a deadline (WIRE_REPLY_SECONDS to send).
 * STATUS_UNAVAILABLE: the peer is gone or the time is over; STATUS_PROTOCOL:
 * what came is no message.  Never raises SIGPIPE.
 */
enum status wire_send(int fd, const struct wire_message *m, struct fault *f)
	MUST_USE;
enum status wire_receive(int fd, int seconds, struct wire_message *m,
			 struct fault *f) MUST_USE;
/* As wire_receive(); STATUS_PROTOCOL also when it is not of type WANTED. */
enum status wire_expect(int fd, int seconds, enum wire_type wanted,
			struct wire_message *m, struct fault *f) MUST_USE;

/*
 * The terminal's side of one request over FD: IO answers what is asked.
 * Status OK means only that the protocol came to its end; the verdict is in
 * OUT, and is a denial in every other case.
 */
enum status wire_client_run(int fd, const struct request *request,
			    struct io *io, struct wire_verdict *out,
			    struct fault *f);

/*
 * The verifier's side.  wire_server_start() does HELLO to REQUEST;
 * afterwards server->io asks the terminal; wire_server_finish() sends the
 * verdict.
 */
struct wire_server {
	struct io io; /* first: the io functions find the server by it */
	int fd;
	unsigned prompts;
	unsigned members;
};
enum status wire_server_start(struct wire_server *server, int fd,
			      struct request *out, struct fault *f) MUST_USE;
enum status wire_server_finish(struct wire_server *server,
			       const struct wire_verdict *verdict,
			       struct fault *f) MUST_USE;

#endif
