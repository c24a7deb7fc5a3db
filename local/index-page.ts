import { demoCode } from "./demo-accounts.ts";
import { FAULTY_SERVICES, type Faults } from "./faults.ts";
import { escapeHtml, page, PAGE_HEADERS } from "./page.ts";
import type { LocalService } from "./service.ts";
import type { StackUrls } from "./variables.ts";

/**
 * The stack's first page: every service with its address, and the faults that are on. Below it, `/shop` and
 * `/stripe` lead to the ports of their own, which the other pages' links need not know.
 */
export function createIndexPage(urls: StackUrls, faults: Faults): LocalService {
  return {
    handle(request, response) {
      const elsewhere = { "/shop": urls.site, "/stripe": urls.stripe }[request.url ?? ""];
      if (elsewhere) response.writeHead(302, { location: elsewhere }).end();
      else
        response
          .writeHead(200, PAGE_HEADERS)
          .end(
            page("Local services", `${listServices(urls)}${showDemoCode()}${listFaults(faults)}`),
          );
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function listServices(urls: StackUrls): string {
  const database = new URL(urls.database.app);
  const rows = [
    ["Shop", link(urls.site), "The shop itself"],
    ["Mailbox", link(urls.mail), "Every message the shop sent"],
    ["Stripe", link(urls.stripe), "Payments, refunds and webhooks"],
    ["Google, GitHub", link(`${urls.stack}/openid`), "Accounts elsewhere to sign in with"],
    ["Errors", link(urls.errors), "What the shop reported to Sentry"],
    ["Faults", link(urls.faults), "Let a service fail and see what the shop does"],
    ["PostgreSQL", `<code>localhost:${database.port}/slipway</code>`, "Accounts, orders, courses"],
    ["Redis", `<code>${escapeHtml(urls.stack)}/redis</code>`, "Sessions and rate limits"],
  ];
  const cells = rows.map(
    ([name = "", address = "", what = ""]) =>
      `<tr><th scope="row">${name}</th><td>${address}</td><td>${what}</td></tr>`,
  );
  return `<table><thead><tr><th>Service</th><th>Address</th><th>For</th></tr></thead>
<tbody>${cells.join("\n")}</tbody></table>`;
}

function showDemoCode(): string {
  const { code, seconds } = demoCode();
  return `<h2>The demo admin's second factor</h2>
<p><code>${code}</code> for ${seconds} seconds more; load the page again for the next.</p>`;
}

function listFaults(faults: Faults): string {
  const active = FAULTY_SERVICES.flatMap((service) => {
    const fault = faults.get(service);
    return fault ? [`<li>${service}: <strong>${fault}</strong></li>`] : [];
  });
  if (active.length === 0) return "<p>Every service is healthy.</p>";
  return `<h2>Faults switched on</h2><ul>${active.join("")}</ul>`;
}

function link(url: string): string {
  return `<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`;
}
