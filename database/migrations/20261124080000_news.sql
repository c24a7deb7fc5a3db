-- Mail about new courses, for who asked for it. When that was is kept: it is the consent.

-- migrate:up
ALTER TABLE users ADD COLUMN news_wanted_at timestamptz;
ALTER TABLE registrations ADD COLUMN wants_news boolean NOT NULL DEFAULT false;
CREATE INDEX users_news_idx ON users (id) WHERE news_wanted_at IS NOT NULL;

-- migrate:down
DROP INDEX users_news_idx;
ALTER TABLE registrations DROP COLUMN wants_news;
ALTER TABLE users DROP COLUMN news_wanted_at;
