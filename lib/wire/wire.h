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
 *                        <-      DEVICE_OPEN    (at most a few)
 *   DEVICE_OPENED        ->                     (then, until it has ended,
 *   DEVICE_FRAME         <->     DEVICE_FRAME    what its program says and
 *                        <-      DEVICE_CLOSE    what is said to it)
 *   DEVICE_ENDED         ->                     (once for each that opened:
 *                                                of itself, or when closed)
 *                        <-      VERDICT, after its transaction committed
 *
 * While a device is open PROMPT and ANSWER go on as before, and frames may
 * come between the two.  What is sent to a device that has just ended, a
 * DEVICE_CLOSE included, is dropped by the terminal.
 *
 * In place of a REQUEST, what is kept about whoever asks:
 *
 *   QUERY                ->
 *                        <-      ROW            (any number of times)
 *                        <-      END
 *
 * sigrad(8) documents the bytes.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/export.h"
#include "base/io.h"
#include "base/request.h"

#define WIRE_VERSION_LOW 4
#define WIRE_VERSION_HIGH 4
#define WIRE_MESSAGE_MAX 12288
#define WIRE_ANSWER_SECONDS 600	     /* a person's time for one answer */
#define WIRE_ANSWER_SECONDS_SELF 120 /* of one whose peer is not root */
#define WIRE_REPLY_SECONDS 90	     /* the verifier's time for one reply */
#define WIRE_DEVICE_SECONDS 300	     /* ... while a device is open */
#define WIRE_HELLO_SECONDS 5	     /* a peer's time for its greeting */
#define WIRE_PROMPTS_MAX 64	     /* prompts of one request */
#define WIRE_DEVICES_MAX 4	     /* devices opened for one request */
#define WIRE_FRAMES_MAX 256	     /* frames each way of one device */
#define WIRE_FRAMES_AHEAD 4  /* frames that come before an awaited answer */
#define WIRE_MEMBERS_MAX 256 /* MEMBER questions of one request */
#define WIRE_ROWS_MAX 1001   /* rows of one answer: the first, 1000 more */
#define WIRE_PAIRS_MAX 24    /* pairs of one row */
#define WIRE_KEY_SIZE 33
#define WIRE_VALUE_SIZE 257

enum wire_type {
	WIRE_HELLO = 1,
	WIRE_WELCOME,
	WIRE_REQUEST,
	WIRE_PROMPT,
	WIRE_ANSWER,
	WIRE_MEMBER,
	WIRE_MEMBERSHIP,
	WIRE_VERDICT,
	WIRE_QUERY,
	WIRE_ROW,
	WIRE_END,
	WIRE_DEVICE_OPEN,
	WIRE_DEVICE_OPENED,
	WIRE_DEVICE_FRAME,
	WIRE_DEVICE_ENDED,
	WIRE_DEVICE_CLOSE,
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

/* What may be asked, and by anybody about himself alone. */
enum wire_self {
	WIRE_SELF_ACCOUNT = 1, /* the account, and what failed at it */
	WIRE_SELF_SESSIONS,    /* the open ones */
	WIRE_SELF_ALL_SESSIONS,
	WIRE_SELF_CODES,  /* one-time code devices, backup codes left */
	WIRE_SELF_TRUST,  /* trusted devices */
	WIRE_SELF_KEYS,	  /* security keys and SSH keys */
	WIRE_AUTHORIZED,  /* SSH keys of anybody, for sshd: asked by the uid of
			     sigra.conf's service.keys, or by root; the only
			     query that names an account */
	WIRE_SELF_TOKENS, /* app tokens */
};

/* Why a device's program is not there any more. */
enum wire_ended { WIRE_ENDED_EXIT = 1, WIRE_ENDED_INTERRUPTED };

/* The keys of a row are not empty, and each is there once. */
struct wire_row {
	uint8_t n;
	struct wire_pair {
		char key[WIRE_KEY_SIZE];
		char value[WIRE_VALUE_SIZE];
	} pair[WIRE_PAIRS_MAX];
};

/* Put a pair at the end; false when it does not fit. */
bool wire_row_put(struct wire_row *row, const char *key, const char *value)
	MUST_USE;
/* The value of KEY; "" when there is none. */
const char *wire_row_get(const struct wire_row *row, const char *key);

/* A long text, in as many pairs as it takes: "KEY0", "KEY1" and so on.  All
 * of it is in OUT, or the answer is false. */
bool wire_row_put_long(struct wire_row *row, const char *key, const char *text)
	MUST_USE;
bool wire_row_get_long(const struct wire_row *row, const char *key, char *out,
		       size_t size) MUST_USE;

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
		struct {
			struct wire_verdict verdict;
			struct exports exports; /* WIRE_ALLOW; else none */
		};
		struct {
			enum wire_self what;
			char user[USER_MAX + 1]; /* WIRE_AUTHORIZED; else "" */
		} query;
		struct {
			enum io_device which;
		} device_open;
		struct {
			bool opened;
		} device_opened;
		struct {
			uint16_t len;
			uint8_t bytes[IO_FRAME_MAX]; /* may hold a PIN */
		} frame;
		struct {
			enum wire_ended why;
		} device_ended;
		struct wire_row row;
	} u;
};

/* Is it empty or a UUID in lower-case text form?  No other may be sent. */
bool wire_id_valid(const struct id *id);
/* May they stand in the environment of a session: names and values as
 * base/export.h says, each name once? */
bool wire_exports_valid(const struct exports *e);
/* Is it empty or letters and digits, as logind names its sessions? */
bool wire_logind_valid(const char *s, size_t size);

/* A message is 9 KiB: the verifier's may lie on its stack, but what runs in a
 * PAM host makes them by wire_message_new(). */
