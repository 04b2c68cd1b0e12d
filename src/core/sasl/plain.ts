// SPDX-License-Identifier: MIT
//
// RFC 4616: PLAIN. Where it may be used at all is decided in index.ts.

import { fault } from '../errors.js';
import type { Tools } from '../tools.js';
import { unexpectedChallenge } from './mechanism.js';
import type { Credentials, Exchange, Mechanism } from './mechanism.js';

const badPassword = fault(
  'sasl',
  'password-not-allowed',
  'The password holds a character that cannot be sent.',
  { by: 'us', retry: 'never' },
);

/** `message = [authzid] NUL authcid NUL passwd` (RFC 4616 §2); the account acts as itself. */
function exchange({ jid, password }: Credentials, tools: Tools): Exchange {
  return {
    name: 'PLAIN',
    first: () =>
      password.includes('\0')
        ? { type: 'fault', fault: badPassword }
        : { type: 'send', data: tools.utf8(`\0${jid.local}\0${password}`) },
    challenge: () => ({ type: 'fault', fault: unexpectedChallenge }),
    success: () => undefined,
  };
}

export const plain: Mechanism = { name: 'PLAIN', method: 'plain', begin: exchange };
