-- SPDX-License-Identifier: MIT
-- One-time codes, and what may stand in for them.

-- Raised by whatever ends the trust of the past: a new password, a reset, a
-- factor removed.
ALTER TABLE account ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1
	CHECK (epoch >= 1);

-- What a rule of action `require` says beside its factors.
ALTER TABLE rule ADD COLUMN unenrolled TEXT NOT NULL DEFAULT 'deny'
	CHECK (unenrolled IN ('deny', 'exempt', 'enroll', 'until'));
ALTER TABLE rule ADD COLUMN unenrolled_until INTEGER NOT NULL DEFAULT 0
	CHECK (CASE unenrolled WHEN 'until' THEN unenrolled_until > 0
		ELSE unenrolled_until = 0 END);
ALTER TABLE rule ADD COLUMN trust_days INTEGER NOT NULL DEFAULT 0
	CHECK (trust_days BETWEEN 0 AND 365);
ALTER TABLE rule ADD COLUMN step_up INTEGER NOT NULL DEFAULT 0
	CHECK (step_up BETWEEN 0 AND 86400);
ALTER TABLE rule ADD COLUMN prompt TEXT NOT NULL DEFAULT 'auto'
	CHECK (prompt IN ('auto', 'multi', 'single'));
ALTER TABLE rule ADD COLUMN qr TEXT NOT NULL DEFAULT 'auto'
	CHECK (qr IN ('auto', 'utf8', 'ascii', 'none'));
ALTER TABLE rule ADD COLUMN qr_invert INTEGER NOT NULL DEFAULT 0
	CHECK (qr_invert IN (0, 1));

-- Where a login was proved, for the step-up: on which terminal, in whose
-- session, how long after boot; uptime -1: it is good for none.
ALTER TABLE login ADD COLUMN tty TEXT NOT NULL DEFAULT ''
	CHECK (length(tty) <= 64);
ALTER TABLE login ADD COLUMN ruid INTEGER NOT NULL DEFAULT -1
	CHECK (ruid >= -1);
ALTER TABLE login ADD COLUMN leader INTEGER NOT NULL DEFAULT 0;
ALTER TABLE login ADD COLUMN leader_start INTEGER NOT NULL DEFAULT 0;
ALTER TABLE login ADD COLUMN uptime INTEGER NOT NULL DEFAULT -1
	CHECK (uptime >= -1);

-- The last success of a pair, behind however many failures.
CREATE INDEX guess_passed ON guess (subject, source, factor, seq)
	WHERE state = 3;

-- kind: 1 TOTP (RFC 6238), 2 HOTP (RFC 4226); algorithm: 1 SHA1, 2 SHA256,
-- 3 SHA512; state: 1 active, 2 to be resynchronised with two codes first;
-- moved: TOTP, the last step that was accepted; HOTP, the next counter
CREATE TABLE otp (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
	label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 64),
	algorithm INTEGER NOT NULL CHECK (algorithm BETWEEN 1 AND 3),
	digits INTEGER NOT NULL CHECK (digits BETWEEN 6 AND 8),
	period INTEGER NOT NULL,
	sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512),
	state INTEGER NOT NULL CHECK (state IN (1, 2)),
	moved INTEGER NOT NULL CHECK (moved >= 0),
	created_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL,
	UNIQUE (account, label),
	CHECK (CASE kind WHEN 1 THEN period BETWEEN 15 AND 120 AND state = 1
		ELSE period = 0 END)
) STRICT, WITHOUT ROWID;

-- Steps and counters never go back, whoever writes, nor by becoming those of
-- another device.
CREATE TRIGGER otp_forward BEFORE UPDATE ON otp
WHEN NEW.moved < OLD.moved OR NEW.period <> OLD.period OR NEW.id <> OLD.id
	OR NEW.account <> OLD.account
BEGIN
	SELECT RAISE(ABORT, 'a step or counter never goes back');
END;
-- INSERT OR REPLACE and UPDATE OR REPLACE delete without asking anybody.
CREATE TRIGGER otp_forward_insert BEFORE INSERT ON otp
WHEN EXISTS (SELECT 1 FROM otp WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM otp WHERE account = NEW.account
		AND label = NEW.label)
BEGIN
	SELECT RAISE(ABORT, 'there is such a device already');
END;
CREATE TRIGGER otp_forward_label BEFORE UPDATE OF label ON otp
WHEN EXISTS (SELECT 1 FROM otp WHERE account = NEW.account
	AND label = NEW.label AND id <> NEW.id)
BEGIN
	SELECT RAISE(ABORT, 'there is such a device already');
END;

-- Codes that are good once.  kind: 1 backup, 2 login, 3 reset, 4 ticket;
-- hash: keyed; expires_at 0: never; spent_at 0: not yet
CREATE TABLE code (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	spent_at INTEGER NOT NULL,
	UNIQUE (account, kind, hash)
) STRICT, WITHOUT ROWID;

-- A spent code stays spent, whoever writes, and one is good for what it was
-- made for.
CREATE TRIGGER code_spent BEFORE UPDATE ON code
WHEN OLD.spent_at <> 0 OR NEW.id <> OLD.id OR NEW.account <> OLD.account
	OR NEW.kind <> OLD.kind OR NEW.hash <> OLD.hash
	OR NEW.expires_at <> OLD.expires_at
BEGIN
	SELECT RAISE(ABORT, 'a code can only be spent, and once');
END;
CREATE TRIGGER code_spent_insert BEFORE INSERT ON code
WHEN EXISTS (SELECT 1 FROM code WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM code WHERE account = NEW.account
		AND kind = NEW.kind AND hash = NEW.hash)
BEGIN
	SELECT RAISE(ABORT, 'there is such a code already');
END;

-- binding: a keyed hash of the SSH public key or the source address
CREATE TABLE trust (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
	binding BLOB NOT NULL CHECK (length(binding) = 32),
	shown TEXT NOT NULL CHECK (length(shown) BETWEEN 1 AND 127),
	epoch INTEGER NOT NULL CHECK (epoch >= 1),
	created_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL,
	UNIQUE (account, kind, binding)
) STRICT, WITHOUT ROWID;
