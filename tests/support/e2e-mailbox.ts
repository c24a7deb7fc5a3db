import { expect } from "@playwright/test";
import { readVariable } from "./e2e-variables.ts";

/** A mail as the local mailbox shows it; the rest of its fields are of no use to tests. */
export interface Mail {
  id: string;
  subject: string;
  text: string;
  receivedAt: string;
}

/** Every mail to the address, oldest first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const url = new URL("/mail/api", readVariable("STACK_URL"));
  url.searchParams.set("to", address);
  const response = await fetch(url);
  return (await response.json()) as Mail[];
}

/** Waits for a mail to the address whose subject fits, up to ten seconds. */
export async function waitForMail(address: string, subject: RegExp): Promise<Mail> {
  const find = async () => (await mailsTo(address)).find((mail) => subject.test(mail.subject));
  await expect.poll(find, { message: `mail to ${address}: ${subject}` }).toBeTruthy();
  const mail = await find();
  if (!mail) throw new Error("The mail is gone again.");
  return mail;
}

/**
 * Presses a button on the mail's page in the local mailbox; gives the status that the shop answered.
 * Not in the browser: the mail's sandboxed frame logs an error for each script of the test runner.
 */
export async function reportMail({ id }: Mail, report: "bounce" | "spam"): Promise<string> {
  const url = new URL(`/mail/${id}`, readVariable("STACK_URL"));
  const body = new URLSearchParams({ report });
  const response = await fetch(url, { method: "POST", body });
  return new URL(response.url).searchParams.get("answer") ?? "";
}

/** The six digits of a sign-up mail. */
export async function readCode(address: string): Promise<string> {
  const { text } = await waitForMail(address, /confirm your address/i);
  const code = /\b(\d{6})\b/.exec(text.replace(/(\d{3}) (\d{3})/, "$1$2"))?.[1];
  if (!code) throw new Error(`The mail holds no code: ${text}`);
  return code;
}

/** The link of a sign-up mail. */
export async function readLink(address: string): Promise<string> {
  const { text } = await waitForMail(address, /confirm your address/i);
  const link = /https?:\/\/\S+token=\S+/.exec(text)?.[0];
  if (!link) throw new Error(`The mail holds no link: ${text}`);
  return link;
}
