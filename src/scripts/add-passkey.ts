import { describeFailure, findPasskeyForm } from "./passkeys.ts";

/* Has the browser make the passkey whose options the page holds, once its owner asks for it. */
const found = findPasskeyForm("add");

if (found) {
  const { form, button, say, send } = found;
  button.addEventListener("click", () => {
    say("Your browser asks you now.");
    create(form.dataset.options ?? "").then(send, (error: unknown) => {
      say(describeFailure(error));
    });
  });
}

async function create(json: string): Promise<PublicKeyCredential> {
  const options = JSON.parse(json) as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
}
