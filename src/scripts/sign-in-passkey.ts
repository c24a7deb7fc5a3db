import { describeFailure, findPasskeyForm } from "./passkeys.ts";

/*
 * Signs in with a passkey: when the button is pressed, or when one is chosen from what the browser offers in the
 * field for the address. Nothing is asked of the shop before one of both is touched.
 */
const CHALLENGE = "/api/passkeys/challenge";
const TIMEOUT_MS = 10_000;
const found = findPasskeyForm("sign-in");
// One request at a time: what the field offers ends when the button is pressed.
let offered: AbortController | undefined;

if (found) {
  const { button, say, send } = found;
  button.addEventListener("click", () => {
    offered?.abort();
    say("Your browser asks you now.");
    ask().then(send, (error: unknown) => {
      say(describeFailure(error));
    });
  });
  const field = document.querySelector("[autocomplete~=webauthn]");
  field?.addEventListener("focus", () => void offer().then((one) => one && send(one)), {
    once: true,
  });
}

async function offer(): Promise<PublicKeyCredential | null> {
  try {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable())) return null;
    offered = new AbortController();
    return await ask({ mediation: "conditional", signal: offered.signal });
  } catch {
    // The button says what is wrong, when it is pressed.
    return null;
  }
}

async function ask(how: CredentialRequestOptions = {}): Promise<PublicKeyCredential> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(CHALLENGE, { method: "POST", signal });
  if (!response.ok) throw new Error(`The shop answered ${response.status}.`);
  const options = (await response.json()) as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({ ...how, publicKey })) as PublicKeyCredential;
}
