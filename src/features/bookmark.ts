// SPDX-License-Identifier: MIT
//
// One bookmark of a room: read from, and written into, `<conference/>` of XEP-0402 §2 or XEP-0048 §2.1.

import { Element } from '../core/xml.js';
import { attribute, childText, is, namespaceOf, sanitise, xml } from '../core/xml.js';
import type { FeatureHost } from './feature.js';
import { parseJid } from './per-host.js';
import { clip } from './text.js';

export interface Bookmark {
  /** Bare JID, prepared. */
  readonly room: string;
  /** These three are empty where there is none. */
  readonly name: string;
  readonly nick: string;
  readonly password: string;
  readonly autojoin: boolean;
}

const NAME_LENGTH = 1_023;
/** As of `stead_join_room()`. A part of a password opens nothing. */
const PASSWORD_LENGTH = 4_096;

/** What a bookmark can be of: a room has a name (XEP-0045 §4.1), and no nick in its address. */
export function roomOf(host: FeatureHost, text: string | undefined): string | undefined {
  const jid = parseJid(host, text);
  const fits = jid !== undefined && jid.local !== '' && jid.resource === '';
  return fits && !jid.sameBare(host.jid) ? jid.toString() : undefined;
}

/** As it will be read again: the event of what we wrote is to be known for ours. */
export function asRead({ room, name, nick, password, autojoin }: Bookmark): Bookmark {
  const shown = clip(sanitise(name), NAME_LENGTH);
  return { room, name: shown, nick, password: sanitise(password), autojoin };
}

export function isPossibleNick(host: FeatureHost, room: string, nick: string): boolean {
  return nick.trim() !== '' && parseJid(host, `${room}/${nick}`) !== undefined;
}

/** @param room as by `roomOf` */
export function readConference(host: FeatureHost, el: Element, room: string): Bookmark {
  const xmlns = namespaceOf(el);
  const nick = childText(el, 'nick', xmlns) ?? '';
  const password = childText(el, 'password', xmlns) ?? '';
  return {
    room,
    name: clip(attribute(el, 'name') ?? '', NAME_LENGTH),
    nick: isPossibleNick(host, room, nick) ? nick : '',
    password: password.length > PASSWORD_LENGTH ? '' : password,
    autojoin: isTrue(attribute(el, 'autojoin')),
  };
}

/** XML Schema Part 2 §3.2.2. */
function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1';
}

/**
 * The element made to say this. Whatever else is in it stays, `<extensions/>` above all (XEP-0402 §3.4).
 * @param known as others wrote it; it is left as it is
 */
export function writeConference(known: Element, bookmark: Bookmark): Element {
  const made = rooted(known);
  const xmlns = namespaceOf(known);
  const prefix = known.name.slice(0, known.name.indexOf(':') + 1);
  const { name, nick, password, autojoin } = bookmark;
  set(made, 'name', name);
  if (isTrue(attribute(made, 'autojoin')) !== autojoin)
    set(made, 'autojoin', autojoin ? 'true' : '');
  const others = known.children.filter(
    (node) => typeof node === 'string' || !(is(node, 'nick', xmlns) || is(node, 'password', xmlns)),
  );
  if (nick !== '') made.cnode(xml(`${prefix}nick`, {}, nick));
  if (password !== '') made.cnode(xml(`${prefix}password`, {}, password));
  for (const node of others) made.cnode(typeof node === 'string' ? node : copy(node));
  return made;
}

function set(el: Element, name: string, value: string): void {
  if (value === '') Reflect.deleteProperty(el.attrs, name);
  else el.attrs[name] = value;
}

/** A copy that stands by itself: what is declared around it is declared in it. */
export function rootedCopy(el: Element): Element {
  const made = rooted(el);
  for (const node of el.children) made.cnode(typeof node === 'string' ? node : copy(node));
  return made;
}

/** The same without what is in it. */
function rooted(el: Element): Element {
  const made = new Element(el.name);
  for (let at: Element | null = el; at !== null; at = at.parent) {
    for (const [name, value] of Object.entries<unknown>(at.attrs)) {
      const inherited = name === 'xmlns' || name.startsWith('xmlns:');
      if ((at === el || inherited) && !Object.hasOwn(made.attrs, name)) made.attrs[name] = value;
    }
  }
  return made;
}

function copy(el: Element): Element {
  const made = new Element(el.name);
  Object.assign(made.attrs, el.attrs);
  for (const node of el.children) made.cnode(typeof node === 'string' ? node : copy(node));
  return made;
}

export function isSameBookmark(one: Bookmark | undefined, other: Bookmark | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.room === other.room &&
    one.name === other.name &&
    one.nick === other.nick &&
    one.password === other.password &&
    one.autojoin === other.autojoin
  );
}
