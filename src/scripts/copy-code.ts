/* Gives every code sample that names its file a button that copies it. */
for (const figure of document.querySelectorAll<HTMLElement>(".prose .code")) {
  if (!("clipboard" in navigator)) break;
  const code = figure.querySelector("code");
  if (!code) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-code no-print";
  button.textContent = "Copy";
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(code.textContent).then(() => {
      button.textContent = "Copied";
    });
  });
  figure.append(button);
}
