-- SPDX-License-Identifier: MIT
-- Ids are UUIDs made by the program, times are seconds since the epoch; an
-- empty string or 0 stands for "none", so that no column is ever NULL.

-- "SIGR"; sqlite.h has it too.
PRAGMA application_id = 1397311314;

CREATE TABLE meta (
	key TEXT NOT NULL PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 64),
	value TEXT NOT NULL CHECK (length(value) <= 8192)
) STRICT, WITHOUT ROWID;

-- state: 1 active, 2 disabled, 3 pending deletion, 4 deleted
CREATE TABLE account (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 32),
	email TEXT NOT NULL CHECK (length(email) <= 254),
	state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
	reason TEXT NOT NULL CHECK (length(reason) <= 256),
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	delete_at INTEGER NOT NULL,
	must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
	version INTEGER NOT NULL CHECK (version >= 1),
	CHECK ((state = 3) = (delete_at <> 0))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX account_name ON account (name) WHERE state <> 4;
CREATE INDEX account_gone ON account (name) WHERE state = 4;
CREATE INDEX account_pending ON account (delete_at) WHERE state = 3;

CREATE TABLE person (
	account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
	sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512)
) STRICT, WITHOUT ROWID;

-- kind: 1 Argon2id, 2 an imported crypt(3) string
CREATE TABLE password (
	account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
	kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
	salt BLOB NOT NULL,
	memory_kib INTEGER NOT NULL,
	passes INTEGER NOT NULL,
	lanes INTEGER NOT NULL,
	sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512),
	set_at INTEGER NOT NULL,
	CHECK (CASE kind
		WHEN 1 THEN length(salt) = 16 AND memory_kib > 0
			AND passes > 0 AND lanes > 0
		ELSE length(salt) = 0 AND memory_kib = 0
			AND passes = 0 AND lanes = 0
		END)
) STRICT, WITHOUT ROWID;

-- seq: the order in which they were replaced, 1, 2, 3 ... an account
CREATE TABLE password_history (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	seq INTEGER NOT NULL CHECK (seq >= 1),
	kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
	salt BLOB NOT NULL,
	memory_kib INTEGER NOT NULL,
	passes INTEGER NOT NULL,
	lanes INTEGER NOT NULL,
	sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512),
	set_at INTEGER NOT NULL,
	UNIQUE (account, seq),
	CHECK (CASE kind
		WHEN 1 THEN length(salt) = 16 AND memory_kib > 0
			AND passes > 0 AND lanes > 0
		ELSE length(salt) = 0 AND memory_kib = 0
			AND passes = 0 AND lanes = 0
		END)
) STRICT, WITHOUT ROWID;

-- Positions are 1..n; they are negative only inside a transaction that moves
-- them, because UNIQUE is judged row by row.
CREATE TABLE rule (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	position INTEGER NOT NULL UNIQUE CHECK (position <> 0),
	phases TEXT NOT NULL CHECK (length(phases) <= 255),
	action TEXT NOT NULL
		CHECK (action IN ('require', 'admit', 'deny', 'abstain')),
	require TEXT NOT NULL CHECK (length(require) <= 255),
	account TEXT NOT NULL CHECK (account IN ('any', 'known', 'unknown')),
	service TEXT NOT NULL CHECK (length(service) <= 255),
	host TEXT NOT NULL CHECK (length(host) <= 255),
	user TEXT NOT NULL CHECK (length(user) <= 255),
	unix_group TEXT NOT NULL CHECK (length(unix_group) <= 255),
	network TEXT NOT NULL CHECK (length(network) <= 255),
	note TEXT NOT NULL CHECK (length(note) <= 255)
) STRICT, WITHOUT ROWID;

