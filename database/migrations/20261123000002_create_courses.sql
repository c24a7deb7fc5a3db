-- What is sold: published from Markdown by `npm run courses`, read as HTML that is safe to show.

-- migrate:up
CREATE TABLE courses (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  title text NOT NULL,
  summary text NOT NULL,
  topic text NOT NULL CHECK (topic IN ('deployment', 'payments', 'data', 'operations', 'security')),
  level text NOT NULL CHECK (level IN ('beginner', 'intermediate', 'advanced')),
  price_amount integer NOT NULL CHECK (price_amount >= 0),
  currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
  position integer NOT NULL,
  flags jsonb NOT NULL,
  outcomes jsonb NOT NULL,
  audience jsonb NOT NULL,
  not_for jsonb NOT NULL,
  questions jsonb NOT NULL,
  about_html text NOT NULL,
  revised_on date NOT NULL,
  revision_note text NOT NULL,
  minutes_total integer NOT NULL CHECK (minutes_total >= 0),
  lesson_count integer NOT NULL CHECK (lesson_count >= 0),
  search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') ||
    setweight(to_tsvector('english', summary), 'B') ||
    setweight(to_tsvector('english', topic || ' ' || level), 'C')
  ) STORED,
  published_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT courses_slug_key UNIQUE (slug)
);
CREATE INDEX courses_position_idx ON courses (position, id) WHERE published_at IS NOT NULL;
CREATE INDEX courses_search_idx ON courses USING gin (search);

CREATE TABLE lessons (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  course_id uuid NOT NULL REFERENCES courses (id),
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  position integer NOT NULL,
  title text NOT NULL,
  summary text NOT NULL,
  minutes integer NOT NULL CHECK (minutes > 0),
  is_preview boolean NOT NULL,
  source_file text,
  html text NOT NULL,
  CONSTRAINT lessons_course_slug_key UNIQUE (course_id, slug)
);

-- migrate:down
DROP TABLE lessons;
DROP TABLE courses;
