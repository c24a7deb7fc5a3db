import type { Duplex } from "node:stream";

/** A value of Redis' RESP2: status replies are `{ status }`, errors RedisError, strings bytes. */
export type Reply = { status: string } | RedisError | number | Buffer | null | Reply[];
export type Argument = string | number | Buffer;

export class RedisError extends Error {
  override name = "RedisError";
}

/** A connection to Redis, dialled when it is first used and again after it broke. */
export interface RedisConnection {
  /** Sends the commands in one write and gives their replies in order. */
  batch(commands: Argument[][]): Promise<Reply[]>;
  /** One command; throws RedisError when Redis refuses it. */
  command(...command: Argument[]): Promise<Reply>;
  /** Sends a command and from then on hands over everything that arrives. */
  listen(command: Argument[], onReply: (reply: Reply) => void, onClose: () => void): Promise<void>;
  close(): void;
}

export function connectRedis(dial: () => Promise<Duplex>): RedisConnection {
  let opening: Promise<Duplex> | null = null;
  const waiting: ((reply: Reply) => void)[] = [];
  let listener: ((reply: Reply) => void) | null = null;

  function fail(error: Error): void {
    opening = null;
    for (const resolve of waiting.splice(0)) resolve(new RedisError(`ERR ${error.message}`));
  }

  async function open(): Promise<Duplex> {
    const socket = await dial();
    const parse = createParser();
    socket.on("data", (bytes: Buffer) => {
      for (const reply of parse(bytes)) (listener ?? waiting.shift())?.(reply);
    });
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("connection to Redis closed")));
    return socket;
  }

  function connect(): Promise<Duplex> {
    opening ??= open().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  async function batch(commands: Argument[][]): Promise<Reply[]> {
    const socket = await connect();
    const replies = commands.map(() => new Promise<Reply>((resolve) => waiting.push(resolve)));
    socket.write(Buffer.concat(commands.map(encode)));
    return Promise.all(replies);
  }

  return {
    batch,
    async command(...command) {
      const [reply = null] = await batch([command]);
      if (reply instanceof RedisError) throw reply;
      return reply;
    },
    async listen(command, onReply, onClose) {
      const socket = await connect();
      listener = onReply;
      socket.on("close", onClose);
      socket.write(encode(command));
    },
    close: () => void opening?.then((socket) => socket.destroy()).catch(() => undefined),
  };
}

function encode(command: Argument[]): Buffer {
  const parts = command.flatMap((argument) => {
    const bytes = Buffer.isBuffer(argument) ? argument : Buffer.from(String(argument));
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")];
  });
  return Buffer.concat([Buffer.from(`*${command.length}\r\n`), ...parts]);
}

// Gives the whole replies that have arrived and keeps what is not whole yet.
function createParser(): (bytes: Buffer) => Reply[] {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const replies: Reply[] = [];
    let position = 0;
    for (;;) {
      const read = readReply(rest, position);
      if (!read) break;
      replies.push(read.reply);
      position = read.end;
    }
    rest = rest.subarray(position);
    return replies;
  };
}

function readReply(bytes: Buffer, start: number): { reply: Reply; end: number } | null {
  const lineEnd = bytes.indexOf("\r\n", start);
  if (lineEnd < 0) return null;
  const line = bytes.toString("utf8", start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(bytes[start] ?? 0)) {
    case "+":
      return { reply: { status: line }, end };
    case "-":
      return { reply: new RedisError(line), end };
    case ":":
      return { reply: Number(line), end };
    case "$":
      return readString(bytes, end, Number(line));
    case "*":
      return readArray(bytes, end, Number(line));
    default:
      throw new Error("Redis sent something that is not RESP2.");
  }
}

function readString(bytes: Buffer, start: number, length: number) {
  if (length < 0) return { reply: null, end: start };
  if (bytes.length < start + length + 2) return null;
  return { reply: bytes.subarray(start, start + length), end: start + length + 2 };
}

function readArray(bytes: Buffer, start: number, length: number) {
  if (length < 0) return { reply: null, end: start };
  const reply: Reply[] = [];
  let end = start;
  for (let index = 0; index < length; index++) {
    const item = readReply(bytes, end);
    if (!item) return null;
    reply.push(item.reply);
    end = item.end;
  }
  return { reply, end };
}
