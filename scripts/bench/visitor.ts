import { visitorAddress } from "./load.ts";

/** Signs the demo learner in, as the form does, and gives the Cookie header. Throws when it is refused. */
export async function signIn(url: string, password: string): Promise<string> {
  const response = await fetch(new URL("/sign-in?_action=signIn", url), {
    method: "POST",
    redirect: "manual",
    // Behind the stand-in the Worker sees another origin than the browser does.
    headers: { "Sec-Fetch-Site": "same-origin", "CF-Connecting-IP": visitorAddress() },
    body: new URLSearchParams({ email: "learner@example.com", password }),
    signal: AbortSignal.timeout(10_000),
  });
  await response.arrayBuffer();
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .find((pair) => pair.startsWith("__Host-session="));
  if (!cookie) throw new Error(`The demo account was not signed in: ${String(response.status)}.`);
  return cookie;
}