-- state: 1 pending, 2 failed, 3 passed, 4 refunded; seq: the order of the
-- charges of one (subject, source, factor); forgiven: cleared while pending,
-- so that running out makes it no failure
CREATE TABLE guess (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 79),
	source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 79),
	factor TEXT NOT NULL CHECK (length(factor) BETWEEN 1 AND 31),
	seq INTEGER NOT NULL CHECK (seq >= 1),
	at INTEGER NOT NULL,
	deadline INTEGER NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
	forgiven INTEGER NOT NULL CHECK (forgiven IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX guess_pair ON guess (subject, source, factor, seq);
CREATE INDEX guess_subject ON guess (subject, factor, at);
CREATE INDEX guess_source ON guess (source, at);
CREATE INDEX guess_at ON guess (at);
CREATE INDEX guess_pending ON guess (deadline) WHERE state = 1;

CREATE TABLE seen (
	account TEXT NOT NULL REFERENCES account (id),
	source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 79),
	at INTEGER NOT NULL,
	PRIMARY KEY (account, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE login (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	rule TEXT NOT NULL CHECK (length(rule) IN (0, 36)),
	user TEXT NOT NULL CHECK (length(user) BETWEEN 1 AND 32),
	service TEXT NOT NULL CHECK (length(service) <= 64),
	source TEXT NOT NULL CHECK (length(source) <= 79),
	boot TEXT NOT NULL CHECK (length(boot) <= 36),
	factors TEXT NOT NULL CHECK (length(factors) <= 255),
	at INTEGER NOT NULL,
	consumed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_at ON login (at);
CREATE INDEX login_account ON login (account, at);

-- login: no reference, since a proof is forgotten before its session ends
CREATE TABLE session (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	login TEXT NOT NULL CHECK (length(login) IN (0, 36)),
	service TEXT NOT NULL CHECK (length(service) <= 64),
	tty TEXT NOT NULL CHECK (length(tty) <= 64),
	rhost TEXT NOT NULL CHECK (length(rhost) <= 255),
	factors TEXT NOT NULL CHECK (length(factors) <= 255),
	host TEXT NOT NULL CHECK (length(host) <= 255),
	boot TEXT NOT NULL CHECK (length(boot) <= 36),
	pid INTEGER NOT NULL,
	pid_start INTEGER NOT NULL,
	opened_at INTEGER NOT NULL,
	closed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_open ON session (opened_at) WHERE closed_at = 0;
CREATE INDEX session_account ON session (account, opened_at);
CREATE INDEX session_opened ON session (opened_at);

CREATE TABLE audit (
	host TEXT NOT NULL CHECK (length(host) BETWEEN 1 AND 255),
	seq INTEGER NOT NULL CHECK (seq >= 1),
	id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
	at INTEGER NOT NULL,
	action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 63),
	outcome TEXT NOT NULL
		CHECK (outcome IN ('success', 'failure', 'error')),
	actor TEXT NOT NULL CHECK (length(actor) <= 63),
	effective TEXT NOT NULL CHECK (length(effective) <= 63),
	target TEXT NOT NULL CHECK (length(target) <= 63),
	org TEXT NOT NULL CHECK (length(org) <= 63),
	service TEXT NOT NULL CHECK (length(service) <= 64),
	tty TEXT NOT NULL CHECK (length(tty) <= 64),
	rhost TEXT NOT NULL CHECK (length(rhost) <= 255),
	pid INTEGER NOT NULL,
	meta TEXT NOT NULL CHECK (length(meta) <= 8192),
	PRIMARY KEY (host, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_at ON audit (at, seq);
CREATE INDEX audit_actor ON audit (actor, at, seq);
CREATE INDEX audit_target ON audit (target, at, seq);
CREATE INDEX audit_effective ON audit (effective, at, seq)
	WHERE effective <> '';

CREATE TRIGGER audit_keep_update BEFORE UPDATE ON audit
BEGIN
	SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_keep_delete BEFORE DELETE ON audit
BEGIN
	SELECT RAISE(ABORT, 'the audit is append-only');
END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_keep_insert BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE host = NEW.host AND seq = NEW.seq)
	OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
	SELECT RAISE(ABORT, 'the audit is append-only');
END;
