-- SPDX-License-Identifier: MIT
-- As statements.sql, of organizations, of what belongs to an account beside
-- its factors, and of sessions.

-- name: org_insert
INSERT INTO org (id, slug, name, words, personal, require_mfa, token_expiry,
	token_max, created_at, deleted_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: org_answers
SELECT count(*) FROM org_past AS p JOIN org AS o ON o.id = p.org
WHERE p.slug = $1 AND p.until > $2 AND p.org <> $3 AND o.deleted_at = 0;

-- name: org_by_slug
SELECT id, slug, name, words, personal, require_mfa, token_expiry, token_max,
	created_at, deleted_at, version
FROM org WHERE slug = $1 AND deleted_at = 0
UNION ALL
SELECT o.id, o.slug, o.name, o.words, o.personal, o.require_mfa,
	o.token_expiry, o.token_max, o.created_at, o.deleted_at, o.version
FROM org_past AS p JOIN org AS o ON o.id = p.org
WHERE p.slug = $1 AND p.until > $2 AND o.deleted_at = 0
AND NOT EXISTS (SELECT 1 FROM org WHERE slug = $1 AND deleted_at = 0);

-- name: org_any
SELECT count(*) FROM (SELECT 1 FROM org WHERE personal = 0 LIMIT 1) AS one;

-- name: org_by_id
SELECT id, slug, name, words, personal, require_mfa, token_expiry, token_max,
	created_at, deleted_at, version
FROM org WHERE id = $1;

-- name: org_update
UPDATE org SET slug = $2, name = $3, words = $4, personal = $5,
	require_mfa = $6, token_expiry = $7, token_max = $8,
	deleted_at = $9, version = version + 1
WHERE id = $1 AND version = $10
RETURNING version;

-- name: org_tokens
SELECT count(*) FROM member AS m JOIN token AS t ON t.account = m.account
WHERE m.org = $1 AND t.kind = 1 AND t.revoked_at = 0
AND (t.expires_at = 0 OR t.expires_at > $2)
AND (($3 = 1 AND t.expires_at = 0) OR ($4 <> 0
	AND (t.expires_at = 0 OR t.expires_at > t.created_at + $4)));

-- name: org_past
INSERT INTO org_past (slug, org, until) VALUES ($1, $2, $3)
ON CONFLICT (slug) DO UPDATE SET org = excluded.org, until = excluded.until;

-- name: org_list
SELECT id, slug, name, words, personal, require_mfa, token_expiry, token_max,
	created_at, deleted_at, version
FROM org WHERE deleted_at = 0 AND slug > $1 ORDER BY slug;

-- name: member_insert
INSERT INTO member (org, account, role, joined_at, used_at)
VALUES ($1, $2, $3, $4, $5);

-- name: member_get
SELECT m.org, m.account, m.role, m.joined_at, m.used_at
FROM member AS m JOIN org AS o ON o.id = m.org
WHERE m.org = $1 AND m.account = $2 AND o.deleted_at = 0;

-- name: member_role
UPDATE member SET role = $3 WHERE org = $1 AND account = $2
RETURNING account;

-- name: member_used
UPDATE member SET used_at = $3 WHERE org = $1 AND account = $2
RETURNING account;

-- name: member_delete
DELETE FROM member WHERE org = $1 AND account = $2 RETURNING account;

-- name: member_owners
SELECT count(*) FROM member AS m JOIN account AS a ON a.id = m.account
WHERE m.org = $1 AND m.role = 1 AND a.state < 3;

-- name: member_count
SELECT count(*) FROM member AS m JOIN account AS a ON a.id = m.account
WHERE m.org = $1 AND a.state <> 4;

-- name: member_list
SELECT m.org, m.account, m.role, m.joined_at, m.used_at, a.name
FROM member AS m JOIN account AS a ON a.id = m.account
WHERE m.org = $1 AND a.state <> 4 AND a.name > $2
ORDER BY a.name;

-- name: member_of
SELECT m.org, m.account, m.role, m.joined_at, m.used_at, o.id, o.slug, o.name,
	o.words, o.personal, o.require_mfa, o.token_expiry, o.token_max,
	o.created_at, o.deleted_at, o.version
FROM member AS m JOIN org AS o ON o.id = m.org
WHERE m.account = $1 AND o.deleted_at = 0
ORDER BY m.used_at DESC, m.joined_at, m.org;

-- name: invitation_expire
UPDATE invitation SET state = 3, ended_at = $3
WHERE org = $1 AND address = $2 AND state = 1 AND expires_at <= $3;

-- name: invitation_insert
INSERT INTO invitation (id, org, address, role, hash, made_by, created_at,
	expires_at, state, ended_at, account)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: invitation_find
SELECT id, org, address, role, hash, made_by, created_at, expires_at, state,
	ended_at, account
FROM invitation WHERE hash = $1;

-- name: invitation_get
SELECT id, org, address, role, hash, made_by, created_at, expires_at, state,
	ended_at, account
FROM invitation WHERE id = $2 AND org = $1;

-- name: invitation_pending
SELECT EXISTS (SELECT 1 FROM invitation AS i JOIN org AS o ON o.id = i.org
	WHERE i.address = $1 AND i.state = 1 AND i.expires_at > $2
	AND o.deleted_at = 0);

-- name: invitation_end
UPDATE invitation SET state = $2, account = $3, ended_at = $4
WHERE id = $1 AND state = 1 AND ($2 <> 2 OR expires_at > $4)
RETURNING id;

-- name: invitation_list
SELECT id, org, address, role, hash, made_by, created_at, expires_at, state,
	ended_at, account
FROM invitation WHERE org = $1 AND ($2 = 0 OR state = 1)
ORDER BY created_at DESC, id DESC;

-- name: invitation_counts
SELECT (SELECT count(*) FROM invitation
		WHERE made_by = $1 AND created_at >= $3),
	(SELECT count(*) FROM invitation
		WHERE org = $2 AND created_at >= $3);

-- name: invitation_end_all
UPDATE invitation SET state = 3, ended_at = $2 WHERE org = $1 AND state = 1
RETURNING id;

-- name: invitation_end_by
UPDATE invitation SET state = 3, ended_at = $2 WHERE made_by = $1 AND state = 1
RETURNING id;

-- name: attribute_others
SELECT count(*) FROM attribute WHERE account = $1 AND key <> $2;

-- name: attribute_put
INSERT INTO attribute (account, key, value, exported) VALUES ($1, $2, $3, $4)
ON CONFLICT (account, key) DO UPDATE SET value = excluded.value,
	exported = excluded.exported;

-- name: attribute_delete
DELETE FROM attribute WHERE account = $1 AND key = $2 RETURNING key;

-- name: attribute_delete_all
DELETE FROM attribute WHERE account = $1;

-- name: attribute_list
SELECT key, value, exported FROM attribute WHERE account = $1 ORDER BY key;

-- name: email_change_put
INSERT INTO email_change (account, email, hash, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account) DO UPDATE SET email = excluded.email,
	hash = excluded.hash, created_at = excluded.created_at,
	expires_at = excluded.expires_at;

-- name: email_change_get
SELECT account, email, hash, created_at, expires_at
FROM email_change WHERE account = $1;

-- name: email_change_delete
DELETE FROM email_change WHERE account = $1;

-- name: password_policy_get
SELECT min_length, history, max_days, warn_days, min_days, breached
FROM password_policy WHERE id = 1;

-- name: password_policy_put
UPDATE password_policy SET min_length = $1, history = $2, max_days = $3,
	warn_days = $4, min_days = $5, breached = $6
WHERE id = 1 RETURNING id;

-- name: administrator_insert
INSERT INTO administrator (account, granted_by, granted_at)
VALUES ($1, $2, $3);

-- name: administrator_delete
DELETE FROM administrator WHERE account = $1 RETURNING account;

-- name: administrator_is
SELECT EXISTS (SELECT 1 FROM administrator WHERE account = $1);

-- name: administrator_any
SELECT EXISTS (SELECT 1 FROM administrator AS d WHERE EXISTS (
	SELECT 1 FROM account WHERE id = d.account AND state <> 4));

-- name: administrator_list
SELECT account, granted_by, granted_at FROM administrator
ORDER BY granted_at, account;

-- name: impersonation_insert
INSERT INTO impersonation (id, account, actor, reason, hash, created_at,
	expires_at, spent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: impersonation_find
SELECT id, account, actor, reason, hash, created_at, expires_at, spent_at
FROM impersonation WHERE account = $1 AND hash = $2;

-- name: impersonation_spend
UPDATE impersonation SET spent_at = $2
WHERE id = $1 AND spent_at = 0 AND expires_at > $2
RETURNING id;

-- name: impersonation_void
UPDATE impersonation SET spent_at = $2 WHERE account = $1 AND spent_at = 0;

-- name: impersonation_void_by
UPDATE impersonation SET spent_at = $2 WHERE actor = $1 AND spent_at = 0;

-- name: impersonation_runs
SELECT EXISTS (SELECT 1 FROM session
	WHERE account = $1 AND closed_at = 0 AND impersonator <> ''
	AND (ends_at = 0 OR ends_at > $2)) OR EXISTS (SELECT 1 FROM login
	WHERE account = $1 AND impersonator <> '' AND consumed_at = 0
	AND at >= $3);

-- name: service_list
SELECT id, name, email, state, reason, created_at, updated_at, expires_at,
	delete_at, must_change, epoch, version, kind, org, strategy, email_at
FROM account WHERE kind = 2 AND org = $1 AND state <> 4 ORDER BY name;

-- name: account_due
SELECT id, name, email, state, reason, created_at, updated_at, expires_at,
	delete_at, must_change, epoch, version, kind, org, strategy, email_at
FROM account WHERE state = 3 AND delete_at <= $1 ORDER BY delete_at, id;

-- name: session_insert
INSERT INTO session (id, account, login, service, tty, rhost, factors, host,
	boot, pid, pid_start, opened_at, closed_at, org, impersonator, logind,
	ends_at, idle, ended)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
	$17, $18, $19);

-- name: session_close
UPDATE session SET closed_at = $2, ended = $3,
	gone = $3 IN ('closed', 'gone')
WHERE id = $1 AND closed_at = 0
RETURNING id;

-- name: session_gone
UPDATE session SET gone = 1 WHERE id = $1 AND gone = 0;

-- name: session_kill
UPDATE session SET kill = 1 WHERE id = $1;

-- name: session_close_all
UPDATE session SET closed_at = $3, ended = $4
WHERE account = $1 AND id <> $2 AND closed_at = 0
RETURNING id;

-- name: session_close_org
UPDATE session SET closed_at = $3, ended = $4
WHERE org = $1 AND org <> '' AND ($2 = '' OR account = $2) AND closed_at = 0
RETURNING id;

-- name: session_get
SELECT id, account, login, service, tty, rhost, factors, host, boot, pid,
	pid_start, opened_at, closed_at, org, impersonator, logind, ends_at,
	idle, ended, gone, kill
FROM session WHERE id = $1;

-- name: session_list
SELECT id, account, login, service, tty, rhost, factors, host, boot, pid,
	pid_start, opened_at, closed_at, org, impersonator, logind, ends_at,
	idle, ended, gone, kill
FROM session ORDER BY opened_at DESC, id DESC;

-- name: session_list_open
SELECT id, account, login, service, tty, rhost, factors, host, boot, pid,
	pid_start, opened_at, closed_at, org, impersonator, logind, ends_at,
	idle, ended, gone, kill
FROM session WHERE closed_at = 0 ORDER BY opened_at DESC, id DESC;

-- name: session_list_account
SELECT id, account, login, service, tty, rhost, factors, host, boot, pid,
	pid_start, opened_at, closed_at, org, impersonator, logind, ends_at,
	idle, ended, gone, kill
FROM session WHERE account = $1 AND ($2 = 0 OR closed_at = 0)
ORDER BY opened_at DESC, id DESC;

-- name: session_list_left
SELECT id, account, login, service, tty, rhost, factors, host, boot, pid,
	pid_start, opened_at, closed_at, org, impersonator, logind, ends_at,
	idle, ended, gone, kill
FROM session WHERE gone = 0 AND ($1 = '' OR account = $1)
ORDER BY opened_at DESC, id DESC;

-- name: session_shared
SELECT EXISTS (SELECT 1 FROM session
	WHERE gone = 0 AND pid = $1 AND pid_start = $2 AND boot = $3
	AND host = $4 AND account <> $5);

-- name: erase_person
DELETE FROM person WHERE account = $1;

-- name: erase_history
DELETE FROM password_history WHERE account = $1;

-- name: erase_code
DELETE FROM code WHERE account = $1;

-- name: erase_seen
DELETE FROM seen WHERE account = $1;

-- name: erase_login
DELETE FROM login WHERE account = $1;

-- name: erase_session
DELETE FROM session WHERE account = $1;

-- name: erase_member
DELETE FROM member WHERE account = $1;

-- name: erase_invitation
DELETE FROM invitation WHERE (account = $1 AND account <> '')
	OR address IN (SELECT name FROM account WHERE id = $1
		UNION ALL SELECT email FROM account WHERE id = $1);

-- name: erase_impersonation
DELETE FROM impersonation WHERE account = $1 OR actor = $1;

-- name: erase_guess
DELETE FROM guess WHERE subject = $1;

-- name: erase_delivery
DELETE FROM delivery WHERE message IN (
	SELECT id FROM outbox WHERE account = $1 AND account <> '');

-- name: erase_outbox
DELETE FROM outbox WHERE account = $1 AND account <> '';

-- name: erase_account
DELETE FROM account WHERE id = $1 RETURNING id;
