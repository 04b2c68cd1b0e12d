// SPDX-License-Identifier: MIT
//
// Certificates of its users, as the model server keeps them (XEP-0257), and whom they sign in. It shares
// no code with the engine.

import { X509Certificate } from 'node:crypto';
import type { Element } from '../../../src/core/xml.js';
import type { ModelServer } from './server.js';
import type { ServerSession } from './sessions.js';

export const SASL_CERT = 'urn:xmpp:saslcert:1';

/** What one user has uploaded. */
export interface Uploaded {
  readonly der: Buffer;
  /** Who signs in with it may only look (§2.1). */
  readonly noManagement: boolean;
}

/** What is answered: the payload of a result, or the condition of an error. */
type Reply = { readonly result: string } | { readonly error: string };

const DONE: Reply = { result: '' };
const BAD: Reply = { error: 'bad-request' };

export class UserCertificates {
  /** By user, then by the name that the user gave. */
  private readonly kept = new Map<string, Map<string, Uploaded>>();

  /** Taken, and yet good for nothing. */
  readonly useless: Uint8Array[] = [];

  constructor(private readonly server: ModelServer) {}

  of(user: string): Map<string, Uploaded> {
    const list = this.kept.get(user) ?? new Map<string, Uploaded>();
    this.kept.set(user, list);
    return list;
  }

  /**
   * @param der what was shown in TLS
   * @returns whom it signs in; nobody with one that was not uploaded, or has expired (§3)
   */
  userOf(der: Uint8Array | undefined): string | undefined {
    const useless = this.useless.some((each) => Buffer.from(each).equals(der ?? new Uint8Array()));
    if (der === undefined || useless || !this.isValid(der)) return undefined;
    return [...this.kept].find(([, list]) => nameOf(list, der) !== undefined)?.[0];
  }

  /** @returns nothing for another request */
  answer(iq: Element, session: ServerSession): Reply | undefined {
    const payload = iq.getChildElements().find((child) => child.getNS() === SASL_CERT);
    if (payload === undefined || iq.getAttr('to') !== undefined) return undefined;
    const name = payload.getChildText('name') ?? '';
    const list = this.of(session.user);
    if (iq.getAttr('type') === 'get') {
      return payload.getName() === 'items' ? { result: this.items(session.user) } : BAD;
    }
    const mine = session.connection?.certificate;
    if (mine !== undefined && list.get(nameOf(list, mine) ?? '')?.noManagement === true) {
      return { error: 'forbidden' };
    }
    switch (payload.getName()) {
      case 'append':
        return this.append(list, name, payload);
      case 'disable':
        return list.delete(name) ? DONE : { error: 'item-not-found' };
      case 'revoke':
        return this.revoke(list, name, session.user);
      default:
        return BAD;
    }
  }

  private append(list: Map<string, Uploaded>, name: string, payload: Element): Reply {
    const der = Buffer.from(payload.getChildText('x509cert') ?? '', 'base64');
    if (name === '' || der.length === 0) return BAD;
    if (!isCertificate(der)) return { error: 'not-acceptable' };
    // §2.1 wants an error for a name that is in use.
    if (list.has(name)) return { error: 'conflict' };
    list.set(name, { der, noManagement: payload.getChild('no-cert-management') !== undefined });
    return DONE;
  }

  /** §2.4: whoever is signed in with it is signed off, the one who asks among them, who gets no answer. */
  private revoke(list: Map<string, Uploaded>, name: string, user: string): Reply {
    const found = list.get(name);
    if (found === undefined) return { error: 'item-not-found' };
    list.delete(name);
    for (const session of [...this.server.sessions.values()]) {
      const shown = session.connection?.certificate;
      if (session.user === user && shown !== undefined && found.der.equals(shown)) {
        session.connection?.streamError('not-authorized');
        this.server.end(session, false);
      }
    }
    return DONE;
  }

  private items(user: string): string {
    const all = [...this.of(user)].map(([name, { der }]) => {
      const resources = [...this.server.sessions.values()]
        .filter(({ connection }) => connection?.certificate && der.equals(connection.certificate))
        .map(({ jid }) => `<resource>${escaped(jid.slice(user.length + 1))}</resource>`);
      const users = resources.length === 0 ? '' : `<users>${resources.join('')}</users>`;
      const data = der.toString('base64').replace(/.{64}/g, '$&\n');
      return `<item><name>${escaped(name)}</name><x509cert>${data}</x509cert>${users}</item>`;
    });
    return `<items xmlns='${SASL_CERT}'>${all.join('')}</items>`;
  }

  private isValid(der: Uint8Array): boolean {
    const { validFrom, validTo } = new X509Certificate(Buffer.from(der));
    const { wall } = this.server.world.clock();
    return Date.parse(validFrom) <= wall && wall < Date.parse(validTo);
  }
}

function nameOf(list: ReadonlyMap<string, Uploaded>, der: Uint8Array): string | undefined {
  return [...list].find(([, kept]) => kept.der.equals(der))?.[0];
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.equals(der);
  } catch {
    return false;
  }
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
