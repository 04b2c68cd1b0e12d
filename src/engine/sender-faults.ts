// SPDX-License-Identifier: MIT
//
// Why a text of ours is not sent, in words for the person who wrote it.

import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';

/** The server will not have it. @param cause how it ended the stream */
export function poison(cause: Fault | undefined): Fault {
  const text =
    'The server ended the connection whenever this message was sent, so it is given up. ' +
    'It may be too large, or in a form that the server does not take.';
  return fault('stream', cause?.condition ?? 'closed', text, { retry: 'never' });
}

export const TOO_LARGE = fault(
  'stanza',
  'too-large',
  'It is longer than the server takes. Send it in parts, or as a file in another way.',
  { by: 'us', retry: 'never' },
);

export const EXPIRED = fault(
  'timeout',
  'expired',
  'It waited for a connection too long and was not sent. Send it again if it still matters.',
  { by: 'us', retry: 'never' },
);

export const EXPIRED_IN_DOUBT = fault(
  'timeout',
  'expired',
  'It may have arrived: the server never said so, and it waited for a connection too long to be ' +
    'sent again.',
  { by: 'us', retry: 'never' },
);
