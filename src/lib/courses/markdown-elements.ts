import type { Element, ElementContent, Root } from "hast";
import type { Nodes, Root as MarkdownRoot } from "mdast";
import { isFenceLanguage } from "./markdown-languages.ts";

export interface MarkdownProblem {
  /** Counted from 1 in the Markdown that was given. */
  line: number;
  message: string;
}

const LINK_ADDRESS = /^(https?:\/\/|mailto:|\/(?!\/)|\.{0,2}[\w#-])/;
const OTHER_PROTOCOL = /^(?!https?:|mailto:)[a-z][\w+.-]*:/i;

/** A remark plugin: reports raw HTML, which would otherwise vanish from the lesson unseen. */
export function refuseRawHtml(problems: MarkdownProblem[]) {
  return (tree: MarkdownRoot): void => {
    visit(tree, (node: Nodes) => {
      if (node.type !== "html") return;
      const start = node.value.slice(0, 30);
      report(problems, node, `HTML is not allowed, put it between backticks: ${start}`);
    });
  };
}

/**
 * A rehype plugin: ids for headings, figures for named code, focusable scroll boxes for tables,
 * `rel` for foreign links. Reports what a lesson must not hold.
 */
export function markUp(problems: MarkdownProblem[]) {
  return (tree: Root): void => {
    const used = new Map<string, number>();
    let section = "";
    visit(tree, (node: Root | ElementContent) => {
      if (node.type !== "element") return;
      if (node.tagName === "h1")
        report(problems, node, "headings begin at ##: the title is the h1");
      if (node.tagName === "img") report(problems, node, "pictures are not supported");
      if (node.tagName === "a") markLink(node, problems);
      if (/^h[2-6]$/.test(node.tagName)) {
        section = textOf(node);
        node.properties.id = `section-${unique(used, slugOf(section), "-")}`;
      }
      if (node.tagName === "pre") wrapCode(node, problems);
      if (node.tagName === "table") wrapTable(node, unique(used, `Table: ${section}`, " "));
    });
  };
}

function markLink(link: Element, problems: MarkdownProblem[]): void {
  const address = typeof link.properties.href === "string" ? link.properties.href : "";
  if (!LINK_ADDRESS.test(address) || OTHER_PROTOCOL.test(address))
    report(problems, link, `a link needs a page, a #section or an http(s) address: ${address}`);
  if (/^https?:/.test(address)) link.properties.rel = ["noopener"];
}

function wrapCode(pre: Element, problems: MarkdownProblem[]): void {
  const code = pre.children[0];
  if (code?.type !== "element") return;
  const classes = Array.isArray(code.properties.className) ? code.properties.className : [];
  const language = classes
    .map(String)
    .find((name) => name.startsWith("language-"))
    ?.slice(9);
  if (language !== undefined && !isFenceLanguage(language))
    report(problems, pre, `the language of this code is not known: ${language}`);
  const fileName = code.data?.meta?.trim();
  if (!fileName) return;
  const caption: Element = {
    type: "element",
    tagName: "figcaption",
    properties: {},
    children: [{ type: "text", value: fileName }],
  };
  become(pre, "figure", { className: ["code"] }, (inner) => [caption, inner]);
}

function wrapTable(table: Element, label: string): void {
  const properties = { className: ["table-wrap"], tabIndex: 0, role: "region", ariaLabel: label };
  become(table, "div", properties, (inner) => [inner]);
}

// Puts another element in the place of `node`, which needs no knowledge of the parent.
function become(
  node: Element,
  tagName: string,
  properties: Element["properties"],
  childrenAround: (inner: Element) => Element[],
): void {
  const inner: Element = { ...node };
  node.tagName = tagName;
  node.properties = properties;
  node.children = childrenAround(inner);
}

// Children first: a node that wraps itself must not be met a second time inside its wrapper.
function visit<Node extends { type: string }>(node: Node, enter: (node: Node) => void): void {
  const children = "children" in node ? (node.children as Node[]) : [];
  for (const child of children) visit(child, enter);
  enter(node);
}

function textOf(node: ElementContent): string {
  if (node.type === "text") return node.value;
  return node.type === "element" ? node.children.map(textOf).join("") : "";
}

function slugOf(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ["part"];
  return words.join("-");
}

function unique(used: Map<string, number>, name: string, separator: string): string {
  const times = (used.get(name) ?? 0) + 1;
  used.set(name, times);
  return times === 1 ? name : `${name}${separator}${times}`;
}

function report(
  problems: MarkdownProblem[],
  node: { position?: { start: { line: number } } | undefined },
  message: string,
): void {
  problems.push({ line: node.position?.start.line ?? 1, message });
}
