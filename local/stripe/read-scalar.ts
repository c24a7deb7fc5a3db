import { invalidParameter } from "./api-error.ts";
import type { Parameter } from "./parameters.ts";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const LONGEST_TEXT = 5000;

/** Gives one value of a form typed; throws a 400 in Stripe's shape when it is ill-typed. */
export function readScalar(field: Parameter, value: string, param: string): unknown {
  switch (field.kind) {
    case "integer":
      return readInteger(value, field.minimum ?? 0, param);
    case "period":
      return readInteger(value, 0, param);
    case "decimal":
      if (/^-?\d{1,15}(\.\d{1,12})?$/.test(value)) return Number(value);
      throw invalidParameter(param, `Invalid decimal: ${value}`, "parameter_invalid_decimal");
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
      return readText(value, (field.kind === "text" && field.maxLength) || LONGEST_TEXT, param);
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
