import ts from "typescript";
import type { Expandable, Expansion } from "#local/stripe/contract.ts";

// Groups inside an object's own groups: none is deeper in the types.
const DEEPEST_GROUP = 5;

/** Reads from the types of the answers what can be expanded in each type of object. */
export function readExpandable(checker: ts.TypeChecker, types: readonly ts.Type[]): Expandable {
  const entries = types.map((type): [string, Record<string, Expansion>] => [
    nameOf(checker, type) ?? "",
    Object.fromEntries(listPaths(checker, type)),
  ]);
  return Object.fromEntries(entries);
}

function listPaths(
  checker: ts.TypeChecker,
  type: ts.Type,
  prefix = "",
  depth = 0,
): [string, Expansion][] {
  if (depth > DEEPEST_GROUP) return [];
  return checker.getPropertiesOfType(type).flatMap((property): [string, Expansion][] => {
    const path = prefix + property.getName();
    const own = checker.getTypeOfSymbol(property);
    const parts = (own.isUnion() ? own.types : [own]).map((part) => itemOf(checker, part) ?? part);
    const objects = parts.filter((part) => isObject(part));
    const names = objects.map((part) => nameOf(checker, part)).filter((name) => name !== null);
    const listed = objects.map((part) => listedIn(checker, part)).filter((item) => item !== null);
    if (listed.length > 0) return [[path, { as: "list", types: namesOf(checker, listed) }]];
    if (names.length > 0) {
      const isId = parts.some((part) => (part.flags & ts.TypeFlags.String) !== 0);
      return [[path, { as: isId ? "id" : "inline", types: namesOf(checker, objects) }]];
    }
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const inner = objects.flatMap((part) => listPaths(checker, part, `${path}.`, depth + 1));
    return isOptional && inner.length > 0 ? [[path, { as: "group", types: [] }], ...inner] : inner;
  });
}

function namesOf(checker: ts.TypeChecker, types: readonly ts.Type[]): string[] {
  const names = types.map((type) => nameOf(checker, type)).filter((name) => name !== null);
  return [...new Set(names)].sort();
}

/** The value of the property `object`, which every object of the API has. */
function nameOf(checker: ts.TypeChecker, type: ts.Type): string | null {
  const property = checker.getPropertyOfType(type, "object");
  const value = property && checker.getTypeOfSymbol(property);
  return value?.isStringLiteral() ? value.value : null;
}

function isObject(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0;
}

function itemOf(checker: ts.TypeChecker, type: ts.Type): ts.Type | null {
  if (!checker.isArrayType(type)) return null;
  return checker.getTypeArguments(type as ts.TypeReference)[0] ?? null;
}

/** The type of what a list of the API holds; null for any other type. */
function listedIn(checker: ts.TypeChecker, type: ts.Type): ts.Type | null {
  if (nameOf(checker, type) !== "list") return null;
  const data = checker.getPropertyOfType(type, "data");
  return data ? itemOf(checker, checker.getTypeOfSymbol(data)) : null;
}
