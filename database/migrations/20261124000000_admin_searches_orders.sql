-- What an admin searches orders by, and everything that belongs to one.

-- migrate:up
DROP INDEX orders_created_at_idx;
CREATE INDEX orders_status_idx ON orders (status, number DESC);
CREATE INDEX orders_stripe_invoice_id_idx ON orders (stripe_invoice_id);
-- An admin changed something, and syncOrder has not seen it yet.
CREATE INDEX orders_unsynced_idx ON orders (updated_at) WHERE synced_at IS NULL;
CREATE INDEX order_items_course_id_idx ON order_items (course_id, order_id);
CREATE INDEX refunds_failed_idx ON refunds (order_id, created_at) WHERE status = 'failed';
CREATE INDEX outbox_order_id_idx ON outbox ((parameters ->> 'orderId'));

-- migrate:down
DROP INDEX outbox_order_id_idx;
DROP INDEX refunds_failed_idx;
DROP INDEX order_items_course_id_idx;
DROP INDEX orders_unsynced_idx;
DROP INDEX orders_stripe_invoice_id_idx;
DROP INDEX orders_status_idx;
CREATE INDEX orders_created_at_idx ON orders (created_at DESC, id);
