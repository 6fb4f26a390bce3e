/* SPDX-License-Identifier: MIT */
/*
 * The only memory.  A closed list of operations; every engine
 * (store/engine.h) names the same statements.  Values are bound, times are
 * seconds handed in, ids are made by the caller, every change happens inside
 * a store_begin()..store_commit() and STATUS_CONFLICT without one.
 *
 * Statuses: OK, NOT_FOUND (also what a row refers to), CONFLICT, LOST, BUSY,
 * UNAVAILABLE, IN_DOUBT (store_commit only), SCHEMA, CORRUPT, INVALID (a value
 * of the wrong form; an id is 36 characters).  Output is untouched on failure.
 *
 * While EACH of a list runs, anything else may be asked of the store, but not
 * the same list again (STATUS_CONFLICT).  A handle never crosses fork(2).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/id.h"

struct store;

enum store_mode {
	STORE_READ,
	STORE_WRITE,
	STORE_LOGIN, /* the same; on a full disk it takes of the reserve */
};

/*
 * Open the store at WHERE ("sqlite:/absolute/path").  Refused, with a
 * sentence that says what to do: missing, foreign (application_id), another
 * schema version, wrong owner, modes, links or type of the file or its
 * directory, a network file system.  The caller must already be the owner.
 */
enum status store_open(const char *where, enum store_mode mode,
		       struct store **out, struct fault *f) MUST_USE;
void store_close(struct store *s);

static inline void
store_auto_close(struct store **s)
{
	store_close(*s);
}
#define AUTO_STORE __attribute__((cleanup(store_auto_close)))

/* The uid that owns the directory of WHERE: whom to become before opening. */
enum status store_owner(const char *where, uid_t *uid, gid_t *gid,
			struct fault *f) MUST_USE;

/*
 * Make a new store by running every migration: directory 0700 (made if its
 * parent exists), files 0600.  As root, DIRECTORY becomes OWNER's and the
 * caller must then have become OWNER: two steps, store_prepare() as root,
 * store_create() as the owner.  STATUS_CONFLICT when it exists.
 */
enum status store_prepare(const char *where, uid_t owner, gid_t group,
			  struct fault *f) MUST_USE;
enum status store_create(const char *where, int64_t now, struct fault *f)
	MUST_USE;

/* Bring an older store to this schema; *FROM == *TO when nothing was to do. */
enum status store_migrate(const char *where, unsigned *from, unsigned *to,
			  struct fault *f) MUST_USE;

/* Each problem found by the engine's own check, as one sentence. */
enum status store_integrity(struct store *s,
			    void (*found)(void *ctx, const char *problem),
			    void *ctx, struct fault *f) MUST_USE;

/* The directory that the store lies in, whose descriptor stays its own, and
 * its name there: for files that belong to this machine's store. */
void store_beside(const struct store *s, int *dir, const char **name);

/* What was forgotten goes from the disk, as far as that can be done now. */
void store_tidy(struct store *s);

/*
 * One write transaction (BEGIN IMMEDIATE).  A store_txn that goes out of
 * scope without store_commit() is rolled back.
 */
struct store_txn {
	struct store *store; /* NULL: none is open */
};
void store_txn_end(struct store_txn *t);
#define STORE_TXN(name)                                                       \
	__attribute__((cleanup(                                               \
		store_txn_end))) struct store_txn name = { .store = NULL }
enum status store_begin(struct store *s, struct store_txn *t, struct fault *f)
	MUST_USE;
enum status store_commit(struct store_txn *t, struct fault *f) MUST_USE;

/* --- facts about the store itself --- */

enum status store_meta_get(struct store *s, const char *key, char *out,
			   size_t size, struct fault *f) MUST_USE;
enum status store_meta_put(struct store *s, const char *key, const char *value,
			   struct fault *f) MUST_USE;

/* --- the greatest time this store has seen --- */

/* 0: none yet. */
enum status store_clock_get(struct store *s, int64_t *seen, struct fault *f)
	MUST_USE;
