import ts from "typescript";
import type { Fields, Parameter } from "#local/stripe/parameters.ts";

// The types do not tell them apart: a rate may have decimals, all other numbers are whole.
const RATE = /percent|_decimal$/;
const RANGE_BOUNDS = "gt gte lt lte";

/** What a request may send whose parameters are of this type, by name; without `expand`. */
export function readFields(checker: ts.TypeChecker, type: ts.Type): Fields {
  const fields: [string, Parameter][] = [];
  for (const property of checker.getPropertiesOfType(type)) {
    const name = property.getName();
    if (name === "expand") continue;
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const parameter = readParameter(checker, checker.getTypeOfSymbol(property), name);
    fields.push([name, isOptional ? parameter : { ...parameter, required: true }]);
  }
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `""` beside other types says that an empty value unsets the parameter. */
function readParameter(checker: ts.TypeChecker, type: ts.Type, name: string): Parameter {
  const parts = (type.isUnion() ? type.types : [type]).filter(
    (part) => !is(part, ts.TypeFlags.Undefined | ts.TypeFlags.Null),
  );
  const filled = parts.filter((part) => !(part.isStringLiteral() && part.value === ""));
  const parameter = readUnion(checker, filled, name);
  return filled.length < parts.length ? { ...parameter, emptyable: true } : parameter;
}

function readUnion(checker: ts.TypeChecker, parts: ts.Type[], name: string): Parameter {
  const values = parts.filter((part) => part.isStringLiteral()).map(({ value }) => value);
  const isBoolean = parts.some((part) => is(part, ts.TypeFlags.BooleanLike));
  const others = parts.filter(
    (part) => !part.isStringLiteral() && !isOpenEnd(part) && !is(part, ts.TypeFlags.BooleanLike),
  );
  const options: Parameter[] = [
    ...(values.length > 0 ? [{ kind: "choice", values } as const] : []),
    ...(isBoolean ? [{ kind: "boolean" } as const] : []),
    ...others.map((part) => readOne(checker, part, name)),
  ];
  const period = options.find(({ kind }) => kind === "period");
  if (period) return period;
  const [only] = options;
  if (!only) throw unknownKind(name);
  return options.length === 1 ? only : { kind: "either", options };
}

/** `string & Record<never, never>` stands for values that a later version may answer. */
function isOpenEnd(type: ts.Type): boolean {
  return type.isIntersection() && type.types.some((part) => is(part, ts.TypeFlags.String));
}

function readOne(checker: ts.TypeChecker, type: ts.Type, name: string): Parameter {
  if (is(type, ts.TypeFlags.String)) return { kind: "text" };
  if (is(type, ts.TypeFlags.Number)) return { kind: RATE.test(name) ? "decimal" : "integer" };
  if ((type.aliasSymbol ?? type.getSymbol())?.getName() === "Decimal") return { kind: "decimal" };
  if (checker.isArrayType(type)) {
    const [item] = checker.getTypeArguments(type as ts.TypeReference);
    if (!item) throw unknownKind(name);
    return { kind: "list", item: readParameter(checker, item, name) };
  }
  const value = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  if (value) return readMap(checker, value, name);
  const fields = readFields(checker, type);
  const names = Object.keys(fields).join(" ");
  return names === RANGE_BOUNDS ? { kind: "period" } : { kind: "group", fields };
}

function readMap(checker: ts.TypeChecker, type: ts.Type, name: string): Parameter {
  const value = readParameter(checker, type, name);
  // Metadata takes texts and numbers, and null unsets a key.
  return value.kind === "either" ? { kind: "metadata" } : { kind: "map", value };
}

function is(type: ts.Type, flags: ts.TypeFlags): boolean {
  return (type.flags & flags) !== 0;
}

function unknownKind(name: string): Error {
  return new Error(`The type of the parameter "${name}" is of no known kind.`);
}
