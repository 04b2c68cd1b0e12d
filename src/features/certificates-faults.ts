// SPDX-License-Identifier: MIT

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';

const ours = { by: 'us', retry: 'never' } as const;

export const NOT_SECURE = fault(
  'usage',
  'encryption-required',
  'Not done: certificates are uploaded through an encrypted connection only.',
  ours,
);

export const NO_NAME = fault('usage', 'bad-request', 'Not done: the name is empty.', ours);

export const BUSY = fault(
  'usage',
  'resource-constraint',
  'Not done: another certificate is being made for this account. Wait until that is done.',
  ours,
);

export const UNKNOWN = fault(
  'usage',
  'item-not-found',
  'Not done: the server has no certificate of that name.',
  ours,
);

export const IN_USE = fault(
  'usage',
  'certificate-in-use',
  'Not done: this account signs in with it here, and nothing else might be left that does.',
  ours,
);

/** @param name of a certificate that the server was asked to take away, without an answer each time */
export function staysFault(name: string): Fault {
  return fault(
    'stanza',
    'resource-constraint',
    `Not done: the server was asked three times to take "${name}" away. It ended the connection or did not answer each time, and still lists it.`,
    { retry: 'never' },
  );
}

/** No answer of the server's. While the link is away silence means nothing. */
export function isLost(cause: Fault, { online }: { readonly online: boolean }): boolean {
  if (cause.kind === 'link' || cause.kind === 'stream') return true;
  return cause.kind === 'timeout' && !online;
}

/** @returns whether the server says that it keeps no certificates, none of ours among them */
export function keepsNone({ condition }: Fault): boolean {
  return condition === 'service-unavailable' || condition === 'feature-not-implemented';
}

/** @returns the server's refusal, in words that say what it means here */
export function refusal(cause: Fault): Fault {
  if (keepsNone(cause)) {
    return {
      ...cause,
      text: 'Your server does not keep certificates (XEP-0257), so you sign in with your password as before.',
      retry: 'never',
    };
  }
  return cause.condition === 'conflict'
    ? { ...cause, text: 'The server has another certificate of that name.' }
    : cause;
}

/** @param name of the certificate, which the server may have taken before its answer was lost */
export function perhapsTaken(cause: Fault, name: string, path: string): Fault {
  const text =
    `${cause.text} You sign in as before. The server may have taken the new certificate all the same: ` +
    `if its list names "${name}", revoke it there. Its key is kept in ${path} until then.`;
  return { ...cause, text, retry: 'never' };
}

/**
 * @param kept the server was asked to take it away, and would not
 * @param name of the certificate
 */
export function triedInVain(
  cause: Fault,
  kept: Fault | undefined,
  name: string,
  path: string,
): Fault {
  const rest =
    kept === undefined
      ? 'It was revoked again, and you sign in as before.'
      : `You sign in as before. The server would not revoke "${name}" (${kept.text}), so it may still be in its list; its key is kept in ${path}.`;
  const text = `The new certificate could not sign in: ${cause.text} ${rest}`;
  return { ...cause, text, retry: 'never' };
}