/* Never lowers it. */
enum status store_clock_see(struct store *s, int64_t now, struct fault *f)
	MUST_USE;
/* Set it to NOW, even lower: an administrator has looked at the clock. */
enum status store_clock_accept(struct store *s, int64_t now, struct fault *f)
	MUST_USE;

/* --- accounts --- */

#define STORE_NAME_SIZE 33
#define STORE_EMAIL_SIZE 255
#define STORE_REASON_SIZE 257

enum store_account_state {
	STORE_ACTIVE = 1,
	STORE_DISABLED,
	STORE_PENDING, /* deleted once delete_at has come */
	STORE_DELETED,
};

enum store_account_kind {
	STORE_PERSON = 1,
	STORE_SERVICE, /* no person logs in with it */
};

/* What a deletion leaves. */
enum store_strategy {
	STORE_SOFT = 1,	 /* all but what could let anybody in */
	STORE_HARD,	 /* the audit, and nothing it refers to */
	STORE_ANONYMIZE, /* an account without name, address and person */
};

struct store_account {
	struct id id;
	enum store_account_kind kind;
	struct id org; /* STORE_SERVICE: whose it is; empty otherwise */
	char name[STORE_NAME_SIZE];
	char email[STORE_EMAIL_SIZE]; /* empty: none */
	enum store_account_state state;
	char reason[STORE_REASON_SIZE]; /* why disabled */
	int64_t created_at, updated_at;
	int64_t expires_at; /* 0: never */
	int64_t delete_at;  /* STORE_PENDING: when; 0 otherwise */
	enum store_strategy strategy;
	int64_t email_at; /* the address was confirmed then; 0: it was not */
	bool must_change;
	int64_t epoch;	 /* 1 when new; trust of an earlier one is void */
	int64_t version; /* for compare-and-set; 1 when new */
};

/* STATUS_CONFLICT when a not-deleted account has the name. */
enum status store_account_insert(struct store *s,
				 const struct store_account *a,
				 struct fault *f) MUST_USE;
/* Not-deleted accounts only; the name is compared byte by byte. */
enum status store_account_by_name(struct store *s, const char *name,
				  struct store_account *out, struct fault *f)
	MUST_USE;
/* The account that had the name last, among the deleted. */
enum status store_account_gone(struct store *s, const char *name,
			       struct store_account *out, struct fault *f)
	MUST_USE;
/* Deleted ones too. */
enum status store_account_by_id(struct store *s, const struct id *id,
				struct store_account *out, struct fault *f)
	MUST_USE;
/* Writes every column but id, kind, org and created_at where version still
 * equals a->version, and raises it; STATUS_LOST when somebody was first. */
enum status store_account_update(struct store *s,
				 const struct store_account *a,
				 struct fault *f) MUST_USE;
/* Not-deleted ones in order of name, from the first name greater than AFTER
 * ("" for all); EACH returns false to stop. */
enum status store_account_list(struct store *s, const char *after,
			       bool (*each)(void *ctx,
					    const struct store_account *),
			       void *ctx, struct fault *f) MUST_USE;
/* The sealed side table of people, for reading the audit; erased to
 * anonymize.  PUT replaces. */
#define STORE_PERSON_SIZE 512
enum status store_person_put(struct store *s, const struct id *account,
			     const uint8_t *sealed, size_t len,
			     struct fault *f) MUST_USE;
enum status store_person_get(struct store *s, const struct id *account,
			     uint8_t *sealed, size_t size, size_t *len,
			     struct fault *f) MUST_USE;

/* --- passwords --- */

enum store_password_kind { STORE_ARGON2ID = 1, STORE_CRYPT };

#define STORE_SEALED_SIZE 512
struct store_password {
	enum store_password_kind kind;
	uint8_t salt[16];		   /* STORE_ARGON2ID */
	int64_t memory_kib, passes, lanes; /* STORE_ARGON2ID, else 0 */
	uint8_t sealed[STORE_SEALED_SIZE]; /* the digest, or a crypt string */
	size_t sealed_len;
	int64_t set_at;
};

