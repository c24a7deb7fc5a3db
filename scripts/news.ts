import { parseArgs } from "node:util";
import { countNewsReaders } from "#lib/accounts/news-queries.ts";
import { announceCourse } from "#lib/accounts/news.ts";
import { AppError } from "#lib/errors.ts";
import { openDatabase } from "#lib/services/database.ts";
import { findRunningStack } from "#local/running.ts";

const HELP = `npm run news -- course SLUG [--yes]

Tells everybody who asked for it that a course is new. Without --yes it says only how many that would
be. The mails wait in the outbox, behind all other mail, and the shop sends some each minute. Nobody
gets the same course twice. The shop is the one of DATABASE_URL; without it, the one of the running
\`npm start\`.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { yes: { type: "boolean", default: false }, help: { type: "boolean" } },
});
const [command, slug] = positionals;
const local = process.env.DATABASE_URL ? null : findRunningStack();
const { DATABASE_URL: url, NEON_BRIDGE_URL: bridgeUrl } = { ...process.env, ...local?.variables };
if (values.help || command !== "course" || !slug) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
if (!url) {
  console.error("DATABASE_URL is not set, and no `npm start` runs in this folder.");
  process.exit(2);
}

const database = openDatabase({ url, bridgeUrl });
if (!values.yes)
  console.log(
    `People in ${new URL(url).host} who asked to be told of new courses: ` +
      `${await countNewsReaders(database)}. Run it with --yes to write to them about ${slug}.`,
  );
else
  try {
    console.log(
      `Mails written, to be sent by the shop: ${await announceCourse({ database }, { slug })}`,
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
