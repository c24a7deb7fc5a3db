import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type { Fields } from "#local/stripe/parameters.ts";
import { readExpandable } from "./stripe-expandable.ts";
import { readFields } from "./stripe-parameters.ts";

/** The file that the local Stripe reads its contract from. */
export const CONTRACT_FILE = fileURLToPath(
  new URL("../local/stripe/contract.generated.json", import.meta.url),
);

/** The requests that the local Stripe knows: the library's names of their parameters' types. */
const REQUESTS: Readonly<Record<string, readonly string[]>> = {
  Charge: ["List", "Update"],
  "Checkout.Session": ["Create", "List", "ListLineItems", "Update"],
  Coupon: ["Create", "List", "Update"],
  Customer: ["Create", "List", "Update"],
  Dispute: ["List", "Update"],
  Event: ["List"],
  Invoice: ["List", "ListLineItems", "Update"],
  PaymentIntent: ["Cancel", "List"],
  PaymentMethod: ["Create"],
  Price: ["Create", "List", "Update"],
  Product: ["Create", "List", "Update"],
  PromotionCode: ["Create", "List", "Update"],
  Refund: ["Create", "List", "Update"],
  WebhookEndpoint: ["Create", "List", "Update"],
};

/** The objects that requests answer, beside the resources above. */
const MORE_OBJECTS = ["BalanceTransaction", "Discount", "InvoiceLineItem", "LineItem"];

/** The contract as text, read from the type declarations of the installed `stripe` package. */
export function renderContract(): string {
  const requests = Object.entries(REQUESTS).flatMap(([resource, methods]) =>
    methods.map((method): [string, string] => [
      nameOf(resource, method),
      `Stripe.${resource}${method}Params`,
    ]),
  );
  // An event is a snapshot: nothing in it can be expanded.
  const resources = Object.keys(REQUESTS).filter((name) => name !== "Event");
  const objects = [...resources, ...MORE_OBJECTS].map((name): [string, string] => [
    name,
    `Stripe.${name}`,
  ]);
  const types = openTypes([...requests, ...objects]);
  const fields = requests.map(([name]): [string, Fields] => [
    name,
    readFields(types.checker, types.typeOf(name)),
  ]);
  const expandable = Object.entries(
    readExpandable(
      types.checker,
      objects.map(([name]) => types.typeOf(name)),
    ),
  );
  return `{ "requests": ${lines(fields)}, "expandable": ${lines(expandable)} }\n`;
}

/** `sessionListLineItems` for "Checkout.Session" and "ListLineItems". */
function nameOf(resource: string, method: string): string {
  const noun = resource.replace("Checkout.", "");
  return noun.charAt(0).toLowerCase() + noun.slice(1) + method;
}

// A line for each entry shows in a diff what an update of the package changes.
function lines(entries: [string, object][]): string {
  const rows = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${rows.join(",\n")}\n}`;
}

/** Gives the types by name, as a file that imports the package sees them. */
function openTypes(names: [string, string][]) {
  const path = fileURLToPath(new URL("../local/stripe/types-of-the-package.ts", import.meta.url));
  const aliases = names.map(([name, type]) => `  ${JSON.stringify(name)}: ${type};`);
  const text = ['import type Stripe from "stripe";', "export interface Types {", ...aliases, "}"];
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: [],
    lib: ["lib.esnext.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([path], options, {
    ...host,
    fileExists: (name) => name === path || host.fileExists(name),
    getSourceFile: (name, target, ...rest) =>
      name === path
        ? ts.createSourceFile(name, text.join("\n"), target)
        : host.getSourceFile(name, target, ...rest),
  });
  const checker = program.getTypeChecker();
  const table = program.getSourceFile(path)?.statements.find(ts.isInterfaceDeclaration);
  if (!table) throw new Error("The types could not be read.");
  const properties = checker.getTypeAtLocation(table);
  return {
    checker,
    typeOf(name: string): ts.Type {
      const property = checker.getPropertyOfType(properties, name);
      const type = property && checker.getTypeOfSymbol(property);
      if (!type || checker.getPropertiesOfType(type).length === 0)
        throw new Error(`The package has no type for ${name}.`);
      return type;
    },
  };
}

if (import.meta.main) {
  writeFileSync(CONTRACT_FILE, renderContract());
  console.log("Wrote local/stripe/contract.generated.json.");
}
