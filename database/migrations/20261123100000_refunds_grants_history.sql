-- What happens to an order after it was paid: refunds by item, grants by hand, and the record of
-- every change. A refund is written before Stripe is asked for it, so that none is ever made twice.

-- migrate:up
ALTER TABLE orders
  ADD COLUMN waiver_accepted_at timestamptz,
  ADD COLUMN stripe_invoice_id text,
  ADD COLUMN stripe_invoice_url text,
  -- An admin found a payment good that does not fit the order.
  ADD COLUMN review_accepted_at timestamptz,
  -- For an order that an admin wrote: by whom, why, and when it was taken back.
  ADD COLUMN granted_by uuid REFERENCES users (id),
  ADD COLUMN grant_reason text,
  ADD COLUMN withdrawn_at timestamptz,
  ALTER COLUMN terms_accepted_at DROP NOT NULL,
  ADD CONSTRAINT orders_terms_check CHECK (source = 'manual' OR terms_accepted_at IS NOT NULL),
  ADD CONSTRAINT orders_grant_check CHECK (
    source = 'stripe' OR (granted_by IS NOT NULL AND grant_reason <> ''));
CREATE INDEX orders_created_at_idx ON orders (created_at DESC, id);
CREATE INDEX orders_payment_intent_idx ON orders (stripe_payment_intent_id);

-- What was paid for an item: its share of the total, after discount and with tax.
ALTER TABLE order_items ADD COLUMN paid_amount integer NOT NULL DEFAULT 0 CHECK (paid_amount >= 0);
UPDATE order_items
SET paid_amount = price_amount
FROM orders
WHERE orders.id = order_items.order_id AND orders.paid_at IS NOT NULL;
ALTER TABLE order_items
  DROP CONSTRAINT order_items_check,
  ADD CONSTRAINT order_items_refunded_check CHECK (refunded_amount BETWEEN 0 AND paid_amount);

CREATE TABLE refunds (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  order_id uuid NOT NULL REFERENCES orders (id),
  -- `stripe` was made in Stripe's Dashboard, `duplicate` by the shop for a course paid for twice.
  source text NOT NULL CHECK (source IN ('buyer', 'admin', 'duplicate', 'stripe')),
  status text NOT NULL DEFAULT 'requested' CHECK (status IN (
    'requested', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled')),
  amount integer NOT NULL CHECK (amount > 0),
  reason text,
  failure_reason text,
  stripe_refund_id text,
  -- Stripe keeps an answer under its idempotency key; a new try after a failure needs a new one.
  attempt integer NOT NULL DEFAULT 1,
  requested_by uuid REFERENCES users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT refunds_stripe_refund_id_key UNIQUE (stripe_refund_id)
);
CREATE INDEX refunds_order_id_idx ON refunds (order_id, created_at);
CREATE INDEX refunds_requested_idx ON refunds (updated_at) WHERE status = 'requested';
CREATE UNIQUE INDEX refunds_one_duplicate_key ON refunds (order_id) WHERE source = 'duplicate';

-- Which items a refund is for. One from the Dashboard names none until an admin says which.
CREATE TABLE refund_items (
  refund_id uuid NOT NULL REFERENCES refunds (id),
  order_item_id uuid NOT NULL REFERENCES order_items (id),
  amount integer NOT NULL CHECK (amount > 0),
  PRIMARY KEY (refund_id, order_item_id)
);
CREATE INDEX refund_items_order_item_id_idx ON refund_items (order_item_id);

-- Every change of an order, in order: written with the change, never changed or deleted.
CREATE TABLE order_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders (id),
  change text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  actor_id uuid REFERENCES users (id),
  happened_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX order_history_order_id_idx ON order_history (order_id, id);

-- What people with power over others did, and why.
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  actor_id uuid NOT NULL REFERENCES users (id),
  action text NOT NULL,
  subject_type text NOT NULL,
  subject_id text NOT NULL,
  reason text,
  detail jsonb NOT NULL DEFAULT '{}',
  happened_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_log_happened_at_idx ON audit_log (happened_at DESC, id DESC);
CREATE INDEX audit_log_subject_idx ON audit_log (subject_type, subject_id, id);
REVOKE UPDATE, DELETE ON order_history, audit_log FROM slipway_app;

-- An order as people see it: with its courses and refunds.
CREATE VIEW order_views WITH (security_invoker = true) AS
SELECT o.id, o.user_id, o.number, o.source, o.status, o.currency, o.subtotal_amount,
       o.discount_amount, o.tax_amount, o.total_amount, o.refunded_amount, o.stripe_session_url,
       o.stripe_invoice_url, o.created_at, o.expires_at, o.paid_at,
       (SELECT jsonb_agg(jsonb_build_object(
          'id', i.id, 'courseSlug', c.slug, 'title', i.title, 'priceAmount', i.price_amount,
          'paidAmount', i.paid_amount, 'refundedAmount', i.refunded_amount, 'state', i.state)
          ORDER BY i.title, i.id)
        FROM order_items i
        JOIN courses c ON c.id = i.course_id
        WHERE i.order_id = o.id) AS items,
       (SELECT COALESCE(jsonb_agg(jsonb_build_object(
          'id', r.id, 'stripeRefundId', r.stripe_refund_id, 'source', r.source,
          'status', r.status, 'amount', r.amount, 'createdAt', r.created_at,
          'titles', (SELECT COALESCE(jsonb_agg(i.title ORDER BY i.title), '[]')
                     FROM refund_items ri
                     JOIN order_items i ON i.id = ri.order_item_id
                     WHERE ri.refund_id = r.id)) ORDER BY r.created_at), '[]')
        FROM refunds r
        WHERE r.order_id = o.id) AS refunds
FROM orders o;

-- migrate:down
DROP VIEW order_views;
DROP TABLE audit_log;
DROP TABLE order_history;
DROP TABLE refund_items;
DROP TABLE refunds;
ALTER TABLE order_items
  DROP CONSTRAINT order_items_refunded_check,
  DROP COLUMN paid_amount,
  ADD CONSTRAINT order_items_check CHECK (refunded_amount BETWEEN 0 AND price_amount) NOT VALID;
DROP INDEX orders_created_at_idx;
DROP INDEX orders_payment_intent_idx;
UPDATE orders SET terms_accepted_at = created_at WHERE terms_accepted_at IS NULL;
ALTER TABLE orders
  DROP CONSTRAINT orders_grant_check,
  DROP CONSTRAINT orders_terms_check,
  DROP COLUMN waiver_accepted_at,
  DROP COLUMN stripe_invoice_id,
  DROP COLUMN stripe_invoice_url,
  DROP COLUMN review_accepted_at,
  DROP COLUMN granted_by,
  DROP COLUMN grant_reason,
  DROP COLUMN withdrawn_at,
  ALTER COLUMN terms_accepted_at SET NOT NULL;
