import type { Options } from "rehype-sanitize";

const heading: NonNullable<Options["attributes"]>[string] = [["id", /^section-[\p{L}\p{N}-]+$/u]];
const cell: NonNullable<Options["attributes"]>[string] = [["align", "left", "right", "center"]];

/**
 * The only elements, attributes and values that the HTML of a lesson has. Written out instead of
 * derived from the library's default, which allows pictures, inputs and any class on some elements.
 */
export const PROSE_SCHEMA: Options = {
  tagNames: [
    ...["h2", "h3", "h4", "h5", "h6", "p", "blockquote", "ul", "ol", "li", "hr", "br"],
    ...["a", "em", "strong", "del", "code", "pre", "span", "sup", "section"],
    ...["div", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"],
  ],
  attributes: {
    a: ["href", ["id", /^section-[\w-]+$/], ["rel", "noopener"], "ariaLabel"],
    code: [["className", "hljs", /^language-[a-z]+$/]],
    // highlight.js names finer scopes with a class that ends in an underscore: `title function_`.
    span: [["className", /^hljs-[\w-]+$/, /^[a-z]+_{1,2}$/]],
    div: [["className", "table-wrap"], ["tabIndex", 0], ["role", "region"], "ariaLabel"],
    figure: [["className", "code"]],
    ol: ["start"],
    li: [["id", /^section-fn-[\w-]+$/]],
    th: cell,
    td: cell,
    ...Object.fromEntries(["h2", "h3", "h4", "h5", "h6"].map((name) => [name, heading])),
  },
  protocols: { href: ["http", "https", "mailto"] },
  // Removed with what they hold; every other unknown element leaves its text.
  strip: ["script", "style"],
  ancestors: { li: ["ol", "ul"], tr: ["table"], th: ["table"], td: ["table"] },
  allowComments: false,
  allowDoctypes: false,
  // Ids carry the prefix of their kind already, so that none can name a global of the page.
  clobber: [],
};
