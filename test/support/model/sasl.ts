// SPDX-License-Identifier: MIT
//
// Who signs in at the model server by RFC 6120.

import { Buffer } from 'node:buffer';
import type { Element } from '../../../src/core/xml.js';
import type { ModelServer } from './server.js';

export const NOT_AUTHORIZED =
  "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>";

export interface SignedIn {
  /** Bare. */
  readonly user: string;
  /** By what, if it was a certificate: DER. */
  readonly certificate: Uint8Array | undefined;
}

/**
 * Any password is right.
 * @param auth the element
 * @param shown in TLS, DER
 * @returns nothing if it is refused
 */
export function signIn(
  auth: Element,
  server: ModelServer,
  shown: Uint8Array | undefined,
): SignedIn | undefined {
  if (auth.getAttr('mechanism') !== 'EXTERNAL') {
    const [, local = ''] = Buffer.from(auth.getText(), 'base64').toString().split('\u0000');
    return { user: `${local}@${server.domain}`, certificate: undefined };
  }
  const { external } = server.options;
  const user =
    external === undefined ? server.certificates.userOf(shown) : `${external}@${server.domain}`;
  return user === undefined ? undefined : { user, certificate: shown };
}
