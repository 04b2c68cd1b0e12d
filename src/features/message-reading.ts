// SPDX-License-Identifier: MIT
//
// What a message says (RFC 6121 §5.2), whichever way it came: live, as a carbon or from an archive.

import { create } from '@bufbuild/protobuf';
import { attribute, child, children, childText } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { Jid } from '../core/jid.js';
import { NS } from '../core/namespaces.js';
import { parseDateTime } from '../core/stanza.js';
import { Message_Type as Type, MessageSchema } from '../contract/engine_pb.js';
import type { Message } from '../contract/engine_pb.js';
import type { Copy } from '../delivery/copy.js';
import type { ArchivedText, FeatureHost } from './feature.js';
import { parseJid } from './per-host.js';
import { withoutNul } from './text.js';
import { reduceXhtml, xhtmlText } from './xhtml.js';

/** RFC 6121 §5.2.2: what is not known counts as normal. */
const types = new Map([
  ['chat', Type.CHAT],
  ['headline', Type.HEADLINE],
  ['groupchat', Type.GROUPCHAT],
]);
/** The first release of a Jabber server; no message was stored before. */
const FIRST_STAMP_MS = 915_148_800_000;
/** Markup beyond this is dropped, its text is not. */
const XHTML_LENGTH = 65_536;

/** A message with content, and what tells its copies apart. */
export interface ReadText {
  readonly value: Message;
  readonly copy: Pick<Copy, 'from' | 'type' | 'id' | 'body'>;
}

/**
 * @param from who sent it, as the caller has made sure
 * @param inRoom it was said in a room that we are in
 * @returns nothing for a stanza that carries no text for a person, for an error, and for what was said to all
 *   in a room, unless that is what is read
 */
export function readText(stanza: Element, from: Jid, inRoom = false): ReadText | undefined {
  const type = attribute(stanza, 'type');
  const plain = bodyOf(stanza);
  const body = withLink(plain, stanza);
  const fits = (type === 'groupchat') === inRoom && type !== 'error';
  if (!fits || body === '') return undefined;
  const id = attribute(stanza, 'id') ?? '';
  const origin = child(stanza, 'origin-id', NS.sid);
  const value = create(MessageSchema, {
    type: types.get(type ?? '') ?? Type.NORMAL,
    from: from.toString(),
    id,
    body,
    // Markup that lacks the link would hide it.
    xhtml: body === plain ? readMarkup(stanza) : '',
    subject: withoutNul(childText(stanza, 'subject', NS.client) ?? ''),
  });
  return {
    value,
    copy: {
      from: from.toString(),
      type: type ?? 'normal',
      id: (origin === undefined ? undefined : attribute(origin, 'id')) ?? id,
      body,
    },
  };
}

/** What is known of a copy beside what it says. */
type How = Omit<Copy, keyof ReadText['copy'] | 'behind' | 'key'>;

/** A text as the inbox takes it, with the time it was sent if that was not now. */
export function textBody({ value, copy }: ReadText, how: How): ArchivedText {
  value.sentTimeMs = BigInt(Math.trunc(how.stamp ?? 0));
  return { body: { case: 'message', value }, copy: { ...copy, ...how } };
}

/** Hands a text to the inbox. */
export function keepText(host: FeatureHost, text: ReadText, how: How): void {
  const { body, copy } = textBody(text, how);
  host.keep(body, copy);
}

/** The id of a live message in our own archive. */
export function archiveIdOf(host: FeatureHost, stanza: Element): Pick<Copy, 'archiveId'> {
  const archiveId = stanzaIdBy(host, stanza, host.jid.bare());
  return archiveId === undefined ? {} : { archiveId };
}

/**
 * The id of a live message in an archive (XEP-0359 §3.2). A sender can forge one, and servers leave it in
 * place: only where it is the only one in the archive's name is it the server's.
 * @param by whose archive it is
 */
export function stanzaIdBy(host: FeatureHost, stanza: Element, by: Jid): string | undefined {
  const [only, ...more] = children(stanza, 'stanza-id', NS.sid).filter(
    (id) => parseJid(host, attribute(id, 'by'))?.equals(by) === true,
  );
  const id = only === undefined || more.length > 0 ? '' : (attribute(only, 'id') ?? '');
  return id === '' ? undefined : id;
}

/**
 * What the stamps of a message say (XEP-0203 §2). A sender can write one too, in our server's name
 * even; the server adds its own behind it.
 * @param room who is believed instead of our account and server
 * @returns `stamp`: when our own server, or the room, took it in, if that was not now; `resent`: when its
 *          sender says that he sent it at first. Unix ms, never in the future.
 */
export function readStamps(
  host: FeatureHost,
  stanza: Element,
  room?: Jid,
): Pick<Copy, 'stamp' | 'resent'> {
  const account = host.jid.bare();
  const believed = (by: Jid) =>
    room === undefined ? by.equals(account) || by.toString() === account.domain : by.equals(room);
  let stamp: number | undefined;
  let resent: number | undefined;
  for (const delay of children(stanza, 'delay', NS.delay)) {
    const by = parseJid(host, attribute(delay, 'from'));
    if (by !== undefined && believed(by)) stamp = readStamp(host, delay);
    else resent ??= readStamp(host, delay);
  }
  return {
    ...(stamp === undefined ? {} : { stamp }),
    ...(resent === undefined ? {} : { resent }),
  };
}

/** @param delay carries `stamp` (XEP-0203); @returns Unix ms, nothing for one that cannot be */
export function readStamp(host: FeatureHost, delay: Element): number | undefined {
  const stamp = parseDateTime(attribute(delay, 'stamp') ?? '');
  if (stamp === undefined || stamp < FIRST_STAMP_MS) return undefined;
  return Math.min(stamp, host.clock().wall);
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
