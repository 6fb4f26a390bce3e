-- SPDX-License-Identifier: MIT
-- Security keys, and SSH public keys.

-- What a rule of action `require` says of security keys; key_wait: seconds.
ALTER TABLE rule ADD COLUMN uv TEXT NOT NULL DEFAULT 'preferred'
	CHECK (uv IN ('preferred', 'required', 'discouraged'));
ALTER TABLE rule ADD COLUMN key_wait INTEGER NOT NULL DEFAULT 0
	CHECK (key_wait BETWEEN 0 AND 120);
ALTER TABLE rule ADD COLUMN key_paste INTEGER NOT NULL DEFAULT 0
	CHECK (key_paste IN (0, 1));
UPDATE rule SET key_wait = 15 WHERE action = 'require';

-- algorithm: COSE, -7 ES256, -8 EdDSA, -257 RS256; flags: 1 resident, 2 made
-- with user verification, 4 attestation checked, 8 made by U2F; state:
-- 1 active, 2 revoked; sealed: a digest of what must not change
CREATE TABLE key (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 64),
	rp TEXT NOT NULL CHECK (length(rp) BETWEEN 1 AND 128),
	credential BLOB NOT NULL UNIQUE
		CHECK (length(credential) BETWEEN 1 AND 512),
	algorithm INTEGER NOT NULL CHECK (algorithm IN (-7, -8, -257)),
	public BLOB NOT NULL CHECK (length(public) BETWEEN 1 AND 600),
	aaguid BLOB NOT NULL CHECK (length(aaguid) = 16),
	transports TEXT NOT NULL CHECK (length(transports) <= 31),
	flags INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 15),
	state INTEGER NOT NULL CHECK (state IN (1, 2)),
	sign_count INTEGER NOT NULL
		CHECK (sign_count BETWEEN 0 AND 4294967295),
	sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512),
	created_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL,
	UNIQUE (account, label)
) STRICT, WITHOUT ROWID;

-- authority: it signs certificates
CREATE TABLE ssh_key (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 64),
	type TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 64),
	blob BLOB NOT NULL CHECK (length(blob) BETWEEN 1 AND 2200),
	authority INTEGER NOT NULL CHECK (authority IN (0, 1)),
	sign_count INTEGER NOT NULL
		CHECK (sign_count BETWEEN 0 AND 4294967295),
	sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512),
	created_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL,
	UNIQUE (account, label),
	UNIQUE (account, blob)
) STRICT, WITHOUT ROWID;

-- Has the store a security key at all?  Each login asks.
CREATE INDEX ssh_key_sk ON ssh_key (id) WHERE substr(type, 1, 3) = 'sk-';

-- A counter never goes back and a key once revoked is never active again,
-- whoever writes, nor does a key become another one.
CREATE TRIGGER key_forward BEFORE UPDATE ON key
WHEN NEW.sign_count < OLD.sign_count OR (OLD.state = 2 AND NEW.state <> 2)
	OR NEW.id <> OLD.id OR NEW.account <> OLD.account OR NEW.rp <> OLD.rp
	OR NEW.credential <> OLD.credential OR NEW.algorithm <> OLD.algorithm
	OR NEW.public <> OLD.public OR NEW.aaguid <> OLD.aaguid
	OR NEW.transports <> OLD.transports OR NEW.flags <> OLD.flags
	OR NEW.created_at <> OLD.created_at
BEGIN
	SELECT RAISE(ABORT, 'a key never goes back nor becomes another');
END;
CREATE TRIGGER ssh_key_forward BEFORE UPDATE ON ssh_key
WHEN NEW.sign_count < OLD.sign_count OR NEW.id <> OLD.id
	OR NEW.account <> OLD.account OR NEW.type <> OLD.type
	OR NEW.blob <> OLD.blob OR NEW.authority <> OLD.authority
	OR NEW.created_at <> OLD.created_at
