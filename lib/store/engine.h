/* SPDX-License-Identifier: MIT */
/*
 * What store.c asks of a database.  An engine is a folder below lib/store: its
 * statements.sql names every statement of the enum below, its migrations make
 * the tables, and one struct engine does the talking.  The typed operations
 * (account.c, guess.c ...) turn rows into structs once for all engines.
 */
#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include <string.h>

#include "store/restore.h"
#include "store/room.h"

/* $1..$n of each, and its columns, are in the .c file of its noun. */
enum store_statement {
	STORE_SQL_META_GET,
	STORE_SQL_META_PUT,
	STORE_SQL_CLOCK_SEE,
	STORE_SQL_ACCOUNT_INSERT,
	STORE_SQL_ACCOUNT_BY_NAME,
	STORE_SQL_ACCOUNT_GONE,
	STORE_SQL_ACCOUNT_BY_ID,
	STORE_SQL_ACCOUNT_UPDATE,
	STORE_SQL_ACCOUNT_LIST,
	STORE_SQL_PERSON_PUT,
	STORE_SQL_PERSON_GET,
	STORE_SQL_PASSWORD_GET,
	STORE_SQL_PASSWORD_PUT,
	STORE_SQL_PASSWORD_DELETE,
	STORE_SQL_HISTORY_PUSH,
	STORE_SQL_HISTORY_TRIM,
	STORE_SQL_HISTORY_LIST,
	STORE_SQL_RULE_LIST,
	STORE_SQL_RULE_COUNT,
	STORE_SQL_RULE_INSERT,
	STORE_SQL_RULE_DELETE,
	STORE_SQL_RULE_CARRY,
	STORE_SQL_RULE_SETTLE,
	STORE_SQL_GUESS_COUNT,
	STORE_SQL_GUESS_INSERT,
	STORE_SQL_GUESS_SETTLE,
	STORE_SQL_GUESS_PRUNE,
	STORE_SQL_GUESS_FADE,
	STORE_SQL_GUESS_LIST,
	STORE_SQL_GUESS_CLEAR,
	STORE_SQL_GUESS_LOCKED,
	STORE_SQL_GUESS_UNLOCK,
	STORE_SQL_GUESS_FORGIVE,
	STORE_SQL_SEEN_PUT,
	STORE_SQL_SEEN_GET,
	STORE_SQL_LOGIN_INSERT,
	STORE_SQL_LOGIN_GET,
	STORE_SQL_LOGIN_LIST_RECENT,
	STORE_SQL_LOGIN_CONSUME,
	STORE_SQL_LOGIN_END,
	STORE_SQL_LOGIN_VOID,
	STORE_SQL_LOGIN_VOID_ORG,
	STORE_SQL_LOGIN_PRUNE,
	STORE_SQL_SESSION_INSERT,
	STORE_SQL_SESSION_CLOSE,
	STORE_SQL_SESSION_CLOSE_ALL,
	STORE_SQL_SESSION_CLOSE_ORG,
	STORE_SQL_SESSION_GONE,
	STORE_SQL_SESSION_KILL,
	STORE_SQL_SESSION_LIST_LEFT,
	STORE_SQL_SESSION_SHARED,
	STORE_SQL_SESSION_GET,
	STORE_SQL_SESSION_LIST,
	STORE_SQL_SESSION_LIST_OPEN,
	STORE_SQL_SESSION_LIST_ACCOUNT,
	STORE_SQL_OTP_INSERT,
	STORE_SQL_OTP_LIST,
	STORE_SQL_OTP_GET,
	STORE_SQL_OTP_SPEND,
	STORE_SQL_OTP_RESYNC,
	STORE_SQL_OTP_RENAME,
	STORE_SQL_OTP_DELETE,
	STORE_SQL_OTP_DELETE_ALL,
	STORE_SQL_KEY_INSERT,
	STORE_SQL_KEY_COUNT,
	STORE_SQL_KEY_LIST,
	STORE_SQL_KEY_GET,
	STORE_SQL_KEY_FIND,
	STORE_SQL_KEY_USED,
	STORE_SQL_KEY_RENAME,
	STORE_SQL_KEY_DELETE,
	STORE_SQL_KEY_DELETE_ALL,
	STORE_SQL_KEY_STATE,
	STORE_SQL_KEY_ANY,
	STORE_SQL_KEY_POLICY_GET,
	STORE_SQL_KEY_POLICY_PUT,
	STORE_SQL_SSH_KEY_INSERT,
	STORE_SQL_SSH_KEY_COUNT,
	STORE_SQL_SSH_KEY_LIST,
	STORE_SQL_SSH_KEY_GET,
	STORE_SQL_SSH_KEY_FIND,
	STORE_SQL_SSH_KEY_USED,
	STORE_SQL_SSH_KEY_RENAME,
	STORE_SQL_SSH_KEY_DELETE,
	STORE_SQL_SSH_KEY_DELETE_ALL,
	STORE_SQL_CODE_INSERT,
	STORE_SQL_CODE_FIND,
	STORE_SQL_CODE_SPEND,
	STORE_SQL_CODE_COUNTED,
	STORE_SQL_CODE_DELETE,
	STORE_SQL_TRUST_PUT,
	STORE_SQL_TRUST_FIND,
	STORE_SQL_TRUST_USED,
	STORE_SQL_TRUST_LIST,
	STORE_SQL_TRUST_LIST_ACCOUNT,
	STORE_SQL_TRUST_DELETE,
	STORE_SQL_TRUST_DELETE_ALL,
	STORE_SQL_AUDIT_INSERT,
	STORE_SQL_AUDIT_LIST,
	STORE_SQL_AUDIT_LIST_ACTOR,
	STORE_SQL_AUDIT_LIST_TARGET,
	STORE_SQL_AUDIT_LIST_ORG,
	STORE_SQL_AUDIT_LIST_RHOST,
	STORE_SQL_AUDIT_HOST,
	STORE_SQL_AUDIT_RECENT,
	STORE_SQL_AUDIT_BY_ID,
	STORE_SQL_AUDIT_LAST,
	STORE_SQL_AUDIT_WALK,
	STORE_SQL_AUDIT_GUARD_PUT,
	STORE_SQL_AUDIT_GUARD_ANY,
	STORE_SQL_AUDIT_GUARD_DELETE,
	STORE_SQL_AUDIT_PRUNE,
	STORE_SQL_AUDIT_STUMP_GET,
	STORE_SQL_AUDIT_STUMP_PUT,
	STORE_SQL_CHAIN_INSERT,
	STORE_SQL_CHAIN_NEWEST,
	STORE_SQL_CHAIN_LIST,
	STORE_SQL_SEALED_PASSWORD_NEXT,
	STORE_SQL_SEALED_PASSWORD_PUT,
	STORE_SQL_SEALED_HISTORY_NEXT,
	STORE_SQL_SEALED_HISTORY_PUT,
	STORE_SQL_SEALED_PERSON_NEXT,
	STORE_SQL_SEALED_PERSON_PUT,
	STORE_SQL_SEALED_OTP_NEXT,
	STORE_SQL_SEALED_OTP_PUT,
	STORE_SQL_SEALED_KEY_NEXT,
	STORE_SQL_SEALED_KEY_PUT,
	STORE_SQL_SEALED_SSH_KEY_NEXT,
	STORE_SQL_SEALED_SSH_KEY_PUT,
	STORE_SQL_SEALED_OUTBOX_NEXT,
	STORE_SQL_SEALED_OUTBOX_PUT,
	STORE_SQL_SEALED_WEBHOOK_NEXT,
	STORE_SQL_SEALED_WEBHOOK_PUT,
	STORE_SQL_VOID_ACCOUNTS,
	STORE_SQL_VOID_CODES,
	STORE_SQL_VOID_EMAIL_CHANGES,
	STORE_SQL_VOID_GUESSES,
	STORE_SQL_VOID_IMPERSONATIONS,
	STORE_SQL_VOID_INVITATIONS,
	STORE_SQL_VOID_LOGINS,
	STORE_SQL_VOID_OTP,
	STORE_SQL_VOID_TOKENS,
	STORE_SQL_VOID_REFRESH,
	STORE_SQL_VOID_SESSIONS,
	STORE_SQL_VOID_TRUST,
	STORE_SQL_VOID_UNKNOWN,
	STORE_SQL_ORG_INSERT,
	STORE_SQL_ORG_ANSWERS,
	STORE_SQL_ORG_BY_SLUG,
	STORE_SQL_ORG_ANY,
	STORE_SQL_ORG_BY_ID,
	STORE_SQL_ORG_UPDATE,
	STORE_SQL_ORG_TOKENS,
	STORE_SQL_ORG_PAST,
	STORE_SQL_ORG_LIST,
	STORE_SQL_MEMBER_INSERT,
	STORE_SQL_MEMBER_GET,
	STORE_SQL_MEMBER_ROLE,
	STORE_SQL_MEMBER_USED,
	STORE_SQL_MEMBER_DELETE,
	STORE_SQL_MEMBER_OWNERS,
	STORE_SQL_MEMBER_COUNT,
	STORE_SQL_MEMBER_LIST,
	STORE_SQL_MEMBER_OF,
	STORE_SQL_INVITATION_EXPIRE,
	STORE_SQL_INVITATION_INSERT,
	STORE_SQL_INVITATION_FIND,
	STORE_SQL_INVITATION_GET,
	STORE_SQL_INVITATION_PENDING,
	STORE_SQL_INVITATION_END,
	STORE_SQL_INVITATION_LIST,
	STORE_SQL_INVITATION_COUNTS,
	STORE_SQL_INVITATION_END_ALL,
	STORE_SQL_INVITATION_END_BY,
	STORE_SQL_ATTRIBUTE_OTHERS,
	STORE_SQL_ATTRIBUTE_PUT,
	STORE_SQL_ATTRIBUTE_DELETE,
	STORE_SQL_ATTRIBUTE_DELETE_ALL,
	STORE_SQL_ATTRIBUTE_LIST,
	STORE_SQL_EMAIL_CHANGE_PUT,
	STORE_SQL_EMAIL_CHANGE_GET,
	STORE_SQL_EMAIL_CHANGE_DELETE,
	STORE_SQL_PASSWORD_POLICY_GET,
	STORE_SQL_PASSWORD_POLICY_PUT,
	STORE_SQL_ADMINISTRATOR_INSERT,
	STORE_SQL_ADMINISTRATOR_DELETE,
	STORE_SQL_ADMINISTRATOR_IS,
	STORE_SQL_ADMINISTRATOR_ANY,
	STORE_SQL_ADMINISTRATOR_LIST,
	STORE_SQL_IMPERSONATION_INSERT,
	STORE_SQL_IMPERSONATION_FIND,
	STORE_SQL_IMPERSONATION_SPEND,
	STORE_SQL_IMPERSONATION_VOID,
	STORE_SQL_IMPERSONATION_VOID_BY,
	STORE_SQL_IMPERSONATION_RUNS,
	STORE_SQL_TOKEN_COUNT,
	STORE_SQL_TOKEN_GOOD,
	STORE_SQL_TOKEN_INSERT,
	STORE_SQL_TOKEN_FIND,
	STORE_SQL_TOKEN_BY_ID,
	STORE_SQL_TOKEN_BY_LABEL,
	STORE_SQL_TOKEN_LIST,
	STORE_SQL_TOKEN_LIST_ALL,
	STORE_SQL_TOKEN_USED,
	STORE_SQL_TOKEN_REVOKE,
	STORE_SQL_TOKEN_REVOKE_ALL,
	STORE_SQL_REFRESH_FAMILIES,
	STORE_SQL_REFRESH_INSERT,
	STORE_SQL_REFRESH_GET,
	STORE_SQL_REFRESH_FIND,
	STORE_SQL_REFRESH_SPEND,
	STORE_SQL_REFRESH_REVOKE,
	STORE_SQL_REFRESH_REVOKE_ALL,
	STORE_SQL_SERVICE_LIST,
	STORE_SQL_ACCOUNT_DUE,
	STORE_SQL_ERASE_PERSON,
	STORE_SQL_ERASE_HISTORY,
	STORE_SQL_ERASE_CODE,
	STORE_SQL_ERASE_SEEN,
	STORE_SQL_ERASE_LOGIN,
	STORE_SQL_ERASE_SESSION,
	STORE_SQL_ERASE_MEMBER,
	STORE_SQL_ERASE_INVITATION,
	STORE_SQL_ERASE_IMPERSONATION,
	STORE_SQL_ERASE_TOKEN,
	STORE_SQL_ERASE_REFRESH,
	STORE_SQL_ERASE_GUESS,
	STORE_SQL_ERASE_DELIVERY,
	STORE_SQL_ERASE_OUTBOX,
	STORE_SQL_ERASE_ACCOUNT,
	STORE_SQL_MESSAGE_INSERT,
	STORE_SQL_MESSAGE_GET,
	STORE_SQL_MESSAGE_NEW,
	STORE_SQL_MESSAGE_SPREAD,
	STORE_SQL_DELIVERY_INSERT,
	STORE_SQL_DELIVERY_DUE,
	STORE_SQL_DELIVERY_LIST,
	STORE_SQL_DELIVERY_GET,
	STORE_SQL_DELIVERY_UPDATE,
	STORE_SQL_WEBHOOK_INSERT,
	STORE_SQL_WEBHOOK_GET,
	STORE_SQL_WEBHOOK_DELETE,
	STORE_SQL_WEBHOOK_DEAD,
	STORE_SQL_WEBHOOK_LIST,
	STORE_SQL_PRUNE_SEEN,
	STORE_SQL_PRUNE_CODES,
	STORE_SQL_PRUNE_SESSIONS,
	STORE_SQL_PRUNE_DELIVERIES,
	STORE_SQL_PRUNE_OUTBOX,
	STORE_SQL_PRUNE_SLUGS,
	STORE_SQL_PRUNE_INVITATIONS,
	STORE_SQL_PRUNE_IMPERSONATIONS,
	STORE_SQL_PRUNE_TOKENS,
	STORE_SQL_PRUNE_REFRESH,
	STORE_SQL_AUDIT_SIZE,
	STORE_SQL_BURST_GET,
	STORE_SQL_BURST_OPEN,
	STORE_SQL_BURST_SUM,
	STORE_SQL_BURST_PUT,
	STORE_SQL_BURST_COUNT,
	STORE_SQL_BURST_DELETE,
	STORE_SQL_BURST_OF_SOURCE,
	STORE_SQL_BURST_ABOUT,
	STORE_SQL_BURST_OLD,
	STORE_SQL_COUNT
};

