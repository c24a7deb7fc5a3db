import { OPENID_PEOPLE } from "./openid-people.ts";
import { escapeHtml, page } from "./page.ts";

/** The page of a local provider on which one says who one is. `address` is its own, with the query. */
export function choicePage(provider: string, address: string): string {
  const choices = OPENID_PEOPLE.map(
    ({ subject, name, email, isVerified }) =>
      `<p><button name="person" value="${subject}">${escapeHtml(name)}</button>
${escapeHtml(email)}${isVerified ? "" : ' <span class="bad">not confirmed</span>'}</p>`,
  );
  const action = escapeHtml(address);
  return page(
    `Local ${provider}: who are you?`,
    `<p>This stands in for ${provider}. No password is asked: choose whom you would be there.</p>
<form method="post" action="${action}">${choices.join("\n")}</form>
<h2>Somebody else</h2>
<form method="post" action="${action}">
<p><label>Name <input name="name" value="Kim Elsewhere" required></label></p>
<p><label>E-mail <input name="email" type="email" required></label></p>
<p><label><input name="verified" type="checkbox" checked> The address is confirmed</label></p>
<p><button>Be this person</button></p></form>
<h2>Or not at all</h2>
<form method="post" action="${action}"><button name="cancel" value="yes">Cancel</button></form>`,
  );
}

/** What the local providers are, for the page of the stack. */
export function aboutPage(site: string): string {
  const rows = OPENID_PEOPLE.map(
    ({ name, email, isVerified }) =>
      `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(email)}</td><td>${isVerified ? "yes" : "no"}</td></tr>`,
  );
  return page(
    "Local Google and GitHub",
    `<p>Accounts elsewhere, with which one can sign in: begin on the shop's
<a href="${escapeHtml(site)}/sign-in">sign-in</a>.</p>
<table><thead><tr><th>Name</th><th>E-mail</th><th>Confirmed</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`,
  );
}
