/* While an order waits for its payment, asks for its state and shows the page anew when that changes. */
const PERIOD_MS = 3_000;
const LONGEST_MS = 10 * 60_000;

const state = document.querySelector<HTMLElement>("[data-order]");
const { order, status = "" } = state?.dataset ?? {};
const startedAt = Date.now();

async function ask(): Promise<void> {
  try {
    const response = await fetch(`/api/orders/${order ?? ""}`);
    const answer = (await response.json()) as { status?: string };
    if (response.ok && answer.status !== status) {
      location.reload();
      return;
    }
  } catch {
    // Asked again in a moment; the page says what it knows.
  }
  if (Date.now() - startedAt < LONGEST_MS) setTimeout(() => void ask(), PERIOD_MS);
}

if (order && ["creating", "pending", "processing"].includes(status)) void ask();
