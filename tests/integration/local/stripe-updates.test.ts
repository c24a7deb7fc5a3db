import { expect, test } from "vitest";
import { openStripe, sessionParams } from "./stripe-fixture.ts";

test("a customer's details are changed, and kept when not named", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.customers.create({
    name: "Ada",
    email: "ada@example.com",
    metadata: { user: "1" },
  });
  const changed = await client.customers.update(id, {
    name: "Ada Lovelace",
    address: { country: "FR", city: "Paris" },
    metadata: { plan: "x" },
  });
  expect(changed).toMatchObject({
    name: "Ada Lovelace",
    email: "ada@example.com",
    address: { country: "FR", city: "Paris", line1: null },
    metadata: { user: "1", plan: "x" },
  });
  expect([...local.state.events.values()].at(-1)?.type).toBe("customer.updated");
  await client.customers.del(id);
  await expect(client.customers.update(id, { name: "Bob" })).rejects.toMatchObject({
    code: "resource_missing",
  });
});

test("the metadata of sessions, charges and disputes is merged", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams({ metadata: { order: "1" } }));
  const session = await client.checkout.sessions.update(id, { metadata: { seen: "yes" } });
  expect(session.metadata).toEqual({ order: "1", seen: "yes" });
  local.pay(id);
  const [charge = ""] = local.state.charges.keys();
  const note = { metadata: { note: "x", gone: "y" } };
  await client.charges.update(charge, note);
  const emptied = await client.charges.update(charge, { metadata: { gone: "" } });
  expect(emptied.metadata).toEqual({ note: "x" });
  const dispute = local.dispute(charge);
  await client.disputes.update(dispute.id, note);
  expect((await client.disputes.retrieve(dispute.id)).metadata).toEqual(note.metadata);
});

test("what is not played is refused instead of ignored", async () => {
  const { client } = await openStripe();
  const { id } = await client.customers.create();
  await expect(client.customers.update(id, { balance: 100 })).rejects.toMatchObject({
    statusCode: 400,
    param: "balance",
  });
});
