-- Passkeys (WebAuthn): what signs in without a password. Only public keys are kept.

-- migrate:up
CREATE TABLE passkeys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id),
  -- As the authenticator names it, in base64url; at most 1,023 bytes (WebAuthn, 5.8.3).
  credential_id text NOT NULL UNIQUE CHECK (length(credential_id) <= 1364),
  -- Who it is for, to the authenticator: random, one for all passkeys of a person, no id of ours.
  user_handle text NOT NULL,
  -- COSE_Key (RFC 9052, 7), in base64url.
  public_key text NOT NULL,
  -- How often it has signed, for authenticators that count; most don't, and say 0.
  counter bigint NOT NULL DEFAULT 0,
  transports text[] NOT NULL DEFAULT '{}',
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz
);
CREATE INDEX passkeys_user_id_idx ON passkeys (user_id);

ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off', 'passkey-added', 'passkey-removed', 'passkey-sign-in',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended'));

-- migrate:down
ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended')) NOT VALID;
DROP TABLE passkeys;
