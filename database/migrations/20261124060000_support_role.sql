-- A role for support: reads what admins read of people and orders, and changes nothing. Staff may look
-- at an account as its owner sees it, which its owner is shown.

-- migrate:up
ALTER TABLE users
  DROP CONSTRAINT users_role_check,
  ADD CONSTRAINT users_role_check CHECK (role IN ('learner', 'support', 'admin'));
ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off', 'passkey-added', 'passkey-removed', 'passkey-sign-in',
    'deletion-asked', 'deletion-taken-back', 'looked-at',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended'));

-- migrate:down
ALTER TABLE security_events
  DROP CONSTRAINT security_events_kind_check,
  ADD CONSTRAINT security_events_kind_check CHECK (kind IN (
    'sign-in', 'password-changed', 'password-reset', 'email-change-asked', 'email-changed',
    'second-factor-on', 'second-factor-off', 'passkey-added', 'passkey-removed', 'passkey-sign-in',
    'deletion-asked', 'deletion-taken-back',
    'session-ended', 'other-sessions-ended', 'all-sessions-ended')) NOT VALID;
UPDATE users SET role = 'learner' WHERE role = 'support';
ALTER TABLE users
  DROP CONSTRAINT users_role_check,
  ADD CONSTRAINT users_role_check CHECK (role IN ('learner', 'admin'));
