-- SPDX-License-Identifier: MIT
-- People: what an account is, organizations, who may do what for whom,
-- sessions that end, and what people are told.

-- kind: 1 person, 2 service account (of ORG, no person logs in with it);
-- strategy: what a deletion leaves, 1 soft, 2 hard, 3 anonymize; email_at:
-- when the address was confirmed, 0: not yet
ALTER TABLE account ADD COLUMN kind INTEGER NOT NULL DEFAULT 1
	CHECK (kind IN (1, 2));
ALTER TABLE account ADD COLUMN org TEXT NOT NULL DEFAULT ''
	CHECK (CASE kind WHEN 2 THEN length(org) = 36 ELSE org = '' END);
ALTER TABLE account ADD COLUMN strategy INTEGER NOT NULL DEFAULT 1
	CHECK (strategy BETWEEN 1 AND 3);
ALTER TABLE account ADD COLUMN email_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX account_org ON account (org) WHERE kind = 2;

-- exported: in the PAM environment as SIGRA_ATTR_KEY
CREATE TABLE attribute (
	account TEXT NOT NULL REFERENCES account (id),
	key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 32),
	value TEXT NOT NULL CHECK (length(value) <= 255),
	exported INTEGER NOT NULL CHECK (exported IN (0, 1)),
	PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;

