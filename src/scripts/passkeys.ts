/*
 * Asks the browser for a passkey: to make one, or to sign in. A form with data-passkey holds a button, a hidden field
 * for the credential and a place to say what went wrong; the shop checks the credential, and nothing is decided here.
 * One file without imports, so that the page carries it and asks for nothing more.
 */
const CHALLENGE = "/api/passkeys/challenge";
const TIMEOUT_MS = 10_000;
const form = document.querySelector<HTMLFormElement>("form[data-passkey]");
const status = form?.querySelector("[role=status]");
// One request at a time: what the field for the address offers ends when the button is pressed.
let offered: AbortController | undefined;

form?.querySelector("button")?.addEventListener("click", () => {
  offered?.abort();
  say("Your browser asks you now.");
  const asked = form.dataset.passkey === "add" ? create(form.dataset.options ?? "") : ask();
  asked.then(send, (error: unknown) => {
    say(describeFailure(error));
  });
});
// Nothing is asked of the shop before the field is touched.
document
  .querySelector("[autocomplete~=webauthn]")
  ?.addEventListener("focus", () => void offer(), { once: true });

async function create(json: string): Promise<Credential | null> {
  const options = JSON.parse(json) as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return navigator.credentials.create({ publicKey });
}

async function ask(how: CredentialRequestOptions = {}): Promise<Credential | null> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(CHALLENGE, { method: "POST", signal });
  if (!response.ok) throw new Error(`The shop answered ${response.status}.`);
  const options = (await response.json()) as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ ...how, publicKey });
}

async function offer(): Promise<void> {
  try {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable())) return;
    offered = new AbortController();
    send(await ask({ mediation: "conditional", signal: offered.signal }));
  } catch {
    // The button says what is wrong, when it is pressed.
  }
}

function send(credential: Credential | null): void {
  const field = form?.querySelector<HTMLInputElement>("[name=credential]");
  if (!form || !field || !credential) return;
  field.value = JSON.stringify(credential);
  form.submit();
}

function say(sentence: string): void {
  if (status) status.textContent = sentence;
}

function describeFailure(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError") return "Nothing was chosen, or it took too long. Try again.";
  if (name === "InvalidStateError") return "This device holds a passkey for your account already.";
  if (name === "TypeError" || name === "NotSupportedError")
    return "This browser can't use passkeys here. Your password still works.";
  return "That did not work. Try again, or use your password.";
}
