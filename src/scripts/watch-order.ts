/* Loads the page again when its order has come to another state; asks less and less often, for ten minutes. */
const watched = document.querySelector<HTMLElement>("[data-order]");
const FIRST_WAIT_MS = 1_500;
const LONGEST_WAIT_MS = 15_000;
const giveUpAt = Date.now() + 10 * 60_000;

async function ask(address: string, status: string, waitMs: number): Promise<void> {
  const response = await fetch(address).catch(() => null);
  const answer = response?.ok ? ((await response.json()) as { status: string }) : null;
  if (answer && answer.status !== status) location.reload();
  else if (Date.now() < giveUpAt)
    askAfter(address, status, Math.min(waitMs * 1.4, LONGEST_WAIT_MS));
}

function askAfter(address: string, status: string, waitMs: number): void {
  setTimeout(() => void ask(address, status, waitMs), waitMs);
}

const { order, status } = watched?.dataset ?? {};
if (order && status) askAfter(`/api/orders/${order}`, status, FIRST_WAIT_MS);
