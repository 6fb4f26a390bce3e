-- SPDX-License-Identifier: MIT
-- One block a statement of store/engine.h; $1..$n are the values in the order
-- in which C hands them over.  A change whose rows are counted says RETURNING.

-- name: meta_get
SELECT value FROM meta WHERE key = $1;

-- name: meta_put
INSERT INTO meta (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: clock_see
INSERT INTO meta (key, value) VALUES ('clock_seen', $1)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
WHERE CAST(excluded.value AS BIGINT) > CAST(meta.value AS BIGINT);

-- name: account_insert
INSERT INTO account (id, name, email, state, reason, created_at, updated_at,
	expires_at, delete_at, must_change, epoch, version, kind, org,
	strategy, email_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: account_by_name
SELECT id, name, email, state, reason, created_at, updated_at, expires_at,
	delete_at, must_change, epoch, version, kind, org, strategy, email_at
FROM account WHERE name = $1 AND state <> 4;

-- name: account_gone
SELECT id, name, email, state, reason, created_at, updated_at, expires_at,
	delete_at, must_change, epoch, version, kind, org, strategy, email_at
FROM account WHERE name = $1 AND state = 4
ORDER BY updated_at DESC, id DESC LIMIT 1;

-- name: account_by_id
SELECT id, name, email, state, reason, created_at, updated_at, expires_at,
	delete_at, must_change, epoch, version, kind, org, strategy, email_at
FROM account WHERE id = $1;

-- name: account_update
UPDATE account SET name = $2, email = $3, state = $4, reason = $5,
	updated_at = $6, expires_at = $7, delete_at = $8, must_change = $9,
	epoch = $10, version = version + 1, strategy = $12, email_at = $13
WHERE id = $1 AND version = $11
RETURNING version;

-- name: account_list
SELECT id, name, email, state, reason, created_at, updated_at, expires_at,
	delete_at, must_change, epoch, version, kind, org, strategy, email_at
FROM account WHERE state <> 4 AND name > $1 ORDER BY name;

-- name: person_put
INSERT INTO person (account, sealed) VALUES ($1, $2)
ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed;

-- name: person_get
SELECT sealed FROM person WHERE account = $1;

-- name: password_get
SELECT kind, salt, memory_kib, passes, lanes, sealed, set_at
FROM password WHERE account = $1;

-- name: password_put
INSERT INTO password (account, kind, salt, memory_kib, passes, lanes, sealed,
	set_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (account) DO UPDATE SET kind = excluded.kind,
	salt = excluded.salt, memory_kib = excluded.memory_kib,
	passes = excluded.passes, lanes = excluded.lanes,
	sealed = excluded.sealed, set_at = excluded.set_at;

-- name: password_delete
DELETE FROM password WHERE account = $1 RETURNING account;

-- name: history_push
INSERT INTO password_history (id, account, seq, kind, salt, memory_kib,
	passes, lanes, sealed, set_at)
SELECT $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6, $7, $8, $9
FROM password_history WHERE account = $2;

-- name: history_trim
DELETE FROM password_history WHERE account = $1 AND seq <= (
	SELECT max(seq) FROM password_history WHERE account = $1) - $2;

-- name: history_list
SELECT id, kind, salt, memory_kib, passes, lanes, sealed, set_at
FROM password_history WHERE account = $1 ORDER BY seq DESC;

-- name: rule_list
SELECT id, position, phases, action, require, account, service, host, user,
	unix_group, network, note, unenrolled, unenrolled_until, trust_days,
	step_up, prompt, qr, qr_invert, uv, key_wait, key_paste, org,
	org_choice, notice, new_source, invite, session_max, session_idle
FROM rule ORDER BY position;

-- name: rule_count
SELECT count(*) FROM rule;

-- name: rule_insert
INSERT INTO rule (id, position, phases, action, require, account, service,
	host, user, unix_group, network, note, unenrolled, unenrolled_until,
	trust_days, step_up, prompt, qr, qr_invert, uv, key_wait, key_paste,
	org, org_choice, notice, new_source, invite, session_max, session_idle)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
	$17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29);

-- name: rule_delete
DELETE FROM rule WHERE position = $1 RETURNING id;

-- name: rule_carry
UPDATE rule SET position = -(CASE
	WHEN position = $1 THEN $2
	WHEN $1 < $2 THEN position - 1
	ELSE position + 1 END)
WHERE position BETWEEN $1 AND $2 OR position BETWEEN $2 AND $1;

-- name: rule_settle
UPDATE rule SET position = -position WHERE position < 0;

-- name: guess_count
SELECT pair.failed, pair.last, waiting.pair, person.failed, waiting.person,
	person.oldest, origin.failed, waiting.origin, origin.oldest,
	waiting.deadline, run.failed, run.last,
	EXISTS (SELECT 1 FROM seen
		WHERE account = $1 AND source = $2 AND at > $4 - $8)
FROM (SELECT count(*) AS failed, coalesce(max(at), 0) AS last
	FROM guess
	WHERE subject = $1 AND source = $2 AND factor = $3 AND at > $4 - $5
	AND (state = 2 OR (state = 1 AND forgiven = 0 AND deadline <= $4))
	AND seq > coalesce((SELECT p.seq FROM guess AS p
		WHERE p.subject = $1 AND p.source = $2 AND p.factor = $3
		AND p.state = 3
		ORDER BY p.seq DESC LIMIT 1), 0)) AS pair,
	(SELECT count(*) AS failed, coalesce(min(at), 0) AS oldest
	FROM guess
	WHERE subject = $1 AND factor = $3 AND at > $4 - $6
	AND (state = 2 OR (state = 1 AND forgiven = 0 AND deadline <= $4))
	) AS person,
	(SELECT count(*) AS failed, coalesce(min(at), 0) AS oldest
	FROM guess
	WHERE source = $2 AND at > $4 - $7
	AND (state = 2 OR (state = 1 AND forgiven = 0 AND deadline <= $4))
	) AS origin,
	(SELECT
		count(*) FILTER (WHERE subject = $1 AND source = $2
			AND factor = $3) AS pair,
		count(*) FILTER (WHERE subject = $1 AND factor = $3)
			AS person,
		count(*) FILTER (WHERE source = $2) AS origin,
		coalesce(min(deadline) FILTER (WHERE source = $2
			OR (subject = $1 AND factor = $3)), 0) AS deadline
	FROM guess
	WHERE state = 1 AND deadline > $4) AS waiting,
	(SELECT count(*) AS failed, coalesce(max(at), 0) AS last
	FROM guess AS g
	WHERE subject = $1 AND factor = $3 AND at > $4 - $5
	AND (state = 2 OR (state = 1 AND forgiven = 0 AND deadline <= $4))
	AND seq > coalesce((SELECT p.seq FROM guess AS p
		WHERE p.subject = $1 AND p.source = g.source AND p.factor = $3
		AND p.state = 3
		ORDER BY p.seq DESC LIMIT 1), 0)) AS run;

-- name: guess_insert
INSERT INTO guess (id, subject, source, factor, seq, at, deadline, state,
	forgiven)
SELECT $1, $2, $3, $4, coalesce(max(seq), 0) + 1, $5, $6, $7, 0
FROM guess WHERE subject = $2 AND source = $3 AND factor = $4;

-- name: guess_settle
UPDATE guess SET state = $2, forgiven = 0
WHERE id = $1 AND state = 1
RETURNING id;

-- name: guess_prune
DELETE FROM guess WHERE id IN (
	SELECT id FROM guess WHERE at < $1 ORDER BY at LIMIT $2);

-- name: guess_fade
DELETE FROM guess
WHERE subject = $1 AND source = $2 AND factor = $3 AND at < $4
AND seq <= (SELECT max(g.seq) FROM guess AS g
	WHERE g.subject = $1 AND g.source = $2 AND g.factor = $3) - $5;

-- name: guess_list
SELECT subject, source, factor, count(*), max(at)
FROM guess AS g
WHERE at > $2
AND (state = 2 OR (state = 1 AND forgiven = 0 AND deadline <= $1))
AND seq > coalesce((SELECT p.seq FROM guess AS p
	WHERE p.subject = g.subject AND p.source = g.source
	AND p.factor = g.factor AND p.state = 3
	ORDER BY p.seq DESC LIMIT 1), 0)
GROUP BY subject, source, factor
ORDER BY 5 DESC, 1, 2, 3;

-- name: guess_clear
DELETE FROM guess
WHERE subject = $1 AND ($2 = '' OR source = $2) AND state = 2
RETURNING id;

-- name: guess_locked
SELECT EXISTS (SELECT 1 FROM guess
	WHERE subject = $1 AND factor = $2 AND state = 4 AND deadline > $3);

-- name: guess_unlock
DELETE FROM guess
WHERE subject = $1 AND ($2 = '' OR source = $2) AND state = 4;

-- name: guess_forgive
UPDATE guess SET forgiven = 1
WHERE subject = $1 AND ($2 = '' OR source = $2) AND state = 1
AND forgiven = 0
RETURNING id;

-- name: seen_put
INSERT INTO seen (account, source, at) VALUES ($1, $2, $3)
ON CONFLICT (account, source) DO UPDATE SET at = excluded.at
WHERE excluded.at > seen.at;

-- name: seen_get
SELECT EXISTS (SELECT 1 FROM seen WHERE account = $1 AND source = $2),
	EXISTS (SELECT 1 FROM seen WHERE account = $1);

-- name: login_insert
INSERT INTO login (id, account, rule, user, service, source, boot, factors,
	at, consumed_at, tty, ruid, leader, leader_start, uptime, org,
	impersonator)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
	$17);

-- name: login_get
SELECT id, account, rule, user, service, source, boot, factors, at,
	consumed_at, tty, ruid, leader, leader_start, uptime, org, impersonator
FROM login WHERE id = $1;

-- name: login_list_recent
SELECT id, account, rule, user, service, source, boot, factors, at,
	consumed_at, tty, ruid, leader, leader_start, uptime, org, impersonator
FROM login
WHERE account = $1 AND boot = $2 AND at >= $3 AND uptime >= $4
AND uptime <> -1
ORDER BY at DESC, id DESC;

-- name: login_consume
UPDATE login SET consumed_at = $2 WHERE id = $1 AND consumed_at = 0
RETURNING id;

-- name: login_end
UPDATE login SET uptime = -1 WHERE id = $1;

-- name: login_void
UPDATE login SET uptime = -1,
	consumed_at = CASE consumed_at WHEN 0 THEN $2 ELSE consumed_at END
WHERE account = $1 AND (consumed_at = 0 OR uptime <> -1);

-- name: login_void_org
UPDATE login SET uptime = -1,
	consumed_at = CASE consumed_at WHEN 0 THEN $2 ELSE consumed_at END
WHERE account = $1 AND org = $3 AND (consumed_at = 0 OR uptime <> -1);

-- name: login_prune
DELETE FROM login WHERE id IN (
	SELECT id FROM login WHERE at < $1 ORDER BY at LIMIT $2);

-- name: otp_insert
INSERT INTO otp (id, account, kind, label, algorithm, digits, period, sealed,
	state, moved, created_at, used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: otp_list
SELECT id, account, kind, label, algorithm, digits, period, sealed, state,
	moved, created_at, used_at
FROM otp WHERE account = $1 ORDER BY label;

-- name: otp_get
SELECT id, account, kind, label, algorithm, digits, period, sealed, state,
	moved, created_at, used_at
FROM otp WHERE account = $1 AND label = $2;

-- name: otp_spend
UPDATE otp SET used_at = $3,
	moved = CASE kind WHEN 1 THEN $2 ELSE $2 + 1 END
WHERE id = $1 AND state = 1
AND CASE kind WHEN 1 THEN moved < $2 ELSE moved <= $2 END
RETURNING id;

-- name: otp_resync
UPDATE otp SET used_at = $3, moved = $2 + 1, state = 1
WHERE id = $1 AND kind = 2 AND moved <= $2
RETURNING id;

-- name: otp_rename
UPDATE otp SET label = $2 WHERE id = $1 RETURNING id;

-- name: otp_delete
DELETE FROM otp WHERE id = $1 RETURNING id;

-- name: otp_delete_all
DELETE FROM otp WHERE account = $1;

-- name: code_insert
INSERT INTO code (id, account, kind, hash, created_at, expires_at, spent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: code_find
SELECT id, account, kind, hash, created_at, expires_at, spent_at
FROM code WHERE account = $1 AND kind = $2 AND hash = $3;

-- name: code_spend
UPDATE code SET spent_at = $2
WHERE id = $1 AND spent_at = 0 AND (expires_at = 0 OR expires_at > $2)
RETURNING id;

-- name: code_counted
SELECT count(*) FILTER (WHERE good = 1), count(*),
	coalesce(max(created_at), 0),
	CASE WHEN count(*) FILTER (WHERE good = 1 AND expires_at = 0) > 0
		THEN 0
		ELSE coalesce(max(expires_at) FILTER (WHERE good = 1), 0) END
FROM (SELECT created_at, expires_at, CASE WHEN spent_at = 0
		AND (expires_at = 0 OR expires_at > $3) THEN 1 ELSE 0
		END AS good
	FROM code WHERE account = $1 AND kind = $2) AS one;

-- name: code_delete
DELETE FROM code WHERE account = $1 AND kind = $2;

-- name: trust_put
INSERT INTO trust (id, account, kind, binding, shown, epoch, created_at,
	used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (account, kind, binding) DO UPDATE SET id = excluded.id,
	shown = excluded.shown, epoch = excluded.epoch,
	created_at = excluded.created_at, used_at = excluded.used_at;

-- name: trust_find
SELECT id, account, kind, binding, shown, epoch, created_at, used_at
FROM trust WHERE account = $1 AND kind = $2 AND binding = $3;

-- name: trust_used
UPDATE trust SET used_at = $2 WHERE id = $1 RETURNING id;

-- name: trust_list
SELECT id, account, kind, binding, shown, epoch, created_at, used_at
FROM trust ORDER BY created_at DESC, id DESC;

-- name: trust_list_account
SELECT id, account, kind, binding, shown, epoch, created_at, used_at
FROM trust WHERE account = $1 ORDER BY created_at DESC, id DESC;

-- name: trust_delete
DELETE FROM trust WHERE id = $1 RETURNING id;

-- name: trust_delete_all
DELETE FROM trust WHERE account = $1 RETURNING id;

-- name: sealed_password_next
SELECT account, sealed FROM password WHERE account > $1
ORDER BY account LIMIT 1;

-- name: sealed_password_put
UPDATE password SET sealed = $2 WHERE account = $1 RETURNING account;

-- name: sealed_history_next
SELECT id, sealed FROM password_history WHERE id > $1 ORDER BY id LIMIT 1;

-- name: sealed_history_put
UPDATE password_history SET sealed = $2 WHERE id = $1 RETURNING id;

-- name: sealed_person_next
SELECT account, sealed FROM person WHERE account > $1
ORDER BY account LIMIT 1;

-- name: sealed_person_put
UPDATE person SET sealed = $2 WHERE account = $1 RETURNING account;

-- name: sealed_otp_next
SELECT id, sealed FROM otp WHERE id > $1 ORDER BY id LIMIT 1;

-- name: sealed_otp_put
UPDATE otp SET sealed = $2 WHERE id = $1 RETURNING id;

-- name: void_accounts
UPDATE account SET version = version + 1, epoch = epoch + 1;

-- name: void_codes
UPDATE code SET spent_at = $1 WHERE spent_at = 0 RETURNING id;

-- name: void_guesses
UPDATE guess SET state = 2 WHERE state = 1 AND forgiven = 0;

-- name: void_email_changes
DELETE FROM email_change;

-- name: void_impersonations
UPDATE impersonation SET spent_at = $1 WHERE spent_at = 0;

-- name: void_invitations
UPDATE invitation SET state = 3, ended_at = $1 WHERE state = 1 RETURNING id;

-- name: void_logins
UPDATE login SET uptime = -1,
	consumed_at = CASE consumed_at WHEN 0 THEN $1 ELSE consumed_at END
WHERE consumed_at = 0 OR uptime <> -1;

-- name: void_otp
UPDATE otp SET
	state = CASE kind WHEN 2 THEN 2 ELSE 1 END,
	moved = CASE WHEN kind = 2 THEN moved
		WHEN moved < $1 / period + 1 THEN $1 / period + 1
		ELSE moved END;

-- name: void_sessions
UPDATE session SET closed_at = $1, ended = 'restored' WHERE closed_at = 0;

-- name: void_trust
DELETE FROM trust RETURNING id;

-- name: void_unknown
UPDATE guess SET subject = '?' WHERE substr(subject, 1, 1) = '?';
