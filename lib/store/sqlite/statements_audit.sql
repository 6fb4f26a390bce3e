-- SPDX-License-Identifier: MIT
-- The audit: its rows, and which of them are chained.

-- name: audit_insert
INSERT INTO audit (host, seq, id, at, action, outcome, actor, effective,
	target, org, service, tty, rhost, pid, meta, mac)
SELECT $1, CASE $2 WHEN 0 THEN coalesce(max(seq), 0) + 1 ELSE $2 END, $3,
	$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
FROM audit WHERE host = $1
RETURNING seq;

-- name: audit_last
SELECT coalesce(max(seq), 0) FROM audit WHERE host = $1;

-- name: audit_walk
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE host = $1 AND seq >= $2 ORDER BY seq LIMIT $3;

-- name: audit_guard_put
INSERT INTO audit_guard (host, seq) VALUES ($1, $2)
ON CONFLICT (host) DO UPDATE SET seq = excluded.seq RETURNING seq;

-- name: audit_guard_any
SELECT count(*) FROM audit_guard;

-- name: audit_guard_delete
DELETE FROM audit_guard RETURNING seq;

-- name: audit_prune
DELETE FROM audit WHERE host = $1 AND seq <= $2 RETURNING seq;

-- name: audit_stump_get
SELECT seq, head, key FROM audit_stump WHERE host = $1;

-- name: audit_stump_put
INSERT INTO audit_stump (host, seq, head, key) VALUES ($1, $2, $3, $4)
ON CONFLICT (host) DO UPDATE SET seq = excluded.seq, head = excluded.head,
	key = excluded.key;

-- name: chain_insert
INSERT INTO chain (host, start, key, made_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (host, start) DO UPDATE SET key = excluded.key,
	made_at = excluded.made_at;

-- name: chain_newest
SELECT host, start, key, made_at FROM chain WHERE host = $1
ORDER BY start DESC LIMIT 1;

-- name: chain_list
SELECT host, start, key, made_at FROM chain ORDER BY host, start;

-- What a filter can be led by: an index each.  What else it says is looked at
-- by the program.

-- name: audit_list
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE at >= $1 AND (at, seq, host) < ($2, $3, $4)
ORDER BY at DESC, seq DESC, host DESC;

-- name: audit_list_actor
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE actor = $5
AND at >= $1 AND (at, seq, host) < ($2, $3, $4)
ORDER BY at DESC, seq DESC, host DESC;

-- name: audit_list_target
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE target = $5
AND at >= $1 AND (at, seq, host) < ($2, $3, $4)
UNION ALL
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE effective = $5 AND effective <> '' AND target <> $5
AND at >= $1 AND (at, seq, host) < ($2, $3, $4)
ORDER BY at DESC, seq DESC, host DESC;

-- name: audit_list_org
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE org = $5 AND org <> ''
AND at >= $1 AND (at, seq, host) < ($2, $3, $4)
ORDER BY at DESC, seq DESC, host DESC;

-- name: audit_list_rhost
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE rhost = $5 AND rhost <> ''
AND at >= $1 AND (at, seq, host) < ($2, $3, $4)
ORDER BY at DESC, seq DESC, host DESC;

-- name: audit_host
SELECT host FROM audit WHERE host > $1 ORDER BY host LIMIT 1;

-- name: audit_recent
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE target = $1 ORDER BY at DESC, seq DESC LIMIT $2;

-- name: audit_by_id
SELECT host, seq, id, at, action, outcome, actor, effective, target, org,
	service, tty, rhost, pid, meta, mac
FROM audit WHERE id = $1;

-- name: audit_size
SELECT (SELECT count(*) FROM audit),
	(SELECT coalesce(min(at), 0) FROM audit),
	(SELECT count(*) FROM audit WHERE at > $1);

-- name: burst_get
SELECT source, what, target, audit, seq, first_at, last_at, count
FROM burst WHERE source = $1 AND what = $2;

-- name: burst_open
SELECT count(*) FROM burst WHERE source = $1;

-- name: burst_sum
SELECT coalesce(sum(b.count), 0)
FROM burst AS b, audit AS a
WHERE b.target = $1 AND b.target <> '' AND a.id = b.audit AND a.action = $2;

-- name: burst_put
INSERT INTO burst (source, what, target, audit, seq, first_at, last_at, count)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: burst_count
UPDATE burst SET count = count + 1,
	last_at = CASE WHEN $3 > last_at THEN $3 ELSE last_at END
WHERE source = $1 AND what = $2
RETURNING count;

-- name: burst_delete
DELETE FROM burst WHERE source = $1 AND what = $2 RETURNING source;

-- name: burst_of_source
SELECT source, what, target, audit, seq, first_at, last_at, count
FROM burst WHERE source = $1 AND (first_at <= $2 OR first_at > $3)
ORDER BY first_at, what LIMIT $4;

-- name: burst_about
SELECT source, what, target, audit, seq, first_at, last_at, count
FROM burst WHERE target = $1 AND target <> ''
ORDER BY first_at, source, what LIMIT $2;

-- name: burst_old
SELECT source, what, target, audit, seq, first_at, last_at, count
FROM burst WHERE first_at <= $1 ORDER BY first_at LIMIT $2;
