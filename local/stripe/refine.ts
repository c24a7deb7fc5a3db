import type { Fields, Parameter } from "./parameters.ts";

/** Changes to parameters by path (`line_items.quantity`); a kind given replaces the old one. */
export type Refinements = Readonly<Record<string, object>>;

/** The fields with the changes made. Throws when there is no parameter at a path. */
export function refine(fields: Fields, refinements: Refinements): Fields {
  return Object.entries(refinements).reduce(
    (refined, [path, change]) => refineField(refined, path.split("."), change),
    fields,
  );
}

/** The refinements for parameters that Stripe takes and the local Stripe does not play. */
export function unplayed(...lines: string[]): Refinements {
  const paths = lines.flatMap((line) => line.split(" "));
  return Object.fromEntries(paths.map((path) => [path, { kind: "unplayed" }]));
}

function refineField(fields: Fields, [name = "", ...rest]: string[], change: object): Fields {
  const field = fields[name];
  if (!field) throw new Error(`The stripe package knows no parameter "${name}" here.`);
  return { ...fields, [name]: refineParameter(field, rest, change) };
}

function refineParameter(field: Parameter, path: string[], change: object): Parameter {
  if (path.length === 0) {
    const { required = false, emptyable = false } = field;
    const kept = "kind" in change ? { required, emptyable } : field;
    return { ...kept, ...change } as Parameter;
  }
  if (field.kind === "list") return { ...field, item: refineParameter(field.item, path, change) };
  if (field.kind === "group") return { ...field, fields: refineField(field.fields, path, change) };
  throw new Error(`A parameter of the kind "${field.kind}" has nothing at "${path.join(".")}".`);
}
