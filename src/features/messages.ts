// SPDX-License-Identifier: MIT
//
// Texts, sent and received: RFC 6121 §5.

import { fault } from '../core/errors.js';
import { attribute, localName, parseFragment, sanitise, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { ReducedElement } from '../core/xml-reduced.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { stanzaError } from '../core/stanza.js';
import type { SendMessage } from '../contract/engine_pb.js';
import type { Feature, FeatureHost } from './feature.js';
import { archiveIdOf, keepText, readStamps, readText } from './message-reading.js';
import { roomLinesOf } from './muc-lines.js';
import { roomsOf } from './muc-traffic.js';
import { isOwnAccount, malformedJid, parseJid } from './per-host.js';
import { asksForReceipt } from './receipts.js';
import { withoutNul } from './text.js';
import { reduceXhtml } from './xhtml.js';

/** Markup beyond this is dropped, its text is not. */
const XHTML_LENGTH = 65_536;

const UNREADABLE =
  'too large or too complex to be shown. What it said is lost here: ask for it in another way.';

const EMPTY = fault('usage', 'empty-body', 'Not sent: there is no text in the message.', {
  by: 'us',
  retry: 'never',
});

class Messages {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  send({ to, body, xhtml, groupchat }: SendMessage, id: string): void {
    const recipient = parseJid(this.#host, to);
    // As it will be written: a text of control characters alone would arrive as an empty one.
    const text = sanitise(body);
    const type = groupchat ? 'groupchat' : 'chat';
    if (recipient === undefined || (groupchat && recipient.resource !== '')) {
      this.#host.refuse(id, malformedJid(to));
    } else if (text === '') this.#host.refuse(id, EMPTY);
    else {
      const stanza = xml(
        'message',
        { to: recipient.toString(), type, id },
        xml('body', {}, text),
        this.#markup(withoutNul(xhtml)),
        // One that reflects or archives the message may change its id, but not this (XEP-0359 §3.2).
        xml('origin-id', { xmlns: NS.sid, id }),
        // XEP-0045 §7.5: our other devices are to know it for a private message.
        roomsOf(this.#host).isOccupant(recipient) ? xml('x', { xmlns: NS.mucUser }) : undefined,
      );
      if (groupchat) roomLinesOf(this.#host).send(id, recipient, stanza, text);
      else this.#host.queue(id, recipient, stanza, text);
    }
  }

  /** @returns true when the stanza was a text, or news of one of ours */
  receive(stanza: Element, from: Jid | undefined): boolean {
    const type = attribute(stanza, 'type');
    if (type === 'error') {
      const id = attribute(stanza, 'id') ?? '';
      const cause = stanzaError(stanza);
      const dealt = id === '' || roomLinesOf(this.#host).bounced(id, from, cause);
      if (!dealt) this.#host.bounced(id, from, cause);
      return true;
    }
    if (stanza instanceof ReducedElement) return this.#unreadable(stanza, from);
    const text = readText(stanza, from ?? this.#host.jid.bare());
    if (text === undefined) return false;
    text.value.receiptRequested = asksForReceipt(stanza);
    text.value.privateMessage = roomsOf(this.#host).isOccupant(from);
    if (text.value.privateMessage) {
      text.value.occupantId = roomsOf(this.#host).find(from)?.idOf(stanza) ?? '';
    }
    const stamps = readStamps(this.#host, stanza);
    const path = stamps.stamp === undefined ? 'live' : 'offline';
    keepText(this.#host, text, { path, ...stamps, ...archiveIdOf(this.#host, stanza) });
    return true;
  }

  /** Its content was thrown away unread, so that its sender and the time are all that can be told. */
  #unreadable(stanza: ReducedElement, from: Jid | undefined): boolean {
    if (from === undefined || attribute(stanza, 'type') === 'headline') return false;
    if (roomsOf(this.#host).find(from) !== undefined && from.resource === '') {
      return this.#unreadableOfRoom(from);
    }
    // Our own account forwards what others wrote: copies for its devices, and what its archive holds.
    const which = isOwnAccount(this.#host, from)
      ? 'A copy of a message'
      : `A message from ${from.bare().toString()}`;
    const words = `${which} was ${UNREADABLE}`;
    const told = xml(localName(stanza), { ...stanza.attrs }, xml('body', {}, words));
    const text = readText(told, from);
    if (text === undefined) return false;
    text.value.privateMessage = roomsOf(this.#host).isOccupant(from);
    text.value.sentTimeMs = BigInt(Math.trunc(this.#host.clock().wall));
    const body = { case: 'message', value: text.value } as const;
    this.#host.keep(body, { ...text.copy, path: 'live' });
    return true;
  }

  /** A line in its archive has more around it than it had live, when it may have been shown. */
  #unreadableOfRoom(room: Jid): boolean {
    const words = `A line in the room’s archive was ${UNREADABLE} If it came before, it was shown then.`;
    const told = xml('message', { type: 'groupchat' }, xml('body', {}, words));
    const text = readText(told, room, true);
    if (text === undefined) return false;
    text.value.sentTimeMs = BigInt(Math.trunc(this.#host.clock().wall));
    const { value, copy } = text;
    const body = { case: 'message', value } as const;
    this.#host.keep(body, { ...copy, path: 'live', archive: room.toString() });
    return true;
  }

  /** What the host marked up, or nothing: the plain text says the same (XEP-0071 §8). */
  #markup(xhtml: string): Element | undefined {
    if (xhtml === '' || xhtml.length > XHTML_LENGTH) return undefined;
    // Text that closes the body by itself makes more than one element of it.
    const wrapped = `<body xmlns='${NS.xhtml}'>${xhtml}</body>`;
    const [body, ...more] = parseFragment(wrapped, this.#host.tools) ?? [];
    const reduced = body === undefined ? undefined : reduceXhtml(body.children);
    if (reduced === undefined || more.length > 0) return undefined;
    return xml('html', { xmlns: NS.xhtmlIm }, xml('body', { xmlns: NS.xhtml }, ...reduced));
  }
}

export const messages: Feature = {
  name: 'messages',
  specs: [
    {
      id: 'XEP-0066',
      name: 'Out of Band Data',
      version: '1.5',
      status: 'partial',
      note: 'links beside a text are shown with it; nothing is fetched',
    },
    {
      id: 'XEP-0071',
      name: 'XHTML-IM',
      version: '1.5.4',
      status: 'partial',
      note: 'the recommended profile; pictures are shown as their words',
    },
    {
      id: 'XEP-0203',
      name: 'Delayed Delivery',
      version: '2.0',
      status: 'partial',
      note: 'read where the own server stamped it, or the room in which it was said',
    },
    {
      id: 'XEP-0359',
      name: 'Unique and Stable Stanza IDs',
      version: '0.7.0',
      status: 'partial',
      note: 'origin-id is written; both are read, and ids by the archive that gave them only',
    },
  ],
  after: ['carbons', 'muc', 'chat-states'],
  namespaces: [NS.oob, NS.xhtmlIm, NS.delay, NS.sid],
  attach(host) {
    const all = new Messages(host);
    return {
      commands: {
        sendMessage: (value, id) => {
          all.send(value, id);
        },
      },
      incoming: (stanza, { from }) =>
        localName(stanza) === 'message' && all.receive(stanza, from) ? 'taken' : 'pass',
    };
  },
};
