/** A decoded form: a value, or what stands under each key of `a[b][0]`. */
export type FormTree = string | Map<string, FormTree>;

const KEY = /^([^[\]]+)((?:\[[^[\]]*\])*)$/;

/**
 * Decodes a form or query string with Stripe's nested keys. `a[]=1&a[]=2` counts up from 0.
 * Throws RangeError when a key is both a value and a group, or is not well formed.
 */
export function decodeForm(encoded: string): Map<string, FormTree> {
  const root = new Map<string, FormTree>();
  for (const [key, value] of new URLSearchParams(encoded)) put(root, splitKey(key), key, value);
  return root;
}

function splitKey(key: string): string[] {
  const match = KEY.exec(key);
  if (!match) throw new RangeError(key);
  const inner = [...(match[2] ?? "").matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1] ?? "");
  return [match[1] ?? "", ...inner];
}

function put(root: Map<string, FormTree>, path: string[], key: string, value: string): void {
  let group = root;
  path.forEach((step, depth) => {
    const name = step === "" ? String(group.size) : step;
    if (depth === path.length - 1) {
      if (group.get(name) instanceof Map) throw new RangeError(key);
      group.set(name, value);
      return;
    }
    const next = group.get(name) ?? new Map<string, FormTree>();
    if (typeof next === "string") throw new RangeError(key);
    group.set(name, next);
    group = next;
  });
}
