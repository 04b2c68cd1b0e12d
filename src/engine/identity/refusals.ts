// SPDX-License-Identifier: MIT
//
// Why a certificate's file is of no use, in words that name the file and say what to do.

import type { Fault } from '../../core/errors.js';
import { fault } from '../../core/errors.js';

/** Why an identity could not be opened; with `passphrase` another one may help. */
export class IdentityError extends Error {
  constructor(
    readonly fault: Fault,
    readonly passphrase = false,
  ) {
    super(fault.text);
    this.name = 'IdentityError';
  }
}

export function refuse(condition: string, text: string): never {
  throw new IdentityError(fault('usage', condition, text, { by: 'us', retry: 'never' }));
}

/** @param given empty when none was */
export function refusePassphrase(path: string, given: string): never {
  const [condition, text] =
    given === ''
      ? ['passphrase-missing', `${path} is encrypted, and no passphrase is set for it.`]
      : ['passphrase-wrong', `The passphrase does not open ${path}.`];
  throw new IdentityError(fault('usage', condition, text, { by: 'us', retry: 'never' }), true);
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** OpenSSL's reason without its file names and numbers. */
export function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  return error.message;
}
