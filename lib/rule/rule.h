/* SPDX-License-Identifier: MIT */
/*
 * Policy rules: their text, whether one matches a login, and whether a set of
 * them is sane.  Pure: strings and addresses, no I/O, no clock, no heap, no
 * DNS.
 */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include <netinet/in.h>

#include "base/fault.h"
#include "base/id.h"
#include "policy/policy.h"

#define RULE_TEXT_SIZE 256
#define RULES_MAX 256
#define RULE_GROUPS_ONE 16 /* Unix groups that one rule may name */

/* Bits of rule.phases. */
#define RULE_PHASE(phase) (UINT32_C(1) << (phase))
#define RULE_PHASES_ALL                                                       \
	(RULE_PHASE(POLICY_PHASE_AUTH) | RULE_PHASE(POLICY_PHASE_ACCOUNT) |   \
	 RULE_PHASE(POLICY_PHASE_PASSWORD) |                                  \
	 RULE_PHASE(POLICY_PHASE_SESSION))

enum rule_account {
	RULE_ACCOUNT_ANY = 0,
	RULE_ACCOUNT_KNOWN,
	RULE_ACCOUNT_UNKNOWN
};

/* What becomes of an account that has none of the second factors the rule
 * names. */
enum rule_unenrolled {
	RULE_UNENROLLED_DENY = 0, /* and everybody is asked for everything */
	RULE_UNENROLLED_EXEMPT,
	RULE_UNENROLLED_ENROLL, /* inside the login, now */
	RULE_UNENROLLED_UNTIL,	/* exempt before unenrolled_until, then deny */
};

enum rule_prompt {
	RULE_PROMPT_AUTO = 0, /* single for services known to take one string
				 only (rule_service_single()), else multi */
	RULE_PROMPT_MULTI,    /* a prompt a factor */
	RULE_PROMPT_SINGLE,   /* password and code in one answer */
};

/* How a QR code is drawn inside a login. */
enum rule_qr {
	RULE_QR_AUTO = 0, /* half blocks, or ASCII where there is no UTF-8 */
	RULE_QR_UTF8,
	RULE_QR_ASCII,
	RULE_QR_NONE, /* the secret as text, only */
};

/* Must a security key verify its user (PIN, fingerprint)?  Alone it always
 * must.  The words are those of WebAuthn 2, 5.8.6. */
enum rule_uv {
	RULE_UV_PREFERRED = 0, /* where the key can */
	RULE_UV_REQUIRED,
	RULE_UV_DISCOURAGED, /* a touch is enough */
};

/* Which organization is active, where the account belongs to several (of those
 * that the rule names, if it names any)? */
enum rule_org_choice {
	RULE_ORG_LAST = 0, /* the last used */
	RULE_ORG_ASK,	   /* as the person says; the last used where nobody
			      can be asked */
};

/* A login from where the account was never seen (and it was seen elsewhere):
 * always audited as suspicious. */
enum rule_new_source {
	RULE_NEW_SOURCE_AUDIT = 0,
	RULE_NEW_SOURCE_TELL,	/* the person, once in */
	RULE_NEW_SOURCE_SECOND, /* needs a second factor, whoever is exempt or
				   trusted elsewhere */
};

#define RULE_ORGS_ONE 6 /* organizations that one rule may name */
/* 24 hours for sshd and login, else none: rule_session_limit(). */
#define RULE_SESSION_MAX_AUTO (-1)
#define RULE_SESSION_MAX 31536000 /* seconds */
#define RULE_SESSION_IDLE_MAX 2592000

#define RULE_FACTORS_ALL (POLICY_BIT(POLICY_FACTOR_COUNT) - 1)

#define RULE_KEY_WAIT_MAX 120 /* seconds */
#define RULE_KEY_WAIT_DEFAULT 15
#define RULE_TRUST_DAYS_MAX 365
#define RULE_STEP_UP_MAX 86400 /* seconds */

/*
 * An empty condition matches everything.  Patterns are fnmatch(3) globs in
 * which neither slash nor backslash means anything, several with commas and
 * without blanks: "sshd,su*".  A network of IPv6 wider than the mapped block
 * (::/0) holds no IPv4 address; 0.0.0.0/0 holds all of those.
 */