void wire_message_wipe(struct wire_message *m);
#define WIRE_MESSAGE(name)                                                    \
	__attribute__((cleanup(                                               \
		wire_message_wipe))) struct wire_message name = { .type = 0 }

/* Zeroed; *OUT by free() after wire_message_wipe(), as AUTO_WIRE does. */
enum status wire_message_new(struct wire_message **out, struct fault *f)
	MUST_USE;
void wire_message_free(struct wire_message **m);
#define AUTO_WIRE __attribute__((cleanup(wire_message_free)))

/*
 * Pure.  BYTES holds WIRE_MESSAGE_MAX; the caller wipes it.  What decodes
 * encodes to the same bytes.  STATUS_INVALID: M is no message that may be
 * sent; STATUS_PROTOCOL: BYTES are none, and M is all zero.
 */
enum status wire_encode(const struct wire_message *m, uint8_t *bytes,
			size_t *len, struct fault *f) MUST_USE;
enum status wire_decode(const uint8_t *bytes, size_t len,
			struct wire_message *m, struct fault *f) MUST_USE;

/*
 * One packet, with a deadline (WIRE_REPLY_SECONDS to send).
 * STATUS_UNAVAILABLE: the peer is gone or the time is over; STATUS_PROTOCOL:
 * what came is no message.  M is all zero unless a message came.  Never
 * raises SIGPIPE.
 */
enum status wire_send(int fd, const struct wire_message *m, struct fault *f)
	MUST_USE;
enum status wire_receive(int fd, int seconds, struct wire_message *m,
			 struct fault *f) MUST_USE;
/* Milliseconds on the clock that nobody can set. */
int64_t wire_clock(void);
/* Is there something to receive, or does it come in time?  STATUS_BUSY when
 * not. */
enum status wire_ready(int fd, int seconds, struct fault *f) MUST_USE;
/* As wire_receive(); STATUS_PROTOCOL also when it is not of type WANTED. */
enum status wire_expect(int fd, int seconds, enum wire_type wanted,
			struct wire_message *m, struct fault *f) MUST_USE;

/*
 * Connect to the verifier that listens at PATH and greet it, all within
 * SECONDS.  The socket's directory must be root's and writable by nobody
 * else, and the listener uid 0 or the owner of the socket, so that nobody can
 * stand in for the verifier and collect passwords.  STATUS_UNAVAILABLE:
 * absent, hung, flooded or not to be trusted; STATUS_PROTOCOL: of another
 * version.  *OUT is above 2, CLOEXEC.
 */
enum status wire_client_connect(const char *path, int seconds, int *out,
				struct fault *f) MUST_USE;

/*
 * Greet the verifier and agree on a version; STATUS_UNAVAILABLE when it does
 * not answer within SECONDS, STATUS_PROTOCOL when there is no common version.
 */
enum status wire_client_hello(int fd, int seconds, struct fault *f) MUST_USE;

/*
 * After the greeting, the terminal's side of one request over FD: IO answers
 * what is asked. Status OK means only that the protocol came to its end; the
 * verdict is in OUT, and is a denial in every other case.  An IO whose
 * device_open is NULL has no devices; one that has (wire/wire_device.h) has
 * device_fds, too.  What opened is closed, whatever happens.  EXPORTS: what an
 * ALLOW puts into the environment, none otherwise; NULL: whatever it is, it is
 * not wanted.
 */
enum status wire_client_run(int fd, const struct request *request,
			    struct io *io, struct wire_verdict *out,
			    struct exports *exports, struct fault *f);

/*
 * After the greeting, ask: EACH is called with every row, and ends the asking
 * with any status but OK.  STATUS_OK means that all rows came.
 */
enum status wire_client_query(int fd, enum wire_self what,
			      enum status (*each)(void *ctx,
						  const struct wire_row *,
						  struct fault *),
			      void *ctx, struct fault *f) MUST_USE;

/*
 * The same for WIRE_AUTHORIZED, about USER.  A row is a line for sshd: "type",
 * "options" (may be empty), "label", and the key in base64 as a long text
 * "key".
 */
enum status wire_client_authorized(int fd, const char *user,
				   enum status (*each)(void *ctx,
						       const struct wire_row *,
						       struct fault *),
				   void *ctx, struct fault *f) MUST_USE;

/*
 * The verifier's side.  wire_server_start() does HELLO to REQUEST or QUERY,
 * which is handed out.  After a request server->io asks the terminal, and
 * wire_server_finish() sends the verdict; after a query any number of
 * wire_server_row() go out, and wire_server_end() says that these were all.
 */
struct wire_server {
	struct io io; /* first: the io functions find the server by it */
	int fd;
	int answer_seconds; /* for each answer */
	unsigned prompts;
	unsigned members;
	unsigned rows;
	/* The device: open until `ended` says why not. */
	bool open, lost; /* lost: it never said that it has ended */
	enum wire_ended ended;
	unsigned devices, received, sent;
	size_t ahead; /* frames that came while something else was awaited */
	struct wire_frame {
		size_t len;
		uint8_t bytes[IO_FRAME_MAX];
	} frame[WIRE_FRAMES_AHEAD];
};
enum status wire_server_start(struct wire_server *server, int fd,
			      struct wire_message *out, struct fault *f)
	MUST_USE;
/* EXPORTS NULL: none. */
enum status wire_server_finish(struct wire_server *server,
			       const struct wire_verdict *verdict,
			       const struct exports *exports, struct fault *f)
	MUST_USE;
enum status wire_server_row(struct wire_server *server,
			    const struct wire_row *row, struct fault *f)
	MUST_USE;
enum status wire_server_end(struct wire_server *server, struct fault *f)
	MUST_USE;

#endif
