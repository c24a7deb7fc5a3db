/* A button on each block of code that copies it. */
for (const block of document.querySelectorAll<HTMLElement>(".prose pre")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-code";
  button.textContent = "Copy";
  button.addEventListener("click", () => {
    void copy(block.textContent, button);
  });
  const frame = block.closest("figure") ?? frameAround(block);
  frame.append(button);
}

function frameAround(block: HTMLElement): HTMLElement {
  const frame = document.createElement("div");
  frame.className = "code";
  block.replaceWith(frame);
  frame.append(block);
  return frame;
}

async function copy(text: string, button: HTMLButtonElement): Promise<void> {
  const isCopied = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  button.textContent = isCopied ? "Copied" : "Press Ctrl+C";
  setTimeout(() => (button.textContent = "Copy"), 2_000);
}
