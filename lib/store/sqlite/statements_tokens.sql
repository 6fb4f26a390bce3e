-- SPDX-License-Identifier: MIT
-- App tokens and the secrets of service accounts.

-- name: token_count
SELECT count(*) FROM token WHERE account = $1 AND kind = $2 AND revoked_at = 0;

-- name: token_good
SELECT count(*) FROM token WHERE account = $1 AND kind = $2 AND revoked_at = 0
AND (expires_at = 0 OR expires_at > $3);

-- name: token_insert
INSERT INTO token (id, account, kind, label, hash, scopes, sources, created_at,
	made_by, expires_at, used_at, used_from, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: token_find
SELECT id, account, kind, label, hash, scopes, sources, created_at, made_by,
	expires_at, used_at, used_from, revoked_at
FROM token WHERE hash = $2 AND account = $1;

-- name: token_by_id
SELECT id, account, kind, label, hash, scopes, sources, created_at, made_by,
	expires_at, used_at, used_from, revoked_at
FROM token WHERE id = $1;

-- name: token_by_label
SELECT id, account, kind, label, hash, scopes, sources, created_at, made_by,
	expires_at, used_at, used_from, revoked_at
FROM token WHERE account = $1 AND label = $2 AND revoked_at = 0;

-- name: token_list
SELECT id, account, kind, label, hash, scopes, sources, created_at, made_by,
	expires_at, used_at, used_from, revoked_at
FROM token WHERE account = $1 ORDER BY created_at DESC, label, id;

-- name: token_list_all
SELECT id, account, kind, label, hash, scopes, sources, created_at, made_by,
	expires_at, used_at, used_from, revoked_at
FROM token WHERE id > $1 ORDER BY id;

-- name: token_used
UPDATE token SET
	used_at = CASE WHEN used_at > $2 - $4 THEN used_at ELSE $2 END,
	used_from = CASE WHEN used_at > $2 - $4 THEN used_from ELSE $3 END
WHERE id = $1 AND revoked_at = 0 AND (expires_at = 0 OR expires_at > $2)
RETURNING id;

-- name: token_revoke
UPDATE token SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0
RETURNING id;

-- name: token_revoke_all
UPDATE token SET revoked_at = $2 WHERE account = $1 AND revoked_at = 0
RETURNING id;

-- name: void_tokens
UPDATE token SET revoked_at = $1 WHERE revoked_at = 0 RETURNING id;

-- name: erase_token
DELETE FROM token WHERE account = $1;

-- name: prune_tokens
DELETE FROM token WHERE id IN (
	SELECT id FROM token WHERE revoked_at <> 0 AND revoked_at < $1
	UNION ALL
	SELECT id FROM token WHERE revoked_at = 0 AND expires_at <> 0
	AND expires_at < $1 LIMIT $2)
RETURNING id;

-- name: refresh_families
SELECT count(*) FROM refresh WHERE account = $1 AND spent_at = 0
AND revoked_at = 0 AND expires_at > $2
AND epoch = (SELECT epoch FROM account WHERE id = $1);

-- name: refresh_insert
INSERT INTO refresh (id, family, account, service, hash, epoch, created_at,
	expires_at, spent_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: refresh_get
SELECT id, family, account, service, hash, epoch, created_at, expires_at,
	spent_at, revoked_at
FROM refresh WHERE id = $1;

-- name: refresh_find
SELECT id, family, account, service, hash, epoch, created_at, expires_at,
	spent_at, revoked_at
FROM refresh WHERE hash = $1;

-- name: refresh_spend
UPDATE refresh SET spent_at = $2
WHERE id = $1 AND spent_at = 0 AND revoked_at = 0 AND expires_at > $2
RETURNING id;

-- name: refresh_revoke
UPDATE refresh SET revoked_at = $2 WHERE family = $1 AND revoked_at = 0;

-- name: refresh_revoke_all
UPDATE refresh SET revoked_at = $2 WHERE account = $1 AND revoked_at = 0;

-- name: void_refresh
UPDATE refresh SET revoked_at = $1 WHERE revoked_at = 0;

-- name: erase_refresh
DELETE FROM refresh WHERE account = $1;

-- name: prune_refresh
DELETE FROM refresh WHERE id IN (
	SELECT id FROM refresh WHERE expires_at < $1 ORDER BY expires_at
	LIMIT $2)
RETURNING id;
