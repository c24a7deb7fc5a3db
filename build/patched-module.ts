import type { Plugin } from "vite";

/** One module of a dependency, and what is to be another in it. */
interface Patch {
  name: string;
  /** How the module's path ends. */
  file: string;
  from: string | RegExp;
  to: string;
  /** Said when `from` is not there any more: the dependency does it in another way now. */
  missing: string;
}

/** Vite plugin that changes one module of a dependency which has no option for it. Throws `missing` rather than pass a change over. */
export function patchedModule({ name, file, from, to, missing }: Patch): Plugin {
  return {
    name: `slipway:${name}`,
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith(file)) return undefined;
      const patched = code.replace(from, to);
      if (patched === code) throw new Error(missing);
      return patched;
    },
  };
}