BEGIN
	SELECT RAISE(ABORT, 'a key never goes back nor becomes another');
END;

-- INSERT OR REPLACE and UPDATE OR REPLACE delete without asking anybody.
CREATE TRIGGER key_forward_insert BEFORE INSERT ON key
WHEN EXISTS (SELECT 1 FROM key WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM key WHERE credential = NEW.credential)
BEGIN
	SELECT RAISE(ABORT, 'there is such a key already');
END;
CREATE TRIGGER ssh_key_forward_insert BEFORE INSERT ON ssh_key
WHEN EXISTS (SELECT 1 FROM ssh_key WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM ssh_key WHERE account = NEW.account
		AND blob = NEW.blob)
BEGIN
	SELECT RAISE(ABORT, 'there is such a key already');
END;

-- A label is of one thing of its account, whatever that is.
CREATE TRIGGER otp_label_insert BEFORE INSERT ON otp
WHEN EXISTS (SELECT 1 FROM key WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM ssh_key WHERE account = NEW.account
		AND label = NEW.label)
BEGIN
	SELECT RAISE(ABORT, 'there is such a label already');
END;
CREATE TRIGGER otp_label_update BEFORE UPDATE OF label ON otp
WHEN EXISTS (SELECT 1 FROM key WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM ssh_key WHERE account = NEW.account
		AND label = NEW.label)
BEGIN
	SELECT RAISE(ABORT, 'there is such a label already');
END;
CREATE TRIGGER key_label_insert BEFORE INSERT ON key
WHEN EXISTS (SELECT 1 FROM otp WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM key WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM ssh_key WHERE account = NEW.account
		AND label = NEW.label)
BEGIN
	SELECT RAISE(ABORT, 'there is such a label already');
END;
CREATE TRIGGER key_label_update BEFORE UPDATE OF label ON key
WHEN EXISTS (SELECT 1 FROM otp WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM key WHERE account = NEW.account
		AND label = NEW.label AND id <> NEW.id)
	OR EXISTS (SELECT 1 FROM ssh_key WHERE account = NEW.account
		AND label = NEW.label)
BEGIN
	SELECT RAISE(ABORT, 'there is such a label already');
END;
CREATE TRIGGER ssh_key_label_insert BEFORE INSERT ON ssh_key
WHEN EXISTS (SELECT 1 FROM otp WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM key WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM ssh_key WHERE account = NEW.account
		AND label = NEW.label)
BEGIN
	SELECT RAISE(ABORT, 'there is such a label already');
END;
CREATE TRIGGER ssh_key_label_update BEFORE UPDATE OF label ON ssh_key
WHEN EXISTS (SELECT 1 FROM otp WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM key WHERE account = NEW.account
		AND label = NEW.label)
	OR EXISTS (SELECT 1 FROM ssh_key WHERE account = NEW.account
		AND label = NEW.label AND id <> NEW.id)
BEGIN
	SELECT RAISE(ABORT, 'there is such a label already');
END;

-- One row for all security keys.  rp: of new ones, '' until it is set;
-- sign_count, a counter that went back is: 1 audited, 2 and does not count,
-- 3 and the key is revoked; aaguids: 16 bytes a model that may be enrolled,
-- none: any
CREATE TABLE key_policy (
	one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
	rp TEXT NOT NULL CHECK (length(rp) <= 128),
	attestation INTEGER NOT NULL CHECK (attestation IN (0, 1)),
	sign_count INTEGER NOT NULL CHECK (sign_count BETWEEN 1 AND 3),
	aaguids BLOB NOT NULL
		CHECK (length(aaguids) <= 512 AND length(aaguids) % 16 = 0)
) STRICT, WITHOUT ROWID;
INSERT INTO key_policy VALUES (1, '', 0, 1, x'');
CREATE TRIGGER key_policy_keep BEFORE DELETE ON key_policy
BEGIN
	SELECT RAISE(ABORT, 'there is always a policy of keys');
END;
