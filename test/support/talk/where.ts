// SPDX-License-Identifier: MIT
//
// Where a talk is held: between the two alone, or in a room that both are in. All that differs is here.

import type { HostEvent } from '../../native/host-events.js';
import type { PurpleHost } from '../../native/host.js';
import type { XmppPeer } from '../xmpp-peer.js';
import { ALICE, BOB, DOMAIN } from './names.js';

export interface Where {
  readonly name: 'person' | 'room';
  /** What alice's host calls the conversation. */
  readonly conversation: string;
  /** The address whose archive has what was said; without one it is everybody's own. */
  readonly archive?: string;
  /** What the archive has as from each of them. */
  readonly hers: string;
  readonly his: string;
  /** Alice asks to be let in; the host tells when she is. Without it she is where she is online. */
  readonly join?: (host: PurpleHost, account: number) => Promise<unknown>;
  readonly type: (host: PurpleHost, account: number, html: string) => Promise<unknown>;
  /**
   * Whether her host took a line.
   * @param since what it told since then
   * @param answered it told at the end that the line was dealt with
   */
  readonly took: (since: readonly HostEvent[], html: string, answered: boolean) => boolean;
  /** Bob enters, and makes the place if need be. */
  readonly enter?: (peer: XmppPeer) => Promise<unknown>;
  readonly say: (peer: XmppPeer, text: string) => void;
}

const shows = (since: readonly HostEvent[], text: string): boolean =>
  since.some(
    (event) => event.event === 'write' && event.html === text && event.flags.includes('send'),
  );

export const PERSON: Where = {
  ...{ name: 'person', conversation: BOB, hers: ALICE, his: BOB },
  type: (host, account, html) => host.run('send', { account, name: BOB, html }),
  // libpurple shows a line of its own when send_im was content.
  took: shows,
  say: (peer, text) => void peer.say(ALICE, text),
};

const SERVICE = `rooms.${DOMAIN}`;
const DEN = `den@${SERVICE}`;
const MUC = 'http://jabber.org/protocol/muc';

/** libpurple's words when chat_send was not content; it shows no line of its own. */
function isRefusal(event: HostEvent): boolean {
  const words = event.event === 'write' ? event.html : event.event === 'notify' && event.primary;
  return typeof words === 'string' && words.startsWith('Unable to send message');
}

/** As its first in a new room he opens it for others (XEP-0045 §10.1.2); he wants no history. */
async function enter(peer: XmppPeer): Promise<void> {
  const after = peer.stanzas.all.length;
  peer.send(
    `<presence to='${DEN}/bob'><x xmlns='${MUC}'><history maxstanzas='0'/></x></presence>` +
      `<iq type='set' to='${DEN}' id='open'><query xmlns='${MUC}#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
  );
  // The subject ends the way in, an empty one as well.
  await peer.stanzas.next('bob in the room', ({ name }) => name === 'message', { after });
}

export const ROOM: Where & { readonly service: string } = {
  ...{ name: 'room', conversation: DEN, archive: DEN, service: SERVICE },
  ...{ hers: `${DEN}/alice`, his: `${DEN}/bob` },
  join: (host, account) => {
    const components = { room: 'den', server: SERVICE, handle: 'alice' };
    return host.run('join-chat', { account, components });
  },
  type: (host, account, html) => host.run('chat-send', { account, name: DEN, html }),
  took: (since, html, answered) => (answered ? !since.some(isRefusal) : shows(since, html)),
  enter,
  say: (peer, text) => void peer.say(DEN, text, '', 'groupchat'),
};

export const PLACES: readonly Where[] = [PERSON, ROOM];
