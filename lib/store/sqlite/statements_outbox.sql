-- SPDX-License-Identifier: MIT
-- As statements.sql, of messages, their deliveries, and what is forgotten.

-- name: message_insert
INSERT INTO outbox (id, at, event, account, org, audit, sealed, spread)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0);

-- name: message_get
SELECT id, at, event, account, org, audit, sealed FROM outbox WHERE id = $1;

-- name: message_new
SELECT id, at, event, account, org, audit, sealed FROM outbox
WHERE spread = 0 ORDER BY at, id;

-- name: message_spread
UPDATE outbox SET spread = 1 WHERE id = $1 AND spread = 0 RETURNING id;

-- name: delivery_insert
INSERT INTO delivery (id, message, channel, webhook, state, attempts, next_at,
	last)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: delivery_due
SELECT id, message, channel, webhook, state, attempts, next_at, last
FROM delivery WHERE state = 1 AND (next_at <= $1 OR next_at > $2)
ORDER BY next_at, id;

-- name: delivery_list
SELECT id, message, channel, webhook, state, attempts, next_at, last
FROM delivery WHERE state = $1 ORDER BY id;

-- name: delivery_get
SELECT id, message, channel, webhook, state, attempts, next_at, last
FROM delivery WHERE id = $1;

-- name: delivery_update
UPDATE delivery SET state = $2, attempts = $3, next_at = $4, last = $5
WHERE id = $1 AND attempts = $6
RETURNING id;

-- name: webhook_insert
INSERT INTO webhook (id, url, events, private, sealed, created_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: webhook_get
SELECT id, url, events, private, sealed, created_at
FROM webhook WHERE id = $1;

-- name: webhook_delete
DELETE FROM webhook WHERE id = $1 RETURNING id;

-- name: webhook_dead
UPDATE delivery SET state = 3, last = 'the webhook was removed'
WHERE webhook = $1 AND webhook <> '' AND state = 1;

-- name: webhook_list
SELECT id, url, events, private, sealed, created_at
FROM webhook ORDER BY created_at, id;

-- name: sealed_outbox_next
SELECT id, sealed FROM outbox WHERE id > $1 AND length(sealed) > 0
ORDER BY id LIMIT 1;

-- name: sealed_outbox_put
UPDATE outbox SET sealed = $2 WHERE id = $1 RETURNING id;

-- name: sealed_webhook_next
SELECT id, sealed FROM webhook WHERE id > $1 ORDER BY id LIMIT 1;

-- name: sealed_webhook_put
UPDATE webhook SET sealed = $2 WHERE id = $1 RETURNING id;

-- name: prune_seen
DELETE FROM seen WHERE (account, source) IN (
	SELECT account, source FROM seen WHERE at < $1 ORDER BY at LIMIT $2)
RETURNING at;

-- name: prune_codes
DELETE FROM code WHERE id IN (
	SELECT id FROM code WHERE expires_at <> 0 AND expires_at < $1
	ORDER BY expires_at LIMIT $2)
RETURNING id;

-- name: prune_sessions
DELETE FROM session WHERE id IN (
	SELECT id FROM session WHERE closed_at <> 0 AND closed_at < $1
	ORDER BY closed_at LIMIT $2)
RETURNING id;

-- name: prune_deliveries
DELETE FROM delivery WHERE message IN (
	SELECT id FROM outbox WHERE at < $1 ORDER BY at, id LIMIT $2);

-- name: prune_outbox
DELETE FROM outbox WHERE id IN (
	SELECT id FROM outbox WHERE at < $1 ORDER BY at, id LIMIT $2)
RETURNING id;

-- name: prune_invitations
DELETE FROM invitation WHERE id IN (
	SELECT id FROM invitation WHERE state <> 1 AND ended_at < $1
	ORDER BY ended_at LIMIT $2)
RETURNING id;

-- name: prune_impersonations
DELETE FROM impersonation WHERE id IN (
	SELECT id FROM impersonation WHERE expires_at < $1
	ORDER BY expires_at LIMIT $2)
RETURNING id;

-- name: prune_slugs
DELETE FROM org_past WHERE slug IN (
	SELECT slug FROM org_past WHERE until <= $1 ORDER BY until LIMIT $2)
RETURNING slug;
