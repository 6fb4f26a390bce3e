/* SPDX-License-Identifier: MIT */
/*
 * The four messages of the SSH agent protocol (draft-miller-ssh-agent) that
 * are needed, without their length.  Pure; the agent is the person's own
 * program, and what it says may be anything.
 */
#ifndef AGENT_MESSAGE_H
#define AGENT_MESSAGE_H

#include "fido/agent.h"

#define MESSAGE_MAX (256 * 1024) /* as OpenSSH has it */
#define MESSAGE_ASK_MAX (1 + 4 + AGENT_BLOB_MAX + 4 + AGENT_DATA_MAX + 4)

/* "What keys do you have?"  OUT of MESSAGE_ASK_MAX; returns its length. */
size_t message_list_make(uint8_t *out);

/*
 * The first key of the answer that is one of REQUEST's, byte for byte, so
 * that a certificate of it is none.  AGENT_DONE and *KEY, AGENT_NONE,
 * AGENT_REFUSED or AGENT_BROKEN.
 */
enum agent_end message_list_find(const uint8_t *bytes, size_t len,
				 const struct agent_request *request,
				 size_t *key);

/* "Sign this with that key", without flags. */
size_t message_sign_make(const struct agent_request *request, size_t key,
			 uint8_t *out);

/* AGENT_DONE and the signature, AGENT_REFUSED or AGENT_BROKEN. */
enum agent_end message_sign_read(const uint8_t *bytes, size_t len,
				 struct agent_reply *out);

#endif
