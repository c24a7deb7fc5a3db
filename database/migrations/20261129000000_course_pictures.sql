-- The picture of a course that a shared link shows: a PNG, drawn from its flags when it is published.

-- migrate:up
ALTER TABLE courses ADD COLUMN social_image bytea;

-- migrate:down
ALTER TABLE courses DROP COLUMN social_image;
