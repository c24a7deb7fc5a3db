/*
 * Says on the button that a form is under way, and holds a second press back, for as long as the answer may take. The button is not
 * disabled: its name and value are sent, and the focus stays. What the shop must not do twice it refuses itself.
 */
const LONGEST_MS = 10_000;

addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post")
    return;
  if (form.ariaBusy) {
    event.preventDefault();
    return;
  }
  if (!(submitter instanceof HTMLButtonElement)) return;
  const content = [...submitter.childNodes];
  const end = () => {
    clearTimeout(timer);
    form.ariaBusy = null;
    submitter.replaceChildren(...content);
    removeEventListener("pageshow", end);
  };
  form.ariaBusy = "true";
  submitter.textContent = submitter.dataset.pending ?? "One moment…";
  // The visitor may stop the request, or come back to this page as it was left.
  const timer = setTimeout(end, LONGEST_MS);
  addEventListener("pageshow", end);
});
