-- Where a learner is in a course; mail waiting to be sent; what browsers measured.

-- migrate:up
CREATE TABLE lesson_progress (
  user_id uuid NOT NULL REFERENCES users (id),
  lesson_id uuid NOT NULL REFERENCES lessons (id),
  opened_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  PRIMARY KEY (user_id, lesson_id)
);

-- A mail is written in the transaction of what it tells of and sent afterwards. It holds template
-- and parameters, never a code or link: those are made when it is sent.
CREATE TABLE outbox (
  dedupe_key text PRIMARY KEY,
  template text NOT NULL,
  recipient text NOT NULL,
  parameters jsonb NOT NULL DEFAULT '{}',
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  last_error text,
  sent_at timestamptz,
  failed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_due_idx ON outbox (next_attempt_at)
  WHERE sent_at IS NULL AND failed_at IS NULL;

-- One row per hour, route, metric and rating: counting needs no row per visitor.
CREATE TABLE web_vitals (
  hour timestamptz NOT NULL,
  route text NOT NULL,
  metric text NOT NULL CHECK (metric IN ('LCP', 'INP', 'CLS', 'TTFB', 'FCP')),
  bucket integer NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (hour, route, metric, bucket)
);

-- migrate:down
DROP TABLE web_vitals;
DROP TABLE outbox;
DROP TABLE lesson_progress;
