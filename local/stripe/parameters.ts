/** What a parameter may hold. Tables of these (contract.ts) describe every request. */
export type Parameter = { required?: boolean } & (
  | { kind: "text"; maxLength: number }
  | { kind: "email" }
  | { kind: "url" }
  | { kind: "integer"; minimum: number }
  | { kind: "boolean" }
  | { kind: "choice"; values: readonly string[] }
  | { kind: "metadata" }
  | { kind: "period" }
  | { kind: "list"; item: Parameter; maxItems: number }
  | { kind: "group"; fields: Fields }
);

/** The parameters of a request, or of a group inside one, by name. */
export type Fields = Readonly<Record<string, Parameter>>;

export const boolean: Parameter = { kind: "boolean" };
export const email: Parameter = { kind: "email" };
export const url: Parameter = { kind: "url" };
/** Up to 50 keys of 40 characters with values of 500. */
export const metadata: Parameter = { kind: "metadata" };
/** A time in Unix seconds, or a group of gt, gte, lt and lte. */
export const period: Parameter = { kind: "period" };

export function text(maxLength = 5000): Parameter {
  return { kind: "text", maxLength };
}

export function integer(minimum = 0): Parameter {
  return { kind: "integer", minimum };
}

export function choice(...values: string[]): Parameter {
  return { kind: "choice", values };
}

export function list(item: Parameter, maxItems = 100): Parameter {
  return { kind: "list", item, maxItems };
}

export function group(fields: Fields): Parameter {
  return { kind: "group", fields };
}

export function required(parameter: Parameter): Parameter {
  return { ...parameter, required: true };
}
