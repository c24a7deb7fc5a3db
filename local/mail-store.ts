import { randomUUID } from "node:crypto";
import { openRecords } from "./records.ts";

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
  const messages = openRecords<Message>(folder);
  const listeners = new Set<(message: Message) => void>();
  const list = (to?: string): Message[] =>
    messages.list().filter((message) => !to || message.to.includes(to));

  function add(mail: Omit<Message, "id" | "receivedAt">): Message {
    const message = { id: randomUUID(), receivedAt: new Date().toISOString(), ...mail };
    messages.add(message);
    for (const listener of listeners) listener(message);
    return message;
  }

  function waitFor(fits: (message: Message) => boolean, timeoutMs = 10_000): Promise<Message> {
    const present = messages.list().find(fits);
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
    find: (id: string) => messages.list().find((message) => message.id === id) ?? null,
    clear: messages.clear,
  };
}
