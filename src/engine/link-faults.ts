// SPDX-License-Identifier: MIT

import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';

export const NO_LINK = fault('link', 'closed', 'The connection was closed.');

export const OTHER_CERTIFICATE = fault(
  'link',
  'other-certificate',
  'The connection is made anew, to sign in as the account’s settings say now.',
  { by: 'us' },
);

export const REJECTED = fault(
  'tls',
  'certificate-rejected',
  'The server’s certificate was not accepted, so nothing was sent to it.',
  { by: 'us', retry: 'never' },
);

/** @param text what is wrong with the server's certificate */
export function distrusted(text: string): Fault {
  return fault('tls', 'certificate-untrusted', `${text} Trying again.`);
}

export const CANCELLED = fault('sasl', 'cancelled', 'Sign-in was cancelled.', {
  by: 'us',
  retry: 'never',
});

export const RELEASED = fault(
  'timeout',
  'let-go',
  'Nobody came back to the account in time, so its session was ended.',
  { by: 'us', retry: 'never' },
);

/** @param sha256 what the server showed, hex */
export function pinMismatch(sha256: string): Fault {
  return fault(
    'tls',
    'pin-mismatch',
    `The server’s certificate is not the one that the account’s settings name, so nothing was sent to it. It has the SHA-256 ${sha256}. If the server has a new certificate, change or empty that setting. Trying again.`,
  );
}
