import type { CourseFile } from "./course-file.ts";

const STYLE = `
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui; }
  pre, .table-wrap { overflow-x: auto; padding: 0.75rem; background: #8881; }
  figcaption { font: 0.85rem ui-monospace, monospace; }
  td, th { padding: 0.25rem 0.75rem; text-align: left; }
  article { border-top: 1px solid; margin-top: 3rem; }
  .hljs-keyword, .hljs-tag { font-weight: bold; } .hljs-comment { opacity: 0.65; }
  .hljs-addition { background: #0a03; } .hljs-deletion { background: #a003; }
  :root { color-scheme: light dark; }`;

/**
 * One HTML page, complete in itself, that shows an author what a course would publish. It has the
 * lessons' real HTML but not the shop's looks.
 */
export function renderPreview(course: CourseFile): string {
  const lessons = course.lessons.map(
    ({ position, title, summary, minutes, preview, html }) => `
<article>
<h1>${position}. ${escape(title)}</h1>
<p><em>${escape(summary)}</em> (${minutes} minutes${preview ? ", free preview" : ""})</p>
${html}
</article>`,
  );
  const questions = course.questions.map(
    ({ question, answer }) => `<dt>${escape(question)}</dt><dd>${escape(answer)}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Preview: ${escape(course.title)}</title>
<style>${STYLE}</style>
<h1>${escape(course.title)}</h1>
<p><em>${escape(course.summary)}</em></p>
${course.aboutHtml}
<h2>Afterwards you can</h2>
${list(course.outcomes)}
<h2>For</h2>
${list(course.audience)}
<h2>Not for</h2>
${list(course.not_for)}
<dl>${questions.join("")}</dl>
${lessons.join("")}
</html>
`;
}

function list(lines: string[]): string {
  return `<ul>${lines.map((line) => `<li>${escape(line)}</li>`).join("")}</ul>`;
}

function escape(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
