// SPDX-License-Identifier: MIT

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { child } from '../core/xml.js';
import type { Answer } from './feature.js';

export const NOT_SECURE = fault(
  'usage',
  'encryption-required',
  'Not done: who has access is asked and changed through an encrypted connection only.',
  { by: 'us', retry: 'never' },
);

export const NO_ID = fault('usage', 'bad-request', 'Not done: no client was named.', {
  by: 'us',
  retry: 'never',
});

/** §3.2's own condition. */
export const PASSWORD_RESET = 'password-reset-required';

/** @returns whether the server says that it does not manage clients, which nothing else announces */
export function managesNone({ condition }: Fault): boolean {
  return condition === 'service-unavailable' || condition === 'feature-not-implemented';
}

/** @returns the answer, with a refusal in words that say what it means here */
export function inWords(answer: Answer): Answer {
  if (answer.type === 'result') return answer;
  const { fault: cause, stanza } = answer;
  const error = stanza && child(stanza, 'error', NS.client);
  // It comes with service-unavailable, and is anything but that.
  if (error !== undefined && child(error, PASSWORD_RESET, NS.cam) !== undefined) {
    const text =
      'Not done: this client has signed in with your password, so that only changing the password shuts ' +
      'it out. This program cannot change it: do so at your provider, or with another program.';
    return { ...answer, fault: { ...cause, condition: PASSWORD_RESET, text, retry: 'never' } };
  }
  if (!managesNone(cause)) return answer;
  const text =
    'Your server does not tell which clients have access to your account (XEP-0494), and cannot shut one ' +
    'out. Changing your password does: do so at your provider, or with another program.';
  return { ...answer, fault: { ...cause, text, retry: 'never' } };
}
