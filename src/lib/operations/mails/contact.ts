import type { LetterWriter } from "./letter-writer.ts";

/** A visitor's message, to the shop itself; an answer goes to the visitor. */
export const contact: LetterWriter = (_services, { name = "", email = "", message = "" }) =>
  Promise.resolve({
    subject: `Message from ${name.replace(/\p{Cc}+/gu, " ")}`,
    preview: message.slice(0, 100),
    paragraphs: message.split(/\n{2,}/),
    rows: [
      ["Name", name],
      ["Address", email],
    ],
    replyTo: email,
    reason: "Written on the contact page. The address is as it was typed and not confirmed.",
  });
