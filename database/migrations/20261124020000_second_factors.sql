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

-- migrate:down
DROP TABLE recovery_codes;
DROP TABLE totp_factors;
