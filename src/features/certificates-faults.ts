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

/** @returns the server's refusal, in words that say what it means here */
export function refusal(cause: Fault): Fault {
  switch (cause.condition) {
    case 'service-unavailable':
    case 'feature-not-implemented':
      return {
        ...cause,
        text: 'Your server does not keep certificates (XEP-0257), so you sign in with your password as before.',
        retry: 'never',
      };
    case 'conflict':
      return { ...cause, text: 'The server has another certificate of that name.' };
    default:
      return cause;
  }
}

/** @param kept the server was asked to take it away, and would not */
export function triedInVain(cause: Fault, kept: Fault | undefined): Fault {
  const rest =
    kept === undefined
      ? 'It was revoked again, and you sign in as before.'
      : `You sign in as before. The server would not revoke it (${kept.text}), so it is still in its list.`;
  const text = `The new certificate could not sign in: ${cause.text} ${rest}`;
  return { ...cause, text, retry: 'never' };
}
