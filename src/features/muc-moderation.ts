// SPDX-License-Identifier: MIT
//
// Lines that a moderator has taken back (XEP-0425). What a person has seen is not taken away again: it is
// said whose line it was.

import { NS } from '../core/namespaces.js';
import { attribute, child, childText } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { FeatureHost } from './feature.js';
import { readStamps } from './message-reading.js';
import type { RoomTeller } from './muc-teller.js';
import type { JoinedRoom } from './muc-traffic.js';
import { parseJid, perHost } from './per-host.js';
import { clip } from './text.js';

/** Lines of all rooms whose authors are remembered. */
const LINES = 2_000;
/** Retractions of one room that are remembered, as a history gives them again. */
const TOLD = 200;
const REASON_LENGTH = 1_000;

interface Moderation {
  /** Of the line, in the room's archive. */
  readonly id: string;
  /** A JID: mostly of an occupant. */
  readonly by: string;
  readonly reason: string;
}

/** Who wrote what, by room and the id that the room gave the line (XEP-0359). */
class Authors {
  readonly #nicks = new Map<string, string>();

  note(archiveId: string | undefined, nick: string): void {
    if (archiveId === undefined || nick === '') return;
    this.#nicks.set(archiveId, nick);
    const [first] = this.#nicks.keys();
    if (this.#nicks.size > LINES && first !== undefined) this.#nicks.delete(first);
  }

  /** @returns nothing for a line that did not come to this process */
  of(archiveId: string): string | undefined {
    return this.#nicks.get(archiveId);
  }
}

export const authorsOf = perHost(() => new Authors());

export class Moderations {
  readonly #host: FeatureHost;
  readonly #room: JoinedRoom;
  readonly #teller: RoomTeller;
  readonly #told = new Set<string>();

  constructor(host: FeatureHost, room: JoinedRoom, teller: RoomTeller) {
    this.#host = host;
    this.#room = room;
    this.#teller = teller;
  }

  /**
   * @param nick who says so: the room itself alone is believed (§5)
   * @returns whether there is nothing else in it for a person
   */
  receive(stanza: Element, nick: string): boolean {
    const moderation = read(stanza);
    if (moderation === undefined) return false;
    if (nick !== '') {
      const from = `${this.#room.jid.toString()}/${nick}`;
      this.#host.log('info', `${from} is no room, and cannot take a line back in its name.`);
      return false;
    }
    const author = authorsOf(this.#host).of(`${this.#room.jid.toString()} ${moderation.id}`);
    const past = readStamps(this.#host, stanza, this.#room.jid).stamp !== undefined;
    // In a history it is news only of a line that was shown.
    if ((!past || author !== undefined) && !this.#told.has(moderation.id)) {
      this.#teller.notice(this.#words(moderation, author));
      this.#remember(moderation.id);
    }
    return true;
  }

  #words({ by, reason }: Moderation, author: string | undefined): string {
    const jid = parseJid(this.#host, by);
    const inRoom = jid?.sameBare(this.#room.jid) === true;
    const name = (inRoom ? jid.resource : jid?.toString()) ?? '';
    const who = name === '' ? 'A moderator' : `The moderator ${name}`;
    const what = author === undefined ? 'an earlier line' : `a line of ${author}`;
    const why = reason === '' ? '.' : `: “${reason}”`;
    return `${who} has taken ${what} back${why}`;
  }

  #remember(id: string): void {
    this.#told.add(id);
    const [first] = this.#told;
    if (this.#told.size > TOLD && first !== undefined) this.#told.delete(first);
  }
}

/** §3.1; and as version 0.2 had it, fastened to the line (XEP-0422). */
function read(stanza: Element): Moderation | undefined {
  const retract = child(stanza, 'retract', NS.retract);
  if (retract !== undefined) {
    const moderated = child(retract, 'moderated', NS.moderate);
    return moderated && made(retract, moderated, childText(retract, 'reason', NS.retract));
  }
  const applied = child(stanza, 'apply-to', NS.fasten);
  const moderated = applied && child(applied, 'moderated', NS.moderate0);
  if (moderated === undefined || child(moderated, 'retract', NS.retract0) === undefined) {
    return undefined;
  }
  return made(applied, moderated, childText(moderated, 'reason', NS.moderate0));
}

function made(
  fastened: Element | undefined,
  moderated: Element,
  reason: string | undefined,
): Moderation | undefined {
  const id = (fastened && attribute(fastened, 'id')) ?? '';
  if (id === '') return undefined;
  const text = clip((reason ?? '').replace(/\s+/g, ' ').trim(), REASON_LENGTH);
  return { id, by: attribute(moderated, 'by') ?? '', reason: text };
}
