// SPDX-License-Identifier: MIT
//
// What a room says, as trees: presences with their item and status codes, errors, and what it reflects.

import { NS } from '../../../src/core/namespaces.js';
import { attribute, elements, is, xml } from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';

export const MUC = 'http://jabber.org/protocol/muc';

/** What `<item/>` says of an occupant. */
export interface Item {
  readonly affiliation: string;
  readonly role: string;
  readonly jid?: string | undefined;
  readonly nick?: string | undefined;
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
}

/** @param more stands beside the item, as `<destroy/>` does */
export function mucUser(item: Item, codes: readonly number[], more?: Element): Element {
  const { affiliation, role, jid, nick, actor, reason } = item;
  return xml(
    'x',
    { xmlns: NS.mucUser },
    xml(
      'item',
      { affiliation, role, jid, nick },
      actor === undefined ? undefined : xml('actor', { nick: actor }),
      reason === undefined ? undefined : xml('reason', {}, reason),
    ),
    more,
    ...codes.map((code) => xml('status', { code: String(code) })),
  );
}

/** @param type nothing for a presence that says somebody is there */
export function presence(
  from: string,
  to: string,
  type: 'unavailable' | undefined,
  ...children: readonly Element[]
): Element {
  return xml('presence', { xmlns: NS.client, from, to, type }, ...children.map((c) => copyOf(c)));
}

/** An error that brings back what it is about, with its id (RFC 6120 §8.3.1). */
export function refusal(stanza: Element, to: string, by: string, what: Refusal): Element {
  const { name } = stanza;
  const id = attribute(stanza, 'id');
  const error = xml('error', { type: what.type, by }, xml(what.condition, { xmlns: NS.stanzas }));
  return xml(
    name,
    { xmlns: NS.client, from: attribute(stanza, 'to'), to, id, type: 'error' },
    ...elements(stanza).map((child) => copyOf(child)),
    error,
  );
}

/** The answer to a request that was done. */
export function resultOf(iq: Element, to: string, payload?: Element): Element {
  const [from, id] = [attribute(iq, 'to'), attribute(iq, 'id')];
  return xml('iq', { xmlns: NS.client, from, to, type: 'result', id }, payload);
}

export interface Refusal {
  readonly type: 'cancel' | 'auth' | 'modify';
  readonly condition: string;
}

/** A message as the room hands it on: everything that is in it, but in the name of an occupant. */
export function handedOn(
  message: Element,
  from: string,
  id: string | undefined,
  leftOut: (child: Element) => boolean,
): Element {
  const type = attribute(message, 'type');
  const rest = elements(message).filter((child) => !leftOut(child));
  const copies = rest.map((child) => copyOf(child));
  return xml('message', { xmlns: NS.client, from, type, id }, ...copies);
}

/** The same with more in it, for one who gets it. */
export function addressed(stanza: Element, to: string, ...more: readonly Element[]): string {
  const { name, attrs } = stanza;
  const children = [...elements(stanza), ...more].map((child) => copyOf(child));
  return xml(name, { ...(attrs as Record<string, string>), to }, ...children).toString();
}

export function stanzaId(by: string, id: string): Element {
  return xml('stanza-id', { xmlns: NS.sid, by, id });
}

/** Whether it says an id in the name of this room, which only the room does (XEP-0359 §6). */
export function forges(child: Element, room: string): boolean {
  return is(child, 'stanza-id', NS.sid) && attribute(child, 'by') === room;
}

/** ltx gives an element to one parent alone. */
function copyOf(element: Element): Element {
  const children = element.children.map((c) => (typeof c === 'string' ? c : copyOf(c)));
  return xml(element.name, element.attrs, ...children);
}

/** `local@domain/nick`; each may be empty, and a nick has any character. */
export function partsOf(jid: string): {
  readonly bare: string;
  readonly local: string;
  readonly domain: string;
  readonly nick: string;
} {
  const slash = jid.indexOf('/');
  const [bare, nick] = slash < 0 ? [jid, ''] : [jid.slice(0, slash), jid.slice(slash + 1)];
  const at = bare.indexOf('@');
  return { bare, nick, local: bare.slice(0, Math.max(0, at)), domain: bare.slice(at + 1) };
}
