-- An account that staff has locked: its password opens nothing until it is unlocked.

-- migrate:up
ALTER TABLE users ADD COLUMN locked_at timestamptz;
CREATE INDEX users_created_at_idx ON users (created_at DESC);

-- migrate:down
DROP INDEX users_created_at_idx;
ALTER TABLE users DROP COLUMN locked_at;
