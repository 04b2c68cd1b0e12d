// SPDX-License-Identifier: MIT
//
// What a sign-out has ended, and what it has not, for a person.

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import type { Swept } from '../features/access-sweep.js';

const ours = { by: 'us', retry: 'never' } as const;

export const SIGNED_OUT = fault(
  'usage',
  'signed-out',
  'This account is signed out here. It signs in again when you want it to.',
  ours,
);

export const BUSY = fault(
  'usage',
  'resource-constraint',
  'Not done: this account is being signed out already.',
  ours,
);

export const NOT_ATTACHED = fault('usage', 'not-attached', 'The account is not signed in.', ours);

export const NO_SESSION = fault(
  'timeout',
  'no-session',
  'There was no connection for a minute in which the server could be asked.',
  ours,
);

export const NO_TIME = fault(
  'timeout',
  'no-answer',
  'The server could not be reached within half a minute.',
  ours,
);

/** What became of the token. */
export type TokenEnded = 'none' | 'ended' | Fault;

const CHANGE = 'do so at your provider, or with another program';

/**
 * @param swept nothing where the others were not asked for
 * @param account `deleted`: the disk has taken that there is no token; `certificate`: it signs in with one
 */
export function signOutWords(
  swept: Swept | undefined,
  token: TokenEnded,
  account: { readonly deleted: boolean; readonly certificate: boolean },
): string {
  const words = [...(swept === undefined ? [] : others(swept)), ...here(token, account.deleted)];
  if (account.certificate) {
    words.push(
      'This account signs in with a certificate, which is still good: whoever has its file can sign in until ' +
        'it is revoked under Certificates, or expires.',
    );
  }
  return words.join(' ');
}

function others({ others: how, ended, needPassword, left, unsure, cause }: Swept): string[] {
  if (how === 'not-offered') {
    const what =
      'Other devices could not be signed out: your server does not offer that (XEP-0494).';
    return [`${what} Changing your password does it: ${CHANGE}.`];
  }
  if (how === 'not-reached') {
    return [
      `Other devices were not signed out. ${cause?.text ?? ''}`.trim(),
      `Changing your password does it: ${CHANGE}.`,
    ];
  }
  const words = [
    ended === 0 ? 'No other client was signed out.' : `${count(ended)} signed out for good.`,
  ];
  if (needPassword > 0) {
    words.push(
      `${count(needPassword)} not shut out, having signed in with your password: only changing that does it; ${CHANGE}.`,
    );
  }
  if (left > 0) words.push(`${count(left)} not signed out: the server did not do it.`);
  if (unsure) {
    words.push(
      'The server does not tell which client this one is, so it may be counted here. Look at where you are ' +
        'signed in after the next sign-in: whoever is left there that is not yours can be signed out there.',
    );
  }
  return words;
}

function here(token: TokenEnded, deleted: boolean): string[] {
  if (token === 'none') return ['This account is signed off here.'];
  if (token === 'ended') {
    return [
      'This account is signed off here, and its token for signing in is ended at the server.',
    ];
  }
  return [
    (deleted
      ? 'This account is signed off here, and its token for signing in is deleted from this computer. '
      : 'This account is signed off here, but its token for signing in could not be deleted: the disk does ' +
        'not take it. ') +
      'It could not be ended at the server, which may take it from whoever has a copy until it expires by ' +
      `itself, or until you change your password. ${token.text}`,
  ];
}

function count(number: number): string {
  return number === 1 ? 'One other client was' : `${String(number)} other clients were`;
}
