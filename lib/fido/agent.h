/* SPDX-License-Identifier: MIT */
/*
 * What the verifier and sigra-agent say to each other: find one of these keys
 * in the person's SSH agent (draft-miller-ssh-agent), have it sign.  One frame
 * each way, with a word between when a touch is due; bytes as in fido/fido.h.
 */
#ifndef FIDO_AGENT_H
#define FIDO_AGENT_H

#include "base/io.h"
#include "fido/fido.h"

#define AGENT_KEYS_MAX 10
#define AGENT_BLOB_MAX 700 /* an sk key's public key, or its certificate's */
#define AGENT_DATA_MAX 256 /* to be signed */
#define AGENT_SIGNATURE_MAX 600

struct agent_request {
	unsigned seconds; /* for the touch */
	size_t keys;
	struct {
		uint8_t blob[AGENT_BLOB_MAX];
		size_t len;
	} key[AGENT_KEYS_MAX];
	uint8_t data[AGENT_DATA_MAX];
	size_t data_len;
};

enum agent_end {
	AGENT_DONE = 1,
	AGENT_NONE,    /* the agent holds none of the keys */
	AGENT_REFUSED, /* it would not sign, or was not touched in time */
	AGENT_GONE,    /* no agent answers */
	AGENT_BROKEN,  /* it answered nonsense */
};

struct agent_reply {
	enum agent_end end;
	size_t key;				/* AGENT_DONE: which signed */
	uint8_t signature[AGENT_SIGNATURE_MAX]; /* type, signature, flags,
						   counter (PROTOCOL.u2f) */
	size_t signature_len;
};

enum agent_frame_kind {
	AGENT_FRAME_REQUEST = 1,
	AGENT_FRAME_FOUND, /* a key is there, and is being asked to sign */
	AGENT_FRAME_REPLY,
};

struct agent_frame {
	enum agent_frame_kind kind;
	union {
		struct agent_request request;
		struct agent_reply reply;
	} u;
};

enum status agent_encode(const struct agent_frame *frame, uint8_t *bytes,
			 size_t *len, struct fault *f) MUST_USE;
enum status agent_decode(const uint8_t *bytes, size_t len,
			 struct agent_frame *frame, struct fault *f) MUST_USE;
const char *agent_end_name(enum agent_end end);

/* As fido_ask(), of IO_DEVICE_AGENT: the cue is told when a key was found.  A
 * wait that was interrupted, or took too long, is AGENT_REFUSED. */
enum status agent_ask(struct io *io, const struct fido_cue *cue,
		      const struct agent_request *request,
		      struct agent_reply *out, struct fault *f) MUST_USE;

#endif
