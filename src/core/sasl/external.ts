// SPDX-License-Identifier: MIT
//
// EXTERNAL (RFC 4422 appendix A) by client certificate, after XEP-0178.

import type { ClientIdentity } from '../effects.js';
import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { Jid } from '../jid.js';
import type { Tools } from '../tools.js';
import { unexpectedChallenge } from './mechanism.js';
import type { Exchange, Mechanism } from './mechanism.js';

const local = { by: 'us', retry: 'never' } as const;

/**
 * Whom to ask to be (XEP-0178 §2): nobody if the certificate names only this account or names none,
 * this account if it names others too.
 * @returns the authorization identity, empty for none, or why the certificate is the wrong one
 */
function authorizationIdentity(
  identity: ClientIdentity,
  jid: Jid,
  tools: Pick<Tools, 'domainToAscii'>,
): string | Fault {
  const fits = (name: string): boolean => Jid.parse(name, tools)?.sameBare(jid) ?? false;
  const account = jid.bare().toString();
  if (identity.xmppAddr.every(fits)) return '';
  if (identity.xmppAddr.some(fits)) return account;
  const text = `The client certificate belongs to another account than ${account}. Nothing was sent.`;
  return fault('sasl', 'certificate-wrong-account', text, local);
}

/**
 * Says beforehand why a client certificate cannot sign this account in, so that no server ever sees it.
 * @param jid the account
 * @param wall milliseconds since the Unix epoch
 */
export function checkIdentity(
  identity: ClientIdentity,
  jid: Jid,
  wall: number,
  tools: Pick<Tools, 'domainToAscii'>,
): Fault | undefined {
  const authzid = authorizationIdentity(identity, jid, tools);
  if (typeof authzid !== 'string') return authzid;
  // Asked this way round, so that a date that could not be read counts as out of range.
  if (!(wall <= identity.notAfter)) {
    const text = 'The client certificate has expired. Nothing was sent.';
    return fault('sasl', 'certificate-expired', text, local);
  }
  if (!(wall >= identity.notBefore)) {
    const text =
      'The client certificate is not valid yet, or the clock of this computer is wrong. Nothing was sent.';
    return fault('sasl', 'certificate-not-yet-valid', text, local);
  }
  return undefined;
}

const none: ClientIdentity = { xmppAddr: [], notBefore: 0, notAfter: 0 };

export const external: Mechanism = {
  name: 'EXTERNAL',
  method: 'external',
  begin({ jid, identity }, tools): Exchange {
    return {
      name: 'EXTERNAL',
      first() {
        const authzid = authorizationIdentity(identity ?? none, jid, tools);
        if (typeof authzid !== 'string') return { type: 'fault', fault: authzid };
        return { type: 'send', data: tools.utf8(authzid) };
      },
      challenge: () => ({ type: 'fault', fault: unexpectedChallenge }),
      success: () => undefined,
    };
  },
};
