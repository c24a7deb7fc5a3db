import { expireDueSessions } from "./checkout.ts";
import { NO_REQUEST, type Ledger } from "./ledger.ts";
import { endDueRefunds } from "./refund-ends.ts";

/** Does what the virtual clock has made due: sessions expire, slow refunds end. */
export function runDue(ledger: Ledger): void {
  expireDueSessions(ledger, NO_REQUEST);
  endDueRefunds(ledger);
}
