import type Stripe from "stripe";
import { missingResource } from "../api-error.ts";
import { partialAddress } from "../buyer.ts";
import { CONTRACT } from "../contract.ts";
import { now, recordEvent } from "../ledger.ts";
import type { ListParams } from "../listing.ts";
import { buildCustomer } from "../objects/customer.ts";
import {
  changeMetadata,
  list,
  operation,
  playing,
  type Call,
  type Operation,
} from "./operation.ts";

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
  operation<Stripe.CustomerUpdateParams>(
    "POST /v1/customers/:id",
    playing(
      CONTRACT.customerUpdate,
      "name email phone description address preferred_locales metadata",
    ),
    updateCustomer,
  ),
  operation<ListParams>("GET /v1/customers/:id/tax_ids", CONTRACT.lineItemList, (call) => {
    const own = [...call.ledger.state.taxIds.values()].filter(
      ({ customer }) => customer === call.id,
    );
    return list(call, own, `customers/${call.id}/tax_ids`, []);
  }),
  operation("DELETE /v1/customers/:id", CONTRACT.nothing, deleteCustomer),
];

function updateCustomer(call: Call<Stripe.CustomerUpdateParams>): Stripe.Customer {
  const { ledger, params, livemode, cause } = call;
  const customer = findCustomer(call);
  const { name, email, phone, description, address } = params;
  customer.name = name ?? customer.name ?? null;
  customer.email = email ?? customer.email;
  customer.phone = phone ?? customer.phone ?? null;
  customer.description = description ?? customer.description;
  if (address !== undefined) customer.address = address ? partialAddress(address) : null;
  customer.preferred_locales = params.preferred_locales ?? customer.preferred_locales ?? [];
  changeMetadata(customer, params.metadata);
  recordEvent(ledger, "customer.updated", customer, livemode, cause);
  return customer;
}

/** The customer, unless it was deleted. */
function findCustomer({ ledger, id, livemode }: Call<unknown>): Stripe.Customer {
  const customer = ledger.state.customers.get(id);
  if (!customer || customer.deleted || customer.livemode !== livemode)
    throw missingResource("customer", id);
  return customer;
}

function deleteCustomer(call: Call<unknown>): Stripe.DeletedCustomer {
  const { ledger, id, livemode, cause } = call;
  const customer = findCustomer(call);
  const deleted: Stripe.DeletedCustomer = { id, object: "customer", deleted: true };
  ledger.state.customers.set(id, deleted);
  recordEvent(ledger, "customer.deleted", customer, livemode, cause);
  return deleted;
}
