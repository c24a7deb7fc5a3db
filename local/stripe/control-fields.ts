interface Kinds {
  text: string;
  number: number;
  boolean: boolean;
  object: object;
  "number or null": number | null;
}

/** What a field of a control's body may hold; `?` when it may be left out. */
export type FieldType = keyof Kinds | `${keyof Kinds}?`;

/** The fields of a control's body, by name. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

/** The values of a body, typed as the fields say. */
export type Values<T extends FieldTypes> = {
  [Name in keyof T as T[Name] extends keyof Kinds ? Name : never]: Kinds[T[Name] & keyof Kinds];
} & {
  [
    Name in keyof T as T[Name] extends keyof Kinds ? never : Name
  ]?: T[Name] extends `${infer Kind extends keyof Kinds}?` ? Kinds[Kind] : never;
};

/** A body is not what its control takes; the message names the field. */
export class ControlError extends Error {}

/** The body as an object with the right fields. Throws ControlError otherwise. */
export function readControlBody<T extends FieldTypes>(types: T, body: string): Values<T> {
  const values = parse(body);
  for (const name of Object.keys(values))
    if (!Object.hasOwn(types, name)) throw new ControlError(`${name}: there is no such field.`);
  for (const [name, type] of Object.entries(types)) check(name, type, values[name]);
  return values as Values<T>;
}

function parse(body: string): Record<string, unknown> {
  let values: unknown;
  try {
    values = JSON.parse(body.trim() || "{}");
  } catch {
    throw new ControlError("The body is no JSON.");
  }
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw new ControlError("The body is no JSON object.");
  return values as Record<string, unknown>;
}

function check(name: string, type: FieldType, value: unknown): void {
  if (value === undefined) {
    if (!type.endsWith("?")) throw new ControlError(`${name}: a ${type} is needed.`);
    return;
  }
  const wanted = type.replace("?", "");
  if (value === null && wanted === "number or null") return;
  const kind = typeof value === "string" ? "text" : typeof value;
  const isRight = value !== null && wanted.split(" or ").includes(kind);
  if (!isRight || (kind === "number" && !Number.isFinite(value)))
    throw new ControlError(`${name}: a ${wanted} is needed.`);
}
