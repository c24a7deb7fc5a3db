import type Stripe from "stripe";
import { missingResource } from "../api-error.ts";
import { CONTRACT } from "../contract.ts";
import { now, recordEvent } from "../ledger.ts";
import type { ListParams } from "../listing.ts";
import { buildCustomer } from "../objects/customer.ts";
import { list, operation, type Call, type Operation } from "./operation.ts";

export const CUSTOMERS: readonly Operation[] = [
  operation<Stripe.CustomerCreateParams>(
    "POST /v1/customers",
    CONTRACT.customerCreate,
    ({ ledger, params, livemode, cause }) => {
      const customer = buildCustomer(params, livemode, now(ledger));
      ledger.state.customers.set(customer.id, customer);
      recordEvent(ledger, "customer.created", customer, livemode, cause);
      return customer;
    },
  ),
  operation<Stripe.CustomerListParams & ListParams>(
    "GET /v1/customers",
    CONTRACT.customerList,
    (call) => {
      const customers = [...call.ledger.state.customers.values()].filter((each) => !each.deleted);
      return list(call, customers, "customers", ["email"]);
    },
  ),
  operation("GET /v1/customers/:id", CONTRACT.nothing, (call) => {
    const customer = call.ledger.state.customers.get(call.id);
    if (!customer || (!customer.deleted && customer.livemode !== call.livemode))
      throw missingResource("customer", call.id);
    return customer;
  }),
  operation<ListParams>("GET /v1/customers/:id/tax_ids", CONTRACT.lineItemList, (call) => {
    const own = [...call.ledger.state.taxIds.values()].filter(
      ({ customer }) => customer === call.id,
    );
    return list(call, own, `customers/${call.id}/tax_ids`, []);
  }),
  operation("DELETE /v1/customers/:id", CONTRACT.nothing, deleteCustomer),
];

function deleteCustomer({ ledger, id, livemode, cause }: Call<unknown>): Stripe.DeletedCustomer {
  const customer = ledger.state.customers.get(id);
  if (!customer || customer.deleted || customer.livemode !== livemode)
    throw missingResource("customer", id);
  const deleted: Stripe.DeletedCustomer = { id, object: "customer", deleted: true };
  ledger.state.customers.set(id, deleted);
  recordEvent(ledger, "customer.deleted", customer, livemode, cause);
  return deleted;
}
