import { parseArgs } from "node:util";
import { runSeed, type SoakReport } from "./soak/run-seed.ts";
import { withServedShop } from "./served-shop.mjs";

const HELP = `npm run test:soak [-- --orders 2000] [-- --seeds 1,2,3,4,5] [-- --buyers 12]

Lets people buy from the production build, with local services of its own, while one call to Stripe
in five fails, every event comes one to five times in any order, and the shop is killed every 30
seconds. Then compares its books with Stripe's. --orders is for each seed.`;

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "2000" },
    seeds: { type: "string", default: "1,2,3,4,5" },
    buyers: { type: "string", default: "12" },
    help: { type: "boolean" },
  },
});
const [orders, buyers] = [Number(values.orders), Number(values.buyers)];
const seeds = values.seeds.split(",").map(Number);
if (values.help || ![orders, buyers, ...seeds].every((number) => number > 0)) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const total = { orders: 0, lost: 0, doubled: 0, unpaid: 0, other: 0 };
for (const seed of seeds) {
  await withServedShop(async (variables, restart) => {
    const report = await runSeed({ seed, orders, buyers, variables, restart });
    total.orders += report.orders;
    for (const kind of ["lost", "doubled", "unpaid", "other"] as const)
      total[kind] += report[kind].length;
    print(seed, report);
  });
}
const { lost, doubled, unpaid, other } = total;
console.log(
  `${total.orders} orders, ${seeds.length} seeds: ` +
    `${lost} lost, ${doubled} doubled, ${unpaid} unpaid grants, ${other} other differences`,
);
process.exit(lost + doubled + unpaid + other === 0 ? 0 : 1);

function print(seed: number, report: SoakReport): void {
  const { deliveries, buyers: people } = report;
  console.log(
    `seed ${seed}: ${report.orders} orders, ${report.paid} paid, in ${report.seconds} s; ` +
      `the shop was killed ${report.kills} times; ` +
      `${deliveries.events} events, ${deliveries.delivered} copies taken, ` +
      `${deliveries.failed} refused; ${people.refusals} answers of 5xx or none to buyers; ` +
      `at rest after ${report.rounds} rounds; ${report.lost.length} lost, ` +
      `${report.doubled.length} doubled, ${report.unpaid.length} unpaid grants`,
  );
  for (const kind of ["lost", "doubled", "unpaid", "other"] as const)
    for (const sentence of report[kind].slice(0, 20)) console.log(`  ${kind}: ${sentence}`);
}
