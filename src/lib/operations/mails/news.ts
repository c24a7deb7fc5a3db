import { findNewsReader } from "#lib/accounts/news-queries.ts";
import { unsubscribeToken } from "#lib/accounts/news.ts";
import { findPublishedCourse } from "#lib/courses/queries.ts";
import { formatMoney } from "#lib/orders/money.ts";
import type { LetterWriter } from "./letter-writer.ts";

/** That a course is new; nothing for who does not want it any more, or once it is off sale. */
export const newCourse: LetterWriter = async (services, { userId = "", course: slug = "" }) => {
  const { SITE_URL, JWT_SECRET } = services.environment;
  const [reader, course] = await Promise.all([
    findNewsReader(services.database, userId),
    findPublishedCourse(services.database, slug),
  ]);
  if (!reader?.newsWantedAt || reader.isClosed || !course) return null;
  const wayOut = new URL("/api/unsubscribe", SITE_URL);
  wayOut.searchParams.set("person", userId);
  wayOut.searchParams.set("token", unsubscribeToken(JWT_SECRET, userId));
  const { lessonCount, priceAmount, currency } = course;
  return {
    subject: `New: ${course.title}`,
    preview: course.summary,
    greeting: `Hello ${reader.name},`,
    paragraphs: ["A course is new at Slipway.", `${course.title}: ${course.summary}`],
    rows: [
      ["Lessons", String(lessonCount)],
      ["Price", priceAmount === 0 ? "Free" : formatMoney(priceAmount, currency)],
    ],
    action: { label: "See the course", url: `${SITE_URL}/courses/${slug}` },
    closing: ["At least one of its lessons can be read before you buy."],
    reason: "You get this mail because you asked to be told of new courses.",
    unsubscribeUrl: wayOut.href,
  };
};
