import type { Mutant } from "../../scripts/mutants.ts";

const NOTE = "src/lib/accounts/note-sign-in.ts";
const QUERIES = "src/lib/accounts/security-queries.ts";
const tests = ["tests/integration/lib/accounts/note-sign-in.test.ts"];

/** Bugs in who is told of a sign-in on a new device. Each names the check of docs/security.md that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "D01",
    case: "S26 no sign-in is told",
    file: QUERIES,
    from: "AND NOT EXISTS (SELECT FROM known)",
    to: "AND false",
    tests,
  },
  {
    id: "D02",
    case: "S26 every sign-in is told",
    file: QUERIES,
    from: " AND NOT EXISTS (SELECT FROM known)",
    to: "",
    tests,
  },
  {
    id: "D03",
    case: "S26 a browser is known in every country",
    file: QUERIES,
    from: "split_part(${device.place}::text, ', ', -1)",
    to: "split_part(place, ', ', -1)",
    tests,
  },
  {
    id: "D04",
    case: "S26 a browser is known in one town alone",
    file: QUERIES,
    from: "split_part(place, ', ', -1) IS NOT DISTINCT FROM\n            split_part(${device.place}::text, ', ', -1)",
    to: "place IS NOT DISTINCT FROM ${device.place}::text",
    tests,
  },
  {
    id: "D05",
    case: "S26 a browser is known for ever",
    file: QUERIES,
    from: "interval '90 days'\n    ), noted AS (",
    to: "interval '90 years'\n    ), noted AS (",
    tests,
  },
  {
    id: "D06",
    case: "S26 a browser is known that somebody else used",
    file: QUERIES,
    from: "WHERE user_id = ${userId}::uuid AND device = ${device.name}",
    to: "WHERE device = ${device.name}",
    tests,
  },
  {
    id: "D07",
    case: "S26 every browser is known once one is",
    file: QUERIES,
    from: "WHERE user_id = ${userId}::uuid AND device = ${device.name}",
    to: "WHERE user_id = ${userId}::uuid",
    tests,
  },
  {
    id: "D08",
    case: "S26 a remembered device is told",
    file: NOTE,
    from: "if (deviceCookie !== null && readKnownDevice",
    to: "if (deviceCookie === null && readKnownDevice",
    tests,
  },
  {
    id: "D09",
    case: "S26 any cookie makes a device known",
    file: NOTE,
    from: "deviceCookie !== null && readKnownDevice(secrets, user.email, deviceCookie, now)",
    to: "deviceCookie !== null && secrets.length > 0",
    tests,
  },
  {
    id: "D10",
    case: "S26 a form that is sent twice is two mails",
    file: NOTE,
    from: "`${now.toISOString().slice(0, 10)}:${sha256(JSON.stringify(device)).slice(0, 16)}`",
    to: "`${crypto.randomUUID()}:${sha256(JSON.stringify([device, now])).slice(0, 16)}`",
    tests,
  },
  {
    id: "D11",
    case: "S26 the sign-up makes no device known",
    file: "src/lib/accounts/queries.ts",
    from: "SELECT id, 'sign-in', ${device.name}, ${device.place} FROM created",
    to: "SELECT id, 'sign-in', NULL, NULL FROM created WHERE ${device.name} <> ${device.place}",
    tests,
  },
  {
    id: "D12",
    case: "S26 a sign-in with a passkey on a remembered device is not listed",
    file: NOTE,
    from: 'if (kind === "passkey-sign-in") await',
    to: 'if (kind === "sign-in") await',
    tests,
  },
  {
    id: "D13",
    case: "the mail's time is the server's own",
    file: "src/lib/operations/mails/new-device.ts",
    from: '  timeZone: "UTC",',
    to: '  timeZone: "Asia/Tokyo",',
    tests,
  },
];
