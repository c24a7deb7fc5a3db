-- Accounts that their owners, or staff, have erased: closed at once, erased after a time in which it
-- can be taken back. The row stays, without anything personal in it, since orders belong to it.

-- migrate:up
ALTER TABLE users
  ADD COLUMN deletion_asked_at timestamptz,
  ADD COLUMN deletion_due_at timestamptz,
  ADD COLUMN erased_at timestamptz,
  ADD CONSTRAINT users_deletion_check CHECK (
    (deletion_asked_at IS NULL) = (deletion_due_at IS NULL)),
  ADD CONSTRAINT users_erased_check CHECK (
    erased_at IS NULL
    OR (deletion_due_at IS NOT NULL AND email = id::text || '@erased.invalid'));
CREATE INDEX users_deletion_due_at_idx ON users (deletion_due_at)
  WHERE deletion_due_at IS NOT NULL AND erased_at IS NULL;

ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off', 'passkey-added', 'passkey-removed', 'passkey-sign-in',
    'deletion-asked', 'deletion-taken-back',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended'));

-- What an account is still needed for: no erasure goes before its end.
CREATE VIEW open_matters WITH (security_invoker = true) AS
SELECT user_id, number AS order_number,
       CASE status WHEN 'disputed' THEN 'dispute' WHEN 'review' THEN 'review' ELSE 'payment' END
         AS kind
FROM orders
WHERE status IN ('creating', 'pending', 'processing', 'disputed', 'review')
UNION ALL
SELECT orders.user_id, orders.number, 'refund'
FROM refunds
JOIN orders ON orders.id = refunds.order_id
WHERE refunds.status IN ('requested', 'pending', 'requires_action');

-- The shop may not delete what happened on an account, except for this: all of an account whose time
-- is over. It runs as the tables' owner, so its names are whole and nobody else may call it.
CREATE FUNCTION erase_security_events(person uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  DELETE FROM public.security_events event
  USING public.users
  WHERE users.id = person AND event.user_id = users.id AND users.deletion_due_at <= now()
$$;
REVOKE ALL ON FUNCTION erase_security_events(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_security_events(uuid) TO slipway_app;

-- migrate:down
DROP FUNCTION erase_security_events(uuid);
DROP VIEW open_matters;
ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off', 'passkey-added', 'passkey-removed', 'passkey-sign-in',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended')) NOT VALID;
ALTER TABLE users
  DROP CONSTRAINT users_erased_check,
  DROP CONSTRAINT users_deletion_check,
  DROP COLUMN erased_at,
  DROP COLUMN deletion_due_at,
  DROP COLUMN deletion_asked_at;
