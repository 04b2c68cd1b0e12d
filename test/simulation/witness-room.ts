// SPDX-License-Identifier: MIT
//
// What a witness sees of one person in a room, and what must hold there at any instant.

import { Message_Type as Type, Room_State as State } from '../../src/contract/engine_pb.js';
import { OWN_ARCHIVE } from '../../src/delivery/inbox-book.js';
import type { Ledger } from '../../src/delivery/ledger.js';
import type { JournalRecord } from '../../src/delivery/records.js';
import type { EventBody } from '../../src/features/feature.js';

const ARCHIVE = /<(?:message|iq) [^>]*><(?:result|fin) xmlns='urn:xmpp:mam:2'/g;
const ROOMS = '@rooms.';
/** No heading of a stanza is longer. */
const TAIL = 300;

export class RoomWitness {
  /** When the host was told of a gap that cannot be closed, on the world's clock. */
  readonly gaps: number[] = [];
  /** How many lines the room had when he entered it for the first time, as far as he knows; nothing before. */
  cameAt: number | undefined;
  /** There were so many. */
  engines = 0;
  /** How many it had when a page of its archive had first led anywhere. */
  ledAt: number | undefined;
  /** How many it had when it let him in last. */
  private enteredAt = 0;
  /** The journal has something of the room. */
  private known = false;
  /** What the room has taken, of anybody. */
  readonly bodies = new Set<string>();

  /** The end of what came last: a stanza may come in pieces. */
  private tail = '';

  constructor(private readonly demand: (holds: boolean, otherwise: string) => void) {}

  /** Whether this has something of our account's archive, and not of a room's. */
  hearsOwnArchive(text: string): boolean {
    const whole = this.tail + text;
    const from = this.tail.length;
    this.tail = whole.slice(-TAIL);
    return [...whole.matchAll(ARCHIVE)].some(
      ({ 0: found, index }) => index + found.length > from && !found.includes(ROOMS),
    );
  }

  /** The engine tells its host something. */
  told(body: EventBody, now: number): void {
    if (body.case === 'roomNotice' && body.value.text.includes('may be missing')) {
      this.gaps.push(now);
    } else if (body.case === 'room' && body.value.state === State.JOINED) {
      this.cameAt ??= this.enteredAt;
    } else if (body.case === 'message' && body.value.type === Type.GROUPCHAT) {
      const { body: text } = body.value;
      this.demand(this.bodies.has(text), `${text} was shown, and the room never had it`);
    }
  }

  /** @param lines so many the room has */
  entered(lines: number): void {
    this.enteredAt = lines;
  }

  /** A new engine: of a room that its forerunner had only just entered it knows nothing. */
  started(): void {
    this.engines++;
    if (!this.known) {
      this.cameAt = undefined;
    }
  }

  /** @param before what the journal said until then */
  kept(record: JournalRecord, before: Ledger, anew: boolean): void {
    const trace = 'trace' in record ? record.trace : undefined;
    const ofRoom = record.type === 'cursor' ? record.archive : (trace?.archive ?? '');
    this.known ||= ofRoom.includes(ROOMS);
    if (record.type === 'cursor' && ofRoom.includes(ROOMS) && record.id !== '') {
      this.ledAt ??= this.bodies.size;
    }
    if (record.type === 'held') {
      const { archive = OWN_ARCHIVE } = record;
      const own = trace?.archive ?? OWN_ARCHIVE;
      this.demand(archive === own, `what is in the archive of “${own}” waited for “${archive}”`);
    } else if (record.type === 'cursor' && record.id === '' && !anew) {
      const { id = '' } = before.inbox.cursors.get(record.archive) ?? {};
      this.demand(id === '', 'what an archive had led to was forgotten for a time of day');
    }
  }
}