-- An address that waits for its code.
CREATE TABLE email_change (
	account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
	email TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row.  Days 0: no such limit; breached: look into the host's file.
CREATE TABLE password_policy (
	id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
	min_length INTEGER NOT NULL CHECK (min_length BETWEEN 8 AND 128),
	history INTEGER NOT NULL CHECK (history BETWEEN 0 AND 24),
	max_days INTEGER NOT NULL CHECK (max_days BETWEEN 0 AND 3650),
	warn_days INTEGER NOT NULL CHECK (warn_days BETWEEN 0 AND 365),
	min_days INTEGER NOT NULL CHECK (min_days BETWEEN 0 AND 365),
	breached INTEGER NOT NULL CHECK (breached IN (0, 1)),
	CHECK (max_days = 0 OR min_days < max_days)
) STRICT, WITHOUT ROWID;
INSERT INTO password_policy VALUES (1, 8, 5, 0, 14, 0, 1);
CREATE TRIGGER password_policy_keep BEFORE DELETE ON password_policy
BEGIN
	SELECT RAISE(ABORT, 'there is always a policy of passwords');
END;

-- words: what a password must not be made of, with blanks; deleted_at 0: not
CREATE TABLE org (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	slug TEXT NOT NULL CHECK (length(slug) BETWEEN 3 AND 63),
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
	words TEXT NOT NULL CHECK (length(words) <= 255),
	personal INTEGER NOT NULL CHECK (personal IN (0, 1)),
	require_mfa INTEGER NOT NULL CHECK (require_mfa IN (0, 1)),
	created_at INTEGER NOT NULL,
	deleted_at INTEGER NOT NULL,
	version INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX org_slug ON org (slug) WHERE deleted_at = 0;

-- Slugs that an organization had; they answer until then.
CREATE TABLE org_past (
	slug TEXT NOT NULL PRIMARY KEY,
	org TEXT NOT NULL REFERENCES org (id),
	until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX org_past_until ON org_past (until);

-- role: 1 owner, 2 admin, 3 member; used_at: a login with this organization
-- active, 0: none yet
CREATE TABLE member (
	org TEXT NOT NULL REFERENCES org (id),
	account TEXT NOT NULL REFERENCES account (id),
	role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
	joined_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL,
	PRIMARY KEY (org, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_account ON member (account, org);
CREATE INDEX member_owner ON member (org) WHERE role = 1;

-- address: of mail, or a login name; made_by: as audit.actor; hash: keyed;
-- state: 1 pending, 2 accepted (by ACCOUNT), 3 revoked
CREATE TABLE invitation (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	org TEXT NOT NULL REFERENCES org (id),
	address TEXT NOT NULL CHECK (length(address) BETWEEN 1 AND 254),
	role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
	hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
	made_by TEXT NOT NULL CHECK (length(made_by) BETWEEN 1 AND 63),
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
	ended_at INTEGER NOT NULL,
	account TEXT NOT NULL CHECK (length(account) IN (0, 36)),
	CHECK ((state = 1) = (ended_at = 0))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX invitation_pending ON invitation (org, address)
	WHERE state = 1;
CREATE INDEX invitation_address ON invitation (address);
CREATE INDEX invitation_ended ON invitation (ended_at) WHERE state <> 1;
CREATE INDEX invitation_org ON invitation (org, created_at);
CREATE INDEX invitation_maker ON invitation (made_by, created_at);
CREATE INDEX invitation_account ON invitation (account) WHERE account <> '';
-- What has ended stays so, and is what it was.
CREATE TRIGGER invitation_once BEFORE UPDATE ON invitation
WHEN OLD.state <> 1 OR NEW.id <> OLD.id OR NEW.org <> OLD.org
	OR NEW.address <> OLD.address OR NEW.role <> OLD.role
	OR NEW.hash <> OLD.hash OR NEW.expires_at <> OLD.expires_at
BEGIN
	SELECT RAISE(ABORT, 'an invitation can only end, and once');
END;
-- INSERT OR REPLACE and UPDATE OR REPLACE delete without asking anybody.
CREATE TRIGGER invitation_once_insert BEFORE INSERT ON invitation
WHEN EXISTS (SELECT 1 FROM invitation WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM invitation WHERE hash = NEW.hash)
	OR (NEW.state = 1 AND EXISTS (SELECT 1 FROM invitation
		WHERE org = NEW.org AND address = NEW.address AND state = 1))
BEGIN
	SELECT RAISE(ABORT, 'there is such an invitation already');
END;

-- Administrators of everything.
CREATE TABLE administrator (
	account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
	granted_by TEXT NOT NULL CHECK (length(granted_by) BETWEEN 1 AND 63),
	granted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- ACTOR may log in as ACCOUNT, once; hash: keyed
CREATE TABLE impersonation (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	account TEXT NOT NULL REFERENCES account (id),
	actor TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 63),
	reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 256),
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	spent_at INTEGER NOT NULL,
	UNIQUE (account, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX impersonation_actor ON impersonation (actor);
CREATE INDEX impersonation_expires ON impersonation (expires_at);
CREATE TRIGGER impersonation_spent BEFORE UPDATE ON impersonation
WHEN OLD.spent_at <> 0 OR NEW.id <> OLD.id OR NEW.account <> OLD.account
	OR NEW.actor <> OLD.actor OR NEW.hash <> OLD.hash
	OR NEW.expires_at <> OLD.expires_at
BEGIN
	SELECT RAISE(ABORT, 'an impersonation can only be spent, and once');
END;
CREATE TRIGGER impersonation_spent_insert BEFORE INSERT ON impersonation
WHEN EXISTS (SELECT 1 FROM impersonation WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM impersonation WHERE account = NEW.account
		AND hash = NEW.hash)
BEGIN
	SELECT RAISE(ABORT, 'there is such an impersonation already');
END;

-- org: active; impersonator: an account id, or as audit.actor
ALTER TABLE login ADD COLUMN org TEXT NOT NULL DEFAULT ''
	CHECK (length(org) IN (0, 36));
ALTER TABLE login ADD COLUMN impersonator TEXT NOT NULL DEFAULT ''
	CHECK (length(impersonator) <= 63);
ALTER TABLE session ADD COLUMN org TEXT NOT NULL DEFAULT ''
	CHECK (length(org) IN (0, 36));
ALTER TABLE session ADD COLUMN impersonator TEXT NOT NULL DEFAULT ''
	CHECK (length(impersonator) <= 63);
-- logind's id of it; ends_at, idle (seconds): 0 no limit; ended: why, a word
ALTER TABLE session ADD COLUMN logind TEXT NOT NULL DEFAULT ''
	CHECK (length(logind) <= 64);
ALTER TABLE session ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN idle INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN ended TEXT NOT NULL DEFAULT ''
	CHECK (length(ended) <= 16);
-- gone: nothing of it runs any more, as somebody has seen; kill: somebody
-- wants that
ALTER TABLE session ADD COLUMN gone INTEGER NOT NULL DEFAULT 0
	CHECK (gone IN (0, 1));
ALTER TABLE session ADD COLUMN kill INTEGER NOT NULL DEFAULT 0
	CHECK (kill IN (0, 1));
UPDATE session SET gone = 1 WHERE closed_at <> 0;
CREATE INDEX session_left ON session (opened_at) WHERE gone = 0;
CREATE INDEX session_process ON session (pid, pid_start) WHERE gone = 0;
CREATE INDEX session_acted ON session (account)
	WHERE closed_at = 0 AND impersonator <> '';
CREATE INDEX session_org ON session (org) WHERE closed_at = 0 AND org <> '';
CREATE INDEX session_closed ON session (closed_at) WHERE closed_at <> 0;

-- What a rule says of people.  org: ids with commas; session_max -1: as the
-- service is, 0: no limit
ALTER TABLE rule ADD COLUMN org TEXT NOT NULL DEFAULT ''
	CHECK (length(org) <= 255);
ALTER TABLE rule ADD COLUMN org_choice TEXT NOT NULL DEFAULT 'last'
	CHECK (org_choice IN ('last', 'ask'));
ALTER TABLE rule ADD COLUMN notice INTEGER NOT NULL DEFAULT 0
	CHECK (notice IN (0, 1));
ALTER TABLE rule ADD COLUMN new_source TEXT NOT NULL DEFAULT 'audit'
	CHECK (new_source IN ('audit', 'tell', 'second'));
ALTER TABLE rule ADD COLUMN invite INTEGER NOT NULL DEFAULT 0
	CHECK (invite IN (0, 1));
ALTER TABLE rule ADD COLUMN session_max INTEGER NOT NULL DEFAULT -1
	CHECK (session_max BETWEEN -1 AND 31536000);
ALTER TABLE rule ADD COLUMN session_idle INTEGER NOT NULL DEFAULT 0
	CHECK (session_idle BETWEEN 0 AND 2592000);

CREATE INDEX audit_org ON audit (org, at, seq) WHERE org <> '';
CREATE INDEX seen_at ON seen (at);
CREATE INDEX code_expires ON code (expires_at) WHERE expires_at <> 0;

-- What somebody is to be told, beside the audit row AUDIT that says it;
-- sealed: a code that goes with it, or empty; spread: its deliveries are made
CREATE TABLE outbox (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	at INTEGER NOT NULL,
	event TEXT NOT NULL CHECK (length(event) BETWEEN 1 AND 63),
	account TEXT NOT NULL CHECK (length(account) IN (0, 36)),
	org TEXT NOT NULL CHECK (length(org) IN (0, 36)),
	audit TEXT NOT NULL CHECK (length(audit) IN (0, 36)),
	sealed BLOB NOT NULL CHECK (length(sealed) <= 512),
	spread INTEGER NOT NULL CHECK (spread IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_new ON outbox (at, id) WHERE spread = 0;
CREATE INDEX outbox_at ON outbox (at);
CREATE INDEX outbox_account ON outbox (account) WHERE account <> '';

-- events: words with commas; empty: all; sealed: the secret that signs
CREATE TABLE webhook (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	url TEXT NOT NULL CHECK (length(url) BETWEEN 9 AND 1024),
	events TEXT NOT NULL CHECK (length(events) <= 512),
	private INTEGER NOT NULL CHECK (private IN (0, 1)),
	sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 1 AND 512),
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- channel: 1 mail, 2 command, 3 webhook; state: 1 waiting, 2 done, 3 dead
CREATE TABLE delivery (
	id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
	message TEXT NOT NULL REFERENCES outbox (id),
	channel INTEGER NOT NULL CHECK (channel BETWEEN 1 AND 3),
	webhook TEXT NOT NULL CHECK (length(webhook) IN (0, 36)),
	state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
	attempts INTEGER NOT NULL CHECK (attempts >= 0),
	next_at INTEGER NOT NULL,
	last TEXT NOT NULL CHECK (length(last) <= 255)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (state, next_at);
CREATE INDEX delivery_message ON delivery (message);
CREATE INDEX delivery_webhook ON delivery (webhook)
	WHERE state = 1 AND webhook <> '';
