import { parseArgs } from "node:util";
import { startCheckout } from "#lib/orders/start-checkout.ts";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import { withServedShop } from "./served-shop.mjs";
import { control, makeBuyer, openWorld, type World } from "./soak/world.ts";

const HELP = `npm run bench:webhook -- [--events N]

How long Stripe waits for the webhook: serves the production build, pays N orders and sends the event
of each payment once, four at a time. Fails when the 99th percentile is over 500 ms, or an event is
refused. For a quiet machine, and no part of CI.

  --events N     orders to pay (500)
  --help         this text`;

const LANES = 4;
const BUDGET_MS = 500;
const WARM_UP = 20;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "500" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else await withServedShop((variables) => bench(variables, Number(values.events)));

async function bench(variables: Record<string, string>, count: number): Promise<void> {
  const world = await openWorld(variables, 1);
  await control(world, "hold");
  for (let index = 0; index < count + WARM_UP; index++) await payOrder(world, index);
  const events = await world.services.stripe.run((api) =>
    api.events
      .list({ type: "checkout.session.completed", limit: 100 })
      .autoPagingToArray({ limit: 10_000 }),
  );
  const times: number[] = [];
  let refused = 0;
  const lane = async (): Promise<void> => {
    for (let event = events.pop(); event; event = events.pop()) {
      const startedAt = performance.now();
      if (!(await send(world, JSON.stringify(event)))) refused += 1;
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((part) => sorted[Math.floor(sorted.length * part)] ?? 0);
  console.log(
    `${sorted.length} events: p50 ${Math.round(p50 ?? 0)} ms, p99 ${Math.round(p99 ?? 0)} ms ` +
      `(at most ${BUDGET_MS}), ${refused} refused`,
  );
  process.exitCode = refused === 0 && (p99 ?? 0) <= BUDGET_MS ? 0 : 1;
}

async function payOrder(world: World, index: number): Promise<void> {
  const buyer = await makeBuyer(world, 1, index);
  const result = await startCheckout(world.services, {
    userId: buyer.userId,
    email: `bench-${index}@soak.example`,
    courseIds: world.courseIds.slice(0, 1),
    termsAccepted: true,
    waiverAccepted: true,
    now: new Date(),
  });
  const url = result.kind === "redirect" ? result.url : "";
  await control(world, "pay", { session: new URL(url).pathname.split("/").at(-1) ?? "" });
}

async function send(world: World, body: string): Promise<boolean> {
  const now = Math.floor(Date.now() / 1000);
  const response = await fetch(new URL("/api/stripe/webhook", world.site), {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Stripe-Signature": signatureHeader(body, [world.webhookSecret], now),
    },
    body,
    signal: AbortSignal.timeout(20_000),
  });
  await response.arrayBuffer();
  return response.ok;
}
