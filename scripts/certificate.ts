import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

/** A key and its certificate for localhost, both as PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

/** A new certificate that this process trusts from then on. Made with `openssl`; throws without it. */
export function trustNewCertificate(): Certificate {
  const made = makeCertificate();
  setDefaultCACertificates([...getCACertificates("default"), made.cert]);
  return made;
}

/**
 * The flag that lets Chromium trust this certificate and no other. With all errors of certificates ignored, it would cache
 * nothing.
 */
export function trustingFlag({ cert }: Certificate): string {
  const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  const hash = createHash("sha256").update(key).digest("base64");
  return `--ignore-certificate-errors-spki-list=${hash}`;
}

function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "slipway-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  try {
    const files = ["-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", ...options, ...name, ...files], { stdio: "pipe" });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
