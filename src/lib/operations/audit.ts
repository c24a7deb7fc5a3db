import type { Database } from "#lib/services/database.ts";

/** The most lines that one page of the audit log has. */
export const AUDIT_PAGE_SIZE = 50;

/** What somebody with power over others did. Lines are written with the act and never changed. */
export interface AuditLine {
  id: string;
  /** Such as "order.refund". */
  action: string;
  /** The address of who did it. */
  actor: string;
  subjectType: string;
  subjectId: string;
  /** What people call the subject, when it is an order. */
  orderNumber: string | null;
  reason: string | null;
  happenedAt: Date;
}

/** A page of the audit log, newest first, behind the line `after`; one more line if there is. */
export async function listAudit(database: Database, after: string | null): Promise<AuditLine[]> {
  return database.read<AuditLine[]>`
    SELECT line.id, line.action, users.email AS actor, line.subject_type, line.subject_id,
           orders.number AS order_number, line.reason, line.happened_at
    FROM audit_log line
    JOIN users ON users.id = line.actor_id
    LEFT JOIN orders ON line.subject_type = 'order' AND orders.id = line.subject_id::uuid
    WHERE ${after}::bigint IS NULL OR line.id < ${after}::bigint
    ORDER BY line.id DESC
    LIMIT ${AUDIT_PAGE_SIZE + 1}`;
}
