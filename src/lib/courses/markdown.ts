import rehypeHighlight from "rehype-highlight";
import rehypeSanitize from "rehype-sanitize";
import rehypeStringify from "rehype-stringify";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";
import { HIGHLIGHTED, PLAIN_TEXT } from "./markdown-languages.ts";
import { markUp, refuseRawHtml, type MarkdownProblem } from "./markdown-elements.ts";
import { PROSE_SCHEMA } from "./markdown-schema.ts";

/** The Markdown holds something that a lesson can't show; every problem with its line. */
export class MarkdownError extends Error {
  override name = "MarkdownError";
  readonly problems: MarkdownProblem[];

  constructor(problems: MarkdownProblem[]) {
    super(problems.map(({ line, message }) => `line ${line}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

/**
 * Turns GitHub-flavoured Markdown into HTML that is safe to show as it is: highlighted by classes,
 * no inline style, nothing the schema does not name. For scripts only; the Worker reads the result.
 * Throws MarkdownError when the text holds raw HTML, an h1, a picture, an unknown language or an
 * address that is no link.
 */
export function renderMarkdown(markdown: string): string {
  const problems: MarkdownProblem[] = [];
  const html = unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(refuseRawHtml, problems)
    .use(remarkRehype, { clobberPrefix: "section-" })
    .use(rehypeHighlight, { languages: HIGHLIGHTED, plainText: PLAIN_TEXT })
    .use(markUp, problems)
    // Last, so that whatever the steps above let through meets it.
    .use(rehypeSanitize, PROSE_SCHEMA)
    .use(rehypeStringify)
    .processSync(markdown)
    .toString();
  if (problems.length > 0) throw new MarkdownError(problems.sort((a, b) => a.line - b.line));
  return html;
}
