/** What would tell a stranger how the shop is made: stacks, SQL, clients, addresses inside. */
export const INTERNAL = new RegExp(
  [
    String.raw`\n\s+at \w|node_modules|\.ts:\d`,
    String.raw`\bSELECT\b|INSERT INTO|postgres(ql)?:|slipway_app`,
    String.raw`Zod|Neon|ECONN|127\.0\.0\.1|sk_test_|whsec_`,
  ].join("|"),
);
