// SPDX-License-Identifier: MIT
//
// Takes secrets out of what goes to a log.

const mask = '[redacted]';

/** SASL and SASL2 payloads, registration and FAST tokens (RFC 6120 §6.4, XEP-0388, XEP-0484, XEP-0077). */
const payloads =
  /(<(?:[\w.-]+:)?(?:auth|response|challenge|success|initial-response|additional-data|password|token)\b[^>]*[^/>]>|<(?:[\w.-]+:)?(?:auth|response|challenge|success|initial-response|additional-data|password|token)>)[^<]+/g;
const attributes =
  /\b(token|password|passphrase|secret)("?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s"'<>,;&]+)/gi;

/** Shorter ones occur by chance in every line, and hiding them would only show where they are. */
const shortestSecret = 3;

/** Removes the secrets it was told of, in each form they take on, and everything SASL exchanges. */
export class Redactor {
  readonly #forms = new Set<string>();

  /** Remembers a secret; an empty one is ignored. */
  add(secret: string): void {
    if (secret.length < shortestSecret) return;
    const base64 = Buffer.from(secret).toString('base64');
    this.#forms.add(secret);
    this.#forms.add(escapeXml(secret));
    this.#forms.add(encodeURIComponent(secret));
    this.#forms.add(JSON.stringify(secret).slice(1, -1));
    this.#forms.add(base64);
    this.#forms.add(Buffer.from(secret).toString('hex'));
  }

  redact(text: string): string {
    let clean = text.replace(payloads, `$1${mask}`).replace(attributes, `$1$2${mask}`);
    // Longest first: a form that contains another one must not be left in pieces.
    for (const form of [...this.#forms].sort((a, b) => b.length - a.length)) {
      clean = clean.replaceAll(form, mask);
    }
    return clean;
  }
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