struct rule {
	struct id id;
	int64_t position; /* 1, 2, 3 ... without gaps */
	uint32_t phases;
	enum policy_action action;
	unsigned alternatives;
	uint32_t require[POLICY_ALTERNATIVES_MAX];
	enum rule_account account;
	char service[RULE_TEXT_SIZE];
	char host[RULE_TEXT_SIZE];
	char user[RULE_TEXT_SIZE];
	char group[RULE_TEXT_SIZE];   /* Unix groups, names with commas */
	char network[RULE_TEXT_SIZE]; /* CIDRs with commas; IPv4, IPv6 */
	char org[RULE_TEXT_SIZE];     /* ids of organizations with commas: the
					 account belongs to one of them */
	char note[RULE_TEXT_SIZE];
	/* RULE of action `require` only; zero otherwise. */
	enum rule_unenrolled unenrolled;
	int64_t unenrolled_until; /* RULE_UNENROLLED_UNTIL; else 0 */
	int64_t trust_days;	  /* 0: no device is trusted */
	int64_t step_up;	  /* seconds; 0: always ask */
	enum rule_prompt prompt;
	enum rule_qr qr;
	bool qr_invert; /* for dark text on a light ground */
	enum rule_uv uv;
	int64_t key_wait; /* seconds that a key may take to be plugged in */
	bool key_paste;	  /* far from the machine: a key elsewhere may answer
			     by a challenge that is copied and pasted */
	enum rule_org_choice org_choice;
	bool notice; /* tell about the last login, and failures since */
	enum rule_new_source new_source;
	bool invite; /* who is invited by name and unknown may accept here,
			instead of the password; needs `password` */
	/* RULE of action `require` or `admit` that has the session phase. */
	int64_t session_max;  /* seconds; 0: none; RULE_SESSION_MAX_AUTO */
	int64_t session_idle; /* seconds without input on the terminal; 0 */
};

/* What a rule is held against. */
struct rule_subject {
	enum policy_phase phase;
	const char *service;
	const char *host; /* of this machine */
	const char *user;
	bool known;		   /* the store has the account */
	bool has_address;	   /* false: matches no network condition */
	struct in6_addr address;   /* IPv4 as v4-mapped */
	const char *const *groups; /* the user is a member of these */
	size_t group_count;
	const struct id *orgs; /* the account belongs to these */
	size_t org_count;
};

/*
 * The text form of factor sets: "password", "password+otp | fido2".
 * STATUS_INVALID names the word that is no factor.  Spaces are free.
 */
enum status rule_require_parse(const char *s, unsigned *alternatives,
			       uint32_t require[POLICY_ALTERNATIVES_MAX],
			       struct fault *f) MUST_USE;
void rule_require_format(const struct rule *r, char *out, size_t size);

/* "auth,account" or "all", both ways. */
enum status rule_phases_parse(const char *s, uint32_t *out, struct fault *f)
	MUST_USE;
void rule_phases_format(uint32_t phases, char *out, size_t size);

/* "require", "admit", "deny", "abstain"; "any", "known", "unknown". */
const char *rule_action_name(enum policy_action action);
bool rule_action_parse(const char *s, enum policy_action *out);
const char *rule_account_name(enum rule_account account);
bool rule_account_parse(const char *s, enum rule_account *out);

/* "deny", "exempt", "enroll", "until"; "auto", "multi", "single"; "auto",
 * "utf8", "ascii", "none". */
const char *rule_unenrolled_name(enum rule_unenrolled unenrolled);
bool rule_unenrolled_parse(const char *s, enum rule_unenrolled *out);
const char *rule_prompt_name(enum rule_prompt prompt);
bool rule_prompt_parse(const char *s, enum rule_prompt *out);
const char *rule_qr_name(enum rule_qr qr);
bool rule_qr_parse(const char *s, enum rule_qr *out);

/* "preferred", "required", "discouraged". */
const char *rule_uv_name(enum rule_uv uv);
bool rule_uv_parse(const char *s, enum rule_uv *out);

