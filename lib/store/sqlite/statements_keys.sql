-- SPDX-License-Identifier: MIT
-- As statements.sql, of security keys and SSH public keys.

-- name: key_insert
INSERT INTO key (id, account, label, rp, credential, algorithm, public, aaguid,
	transports, flags, state, sign_count, sealed, created_at, used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: key_count
SELECT count(*) FROM key WHERE account = $1;

-- name: key_list
SELECT id, account, label, rp, credential, algorithm, public, aaguid,
	transports, flags, state, sign_count, sealed, created_at, used_at
FROM key WHERE account = $1 ORDER BY label;

-- name: key_get
SELECT id, account, label, rp, credential, algorithm, public, aaguid,
	transports, flags, state, sign_count, sealed, created_at, used_at
FROM key WHERE account = $1 AND label = $2;

-- name: key_find
SELECT id, account, label, rp, credential, algorithm, public, aaguid,
	transports, flags, state, sign_count, sealed, created_at, used_at
FROM key WHERE account = $1 AND credential = $2;

-- name: key_used
UPDATE key SET used_at = $4,
	sign_count = CASE WHEN sign_count < $2 THEN $2 ELSE sign_count END
WHERE id = $1 AND state = 1 AND ($3 = 1 OR sign_count < $2
	OR (sign_count = 0 AND $2 = 0))
RETURNING id;

-- name: key_rename
UPDATE key SET label = $2 WHERE id = $1 RETURNING id;

-- name: key_delete
DELETE FROM key WHERE id = $1 RETURNING id;

-- name: key_delete_all
DELETE FROM key WHERE account = $1;

-- name: key_state
UPDATE key SET state = $2 WHERE id = $1 RETURNING id;

-- name: key_any
SELECT EXISTS (SELECT 1 FROM key) OR EXISTS (
	SELECT 1 FROM ssh_key WHERE substr(type, 1, 3) = 'sk-');

-- name: key_policy_get
SELECT rp, attestation, sign_count, aaguids FROM key_policy WHERE one = 1;

-- name: key_policy_put
UPDATE key_policy SET rp = $1, attestation = $2, sign_count = $3, aaguids = $4
WHERE one = 1 RETURNING one;

-- name: ssh_key_insert
INSERT INTO ssh_key (id, account, label, type, blob, authority, sign_count,
	sealed, created_at, used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: ssh_key_count
SELECT count(*) FROM ssh_key WHERE account = $1;

-- name: ssh_key_list
SELECT id, account, label, type, blob, authority, sign_count, sealed,
	created_at, used_at
FROM ssh_key WHERE account = $1 ORDER BY label;

-- name: ssh_key_get
SELECT id, account, label, type, blob, authority, sign_count, sealed,
	created_at, used_at
FROM ssh_key WHERE account = $1 AND label = $2;

-- name: ssh_key_find
SELECT id, account, label, type, blob, authority, sign_count, sealed,
	created_at, used_at
FROM ssh_key WHERE account = $1 AND blob = $2;

-- name: ssh_key_used
UPDATE ssh_key SET used_at = $4,
	sign_count = CASE WHEN sign_count < $2 THEN $2 ELSE sign_count END
WHERE id = $1 AND ($3 = 1 OR sign_count < $2
	OR (sign_count = 0 AND $2 = 0))
RETURNING id;

-- name: ssh_key_rename
UPDATE ssh_key SET label = $2 WHERE id = $1 RETURNING id;

-- name: ssh_key_delete
DELETE FROM ssh_key WHERE id = $1 RETURNING id;

-- name: ssh_key_delete_all
DELETE FROM ssh_key WHERE account = $1;

-- name: sealed_key_next
SELECT id, sealed FROM key WHERE id > $1 ORDER BY id LIMIT 1;

-- name: sealed_key_put
UPDATE key SET sealed = $2 WHERE id = $1 RETURNING id;

-- name: sealed_ssh_key_next
SELECT id, sealed FROM ssh_key WHERE id > $1 ORDER BY id LIMIT 1;

-- name: sealed_ssh_key_put
UPDATE ssh_key SET sealed = $2 WHERE id = $1 RETURNING id;