enum status store_password_get(struct store *s, const struct id *account,
			       struct store_password *out, struct fault *f)
	MUST_USE;
/* Insert or replace. */
enum status store_password_put(struct store *s, const struct id *account,
			       const struct store_password *p, struct fault *f)
	MUST_USE;
enum status store_password_delete(struct store *s, const struct id *account,
				  struct fault *f) MUST_USE;
/* Remember an old one and forget all but the newest KEEP. */
enum status store_history_push(struct store *s, const struct id *row,
			       const struct id *account,
			       const struct store_password *p, int64_t keep,
			       struct fault *f) MUST_USE;
/* Newest first. */
enum status store_history_list(struct store *s, const struct id *account,
			       bool (*each)(void *ctx, const struct id *row,
					    const struct store_password *),
			       void *ctx, struct fault *f) MUST_USE;

/* Of a rule, and of how a login was proved. */
#define STORE_RULE_TEXT_SIZE 256

/* --- guesses: charged as pending before the answer is checked --- */

#define STORE_SUBJECT_SIZE 80 /* an account id, or "?" and a keyed hash */
#define STORE_SOURCE_SIZE 80
struct store_guess {
	struct id id;
	char subject[STORE_SUBJECT_SIZE];
	char source[STORE_SOURCE_SIZE];
	char factor[32];
	int64_t at, deadline;
};

/* What lockout_judge() wants to know. */
struct store_guess_counts {
	int64_t pair_failed, pair_last, pair_pending;
	int64_t user_failed, user_pending, user_oldest;
	int64_t source_failed, source_pending, source_oldest;
	int64_t pending_deadline;
	/* Over all sources: each one's failures since its own last success,
	 * within the pair's window. */
	int64_t run_failed, run_last;
	bool source_known;
};

enum store_guess_state {
	STORE_GUESS_PENDING = 1,
	STORE_GUESS_FAILED,
	STORE_GUESS_PASSED,   /* ends the pair's row of failures */
	STORE_GUESS_REFUNDED, /* counts for nothing */
};

/* Windows in seconds; a pending row whose deadline <= NOW is a failure.
 * source_known: store_seen_put() within SEEN_WINDOW. */
enum status store_guess_count(struct store *s, const char *subject,
			      const char *source, const char *factor,
			      int64_t now, int64_t pair_window,
			      int64_t user_window, int64_t source_window,
			      int64_t seen_window,
			      struct store_guess_counts *out, struct fault *f)
	MUST_USE;
enum status store_guess_insert(struct store *s, const struct store_guess *g,
			       enum store_guess_state state, struct fault *f)
	MUST_USE;
/* From pending to STATE, also after its deadline: people may take longer over
 * the next question.  STATUS_LOST when it is settled already or gone. */
enum status store_guess_settle(struct store *s, const struct id *id,
			       enum store_guess_state state, struct fault *f)
	MUST_USE;
/* Of those like G forget what is older than BEFORE, but for the last MOST. */
enum status store_guess_fade(struct store *s, const struct store_guess *g,
			     int64_t before, int64_t most, struct fault *f)
	MUST_USE;
/* Forget what is older than BEFORE (at most a few hundred rows a call). */
enum status store_guess_prune(struct store *s, int64_t before, struct fault *f)
	MUST_USE;

struct store_guess_sum {
	char subject[STORE_SUBJECT_SIZE], source[STORE_SOURCE_SIZE];
	char factor[32];
	int64_t failed; /* since the last success of the pair */
	int64_t last_at;
};
/* Pairs with at least one failure later than SINCE and than their last
 * success; the latest first. */
enum status store_guess_list(struct store *s, int64_t now, int64_t since,
			     bool (*each)(void *ctx,
					  const struct store_guess_sum *),
			     void *ctx, struct fault *f) MUST_USE;
/* Drop the failures of a subject; with SOURCE (else NULL) only from there.
 * One still pending is not dropped but forgiven: it can be settled as ever,
 * and running out makes it no failure.  *DROPPED counts both. */
