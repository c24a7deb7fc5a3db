/* A button beside each password field that shows what was typed. Without this script there is none. */
for (const input of document.querySelectorAll<HTMLInputElement>("[data-show-password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-plain show-password";
  const update = () => {
    const isShown = input.type === "text";
    button.textContent = isShown ? "Hide" : "Show";
    button.setAttribute("aria-label", isShown ? "Hide password" : "Show password");
  };
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    update();
    input.focus();
  });
  // A password that is shown while it is sent would be kept by the browser as plain text.
  input.form?.addEventListener("submit", () => (input.type = "password"));
  update();
  input.after(button);
}
