// SPDX-License-Identifier: MIT
//
// Who has access to the accounts of the model server (XEP-0494). It shares no code with the engine.

import { formatDateTime } from '../../../src/core/stanza.js';
import type { Element } from '../../../src/core/xml.js';
import type { Authenticate } from './sasl2.js';
import type { ModelServer } from './server.js';
import type { ServerSession } from './sessions.js';

export const CAM = 'urn:xmpp:cam:0';

interface Client {
  /** Of a client that signed in by SASL2. */
  readonly agent: string;
  readonly software: string;
  readonly device: string;
  readonly first: number;
  last: number;
  /** `password` for good, once it was used. */
  readonly auth: Set<'password' | 'grant'>;
}

interface Reply {
  readonly after?: () => void;
}
type Answer =
  | (Reply & { readonly result: string })
  | (Reply & { readonly error: string; readonly more?: string });

export class Access {
  /** By user, then by the id that the server gives. */
  private readonly known = new Map<string, Map<string, Client>>();
  /** Written instead of the list. */
  list: string | undefined;
  /** Questions get no answer. */
  mute = false;
  /** Nobody has named himself: only who has a session now is known. */
  nameless = false;

  constructor(private readonly server: ModelServer) {}

  of(user: string): Map<string, Client> {
    const clients = this.known.get(user) ?? new Map<string, Client>();
    this.known.set(user, clients);
    return clients;
  }

  /** Somebody else's, which is not signed in now. */
  add(user: string, id: string, auth: readonly ('password' | 'grant')[]): void {
    const { wall } = this.server.world.clock();
    const names = { agent: id, software: `Client ${id}`, device: '' };
    this.of(user).set(id, { ...names, first: wall, last: wall, auth: new Set(auth) });
  }

  signedIn(user: string, { agent, software, device, mechanism }: Authenticate): void {
    const { wall } = this.server.world.clock();
    const found = [...this.of(user).values()].find((client) => client.agent === agent);
    const fresh = { agent, software, device, first: wall, last: wall, auth: new Set<'password'>() };
    const client = found ?? fresh;
    client.last = wall;
    if (/^(PLAIN|SCRAM)/.test(mechanism)) client.auth.add('password');
    if (found === undefined) this.of(user).set(`id-${String(this.server.nextId())}`, client);
  }

  /** @returns nothing for another request */
  answer(iq: Element, session: ServerSession): Answer | 'silence' | undefined {
    const { user } = session;
    const list = iq.getChild('list', CAM);
    const revoke = iq.getChild('revoke', CAM);
    if ((list ?? revoke) === undefined || iq.getAttr('to') !== undefined) return undefined;
    if (this.mute) return 'silence';
    if (list !== undefined) {
      return iq.getAttr('type') === 'get'
        ? { result: this.listOf(user) }
        : { error: 'bad-request' };
    }
    if (iq.getAttr('type') !== 'set') return { error: 'bad-request' };
    return this.revoke(user, String(revoke?.getAttr('id')));
  }

  /** §3.2 */
  private revoke(user: string, id: string): Answer {
    const client = this.of(user).get(id);
    if (client === undefined) return { error: 'item-not-found' };
    if (client.auth.has('password')) {
      return { error: 'service-unavailable', more: 'password-reset-required' };
    }
    this.of(user).delete(id);
    this.server.tokens.forget(user, client.agent);
    return {
      result: '',
      after: () => {
        for (const session of this.sessionsOf(user, client)) {
          session.connection?.streamError('not-authorized');
          this.server.end(session, false);
        }
      },
    };
  }

  private sessionsOf(user: string, { agent }: Client): ServerSession[] {
    const sessions = [...this.server.sessions.values()];
    return sessions.filter((session) => session.user === user && session.agent === agent);
  }

  private listOf(user: string): string {
    if (this.list !== undefined) return this.list;
    const clients = [...this.of(user)].map(([id, client]) => {
      const { software, device, first, last, auth, agent } = client;
      const kinds = [...auth, ...(this.server.tokens.has(user, agent) ? ['fast'] : [])];
      const named = `<software>${software}</software><device>${device}</device>`;
      return (
        `<client connected='${String(this.sessionsOf(user, client).length > 0)}' id='${id}' type='session'>` +
        `<first-seen>${formatDateTime(first)}</first-seen><last-seen>${formatDateTime(last)}</last-seen>` +
        `<auth>${kinds.map((kind) => `<${kind}/>`).join('')}</auth><permission status='unrestricted'/>` +
        `<user-agent>${this.nameless ? '' : named}</user-agent></client>`
      );
    });
    return `<clients xmlns='${CAM}'>${clients.join('')}</clients>`;
  }
}
