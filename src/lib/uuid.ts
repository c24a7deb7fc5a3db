const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether this can be an id of ours, as PostgreSQL writes it; anything else needs no question. */
export function isUuid(text: string | null | undefined): text is string {
  return typeof text === "string" && UUID.test(text);
}
