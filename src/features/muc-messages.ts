// SPDX-License-Identifier: MIT
//
// What one room says of itself (XEP-0045 §7.2.15, §8.1, §10.2.1), and what it answers to what it was
// asked by message.

import { stanzaError } from '../core/stanza.js';
import { attribute, child, childText, children, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { FeatureHost } from './feature.js';
import { readStamp } from './message-reading.js';
import { Moderations } from './muc-moderation.js';
import { readCodes } from './muc-presence.js';
import { becomesNonAnonymous, messageNotices } from './muc-status.js';
import type { RoomTeller } from './muc-teller.js';
import type { JoinedRoom } from './muc-traffic.js';
import { roomsOf } from './muc-traffic.js';
import { parseJid } from './per-host.js';
import { clip } from './text.js';

const SUBJECT_LENGTH = 10_000;
/** Requests whose refusal would still be told. */
const ASKED = 20;

export class RoomMessages {
  readonly #host: FeatureHost;
  readonly #room: JoinedRoom;
  readonly #teller: RoomTeller;
  /** What did not happen if an error comes by this id. */
  readonly #asked = new Map<string, string>();
  /** History comes, and ends with the subject. */
  #history = false;
  readonly #moderations: Moderations;
  /** Called when a setting of the room was changed. */
  readonly #changed: () => void;

  constructor(host: FeatureHost, room: JoinedRoom, teller: RoomTeller, changed: () => void) {
    this.#host = host;
    this.#room = room;
    this.#teller = teller;
    this.#changed = changed;
    this.#moderations = new Moderations(host, room, teller);
  }

  entered(): void {
    this.#history = true;
  }

  /** @param nick who said it; empty for the room itself, which alone is believed in status codes */
  receive(stanza: Element, nick: string): void {
    if (nick === '' && this.#codes(stanza)) return;
    if (this.#moderations.receive(stanza, nick)) return;
    const subject = child(stanza, 'subject', NS.client);
    // §8.1: a line may have one, too, and changes nothing by it.
    const line = ['body', 'thread'].some((name) => child(stanza, name, NS.client) !== undefined);
    if (subject === undefined || line) {
      roomsOf(this.#host).traffic?.line(stanza, this.#room, nick);
      return;
    }
    // Of an earlier process's stay the subject is told when we are in again.
    if (!this.#room.joined) return;
    this.#teller.subject(clip(subject.getText(), SUBJECT_LENGTH), nick, this.#stamp(stanza));
    const first = this.#history;
    this.#history = false;
    if (first) roomsOf(this.#host).traffic?.historyEnded?.(this.#room);
  }

  /** A message of the room that is of no type, to us alone (§10.2.1, code 101). */
  single(stanza: Element): void {
    this.#codes(stanza);
  }

  /** Sends what the room answers only if it does not do it. @param failed as the start of a sentence */
  ask(stanza: Element, id: string, failed: string): void {
    stanza.attrs.id = id;
    this.#asked.set(id, failed);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > ASKED && oldest !== undefined) this.#asked.delete(oldest);
    this.#host.send(stanza);
  }

  setSubject(subject: string, id: string): void {
    const to = this.#room.jid.toString();
    const stanza = xml('message', { to, type: 'groupchat' }, xml('subject', {}, subject));
    this.ask(stanza, id, 'The subject was not changed');
  }

  /** @returns whether the error is the answer to something that was asked here */
  refused(stanza: Element): boolean {
    const id = attribute(stanza, 'id') ?? '';
    const failed = this.#asked.get(id);
    if (failed === undefined) return false;
    this.#asked.delete(id);
    this.#teller.notice(`${failed}: ${stanzaError(stanza).text}`);
    return true;
  }

  /** @returns whether the message said nothing else */
  #codes(stanza: Element): boolean {
    const x = child(stanza, 'x', NS.mucUser);
    const codes = x === undefined ? new Set<string>() : readCodes(x);
    const notices = messageNotices(codes);
    for (const text of notices) this.#teller.notice(text);
    const nonAnonymous = becomesNonAnonymous(codes);
    if (nonAnonymous !== undefined) this.#teller.learned({ nonAnonymous });
    if (notices.length > 0) this.#changed();
    return notices.length > 0 && childText(stanza, 'body', NS.client) === undefined;
  }

  /** When the subject was set; only the room itself can say so. 0 for now. */
  #stamp(stanza: Element): number {
    const delay = children(stanza, 'delay', NS.delay).find(
      (one) => parseJid(this.#host, attribute(one, 'from'))?.equals(this.#room.jid) === true,
    );
    return (delay && readStamp(this.#host, delay)) ?? 0;
  }
}
