-- SPDX-License-Identifier: MIT
-- Tokens, and an audit that cannot be rewritten.

-- One string that logs in: kind 1 app token, 2 secret of a service account.
-- hash: keyed; scopes, sources: with commas, sources empty: from anywhere;
-- expires_at, used_at, revoked_at 0: not
CREATE TABLE token (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
	label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 64),
	hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
	scopes TEXT NOT NULL CHECK (length(scopes) BETWEEN 1 AND 255),
	sources TEXT NOT NULL CHECK (length(sources) <= 1023),
	created_at INTEGER NOT NULL,
	made_by TEXT NOT NULL CHECK (length(made_by) <= 63),
	expires_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL,
	used_from TEXT NOT NULL CHECK (length(used_from) <= 63),
	revoked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX token_label ON token (account, label)
	WHERE revoked_at = 0;
CREATE INDEX token_revoked_at ON token (revoked_at) WHERE revoked_at <> 0;
CREATE INDEX token_expires_at ON token (expires_at) WHERE expires_at <> 0;
CREATE INDEX token_account ON token (account, created_at);
CREATE TRIGGER token_revoked BEFORE UPDATE ON token
WHEN OLD.revoked_at <> 0 OR NEW.id <> OLD.id OR NEW.account <> OLD.account
	OR NEW.kind <> OLD.kind OR NEW.hash <> OLD.hash
	OR NEW.scopes <> OLD.scopes OR NEW.sources <> OLD.sources
	OR NEW.expires_at <> OLD.expires_at
	OR NEW.created_at <> OLD.created_at
BEGIN
	SELECT RAISE(ABORT, 'a token that was revoked stays so');
END;
CREATE TRIGGER token_revoked_insert BEFORE INSERT ON token
WHEN EXISTS (SELECT 1 FROM token WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM token WHERE hash = NEW.hash)
	OR (NEW.revoked_at = 0 AND EXISTS (SELECT 1 FROM token
		WHERE account = NEW.account AND label = NEW.label
		AND revoked_at = 0))
BEGIN
	SELECT RAISE(ABORT, 'there is such a token already');
END;

-- What an organization demands of its members' app tokens; token_max:
-- seconds, 0 no limit
ALTER TABLE org ADD COLUMN token_expiry INTEGER NOT NULL DEFAULT 0
	CHECK (token_expiry IN (0, 1));
ALTER TABLE org ADD COLUMN token_max INTEGER NOT NULL DEFAULT 0
	CHECK (token_max BETWEEN 0 AND 315360000);

-- What a JWT of the same id came with: presented, it makes the next of its
-- family; presented again, it ends the family.  epoch: of the account then
CREATE TABLE refresh (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	family TEXT NOT NULL CHECK (length(family) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	service TEXT NOT NULL CHECK (length(service) BETWEEN 1 AND 64),
	hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
	epoch INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	spent_at INTEGER NOT NULL,
	revoked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX refresh_open ON refresh (account, family)
	WHERE spent_at = 0;
CREATE INDEX refresh_family ON refresh (family);
CREATE INDEX refresh_account ON refresh (account, created_at);
CREATE INDEX refresh_expires ON refresh (expires_at);
CREATE TRIGGER refresh_once BEFORE UPDATE ON refresh
WHEN (OLD.spent_at <> 0 AND NEW.spent_at <> OLD.spent_at)
	OR (OLD.revoked_at <> 0 AND NEW.revoked_at <> OLD.revoked_at)
	OR NEW.id <> OLD.id OR NEW.family <> OLD.family
	OR NEW.account <> OLD.account OR NEW.service <> OLD.service
	OR NEW.hash <> OLD.hash OR NEW.epoch <> OLD.epoch
	OR NEW.expires_at <> OLD.expires_at
BEGIN
	SELECT RAISE(ABORT, 'what was spent or revoked stays so');
END;
CREATE TRIGGER refresh_once_insert BEFORE INSERT ON refresh
WHEN EXISTS (SELECT 1 FROM refresh WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM refresh WHERE hash = NEW.hash)
BEGIN
	SELECT RAISE(ABORT, 'there is such a refresh token already');
END;

-- mac: of a row of a chain (sigra-audit(5)); empty before there was a key
ALTER TABLE audit ADD COLUMN mac BLOB NOT NULL DEFAULT x''
	CHECK (length(mac) IN (0, 32));

CREATE INDEX audit_rhost ON audit (rhost, at, seq) WHERE rhost <> '';

-- From which row on a host's rows have a MAC, of which verification key;
-- key empty: from that row on they have none
CREATE TABLE chain (
	host TEXT NOT NULL CHECK (length(host) BETWEEN 1 AND 255),
	start INTEGER NOT NULL CHECK (start >= 1),
	key TEXT NOT NULL CHECK (length(key) IN (0, 16)),
	made_at INTEGER NOT NULL,
	PRIMARY KEY (host, start)
) STRICT, WITHOUT ROWID;
-- Where one ended, and no row followed, another may begin.
CREATE TRIGGER chain_keep_update BEFORE UPDATE ON chain
WHEN OLD.key <> '' OR NEW.key = '' OR NEW.host <> OLD.host
	OR NEW.start <> OLD.start OR EXISTS (SELECT 1 FROM audit
		WHERE host = OLD.host AND seq >= OLD.start)
BEGIN
	SELECT RAISE(ABORT, 'a chain stays as it began');
END;
CREATE TRIGGER chain_keep_delete BEFORE DELETE ON chain
BEGIN
	SELECT RAISE(ABORT, 'a chain stays as it began');
END;
CREATE TRIGGER chain_keep_insert BEFORE INSERT ON chain
WHEN EXISTS (SELECT 1 FROM chain WHERE host = NEW.host
	AND (start > NEW.start OR (start = NEW.start AND key <> '')))
BEGIN
	SELECT RAISE(ABORT, 'a chain stays as it began');
END;

-- For the length of one transaction: rows up to SEQ of HOST may go.
CREATE TABLE audit_guard (
	host TEXT NOT NULL PRIMARY KEY,
	seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Up to where a host's rows were pruned, so that the next time goes on from
-- there: head and key as the chain has them, or empty.  What counts is the row
-- of the audit that says so.
CREATE TABLE audit_stump (
	host TEXT NOT NULL PRIMARY KEY CHECK (length(host) BETWEEN 1 AND 255),
	seq INTEGER NOT NULL CHECK (seq >= 1),
	head BLOB NOT NULL CHECK (length(head) IN (0, 32)),
	key TEXT NOT NULL CHECK (length(key) IN (0, 16))
) STRICT, WITHOUT ROWID;
DROP TRIGGER audit_keep_delete;
CREATE TRIGGER audit_keep_delete BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_guard
	WHERE host = OLD.host AND seq >= OLD.seq)
BEGIN
	SELECT RAISE(ABORT, 'the audit is append-only');
END;

-- Failures like one that has a row (audit, seq) and none of their own;
-- source: where from; what: the rest of what they have in common, hashed;
-- target: the account that all of them are about, '' no single one
CREATE TABLE burst (
	source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 255),
	what BLOB NOT NULL CHECK (length(what) = 32),
	target TEXT NOT NULL CHECK (length(target) <= 63),
	audit TEXT NOT NULL CHECK (length(audit) = 36),
	seq INTEGER NOT NULL,
	first_at INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	count INTEGER NOT NULL CHECK (count >= 0),
	PRIMARY KEY (source, what)
) STRICT, WITHOUT ROWID;
CREATE INDEX burst_first ON burst (first_at);
CREATE INDEX burst_target ON burst (target, first_at) WHERE target <> '';
