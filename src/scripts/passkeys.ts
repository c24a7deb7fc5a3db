/*
 * What the forms about passkeys share: a form with data-passkey, a hidden field for the credential and a place to say
 * what went wrong. The shop checks the credential; nothing is decided here.
 */

/** The form, with what it says while the browser asks. */
export interface PasskeyForm {
  form: HTMLFormElement;
  button: HTMLButtonElement;
  say: (sentence: string) => void;
  send: (credential: PublicKeyCredential) => void;
}

/** The form on this page for this purpose, or null. */
export function findPasskeyForm(purpose: "add" | "sign-in"): PasskeyForm | null {
  const form = document.querySelector<HTMLFormElement>(`form[data-passkey="${purpose}"]`);
  const button = form?.querySelector("button");
  const field = form?.querySelector<HTMLInputElement>("[name=credential]");
  const status = form?.querySelector("[role=status]");
  if (!form || !button || !field || !status) return null;
  return {
    form,
    button,
    say: (sentence) => {
      status.textContent = sentence;
    },
    send: (credential) => {
      field.value = JSON.stringify(credential);
      form.submit();
    },
  };
}

/** What went wrong, in a sentence for the person. */
export function describeFailure(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError") return "Nothing was chosen, or it took too long. Try again.";
  if (name === "InvalidStateError") return "This device holds a passkey for your account already.";
  if (name === "TypeError" || name === "NotSupportedError")
    return "This browser can't use passkeys here. Your password still works.";
  return "That did not work. Try again, or use your password.";
}
