-- Addresses that mail is not sent to any more: the provider said that the mailbox refuses it, or
-- that its owner called it spam. Sending on would cost the good name of all our mail.

-- migrate:up
CREATE TABLE mail_suppressions (
  email text PRIMARY KEY CHECK (email = lower(email)),
  reason text NOT NULL CHECK (reason IN ('bounce', 'complaint')),
  provider_event_id text NOT NULL,
  -- The status code and class of the refusal, never its text, which may hold anything.
  detail text,
  happened_at timestamptz NOT NULL,
  -- Its owner asked for mail again. The row stays, so that an old event that comes again does not
  -- suppress the address again.
  lifted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- migrate:down
DROP TABLE mail_suppressions;
