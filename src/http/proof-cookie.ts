import type { AstroCookies } from "astro";

/** What a mailed link proves: which row it is about, and the token that only the mail held. */
export interface LinkProof {
  id: string;
  token: string;
}

const SECONDS = 600;
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
const FORM = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

/** Where a link's token waits, out of the address (ASVS V14.2.1), until its page's button is pressed. */
export const resetCookie = proofCookie("__Host-reset");
export const emailChangeCookie = proofCookie("__Host-email-change");
export const unsubscribeCookie = proofCookie("__Host-unsubscribe");

function proofCookie(name: string) {
  return {
    /** Keeps what the address held for ten minutes. Gives false, and keeps nothing, when it is of another form. */
    write(cookies: AstroCookies, id: string | null, token: string | null): boolean {
      const value = `${id}.${token}`;
      if (!FORM.test(value)) return false;
      cookies.set(name, value, { ...ATTRIBUTES, maxAge: SECONDS });
      return true;
    },
    /** The proof of the link that this browser opened, or null. */
    read(cookies: AstroCookies): LinkProof | null {
      const [, id = "", token = ""] = FORM.exec(cookies.get(name)?.value ?? "") ?? [];
      return id ? { id, token } : null;
    },
    delete(cookies: AstroCookies): void {
      cookies.delete(name, ATTRIBUTES);
    },
  };
}
