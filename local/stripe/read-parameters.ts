import { invalidParameter } from "./api-error.ts";
import type { FormTree } from "./form.ts";
import { integer, type Fields, type Parameter } from "./parameters.ts";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PERIOD_BOUNDS: Fields = { gt: integer(), gte: integer(), lt: integer(), lte: integer() };

/**
 * Gives the decoded form typed as the table says. Throws a 400 in Stripe's shape for the first
 * parameter that is unknown, missing or ill-typed.
 */
export function readParameters(fields: Fields, form: Map<string, FormTree>): object {
  return readFields(fields, form, "");
}

function readFields(fields: Fields, form: Map<string, FormTree>, path: string): object {
  const result: Record<string, unknown> = {};
  for (const [name, value] of form) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const param = join(path, name);
    if (!field)
      throw invalidParameter(param, `Received unknown parameter: ${param}`, "parameter_unknown");
    result[name] = readValue(field, value, param);
  }
  for (const [name, field] of Object.entries(fields)) {
    if (!field.required || form.has(name)) continue;
    const param = join(path, name);
    throw invalidParameter(param, `Missing required param: ${param}.`, "parameter_missing");
  }
  return result;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}[${name}]`;
}

function readValue(field: Parameter, value: FormTree, param: string): unknown {
  if (field.kind === "group") return readFields(field.fields, asMap(value, param, "object"), param);
  if (field.kind === "metadata") return readMetadata(asMap(value, param, "object"), param);
  if (field.kind === "list") return readList(field, asMap(value, param, "array"), param);
  if (field.kind === "period" && value instanceof Map)
    return readFields(PERIOD_BOUNDS, value, param);
  if (value instanceof Map) throw invalidParameter(param, "Invalid string: a group was sent.");
  if (value === "") throw emptyValue(param);
  return readScalar(field, value, param);
}

function asMap(value: FormTree, param: string, noun: string): Map<string, FormTree> {
  if (value instanceof Map) return value;
  // An empty value is how the library sends an empty list or group.
  if (value === "") return new Map();
  throw invalidParameter(param, `Invalid ${noun}`);
}

function readScalar(field: Parameter, value: string, param: string): unknown {
  switch (field.kind) {
    case "integer":
      return readInteger(value, field.minimum, param);
    case "period":
      return readInteger(value, 0, param);
    case "boolean":
      if (value === "true" || value === "false") return value === "true";
      throw invalidParameter(param, `Invalid boolean: ${value}`);
    case "choice":
      if (field.values.includes(value)) return value;
      throw invalidParameter(param, `Invalid ${param}: must be one of ${field.values.join(", ")}`);
    case "email":
      if (EMAIL.test(value)) return value;
      throw invalidParameter(param, `Invalid email address: ${value}`, "email_invalid");
    case "url":
      if (/^https?:$/.test(URL.parse(value)?.protocol ?? "")) return value;
      throw invalidParameter(param, "Not a valid URL", "url_invalid");
    default:
      return readText(value, field.kind === "text" ? field.maxLength : 5000, param);
  }
}

function readInteger(value: string, minimum: number, param: string): number {
  const number = Number(value);
  if (!/^-?\d{1,15}$/.test(value))
    throw invalidParameter(param, `Invalid integer: ${value}`, "parameter_invalid_integer");
  if (number < minimum)
    throw invalidParameter(
      param,
      `This value must be greater than or equal to ${minimum}.`,
      "parameter_invalid_integer",
    );
  return number;
}

function readText(value: string, maxLength: number, param: string): string {
  if (value.length > maxLength)
    throw invalidParameter(param, `Invalid string: must be at most ${maxLength} characters`);
  return value;
}

function readList(
  field: Extract<Parameter, { kind: "list" }>,
  items: Map<string, FormTree>,
  param: string,
): unknown[] {
  const entries = [...items].sort(([a], [b]) => Number(a) - Number(b));
  if (entries.some(([index]) => !/^\d+$/.test(index)))
    throw invalidParameter(param, "Invalid array");
  if (entries.length > field.maxItems)
    throw invalidParameter(param, `Array must have at most ${field.maxItems} items`);
  return entries.map(([index, value]) => readValue(field.item, value, `${param}[${index}]`));
}

function readMetadata(entries: Map<string, FormTree>, param: string): Record<string, string> {
  if (entries.size > 50) throw invalidParameter(param, "Metadata can have up to 50 keys.");
  const result: Record<string, string> = {};
  for (const [key, value] of entries) {
    const name = `${param}[${key}]`;
    if (value instanceof Map) throw invalidParameter(name, "Metadata values must be strings");
    if (key.length > 40 || value.length > 500)
      throw invalidParameter(name, "Metadata keys have up to 40 characters, values up to 500.");
    if (value !== "") result[key] = value;
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