enum store_type { STORE_INTEGER = 1, STORE_TEXT, STORE_BLOB };

/* One value on its way in or out; BYTES is borrowed, LEN without a NUL. */
struct store_value {
	enum store_type type;
	int64_t n;
	const void *bytes;
	size_t len;
};

static inline struct store_value
store_integer(int64_t n)
{
	return (struct store_value){ .type = STORE_INTEGER, .n = n };
}

static inline struct store_value
store_text(const char *s)
{
	return (struct store_value){ .type = STORE_TEXT,
				     .bytes = s,
				     .len = strlen(s) };
}

static inline struct store_value
store_blob(const void *bytes, size_t len)
{
	return (struct store_value){ .type = STORE_BLOB,
				     .bytes = bytes,
				     .len = len };
}

/* A row on its way out, read column by column. */
struct store_row {
	const struct store_value *column;
	size_t columns;
	size_t at; /* the next to be read */
	bool bad;  /* one was missing, of another type or too large */
};

enum store_next {
	STORE_NEXT_MORE,
	STORE_NEXT_STOP,
	STORE_NEXT_BAD, /* the row cannot be one of ours: STATUS_CORRUPT */
};

/* Takes one row; its values live until it returns. */
struct store_sink {
	enum store_next (*take)(void *ctx, struct store_row *row);
	void *ctx;
};

