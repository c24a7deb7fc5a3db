import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Message {
  id: string;
  /** ISO 8601. */
  receivedAt: string;
  via: "smtp" | "sendgrid";
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string | null;
  headers: Record<string, string>;
}

/** Messages in the order they came, kept as files when there is a folder. */
export function openMailStore(folder: string | null) {
  const messages = folder ? load(folder) : [];
  const listeners = new Set<(message: Message) => void>();
  const list = (to?: string): Message[] =>
    messages.filter((message) => !to || message.to.includes(to));

  function add(mail: Omit<Message, "id" | "receivedAt">): Message {
    const message = { id: randomUUID(), receivedAt: new Date().toISOString(), ...mail };
    messages.push(message);
    if (folder) writeFileSync(fileOf(folder, message), JSON.stringify(message), { mode: 0o600 });
    for (const listener of listeners) listener(message);
    return message;
  }

  function waitFor(fits: (message: Message) => boolean, timeoutMs = 10_000): Promise<Message> {
    const present = messages.find(fits);
    if (present) return Promise.resolve(present);
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        listeners.delete(listener);
      };
      const listener = (message: Message): void => {
        if (!fits(message)) return;
        stop();
        resolve(message);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`No such mail came within ${timeoutMs} ms.`));
      }, timeoutMs);
      listeners.add(listener);
    });
  }

  return {
    add,
    list,
    waitFor,
    find: (id: string) => messages.find((message) => message.id === id) ?? null,
    clear(): void {
      for (const message of messages.splice(0))
        if (folder) rmSync(fileOf(folder, message), { force: true });
    },
  };
}

function load(folder: string): Message[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Message)
    .sort((one, other) => one.receivedAt.localeCompare(other.receivedAt));
}

function fileOf(folder: string, message: Message): string {
  return join(folder, `${message.id}.json`);
}
