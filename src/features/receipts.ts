// SPDX-License-Identifier: MIT
//
// Receipts: the other one's client has a text of ours, or ours has one of theirs (XEP-0184).

import { attribute, child, localName, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { Message_Type as Type } from '../contract/engine_pb.js';
import type { Message } from '../contract/engine_pb.js';
import { capsOf } from './caps.js';
import type { Feature, FeatureHost } from './feature.js';
import { parseJid } from './per-host.js';
import { presenceOf } from './presence.js';
import { rosterOf } from './roster.js';

/** Receipts that wait for a link; the oldest is given up first, as nobody may rely on one (§4). */
const WAITING = 1_000;
/** A headline goes to many, a room's line to all of it, and an error answers something of ours. */
const UNANSWERED: ReadonlySet<string | undefined> = new Set(['error', 'groupchat', 'headline']);

/** Does a message that came ask for a receipt in a way that can be answered? */
export function asksForReceipt(message: Element): boolean {
  return (
    child(message, 'request', NS.receipts) !== undefined &&
    // §5.4: what is a receipt itself is not answered by another.
    child(message, 'received', NS.receipts) === undefined &&
    !UNANSWERED.has(attribute(message, 'type')) &&
    (attribute(message, 'id') ?? '') !== ''
  );
}

/** The receipt in a message, if there is one, is told to the text it names. */
export function takeReceipt(host: FeatureHost, message: Element, from: Jid | undefined): void {
  const type = attribute(message, 'type');
  const receipt = child(message, 'received', NS.receipts);
  const id = receipt === undefined ? undefined : attribute(receipt, 'id');
  if (id !== undefined && type !== 'error' && type !== 'groupchat') host.delivered(id, from, false);
}

class Receipts {
  readonly #host: FeatureHost;
  /** Owed for messages that the host has taken, the oldest first. */
  #waiting: Message[] = [];

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** §5: asked for with a text to one person, unless the very client it goes to cannot answer. */
  decorate(message: Element): void {
    const to = parseJid(this.#host, attribute(message, 'to'));
    const text = child(message, 'body', NS.client) !== undefined;
    if (!this.#host.settings.receipts || !text || attribute(message, 'type') !== 'chat') return;
    if (to === undefined || attribute(message, 'id') === undefined || this.#lacks(to)) return;
    message.cnode(xml('request', { xmlns: NS.receipts }));
  }

  taken(message: Message): void {
    if (!message.receiptRequested || message.outgoing) return;
    this.#waiting.push(message);
    if (this.#waiting.length > WAITING) this.#waiting.shift();
    this.flush();
  }

  flush(): void {
    if (!this.#host.online) return;
    for (const message of this.#waiting.splice(0)) this.#give(message);
  }

  /** §8: a receipt tells that we are there, so only those get one who may know it anyway. */
  #give({ from, id, type }: Message): void {
    const to = parseJid(this.#host, from);
    const trusted = to !== undefined && rosterOf(this.#host).seesUs(to.bare().toString());
    if (!this.#host.settings.receipts || !trusted) return;
    this.#host.send(
      xml(
        'message',
        {
          to: to.toString(),
          type: type === Type.CHAT ? 'chat' : 'normal',
          id: this.#host.newId(),
        },
        xml('received', { xmlns: NS.receipts, id }),
        // XEP-0334 §4.4: without a body it would not wait for a sender who is offline by now.
        xml('store', { xmlns: NS.hints }),
      ),
    );
  }

  /** Only a full JID names one client (§5.2), and only XEP-0115 proves what it lacks. */
  #lacks(to: Jid): boolean {
    const resource = presenceOf(this.#host).resource(to.bare().toString(), to.resource);
    const software = capsOf(this.#host).software(resource?.ver);
    return software !== undefined && !software.features.includes(NS.receipts);
  }
}

export const receipts: Feature = {
  name: 'receipts',
  specs: [
    {
      id: 'XEP-0184',
      name: 'Message Delivery Receipts',
      version: '1.4.0',
      status: 'complete',
      note: 'asked for in one-to-one chats, given to contacts who may see our presence',
    },
    {
      id: 'XEP-0334',
      name: 'Message Processing Hints',
      version: '1.0.0',
      status: 'partial',
      note: 'given with receipts and chat states; those of others are for servers',
    },
  ],
  after: ['roster', 'caps', 'presence'],
  namespaces: ({ receipts: wanted }) => (wanted ? [NS.receipts] : []),
  attach(host) {
    const all = new Receipts(host);
    const flush = () => {
      all.flush();
    };
    return {
      // What else a message says is the business of those who stand later in the list.
      incoming: (stanza, { from }) => {
        if (localName(stanza) === 'message') takeReceipt(host, stanza, from);
        return 'pass';
      },
      outgoing: (stanza) => {
        if (localName(stanza) === 'message') all.decorate(stanza);
      },
      taken: (message) => {
        all.taken(message);
      },
      started: flush,
      resumed: flush,
    };
  },
};