struct engine {
	const char *prefix; /* "sqlite:"; PLACE is what follows it */
	enum status (*open)(const char *place, enum store_mode mode,
			    void **handle, struct fault *f) MUST_USE;
	void (*close)(void *handle);
	enum status (*owner)(const char *place, uid_t *uid, gid_t *gid,
			     struct fault *f) MUST_USE;
	enum status (*prepare)(const char *place, uid_t owner, gid_t group,
			       struct fault *f) MUST_USE;
	enum status (*create)(const char *place, int64_t now, struct fault *f)
		MUST_USE;
	enum status (*migrate)(const char *place, unsigned *from, unsigned *to,
			       struct fault *f) MUST_USE;
	enum status (*integrity)(void *handle,
				 void (*found)(void *ctx, const char *problem),
				 void *ctx, struct fault *f) MUST_USE;
	/* As store_backup() and store_restore_*(); *DRAFT is a place. */
	enum status (*backup)(void *handle, int64_t now, int fd,
			      const struct store_progress *progress,
			      struct fault *f) MUST_USE;
	enum status (*restore_begin)(const char *place, int fd,
				     const struct store_progress *progress,
				     void **restore, const char **draft,
				     struct fault *f) MUST_USE;
	enum status (*restore_finish)(void *restore, const char *suffix,
				      bool *kept, struct fault *f) MUST_USE;
	void (*restore_end)(void *restore);
	enum status (*begin)(void *handle, struct fault *f) MUST_USE;
	enum status (*commit)(void *handle, struct fault *f) MUST_USE;
	void (*rollback)(void *handle);
	/* As store_tidy(). */
	void (*tidy)(void *handle);
	/* As store_beside(). */
	void (*beside)(void *handle, int *dir, const char **name);
	/* As store_room(), store_reserve_*() and store_again(). */
	enum status (*room)(void *handle, struct store_room *out,
			    struct fault *f) MUST_USE;
	enum status (*reserve_make)(void *handle, bool *whole, struct fault *f)
		MUST_USE;
	int64_t (*given)(void *handle);
	bool (*again)(void *handle);
	/*
	 * Bind N values, hand each row to SINK (NULL: there is none to look
	 * at) and count the rows in *ROWS (NULL: nobody asks).  A change
	 * outside a transaction is STATUS_CONFLICT.
	 */
	enum status (*run)(void *handle, enum store_statement statement,
			   const struct store_value *values, size_t n,
			   const struct store_sink *sink, size_t *rows,
			   struct fault *f) MUST_USE;
};