enum status store_guess_clear(struct store *s, const char *subject,
			      const char *source, int64_t *dropped,
			      struct fault *f) MUST_USE;

/* This account got in from SOURCE. */
enum status store_seen_put(struct store *s, const struct id *account,
			   const char *source, int64_t now, struct fault *f)
	MUST_USE;
/* Did it ever get in from SOURCE; and from anywhere? */
enum status store_seen_get(struct store *s, const struct id *account,
			   const char *source, bool *source_seen,
			   bool *any_seen, struct fault *f) MUST_USE;

/* --- logins: the committed row that a PAM_SUCCESS comes from --- */

struct store_login {
	struct id id;
	struct id account;
	struct id rule;
	char user[STORE_NAME_SIZE];
	char service[65];
	char source[STORE_SOURCE_SIZE];
	char boot[ID_LENGTH + 1];
	char factors[STORE_RULE_TEXT_SIZE]; /* "password" */
	int64_t at;
	int64_t consumed_at; /* 0: not yet handed over */
	/* For the step-up.  -1 and zeroes: this login is good for none. */
	char tty[65];
	int64_t ruid;
	int64_t leader, leader_start; /* of the session, getsid(2) */
	int64_t uptime;		      /* seconds since that boot */
	struct id org;		      /* active; or empty */
	char impersonator[64];	      /* who acts as the account; or empty */
};

/* What store_login_list_recent() looks for. */
struct store_login_place {
	struct id account;
	const char *boot;
	int64_t since;	      /* at >= SINCE ... */
	int64_t uptime_since; /* ... and uptime >= UPTIME_SINCE, not -1 */
};

/* Newest first; consumed ones, too, that is what they are for. */
enum status
store_login_list_recent(struct store *s, const struct store_login_place *place,
			bool (*each)(void *ctx, const struct store_login *),
			void *ctx, struct fault *f) MUST_USE;
enum status store_login_insert(struct store *s, const struct store_login *l,
			       struct fault *f) MUST_USE;
enum status store_login_get(struct store *s, const struct id *id,
			    struct store_login *out, struct fault *f) MUST_USE;
/* Once; STATUS_LOST when it is spent already. */
enum status store_login_consume(struct store *s, const struct id *id,
				int64_t now, struct fault *f) MUST_USE;
/* It is good for no step-up any more: the session it opened was revoked.  Good
 * when it is forgotten. */
enum status store_login_end(struct store *s, const struct id *id,
			    struct fault *f) MUST_USE;
/* Every unspent one of the account is spent, as after a new password; none is
 * good for a step-up any more. */
enum status store_login_void(struct store *s, const struct id *account,
			     int64_t now, struct fault *f) MUST_USE;
/* The same of those in which this organization was active. */
enum status store_login_void_org(struct store *s, const struct id *org,
				 const struct id *account, int64_t now,
				 struct fault *f) MUST_USE;
enum status store_login_prune(struct store *s, int64_t before, struct fault *f)
	MUST_USE;

/* --- sessions --- */

struct store_session {
	struct id id;
	struct id account;
	struct id login; /* empty: opened without a proof (public key) */
	char service[65], tty[65], rhost[256];
	char factors[STORE_RULE_TEXT_SIZE];
	char host[256];
	char boot[ID_LENGTH + 1];
	int64_t pid, pid_start;
	int64_t opened_at;
	int64_t closed_at;     /* 0: open */
	struct id org;	       /* active; or empty */
	char impersonator[64]; /* who acts as the account; or empty */
	char logind[65];       /* its id of the session; or empty */
	int64_t ends_at, idle; /* limits, idle in seconds; 0: none */
	char ended[17];	       /* why it is closed: "closed", "revoked", ... */
	bool gone;	       /* nothing of it runs any more */
	bool kill;	       /* somebody wants that */
};

enum status store_session_insert(struct store *s,
				 const struct store_session *row,
				 struct fault *f) MUST_USE;
