-- What a person has besides a password: an authenticator, and codes for when it is lost. The
-- authenticator's secret is sealed with the shop's key: a copy of the database makes no codes.

-- migrate:up
CREATE TABLE totp_factors (
  user_id uuid PRIMARY KEY REFERENCES users (id),
  sealed_secret text NOT NULL,
  -- Null until its owner has typed a code of it: before that it protects nothing.
  confirmed_at timestamptz,
  -- The period of the newest code that was taken: each is taken once.
  last_counter bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE recovery_codes (
  user_id uuid NOT NULL REFERENCES users (id),
  code_hash text NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (user_id, code_hash)
);

ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended'));

-- migrate:down
ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended')) NOT VALID;
DROP TABLE recovery_codes;
DROP TABLE totp_factors;
