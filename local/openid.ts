import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Faults } from "./faults.ts";
import { aboutPage, choicePage } from "./openid-page.ts";
import { chosenPerson, type OpenidPerson } from "./openid-people.ts";
import { createSigner, type OpenidLies, type TokenSigner } from "./openid-tokens.ts";
import { PAGE_HEADERS } from "./page.ts";
import { readBody } from "./read-body.ts";
import type { LocalService } from "./service.ts";

export interface OpenidOptions {
  faults: Faults;
  /** Where the shop answers: no code is sent elsewhere. */
  siteUrl: string;
  /** Where this answers, with its path. */
  baseUrl: string;
  clientSecret: string;
  lies?: OpenidLies;
}

/** The shop's id at both providers. */
export const OPENID_CLIENT_ID = "slipway-local";

interface Grant {
  person: OpenidPerson;
  redirectUri: string;
  challenge: string;
  nonce: string | null;
}

interface Parts extends Required<OpenidOptions> {
  signer: TokenSigner;
  /** By code: each is given out once. */
  grants: Map<string, Grant>;
  /** By access token. */
  people: Map<string, OpenidPerson>;
}

type Answer = (parts: Parts, request: IncomingMessage, response: ServerResponse) => Promise<void>;

// Google's are those that its discovery document names; GitHub's are GitHub's own.
const PAGES: Record<string, Answer> = {
  "/google/authorize": (...all) => authorize("Google", ...all),
  "/github/login/oauth/authorize": (...all) => authorize("GitHub", ...all),
};
const CALLS: Record<string, Answer> = {
  "/google/.well-known/openid-configuration": (parts, _request, response) =>
    json(response, 200, discovery(`${parts.baseUrl}/google`)),
  "/google/jwks": ({ signer }, _request, response) => json(response, 200, signer.keys()),
  "/google/token": giveToken,
  "/google/userinfo": (...all) => showPerson(...all, (person) => claimsOf(person)),
  "/github/login/oauth/access_token": giveToken,
  "/github/user": (...all) =>
    showPerson(...all, ({ subject, name, email }) => ({
      id: Number(subject),
      login: email.replace(/@.*/, ""),
      name: name || null,
    })),
  "/github/user/emails": (...all) =>
    showPerson(...all, ({ email, isVerified }) => [
      { email: "old@elsewhere.example", primary: false, verified: true, visibility: null },
      { email, primary: true, verified: isVerified, visibility: "private" },
    ]),
};

/**
 * Stands in for Google (OpenID Connect) and GitHub (OAuth 2): a page on which one chooses who one
 * is, tokens for the code it gives, and the person behind a token. Faults of "social" meet the calls
 * of the shop, never the page.
 */
export function createOpenid(options: OpenidOptions): LocalService {
  const state = { signer: createSigner(), grants: new Map(), people: new Map() };
  const parts: Parts = { lies: {}, ...options, ...state };
  return {
    async handle(request, response) {
      const path = pathOf(request);
      const call = CALLS[path];
      if (call) {
        if ((await options.faults.guard("social", request, response)) === "handled") return;
        if (options.faults.get("social") === "credentials")
          await json(response, 401, { error: "invalid_client" });
        else await call(parts, request, response);
      } else if (PAGES[path]) await PAGES[path](parts, request, response);
      else if (path === "") response.writeHead(200, PAGE_HEADERS).end(aboutPage(options.siteUrl));
      else await json(response, 404, { error: "not_found" });
    },
    close: () => Promise.resolve(),
  };
}

async function authorize(
  provider: string,
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const query = url.searchParams;
  const redirectUri = query.get("redirect_uri") ?? "";
  const isRight =
    query.get("client_id") === OPENID_CLIENT_ID &&
    query.get("response_type") === "code" &&
    query.get("code_challenge_method") === "S256" &&
    redirectUri.startsWith(`${parts.siteUrl}/sign-in/with/`);
  if (!isRight) return json(response, 400, { error: "invalid_request" });
  if (request.method !== "POST") {
    response.writeHead(200, PAGE_HEADERS).end(choicePage(provider, url.pathname + url.search));
    return;
  }
  const form = new URLSearchParams(await readBody(request));
  const person = chosenPerson(form);
  const back = new URL(redirectUri);
  back.searchParams.set("state", query.get("state") ?? "");
  if (form.get("cancel")) back.searchParams.set("error", "access_denied");
  else if (!person) return json(response, 400, { error: "no_person" });
  else {
    const code = randomBytes(18).toString("base64url");
    const [challenge, nonce] = [query.get("code_challenge") ?? "", query.get("nonce")];
    parts.grants.set(code, { person, redirectUri, challenge, nonce });
    back.searchParams.set("code", code);
  }
  response.writeHead(303, { location: back.href }).end();
}

async function giveToken(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { grants, people, lies, signer, baseUrl, clientSecret } = parts;
  if (lies.redirectTo) {
    response.writeHead(302, { location: lies.redirectTo }).end();
    return;
  }
  const form = new URLSearchParams(await readBody(request));
  const code = form.get("code") ?? "";
  const grant = grants.get(code);
  grants.delete(code);
  const isClient =
    form.get("client_id") === OPENID_CLIENT_ID && form.get("client_secret") === clientSecret;
  const proved = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  if (!isClient) return json(response, 401, { error: "invalid_client" });
  if (grant?.redirectUri !== form.get("redirect_uri") || grant.challenge !== proved)
    return json(response, 400, { error: "invalid_grant" });
  const token = randomBytes(24).toString("base64url");
  people.set(token, grant.person);
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: `${baseUrl}/google`, aud: OPENID_CLIENT_ID, iat: seconds, exp: seconds + 300 },
    ...claimsOf(grant.person),
    ...(grant.nonce !== null && { nonce: grant.nonce }),
  };
  const isOpenid = pathOf(request) === "/google/token";
  return json(response, 200, {
    ...{ access_token: token, token_type: "bearer" },
    ...(isOpenid && { id_token: signer.sign(claims, lies) }),
  });
}

function showPerson(
  { people }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  show: (person: OpenidPerson) => object,
): Promise<void> {
  const person = people.get(request.headers.authorization?.replace(/^Bearer /, "") ?? "");
  return person
    ? json(response, 200, show(person))
    : json(response, 401, { message: "Bad credentials" });
}

function claimsOf({ subject, name, email, isVerified }: OpenidPerson) {
  return { sub: subject, name, email, email_verified: isVerified };
}

function discovery(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256"],
  };
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return (url.split("?")[0] ?? "").replace(/^\/openid/, "");
}

function json(response: ServerResponse, status: number, body: object): Promise<void> {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
  return Promise.resolve();
}
