-- Money and what it opens. Every rule that keeps us from losing or doubling an order is a constraint
-- here as well as code in src/lib/orders. Amounts are integers in the currency's minor unit.

-- migrate:up
CREATE TABLE payment_customers (
  user_id uuid NOT NULL REFERENCES users (id),
  livemode boolean NOT NULL,
  stripe_customer_id text NOT NULL,
  PRIMARY KEY (user_id, livemode)
);

CREATE TABLE orders (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  number bigint GENERATED ALWAYS AS IDENTITY (START WITH 1001),
  user_id uuid NOT NULL REFERENCES users (id),
  source text NOT NULL DEFAULT 'stripe' CHECK (source IN ('stripe', 'manual')),
  status text NOT NULL DEFAULT 'creating' CHECK (status IN (
    'creating', 'pending', 'processing', 'paid', 'failed', 'expired', 'partially_refunded',
    'refunded', 'disputed', 'charged_back', 'review', 'duplicate_refunded')),
  currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
  subtotal_amount integer NOT NULL CHECK (subtotal_amount >= 0),
  discount_amount integer NOT NULL DEFAULT 0 CHECK (discount_amount >= 0),
  tax_amount integer NOT NULL DEFAULT 0 CHECK (tax_amount >= 0),
  total_amount integer NOT NULL CHECK (total_amount >= 0),
  refunded_amount integer NOT NULL DEFAULT 0 CHECK (refunded_amount >= 0),
  livemode boolean NOT NULL,
  attempt integer NOT NULL DEFAULT 1,
  stripe_session_id text,
  stripe_session_url text,
  stripe_payment_intent_id text,
  review_reason text,
  terms_accepted_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  paid_at timestamptz,
  synced_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT orders_number_key UNIQUE (number),
  CONSTRAINT orders_stripe_session_id_key UNIQUE (stripe_session_id)
);
CREATE INDEX orders_user_id_idx ON orders (user_id, created_at DESC);
CREATE INDEX orders_in_doubt_idx ON orders (created_at)
  WHERE status IN ('creating', 'pending', 'processing');

CREATE TABLE order_items (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  order_id uuid NOT NULL REFERENCES orders (id),
  user_id uuid NOT NULL REFERENCES users (id),
  course_id uuid NOT NULL REFERENCES courses (id),
  title text NOT NULL,
  price_amount integer NOT NULL CHECK (price_amount >= 0),
  refunded_amount integer NOT NULL DEFAULT 0 CHECK (refunded_amount BETWEEN 0 AND price_amount),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'owned', 'ended')),
  livemode boolean NOT NULL,
  CONSTRAINT order_items_order_course_key UNIQUE (order_id, course_id)
);
-- A person has one open order with a course, and buys it once.
CREATE UNIQUE INDEX order_items_one_open_key ON order_items (user_id, course_id, livemode)
  WHERE state = 'open';
CREATE UNIQUE INDEX order_items_one_owned_key ON order_items (user_id, course_id, livemode)
  WHERE state = 'owned';
CREATE INDEX order_items_order_id_idx ON order_items (order_id);

CREATE TABLE entitlements (
  user_id uuid NOT NULL REFERENCES users (id),
  course_id uuid NOT NULL REFERENCES courses (id),
  livemode boolean NOT NULL,
  order_item_id uuid NOT NULL REFERENCES order_items (id),
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, course_id, livemode),
  CONSTRAINT entitlements_order_item_key UNIQUE (order_item_id)
);

CREATE TABLE stripe_events (
  id text PRIMARY KEY,
  type text NOT NULL,
  order_id uuid REFERENCES orders (id),
  livemode boolean NOT NULL,
  created_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stripe_events_order_id_idx ON stripe_events (order_id);

CREATE TABLE reconciler_state (
  livemode boolean PRIMARY KEY,
  events_read_until timestamptz NOT NULL,
  ran_at timestamptz NOT NULL DEFAULT now()
);

-- migrate:down
DROP TABLE reconciler_state;
DROP TABLE stripe_events;
DROP TABLE entitlements;
DROP TABLE order_items;
DROP TABLE orders;
DROP TABLE payment_customers;
