import { unified } from "unified";
import rehypeSanitize from "rehype-sanitize";
import rehypeStringify from "rehype-stringify";
import type { Root } from "hast";
import { expect, test } from "vitest";
import { MarkdownError, renderMarkdown } from "#lib/courses/markdown.ts";
import { PROSE_SCHEMA } from "#lib/courses/markdown-schema.ts";

function problemsOf(markdown: string): string[] {
  try {
    renderMarkdown(markdown);
  } catch (error) {
    if (error instanceof MarkdownError) return error.message.split("\n");
    throw error;
  }
  return [];
}

test("headings get ids of their own, each with the prefix", () => {
  const html = renderMarkdown("## Über `code` & more\n\n### Again\n\n## Again\n");
  expect(html).toContain('<h2 id="section-über-code-more">Über <code>code</code> &#x26; more</h2>');
  expect(html).toContain('<h3 id="section-again">');
  expect(html).toContain('<h2 id="section-again-2">');
});

test("a fence that names a file becomes a figure with a caption", () => {
  const html = renderMarkdown("```ts src/lib/a.ts\nexport const a = 1;\n```\n");
  expect(html).toMatch(
    /^<figure class="code"><figcaption>src\/lib\/a\.ts<\/figcaption><pre><code class="hljs language-ts">/,
  );
});

test("a fence without a file name is a plain block", () => {
  expect(renderMarkdown("```sql\nSELECT 1;\n```\n")).toMatch(/^<pre><code class="hljs/);
});

test.each([
  ["typescript", "const a: string = f();", "hljs-keyword"],
  ["javascript", "const a = 1;", "hljs-keyword"],
  ["sql", "SELECT 1", "hljs-keyword"],
  ["bash", "echo hi", "hljs-built_in"],
  ["toml", "[a]\nb = 1", "hljs-section"],
  ["json", '{"a": 1}', "hljs-attr"],
  ["http", "GET / HTTP/1.1\nHost: x\n", "hljs-keyword"],
  ["html", "<b>x</b>", "hljs-tag"],
  ["css", "a { color: red }", "hljs-attribute"],
  ["yaml", "a: 1", "hljs-attr"],
  ["diff", "- a\n+ b", "hljs-addition"],
  ["lua", "local a = 1", "hljs-keyword"],
])("%s is highlighted by classes, without inline styles", (language, code, expected) => {
  const html = renderMarkdown(`\`\`\`${language}\n${code}\n\`\`\`\n`);
  expect(html).toContain(`language-${language}`);
  expect(html).toContain(`class="${expected}`);
  expect(html).not.toContain("style=");
});

test("the text of a code sample is shown as text", () => {
  const html = renderMarkdown("```text\n<script>alert(1)</script>\n```\n\n`<img onerror=x>`\n");
  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain("&#x3C;script>");
});

test("a table can be scrolled by keyboard and is named after its section", () => {
  const table = "| a | b |\n|---|--:|\n| 1 | 2 |\n";
  const html = renderMarkdown(`## Limits\n\n${table}\n\ntext\n\n${table}`);
  const box = 'class="table-wrap" tabindex="0" role="region" aria-label=';
  expect(html).toContain(`<div ${box}"Table: Limits"><table>`);
  expect(html).toContain(`<div ${box}"Table: Limits 2"><table>`);
  expect(html).toContain('<td align="right">2</td>');
});

test("only foreign links get rel", () => {
  const html = renderMarkdown("[a](https://example.com) [b](/courses) [c](#section-x)");
  expect(html).toBe(
    '<p><a href="https://example.com" rel="noopener">a</a> <a href="/courses">b</a> <a href="#section-x">c</a></p>',
  );
});

test.each([
  ["# Title", "line 1: headings begin at ##"],
  ["text\n\nTitle\n=====", "line 3: headings begin at ##"],
  ["text\n\n<script>alert(1)</script>", "line 3: HTML is not allowed"],
  ["text <b onclick=x>y</b>", "line 1: HTML is not allowed"],
  ["<!-- note -->", "line 1: HTML is not allowed"],
  ["[x](javascript:alert(1))", "line 1: a link needs"],
  ["[x](JaVaScRiPt:alert(1))", "line 1: a link needs"],
  ["[x](&#106;avascript:alert(1))", "line 1: a link needs"],
  ["[x](data:text/html,x)", "line 1: a link needs"],
  ["[x](vbscript:x)", "line 1: a link needs"],
  ["[x](//example.com)", "line 1: a link needs"],
  ["[x]()", "line 1: a link needs"],
  ["[x][y]\n\n[y]: javascript:alert(1)", "line 1: a link needs"],
  ["![x](/a.png)", "line 1: pictures are not supported"],
  ["```cobol\nx\n```", "line 1: the language of this code is not known: cobol"],
])("%j is refused", (markdown, problem) => {
  expect(problemsOf(markdown)).toContainEqual(expect.stringContaining(problem));
});

test("what the schema does not name is taken out of the result", () => {
  const html = renderMarkdown("- [x] done[^1]\n\n[^1]: A note.\n");
  expect(html).toContain("done");
  expect(html).not.toMatch(/<input|class=|data-/);
});

test("all problems are told at once, in the order of their lines", () => {
  expect(problemsOf("# a\n\n<b>\n\n[x](javascript:y)\n\n```nope\n```\n")).toEqual([
    expect.stringMatching(/^line 1: /),
    expect.stringMatching(/^line 3: /),
    expect.stringMatching(/^line 5: /),
    expect.stringMatching(/^line 7: /),
  ]);
});

test("the schema lets nothing through that could run, style or be named", () => {
  const hostile: Root = {
    type: "root",
    children: [
      element("script", {}, "alert(1)"),
      element("style", {}, "a{}"),
      element("iframe", { src: "https://example.com" }, ""),
      element("a", { href: "javascript:alert(1)", onClick: "x", target: "_blank" }, "a"),
      element("p", { style: "color:red", id: "location", className: ["btn"] }, "p"),
      element("h2", { id: "cookie" }, "h"),
      element("span", { className: ["hljs-keyword", "evil"] }, "s"),
      element("div", { className: ["overlay"], role: "alert", tabIndex: 5 }, "d"),
      { type: "raw", value: "<img src=x onerror=alert(1)>" },
    ] as Root["children"],
  };
  const processor = unified().use(rehypeSanitize, PROSE_SCHEMA).use(rehypeStringify);
  const html = processor.stringify(processor.runSync(hostile));
  expect(html).toBe(
    '<a>a</a><p>p</p><h2>h</h2><span class="hljs-keyword">s</span><div class="">d</div>',
  );
});

function element(tagName: string, properties: object, text: string): object {
  return { type: "element", tagName, properties, children: [{ type: "text", value: text }] };
}