/* WHY: a word of at most 16 bytes; after "closed" and "gone" nothing of it
 * runs.  STATUS_NOT_FOUND when there is none; STATUS_LOST when closed
 * already. */
enum status store_session_close(struct store *s, const struct id *id,
				const char *why, int64_t now, struct fault *f)
	MUST_USE;
/* Nothing of it runs any more.  Good when that was known. */
enum status store_session_gone(struct store *s, const struct id *id,
			       struct fault *f) MUST_USE;
/* All that runs of it is to end. */
enum status store_session_kill(struct store *s, const struct id *id,
			       struct fault *f) MUST_USE;
enum status store_session_get(struct store *s, const struct id *id,
			      struct store_session *out, struct fault *f)
	MUST_USE;
/* Every open one of the account but EXCEPT (NULL: all); *CLOSED: how many. */
enum status store_session_close_all(struct store *s, const struct id *account,
				    const struct id *except, const char *why,
				    int64_t now, int64_t *closed,
				    struct fault *f) MUST_USE;
/* Every open one in which this organization is active, of ACCOUNT (NULL:
 * anybody's); why: "organization". */
enum status store_session_close_org(struct store *s, const struct id *org,
				    const struct id *account, int64_t now,
				    int64_t *closed, struct fault *f) MUST_USE;
/* Newest first; ACCOUNT NULL: everybody's; OPEN_ONLY: not the closed. */
enum status
store_session_list(struct store *s, const struct id *account, bool open_only,
		   bool (*each)(void *ctx, const struct store_session *),
		   void *ctx, struct fault *f) MUST_USE;

/* Those of which something may run still, open or not; ACCOUNT NULL:
 * everybody's; newest first. */
enum status store_session_list_left(struct store *s, const struct id *account,
				    bool (*each)(void *ctx,
						 const struct store_session *),
				    void *ctx, struct fault *f) MUST_USE;
/* Is the process of ROW that of an open session of another account, too? */
enum status store_session_shared(struct store *s,
				 const struct store_session *row, bool *out,
				 struct fault *f) MUST_USE;

/* --- audit: append-only by trigger --- */

#define STORE_META_SIZE 8193
#define STORE_MAC_SIZE 32
struct store_audit {
	char host[256];
	int64_t seq; /* 1, 2, 3 ... a host; insert sets it */
	struct id id;
	int64_t at;
	char action[64], outcome[16];
	char actor[64], effective[64], target[64], org[64];
	char service[65], tty[65], rhost[256];
	int64_t pid;
	char meta[STORE_META_SIZE]; /* JSON object */
	uint8_t mac[STORE_MAC_SIZE];
	size_t mac_len; /* 0: it is of no chain */
};

/* Sets row->seq to the next of row->host, in the open transaction, unless it
 * is set.  STATUS_CONFLICT: there is such a row. */
enum status store_audit_insert(struct store *s, struct store_audit *row,
			       struct fault *f) MUST_USE;

/* Empty strings and zeroes match everything. */
struct store_audit_filter {
	char action[65]; /* whole, or a prefix ending in '.' */
	char outcome[16];
	char actor[64];
	char target[64]; /* also matches rows whose effective user it is */
	char org[64];	 /* its id */
	char service[65];
	char rhost[256];      /* whole, or a beginning and '*' */
	char host[256];	      /* that wrote it */
	int64_t since, until; /* both included */
	int64_t before;	      /* cursor: (at, seq, host) strictly older than */
	int64_t before_seq;
	char before_host[256];
	int64_t limit;
};
/* Newest first. */
enum status
store_audit_list(struct store *s, const struct store_audit_filter *filter,
		 bool (*each)(void *ctx, const struct store_audit *),
		 void *ctx, struct fault *f) MUST_USE;
/* The newest LIMIT of which ACCOUNT is the target, newest first, whatever
 * else there is in the audit. */
enum status
store_audit_recent(struct store *s, const struct id *account, int64_t limit,
		   bool (*each)(void *ctx, const struct store_audit *),
		   void *ctx, struct fault *f) MUST_USE;

#endif
