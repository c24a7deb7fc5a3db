import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** A part of the local stack that answers requests on the stack's one HTTP port. */
export interface LocalService {
  /** Answers the request; a throw becomes a 500 with the message. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Takes over a connection that asked for WebSocket. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}
