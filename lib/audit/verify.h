/* SPDX-License-Identifier: MIT */
/*
 * Was anything in the audit changed behind its back?  Pure: rows are handed
 * in, twice in the same order (by host, then seq), of the store or of lines
 * that were exported.  The first time (the survey) finds out which hosts and
 * keys there are, the second (the walk) judges each row.  What is kept does
 * not grow with the rows.  sigra-audit(5) has the rules.
 */
#ifndef AUDIT_VERIFY_H
#define AUDIT_VERIFY_H

#include "audit/ratchet.h"

/* Rows that say why others are not there, and what of their metadata. */
#define VERIFY_ACTION_PRUNED "audit.pruned"
#define VERIFY_ACTION_RESTORED "store.restored"
#define VERIFY_ACTION_KEY "audit.key_made"
#define VERIFY_META_CHAIN "chain"
#define VERIFY_META_START "start"
/* Heads are written as anchors: "SEQ:HEX". */
#define VERIFY_META_BEFORE "head_before"
#define VERIFY_META_BEFORE_HOST "host_before"
#define VERIFY_META_LOST_FROM "missing_from"
#define VERIFY_META_LOST_TO "missing_to"
#define VERIFY_META_HOST "host"
#define VERIFY_META_FROM "from"
#define VERIFY_META_TO "to"
#define VERIFY_META_HEAD "head"
#define VERIFY_META_NEWEST "newest"
/* Rows between an ended chain and a key: they have no MAC, or are none. */
#define VERIFY_META_BARE_FROM "bare_from"
#define VERIFY_META_BARE_TO "bare_to"

#define VERIFY_KEYS_MAX 32
#define VERIFY_FINDINGS_MAX 64
#define VERIFY_NOTES_MAX 64
#define VERIFY_HOSTS_MAX 1024
#define VERIFY_SAID_SIZE 768
#define VERIFY_ALLOWED_MAX 16
/* So many keys of rows are derived, whatever numbers rows have: to find out
 * whose a key is, and in the walk. */
#define VERIFY_GUESS 4000000
#define VERIFY_REACH 100000000
/* No row that was younger is pruned. */
#define VERIFY_PRUNED_AGE (30 * (int64_t)86400)

enum verify_kind {
	VERIFY_REMOVED = 1, /* FIRST to LAST are not there */
	VERIFY_ALTERED,
	VERIFY_INSERTED,
	VERIFY_MOVED,	/* FIRST is what was written as OTHER */
	VERIFY_SWAPPED, /* and the other way round */
	VERIFY_BARE,	/* without a MAC */
	VERIFY_TWICE,	/* FIRST stands behind a row that is not before it */
	VERIFY_UNREADABLE,
	VERIFY_SPLICED,	   /* of another chain, to the end */
	VERIFY_OTHER_KEY,  /* of a later key, which was not given */
	VERIFY_BEGINNING,  /* not there, and not proved to be pruned */
	VERIFY_CUT,	   /* the end is missing */
	VERIFY_FILE,	   /* the chain's file is not of these rows */
	VERIFY_ANCHOR,	   /* the rows are not those of the anchor */
	VERIFY_UNANCHORED, /* there is no head to compare with the anchor */
	VERIFY_BEFORE,	   /* the rows are not those that the key of row OTHER
			      was made behind */
	VERIFY_NO_ROW,	   /* a key that proves nothing here */
	VERIFY_NO_FILE,	   /* the chain's file cannot be used */
	VERIFY_LOST,	   /* FIRST to LAST, as row OTHER declares */
	VERIFY_HEADLESS,   /* pruned, and row OTHER has no head of them */
	VERIFY_YOUNG,	   /* pruned too early, as row OTHER tells */
	VERIFY_UNCHAINED,  /* FIRST to LAST are of no chain, as OTHER tells */
	VERIFY_UNTIED,	   /* a key that says nothing of the rows before */
	VERIFY_UNKEYED,	   /* OTHER rows with MACs, but without their key */
	/* What is no fault, and has to be said. */
	VERIFY_RESTORED, /* LOST, and allowed */
	VERIFY_PRUNED,
	VERIFY_EARLIER,	  /* OTHER rows before the first key that was given */
	VERIFY_ENDED,	  /* UNCHAINED, and allowed */
	VERIFY_CHAINLESS, /* OTHER rows of a host that has no chain */
};

struct verify_finding {
	enum verify_kind kind;
	char host[256];
	int64_t first, last, other;
	int64_t at; /* of the row, or the one behind it; 0: nobody knows */
	char key[STORE_CHAIN_KEY_SIZE]; /* OTHER_KEY, NO_ROW */
};

struct verify_key {
	int64_t start;
	char id[STORE_CHAIN_KEY_SIZE];
	struct secret secret;
	size_t host;	/* VERIFY_HOSTS_MAX: not known whose */
	bool elsewhere; /* of a host that is not wanted */
	int64_t proved; /* rows */
};

/* Where a chain begins, by what rows or the store say. */
#define VERIFY_STARTS_MAX 32
struct verify_start {
	int64_t seq;
	int64_t bare; /* the first row before it that is of no chain; 0 */
	char key[STORE_CHAIN_KEY_SIZE];
};

/* What one row says was pruned of a host. */
struct verify_stump {
	int64_t to; /* 0: nothing */
	uint8_t head[CHAIN_HEAD_SIZE];
	char key[STORE_CHAIN_KEY_SIZE];
	char by[256]; /* that row */
	int64_t seq;
	bool headed, young, used, proved;
};

