import type { Services } from "#lib/services/index.ts";
import type { Letter } from "../mail-layout.ts";

export type MailServices = Pick<Services, "database" | "environment">;

/** What a template makes: a letter, or null when there is nothing to say any more. */
export type LetterWriter = (
  services: MailServices,
  parameters: Record<string, string>,
  now: Date,
) => Promise<(Letter & { replyTo?: string }) | null>;
