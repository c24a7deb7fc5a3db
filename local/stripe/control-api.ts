import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./api-error.ts";
import { ControlError } from "./control-fields.ts";
import { CONTROLS, type Control, type ControlParts } from "./control-table.ts";
import { readBody } from "./request.ts";

/** Where the controls are. */
export const CONTROL_PATH = "/controls/";

/**
 * Answers `POST /controls/NAME` with a JSON body by `{"result": …}`, or by `{"error": …}` and
 * the status 400 (the body), 404 (no such control or thing), 409 (not now). A GET lists the controls.
 */
export async function handleControl(
  parts: ControlParts,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "GET" && name === "") {
    send(response, 200, Object.fromEntries(listControls()));
    return;
  }
  const known = Object.hasOwn(CONTROLS, name) ? CONTROLS[name] : undefined;
  if (!known) fail(response, 404, `There is no control "${name}".`);
  else if (request.method !== "POST") fail(response, 405, "A control takes a POST.");
  else await use(known, parts, request, response);
}

async function use(
  control: Control,
  parts: ControlParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  // A form of another page could send text, but not this type.
  if (body !== "" && !isJson(request)) {
    fail(response, 415, "The body is JSON: send content-type application/json.");
    return;
  }
  try {
    send(response, 200, { result: (await control.run(parts, body)) ?? null });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = statusOf(error);
    if (status === null) throw error;
    fail(response, status, error.message);
  }
}

function listControls(): [string, object][] {
  return Object.entries(CONTROLS).map(([name, { fields }]) => [name, fields]);
}

function isJson(request: IncomingMessage): boolean {
  return (request.headers["content-type"] ?? "").startsWith("application/json");
}

function statusOf(error: Error): number | null {
  if (error instanceof ControlError) return 400;
  if (error instanceof ApiError) return error.status;
  // What was asked makes no sense now, such as paying a session that is complete.
  return error instanceof RangeError ? 409 : null;
}

function fail(response: ServerResponse, status: number, error: string): void {
  send(response, status, { error });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}