extern const struct engine engine_sqlite;

/* --- for the files of the nouns; store.c has them --- */

/* Whose WHERE is, and what follows its prefix. */
enum status store_find_engine(const char *where, const struct engine **out,
			      const char **place, struct fault *f) MUST_USE;

/* Any rows; a statement that changes nothing. */
enum status store_query(struct store *s, enum store_statement statement,
			const struct store_value *values, size_t n,
			const struct store_sink *sink, struct fault *f)
	MUST_USE;

/* One row, or STATUS_NOT_FOUND with a sentence about WHAT. */
enum status store_query_one(struct store *s, enum store_statement statement,
			    const struct store_value *values, size_t n,
			    const struct store_sink *sink, const char *what,
			    struct fault *f) MUST_USE;

/* The one number that a statement yields, 0 or more. */
enum status store_query_count(struct store *s, enum store_statement statement,
			      const struct store_value *values, size_t n,
			      int64_t *out, struct fault *f) MUST_USE;

/* A change, and how many rows it RETURNs (ROWS may be NULL). */
enum status store_change(struct store *s, enum store_statement statement,
			 const struct store_value *values, size_t n,
			 size_t *rows, struct fault *f) MUST_USE;

/* A change that RETURNs one row; where it does not, NONE, and why. */
enum status store_change_one(struct store *s, enum store_statement statement,
			     const struct store_value *values, size_t n,
			     enum status none, const char *why,
			     struct fault *f) MUST_USE;

/* A change whose one RETURNed row goes to SINK. */
enum status store_change_row(struct store *s, enum store_statement statement,
			     const struct store_value *values, size_t n,
			     const struct store_sink *sink, struct fault *f)
	MUST_USE;

/* A change of several statements broke off: this transaction must not
 * commit. */
void store_doom(struct store *s);

/* The next column; on anything unexpected the row turns bad, OUT is as it
 * was, and the following reads do nothing. */
void store_row_integer(struct store_row *r, int64_t low, int64_t high,
		       int64_t *out);
void store_row_bool(struct store_row *r, bool *out);
void store_row_text(struct store_row *r, char *out, size_t size);
void store_row_id(struct store_row *r, struct id *out);
void store_row_blob(struct store_row *r, uint8_t *out, size_t size,
		    size_t *len);
/* Every column was read and none was bad. */
bool store_row_done(const struct store_row *r);
/* All columns of a row of the audit. */
bool store_row_audit(struct store_row *r, struct store_audit *a);

#define STORE_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