/* "last", "ask"; "audit", "tell", "second". */
const char *rule_org_choice_name(enum rule_org_choice choice);
bool rule_org_choice_parse(const char *s, enum rule_org_choice *out);
const char *rule_new_source_name(enum rule_new_source new_source);
bool rule_new_source_parse(const char *s, enum rule_new_source *out);

/* Does the rule name this organization (or none at all)? */
bool rule_names_org(const struct rule *r, const struct id *org);

/* Seconds that a session of this service may last under R; 0: no limit.
 * RULE_SESSION_MAX_AUTO is what a new rule should say. */
int64_t rule_session_limit(const struct rule *r, const char *service);

/* Does the service hand over one string, and cannot be asked again (vsftpd,
 * dovecot, postgresql, saslauthd's ...)?  By its name, exactly.  pam_sigra(8)
 * has the list. */
bool rule_service_single(const char *service);

/* Is every field of the rule well formed (patterns, CIDRs, group names)?
 * The fault says which is not, and what it should look like. */
enum status rule_valid(const struct rule *r, struct fault *f) MUST_USE;

bool rule_matches(const struct rule *r, const struct rule_subject *s);

/* The first that matches, or NULL. RULES are in order of position. */
const struct rule *rule_first(const struct rule *rules, size_t n,
			      const struct rule_subject *s);

/* What an account can show where it logs in; sets of factors. */
struct rule_way {
	uint32_t enrolled;
	uint32_t weak;	 /* of those, what can never do alone: keys that
			    cannot verify their user */
	uint32_t usable; /* what can be asked for there at all */
};

/* Go on from FACTS to the end, as if whatever is asked for, and enrolled, were
 * at hand and right; WEAK as above.  Never POLICY_ASK. */
struct policy_decision rule_way_walk(uint32_t weak,
				     struct policy_facts *facts);

/* Where R (of action require) leads a known, active account that has this; and
 * does it let it in, enrolling included? */
struct policy_decision rule_way_end(const struct rule *r,
				    const struct rule_way *way, int64_t now);
bool rule_way_in(const struct rule *r, const struct rule_way *way,
		 int64_t now);

/* What root has. */
struct rule_root {
	bool known;	   /* it is in the store */
	uint32_t enrolled; /* factors */
	uint32_t weak;	   /* as in rule_way */
};

enum rule_severity { RULE_WARNING = 1, RULE_ERROR };

struct rule_finding {
	enum rule_severity severity;
	int64_t position; /* of the rule it is about; 0: the whole set */
	char text[256];	  /* what is wrong and what to do */
};

/*
 * Judge a whole set.  Errors: it admits anyone with nothing (auth or password
 * phase `admit`, an empty alternative), strands root (root has no way in by
 * auth on "login": neither an abstain rule nor, when ROOT is known, a require
 * rule that lets in who has what root has, without SSH keys), lets nobody in
 * at all, or abstains before it asks anybody for anything.
 * Warnings: a rule that an earlier one always shadows, a rule that can never
 * match, app tokens alone where people type passwords, a second factor that is
 * enough alone (fido2 may be: it verifies its user then), security keys and
 * SSH keys where nothing can ask for them, and what a rule says of second
 * factors, keys, people or sessions to no effect.
 * Returns how many findings there are; writes at most MAX of them, errors
 * first.
 */
size_t rule_check(const struct rule *rules, size_t n,
		  const struct rule_root *root, int64_t now,
		  struct rule_finding *out, size_t max);

/* Does root get past auth on "login"? */
bool rule_root_in(const struct rule *rules, size_t n,
		  const struct rule_root *root, int64_t now);

/* Is a root who is in the store left to the rest of the stack on "login"? */
bool rule_root_left(const struct rule *rules, size_t n,
		    enum policy_phase phase);

/*
 * The rules of a new store, in order: abstain for unknown accounts of cron,
 * atd and systemd-user; abstain for an unknown root; require the password
 * and, from whoever has one, a security key or a one-time code
 * ("password+fido2 | password+otp", exempt; auth, password); admit by
 * account state (account, session) for known accounts.  Ids are left empty.
 * Returns how many (at most MAX).
 */
size_t rule_defaults(struct rule *out, size_t max);

#endif
