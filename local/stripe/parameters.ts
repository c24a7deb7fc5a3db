/** What a parameter may hold. Tables of these (contract.ts) describe every request. */
export type Parameter = {
  required?: boolean;
  /** An empty value unsets what is there. */
  emptyable?: boolean;
} & (
  | { kind: "text"; maxLength?: number }
  | { kind: "email" }
  | { kind: "url" }
  | { kind: "integer"; minimum?: number }
  | { kind: "decimal" }
  | { kind: "boolean" }
  | { kind: "choice"; values: readonly string[] }
  | { kind: "metadata" }
  | { kind: "period" }
  | { kind: "list"; item: Parameter; maxItems?: number }
  | { kind: "map"; value: Parameter }
  | { kind: "group"; fields: Fields }
  | { kind: "either"; options: readonly Parameter[] }
  | { kind: "unplayed" }
);

/** The parameters of a request, or of a group inside one, by name. */
export type Fields = Readonly<Record<string, Parameter>>;
