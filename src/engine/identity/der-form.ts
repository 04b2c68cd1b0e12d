// SPDX-License-Identifier: MIT
//
// What a file holds that is neither PEM nor PKCS#12: keys and certificates as bare DER, which other programs
// write under names like .der, .cer and .key. They are not read, but told with the command that converts them.

import { BER, berValue, berValues } from './ber.js';
import { refuse } from './refusals.js';

/** By what its sequence begins with; `version` is any number. */
const forms: readonly { what: string; condition: string; how: string; tags: readonly number[] }[] =
  [
    // A PKCS#8 key (RFC 5208 §5), a traditional one of a curve (RFC 5915 §3), and one of RSA (RFC 8017 A.1.2).
    ...[BER.sequence, BER.octetString, BER.integer].map((second) => ({
      what: 'a key',
      condition: 'key-unreadable',
      how: 'openssl pkey -inform DER -in FILE -out NEW',
      tags: [BER.integer, second],
    })),
    // RFC 5208 §6
    {
      what: 'an encrypted key',
      condition: 'key-unreadable',
      how: 'openssl pkey -inform DER -in FILE -aes256 -out NEW',
      tags: [BER.sequence, BER.octetString],
    },
    // RFC 5280 §4.1
    {
      what: 'a certificate',
      condition: 'certificate-unreadable',
      how: 'openssl x509 -inform DER -in FILE -out NEW',
      tags: [BER.sequence, BER.sequence],
    },
  ];

/** @throws IdentityError where it is one of these */
export function refuseDer(path: string, bytes: Uint8Array): void {
  const tags = outermost(bytes);
  const form = forms.find((each) => each.tags.every((tag, index) => tag === tags[index]));
  if (form === undefined) return;
  const { what, condition, how } = form;
  refuse(condition, `${path} holds ${what} in DER form. Convert it to PEM with "${how}".`);
}

function outermost(bytes: Uint8Array): number[] {
  try {
    return berValues(berValue(bytes, BER.sequence)).map(({ tag }) => tag);
  } catch {
    return [];
  }
}
