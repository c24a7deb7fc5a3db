import { invalidParameter } from "./api-error.ts";
import type { FormTree } from "./form.ts";
import type { Fields, Parameter } from "./parameters.ts";
import { readScalar } from "./read-scalar.ts";

const BOUND: Parameter = { kind: "integer" };
const PERIOD_BOUNDS: Fields = { gt: BOUND, gte: BOUND, lt: BOUND, lte: BOUND };
const MOST_ITEMS = 100;

/**
 * Gives the decoded form typed as the table says. An empty value that unsets a parameter is left
 * out, or kept as "" when the request changes what exists (`unsets`). Throws a 400 in Stripe's
 * shape for the first parameter that is unknown, missing or ill-typed.
 */
export function readParameters(
  fields: Fields,
  form: Map<string, FormTree>,
  unsets = false,
): object {
  return readFields(fields, form, { path: "", unsets });
}

/** Where in the request the reader is. */
interface Place {
  path: string;
  unsets: boolean;
}

function readFields(fields: Fields, form: Map<string, FormTree>, place: Place): object {
  const result: Record<string, unknown> = {};
  for (const [name, value] of form) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const param = join(place.path, name);
    if (!field)
      throw invalidParameter(param, `Received unknown parameter: ${param}`, "parameter_unknown");
    const isEmpty = value === "" && field.emptyable === true;
    if (!isEmpty) result[name] = readValue(field, value, { ...place, path: param });
    else if (place.unsets) result[name] = "";
  }
  for (const [name, field] of Object.entries(fields)) {
    if (!field.required || form.has(name)) continue;
    const param = join(place.path, name);
    throw invalidParameter(param, `Missing required param: ${param}.`, "parameter_missing");
  }
  return result;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}[${name}]`;
}

function readValue(field: Parameter, value: FormTree, place: Place): unknown {
  const { path } = place;
  switch (field.kind) {
    case "group":
      return readFields(field.fields, asMap(value, path, "object"), place);
    case "metadata":
      return readMetadata(asMap(value, path, "object"), place);
    case "list":
      return readList(field, asMap(value, path, "array"), place);
    case "map":
      return readMap(field.value, asMap(value, path, "object"), place);
    case "either":
      return readEither(field.options, value, place);
    case "unplayed":
      throw invalidParameter(path, `The local Stripe does not play \`${path}\`; Stripe takes it.`);
    default:
      if (field.kind === "period" && value instanceof Map)
        return readFields(PERIOD_BOUNDS, value, place);
      if (value instanceof Map) throw invalidParameter(path, "Invalid string: a group was sent.");
      if (value === "") throw emptyValue(path);
      return readScalar(field, value, path);
  }
}

function asMap(value: FormTree, param: string, noun: string): Map<string, FormTree> {
  if (value instanceof Map) return value;
  // An empty value is how the library sends an empty list or group.
  if (value === "") return new Map();
  throw invalidParameter(param, `Invalid ${noun}`);
}

function readMap(field: Parameter, entries: Map<string, FormTree>, place: Place): object {
  const read = [...entries].map(([name, value]) => [
    name,
    readValue(field, value, { ...place, path: join(place.path, name) }),
  ]);
  return Object.fromEntries(read) as object;
}

// The refusal of the last kind is the one that is told.
function readEither(options: readonly Parameter[], value: FormTree, place: Place): unknown {
  let refusal: unknown = null;
  for (const option of options)
    try {
      return readValue(option, value, place);
    } catch (error) {
      refusal = error;
    }
  throw refusal;
}

function readList(
  field: Extract<Parameter, { kind: "list" }>,
  items: Map<string, FormTree>,
  place: Place,
): unknown[] {
  const { item, maxItems = MOST_ITEMS } = field;
  const { path: param } = place;
  const entries = [...items].sort(([a], [b]) => Number(a) - Number(b));
  if (entries.some(([index]) => !/^\d+$/.test(index)))
    throw invalidParameter(param, "Invalid array");
  if (entries.length > maxItems)
    throw invalidParameter(param, `Array must have at most ${maxItems} items`);
  return entries.map(([index, value]) =>
    readValue(item, value, { ...place, path: `${param}[${index}]` }),
  );
}

function readMetadata(
  entries: Map<string, FormTree>,
  { path: param, unsets }: Place,
): Record<string, string> {
  if (entries.size > 50) throw invalidParameter(param, "Metadata can have up to 50 keys.");
  const result: Record<string, string> = {};
  for (const [key, value] of entries) {
    const name = `${param}[${key}]`;
    if (value instanceof Map) throw invalidParameter(name, "Metadata values must be strings");
    if (key.length > 40 || value.length > 500)
      throw invalidParameter(name, "Metadata keys have up to 40 characters, values up to 500.");
    if (value !== "" || unsets) result[key] = value;
  }
  return result;
}

function emptyValue(param: string): Error {
  return invalidParameter(
    param,
    `You passed an empty string for '${param}', which cannot be unset. Leave it out instead.`,
    "parameter_invalid_empty",
  );
}
