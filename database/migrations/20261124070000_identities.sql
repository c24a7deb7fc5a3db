-- Accounts elsewhere (Google, GitHub) that open an account here. What they are known by is the
-- provider's own id: an address can move to somebody else.

-- migrate:up
CREATE TABLE identities (
  provider text NOT NULL CHECK (provider IN ('google', 'github')),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  user_id uuid NOT NULL REFERENCES users (id),
  -- As the provider proved it when the two were linked; null when it proved none.
  email text CHECK (email = lower(email) AND length(email) <= 254),
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, subject),
  CONSTRAINT identities_user_id_provider_key UNIQUE (user_id, provider)
);

ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off', 'passkey-added', 'passkey-removed', 'passkey-sign-in',
    'deletion-asked', 'deletion-taken-back', 'looked-at',
    'identity-linked', 'identity-removed',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended'));

-- migrate:down
ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off', 'passkey-added', 'passkey-removed', 'passkey-sign-in',
    'deletion-asked', 'deletion-taken-back', 'looked-at',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended')) NOT VALID;
DROP TABLE identities;
