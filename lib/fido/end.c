/* SPDX-License-Identifier: MIT */
#include "fido/agent.h"
#include "fido/fido.h"

struct end_words {
	const char *name;
	const char *sentence;
};

static const struct end_words end_words[] = {
	[FIDO_DONE] = { "done", "The security key has answered." },
	[FIDO_NO_KEY] = { "no_key", "No security key that can be used here "
				    "was plugged in." },
	[FIDO_TIMEOUT] = { "timeout",
			   "The security key was not touched in time." },
	[FIDO_CANCELLED] = { "cancelled",
			     "The security key was not asked any further." },
	[FIDO_PIN_INVALID] = { "pin_invalid",
			       "The PIN of the security key was wrong." },
	[FIDO_PIN_BLOCKED] = { "pin_blocked",
			       "The PIN of the security key is blocked for "
			       "good: only a reset, which erases the key, "
			       "ends that." },
	[FIDO_PIN_PAUSED] = { "pin_paused",
			      "Too many wrong PINs: unplug the security key, "
			      "plug it in again, and try once more." },
	[FIDO_NO_PIN] = { "no_pin", "This needs a security key with a PIN or "
				    "a fingerprint, and this one has neither "
				    "set up." },
	[FIDO_IN_USE] = { "in_use", "Another program uses the security key: "
				    "close it, and try again." },
	[FIDO_EXCLUDED] = { "excluded",
			    "This security key is enrolled already." },
	[FIDO_FULL] = { "full", "The security key has no room left: remove a "
				"credential from it." },
	[FIDO_UNSUPPORTED] = { "unsupported",
			       "The security key cannot do what is asked of "
			       "it." },
	[FIDO_ATTESTATION] = { "attestation",
			       "The security key's attestation is not "
			       "right." },
	[FIDO_DENIED] = { "denied", "This program may not open the security "
				    "key's device." },
	[FIDO_BROKEN] = { "broken",
			  "The security key answered what no key should." },
};

static const char *const end_agent_names[] = {
	[AGENT_DONE] = "done",	     [AGENT_NONE] = "none",
	[AGENT_REFUSED] = "refused", [AGENT_GONE] = "gone",
	[AGENT_BROKEN] = "broken",
};

const char *
fido_end_name(enum fido_end end)
{
	return end >= FIDO_DONE && end <= FIDO_BROKEN ? end_words[end].name
						      : "unknown";
}

const char *
fido_end_sentence(enum fido_end end)
{
	return end >= FIDO_DONE && end <= FIDO_BROKEN
		       ? end_words[end].sentence
		       : "The security key could not be used.";
}

const char *
agent_end_name(enum agent_end end)
{
	return end >= AGENT_DONE && end <= AGENT_BROKEN ? end_agent_names[end]
							: "unknown";
}
