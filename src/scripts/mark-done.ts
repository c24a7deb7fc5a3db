/*
 * Marks a lesson as done once its end has been on the screen for a moment; the button undoes it. While the shop or the line is
 * away, it tries again as long as the page is open.
 */
const form = document.querySelector<HTMLFormElement>("form[data-mark-done]");
const READ_MS = 1_200;
const RETRY_MS = 10_000;

if (form) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new IntersectionObserver(([entry]) => {
    clearTimeout(timer);
    if (entry?.isIntersecting) timer = setTimeout(() => void markDone(form, observer), READ_MS);
  });
  observer.observe(form);
}

async function markDone(shown: HTMLFormElement, observer: IntersectionObserver): Promise<void> {
  observer.disconnect();
  const body = new FormData(shown);
  const response = await fetch(shown.action, { method: "POST", body }).catch(() => null);
  if (!response || response.status >= 500) setTimeout(() => observer.observe(shown), RETRY_MS);
  if (!response?.ok) return;
  const done = shown.querySelector<HTMLInputElement>("[name=done]");
  const button = shown.querySelector("button");
  const state = shown.querySelector("[role=status]");
  if (done) done.value = "no";
  if (button) button.textContent = "Mark as not done";
  if (state) state.textContent = "Done. It is marked in your course.";
}
