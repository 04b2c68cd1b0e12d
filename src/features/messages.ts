// SPDX-License-Identifier: MIT
//
// Texts, sent and received: RFC 6121 §5.

import { create } from '@bufbuild/protobuf';
import { fault } from '../core/errors.js';
import {
  attribute,
  child,
  children,
  childText,
  localName,
  parseFragment,
  xml,
} from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { parseDateTime, stanzaError } from '../core/stanza.js';
import { Message_Type as Type, MessageSchema } from '../contract/engine_pb.js';
import type { SendMessage } from '../contract/engine_pb.js';
import type { Feature, FeatureHost } from './feature.js';
import { malformedJid, parseJid } from './per-host.js';
import { withoutNul } from './text.js';
import { reduceXhtml, xhtmlText } from './xhtml.js';

/** RFC 6121 §5.2.2: what is not known counts as normal. */
const types = new Map([
  ['chat', Type.CHAT],
  ['headline', Type.HEADLINE],
]);
/** The first release of a Jabber server; no message was stored before. */
const FIRST_STAMP_MS = 915_148_800_000;
/** Markup beyond this is dropped, its text is not. */
const XHTML_LENGTH = 65_536;

const EMPTY = fault('usage', 'empty-body', 'Not sent: there is no text in the message.', {
  by: 'us',
  retry: 'never',
});

class Messages {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  send({ to, body, xhtml }: SendMessage, id: string): void {
    const recipient = parseJid(this.#host, to);
    const text = withoutNul(body);
    if (recipient === undefined) this.#host.refuse(id, malformedJid(to));
    else if (text === '') this.#host.refuse(id, EMPTY);
    else {
      const stanza = xml(
        'message',
        { to: recipient.toString(), type: 'chat', id },
        xml('body', {}, text),
        this.#markup(withoutNul(xhtml)),
        // One that reflects or archives the message may change its id, but not this (XEP-0359 §3.2).
        xml('origin-id', { xmlns: NS.sid, id }),
      );
      this.#host.queue(id, recipient, stanza, text);
    }
  }

  /** @returns true when the stanza was a text, or news of one of ours */
  receive(stanza: Element, from: Jid | undefined): boolean {
    const type = attribute(stanza, 'type');
    if (type === 'error') {
      const id = attribute(stanza, 'id') ?? '';
      if (id !== '') this.#host.bounced(id, from, stanzaError(stanza));
      return true;
    }
    if (type === 'groupchat' || withLink(bodyOf(stanza), stanza) === '') return false;
    this.#keep(stanza, from ?? this.#host.jid.bare(), types.get(type ?? '') ?? Type.NORMAL);
    return true;
  }

  #keep(stanza: Element, from: Jid, type: Type): void {
    const text = bodyOf(stanza);
    const body = withLink(text, stanza);
    const sent = this.#storedAt(stanza);
    const id = attribute(stanza, 'id') ?? '';
    const origin = child(stanza, 'origin-id', NS.sid);
    const value = create(MessageSchema, {
      type,
      from: from.toString(),
      id,
      body,
      // Markup that lacks the link would hide it.
      xhtml: body === text ? readMarkup(stanza) : '',
      subject: withoutNul(childText(stanza, 'subject', NS.client) ?? ''),
      sentTimeMs: BigInt(Math.trunc(sent ?? 0)),
    });
    this.#host.keep(
      { case: 'message', value },
      {
        from: from.toString(),
        type: attribute(stanza, 'type') ?? 'normal',
        id: (origin === undefined ? undefined : attribute(origin, 'id')) ?? id,
        body,
        ...(sent === undefined ? {} : { delayedTo: sent }),
      },
    );
  }

  /**
   * When our own server took the message in, if it says so (XEP-0203 §2). A sender can write such a
   * stamp too, in the server's name even; the server adds its own behind it.
   */
  #storedAt(stanza: Element): number | undefined {
    const account = this.#host.jid.bare();
    const ours = children(stanza, 'delay', NS.delay).filter((delay) => {
      const by = parseJid(this.#host, attribute(delay, 'from'));
      return by !== undefined && (by.equals(account) || by.toString() === account.domain);
    });
    const last = ours.at(-1);
    const stamp = last === undefined ? undefined : parseDateTime(attribute(last, 'stamp') ?? '');
    if (stamp === undefined || stamp < FIRST_STAMP_MS) return undefined;
    return Math.min(stamp, this.#host.clock().wall);
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

/** The text without a language stands for all (RFC 6121 §5.2.3). */
function bodyOf(stanza: Element): string {
  const bodies = children(stanza, 'body', NS.client);
  const plain = bodies.find((body) => attribute(body, 'xml:lang') === undefined) ?? bodies[0];
  return withoutNul(plain?.getText() ?? '');
}

/** A link beside a text belongs to it (XEP-0066 §3). */
function withLink(text: string, stanza: Element): string {
  const oob = child(stanza, 'x', NS.oob);
  const url = oob === undefined ? '' : withoutNul(childText(oob, 'url', NS.oob) ?? '').trim();
  if (url === '' || text.includes(url)) return text;
  return text === '' ? url : `${text}\n${url}`;
}

function readMarkup(stanza: Element): string {
  const html = child(stanza, 'html', NS.xhtmlIm);
  const body = html === undefined ? undefined : child(html, 'body', NS.xhtml);
  const reduced = body === undefined ? undefined : reduceXhtml(body.children);
  const text = reduced === undefined ? '' : withoutNul(xhtmlText(reduced));
  return text.length > XHTML_LENGTH ? '' : text;
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
      note: 'read where the own server stamped it',
    },
    {
      id: 'XEP-0359',
      name: 'Unique and Stable Stanza IDs',
      version: '0.7.0',
      status: 'partial',
      note: 'origin-id',
    },
  ],
  after: ['chat-states'],
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
