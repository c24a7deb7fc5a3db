-- A search finds a course by what its lessons are about, too.

-- migrate:up
CREATE INDEX lessons_search_idx ON lessons
  USING gin (to_tsvector('english', title || ' ' || summary));

-- migrate:down
DROP INDEX lessons_search_idx;