/* What the key of another host was made behind, when the machine got another
 * name. */
#define VERIFY_BOUNDS_MAX 8
enum verify_met { VERIFY_UNMET, VERIFY_SAME, VERIFY_OTHER };
struct verify_bound {
	int64_t seq; /* the last row */
	uint8_t head[CHAIN_HEAD_SIZE];
	int64_t at;
	enum verify_met met;
};

struct verify_host {
	char name[256];
	/* Of the survey. */
	int64_t rows, first, last, macs, first_mac;
	struct verify_start start[VERIFY_STARTS_MAX];
	size_t starts;
	struct verify_stump stump;
	struct verify_bound bound[VERIFY_BOUNDS_MAX];
	size_t bounds;
	/* Of the walk. */
	bool walked;
	int64_t from;	 /* the first row that is to have a MAC; 0: none */
	int64_t begin;	 /* the first of them that was not pruned */
	int64_t holes;	 /* rows from there on that were given up */
	int64_t end;	 /* the last one */
	int64_t proved;	 /* rows */
	int64_t earlier; /* rows before FROM */
	bool sound;	 /* HEAD is that of row END */
	uint8_t head[CHAIN_HEAD_SIZE];
};

/* A key that goes from row to row, and back a little way. */
struct verify_ladder {
	const struct verify_key *of;
	int64_t at, mark, before;
	struct secret now;
	struct secret marked;
	struct secret earlier;
};

struct verify_walk {
	struct verify_host *host; /* NULL: between two */
	const struct verify_key *key;
	struct verify_ladder ladder, search;
	int64_t last, shift; /* rows are called by SHIFT more than they were */
	int64_t last_at;
	bool sound;    /* the head is worth comparing */
	bool foreign;  /* in rows of a key that was not given */
	bool anchored; /* the head was compared */
	uint8_t head[CHAIN_HEAD_SIZE];
	/* Rows that were not right, up to the one before; 0: none. */
	int64_t bad_first, bad_last;
	struct verify_finding *bad; /* or NULL */
	int64_t tries;		    /* left, to find out what a row was */
	struct store_audit copy;
};

struct verify {
	/* Handed in before the survey. */
	struct verify_key key[VERIFY_KEYS_MAX];
	size_t keys;
	const char *only; /* this host; NULL: all */
	bool anchored;
	int64_t anchor;
	uint8_t anchor_head[CHAIN_HEAD_SIZE];
	bool filed; /* FILE is the chain's file */
	struct ratchet file;
	bool unfiled; /* there should be one, of the only chain */
	/* Rows that may be missing: somebody knows of it. */
	struct verify_range {
		int64_t from, to;
	} allowed[VERIFY_ALLOWED_MAX];
	size_t alloweds;
	/* What came of it. */
	int64_t steps; /* left, of keys */
	struct verify_host *host;
	size_t hosts;
	size_t anchor_host;
	struct verify_finding finding[VERIFY_FINDINGS_MAX];
	size_t findings; /* there may be more than are kept */
	struct verify_finding note[VERIFY_NOTES_MAX];
	size_t notes;
	struct verify_walk walk;
};

struct verify *verify_new(void);
void verify_wipe(struct verify **v);
#define AUTO_VERIFY __attribute__((cleanup(verify_wipe))) struct verify

/* A verification key as text.  STATUS_INVALID: it is none; twice; too many. */
enum status verify_key_add(struct verify *v, const struct secret *text,
			   struct fault *f) MUST_USE;

/* The survey: what the store says of chains, in any order, then each row.
 * STATUS_SYSTEM: out of memory, or too many hosts. */
enum status verify_chain(struct verify *v, const struct store_chain *c,
			 struct fault *f) MUST_USE;
enum status verify_survey(struct verify *v, const struct store_audit *row,
			  struct fault *f) MUST_USE;
/* All rows were seen.  STATUS_INVALID: an anchor or rows that may be missing,
 * and nobody knows whose. */
enum status verify_surveyed(struct verify *v, struct fault *f) MUST_USE;
/* To walk once more over rows that have changed meanwhile. */
void verify_again(struct verify *v);

/* A line of an export.  STATUS_INVALID: it is none. */
enum status verify_line(const char *line, size_t len, struct store_audit *out,
			struct fault *f) MUST_USE;

/* The walk. */
void verify_row(struct verify *v, const struct store_audit *row);
/* What stands behind row SEQ of HOST (0: at its beginning) is no row. */
void verify_unreadable(struct verify *v, const char *host, int64_t seq);
void verify_finish(struct verify *v);

/* The text of member NAME of a row's metadata; false when there is none. */
bool verify_meta_text(const struct store_audit *row, const char *name,
		      char *out, size_t size);
bool verify_meta_number(const struct store_audit *row, const char *name,
			int64_t *out);

/*
 * Does ROW, the next one behind row LAST that there is, say that all between
 * were lost, by a restore or before its key, and what HEAD was behind them?
 */
bool verify_restored(const struct store_audit *row, int64_t last,
		     uint8_t head[CHAIN_HEAD_SIZE]);

/* "removed", ... */
const char *verify_kind_name(enum verify_kind kind);
/* One sentence without the time. */
void verify_say(const struct verify_finding *x, char out[VERIFY_SAID_SIZE]);

#endif
