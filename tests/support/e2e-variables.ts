/** A variable that scripts/test.mjs sets for the served shop. Throws when it is not set. */
export function readVariable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with "npm run test:e2e".`);
  return value;
}
