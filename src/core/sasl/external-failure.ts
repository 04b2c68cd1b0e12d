// SPDX-License-Identifier: MIT
//
// Why a server did not let a certificate in, as far as it says so. What real ones say, and to what, is in
// docs/design/0011-certificate-files.md and test/interop/certificate-refusals.test.ts.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';

/** What we found right beforehand by our own clock (external.ts). */
const CLOCKS = 'By the clock of this computer that is not so: one of the two may be wrong.';

interface Reason {
  /** The server's condition, or its words. */
  readonly fits: (said: string, words: string) => boolean;
  readonly condition: string;
  readonly text: string;
}

/**
 * The first that fits. XEP-0178 §2 has two conditions for all of it, so that the text beside says more:
 * COMPAT(ejabberd, 23.01): OpenSSL's words, and some of its own, beside not-authorized.
 */
const reasons: readonly Reason[] = [
  {
    fits: (_, words) => /has expired/i.test(words),
    condition: 'certificate-expired',
    text: `The server finds that your certificate has expired. ${CLOCKS}`,
  },
  {
    fits: (_, words) => /not yet valid/i.test(words),
    condition: 'certificate-not-yet-valid',
    text: `The server finds that your certificate is not valid yet. ${CLOCKS}`,
  },
  {
    // COMPAT(Prosody, 0.12): mod_auth_ccert says it of one that is not valid yet, too.
    fits: (said) => said === 'credentials-expired',
    condition: 'certificate-expired',
    text: `The server finds that your certificate is out of date. ${CLOCKS}`,
  },
  {
    fits: (said, words) => said === 'invalid-authzid' || /JID mismatch/i.test(words),
    condition: 'certificate-wrong-account',
    text: 'The server finds that your certificate is not for this account.',
  },
  {
    fits: (said, words) => said === 'not-authorized' && /certificate/i.test(words),
    condition: 'certificate-refused',
    text: 'The server does not accept your certificate: not its authority, or not for signing in.',
  },
  {
    // COMPAT(Prosody, 0.12): of a certificate that it cannot verify it says the same.
    fits: (said) => said === 'account-disabled',
    condition: 'account-disabled',
    text:
      'The server did not accept your certificate for this account (account-disabled). Either it has ' +
      'disabled the account, or it cannot verify the certificate: some servers say this of both.',
  },
  {
    fits: () => true,
    condition: 'not-authorized',
    text:
      'The server did not accept your certificate for this account (not-authorized), without saying why. ' +
      'Perhaps it has no such account, does not know the certificate, or knows it no more.',
  },
];

/** What it says about who we are, as against what it says about itself or the exchange. */
const aboutUs = new Set([
  ...['account-disabled', 'credentials-expired', 'invalid-authzid', 'not-authorized'],
]);

/**
 * @param said the condition of RFC 6120 §6.5
 * @param words of the server beside it, empty for none
 * @param quote those as the end of a text
 * @returns undefined where it is no matter of the certificate
 */
export function externalFailure(said: string, words: string, quote: string): Fault | undefined {
  const reason = reasons.find(({ fits }) => fits(said, words));
  if (!aboutUs.has(said) || reason === undefined) return undefined;
  return fault('sasl', reason.condition, reason.text + quote, { retry: 'never' });
}
