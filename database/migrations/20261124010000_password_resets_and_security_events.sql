-- How people get back into their account, move it to another address, and see what was done with
-- it. Rows of a reset and of a move are kept two days; what happened is kept with the account.

-- migrate:up
ALTER TABLE users ADD COLUMN password_changed_at timestamptz NOT NULL DEFAULT now();
UPDATE users SET password_changed_at = created_at;

CREATE TABLE password_resets (
  id uuid PRIMARY KEY,
  -- Null for an address without an account: writing the row all the same takes the same time.
  user_id uuid REFERENCES users (id),
  -- The link is an HMAC over this value; without the key it opens nothing.
  nonce text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz
);
CREATE INDEX password_resets_created_at_idx ON password_resets (created_at);
CREATE INDEX password_resets_user_id_idx ON password_resets (user_id);

CREATE TABLE email_changes (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id),
  new_email text NOT NULL CHECK (new_email = lower(new_email) AND length(new_email) <= 254),
  nonce text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz
);
CREATE INDEX email_changes_created_at_idx ON email_changes (created_at);
CREATE INDEX email_changes_user_id_idx ON email_changes (user_id);

CREATE TABLE security_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id),
  kind text NOT NULL CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended')),
  -- Browser, system and place in words, as far as they were told: no address of a network.
  device text,
  place text,
  happened_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX security_events_user_id_idx ON security_events (user_id, id DESC);
REVOKE UPDATE, DELETE ON security_events FROM slipway_app;

-- migrate:down
DROP TABLE security_events;
DROP TABLE email_changes;
DROP TABLE password_resets;
ALTER TABLE users DROP COLUMN password_changed_at;
