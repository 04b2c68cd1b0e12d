// SPDX-License-Identifier: MIT

import { NS } from '../../../src/core/namespaces.js';
import {
  attribute,
  child,
  childText,
  children,
  parseFragment,
  xml,
} from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';
import { nodeTools } from '../tools.js';
import type { Seat } from './room.js';
import { MUC, partsOf } from './room-stanzas.js';
import type { Rooms } from './rooms.js';

/** Something that was said in a room, as somebody there got it. */
export interface RoomHearing {
  readonly room: string;
  /** Empty for the room itself. */
  readonly nick: string;
  readonly body: string;
  readonly id: string | undefined;
  readonly private: boolean;
  /** Told when he entered, not as it was said. */
  readonly history: boolean;
}

/** How long it takes him to enter again where the room has forgotten him. */
const AGAIN_MS = 1_000;

/**
 * Somebody in rooms whose client is not ours and never fails: he needs no connection, and enters again
 * whatever becomes of the service. A kick he takes for one.
 */
export class RoomPeer {
  /** What he got, in order. */
  readonly got: RoomHearing[] = [];
  /** Every stanza that he got, in order. */
  readonly stanzas: Element[] = [];
  private readonly seat: Seat;
  /** Where he wants to be. */
  private readonly wanted = new Set<string>();
  private readonly inside = new Set<string>();
  private ids = 0;

  /** @param jid full */
  constructor(
    private readonly rooms: Rooms,
    jid: string,
    private readonly nick: string,
  ) {
    this.seat = {
      ...{ jid, session: jid },
      take: (text) => {
        this.take(text);
      },
      forgotten: (room) => {
        this.away(room);
      },
    };
  }

  isIn(room: string): boolean {
    return this.inside.has(room);
  }

  /** @param lines so many of the room's history at most */
  enter(room: string, lines = 0): void {
    this.wanted.add(room);
    const history = xml('history', { maxstanzas: String(lines) });
    this.send('presence', { to: `${room}/${this.nick}` }, xml('x', { xmlns: MUC }, history));
    // He knows what to do where nobody else was before.
    const submit = xml('x', { xmlns: NS.dataForms, type: 'submit' });
    const setup = xml('query', { xmlns: `${MUC}#owner` }, submit);
    if (this.rooms.all.get(room)?.locked === true) {
      this.send('iq', { to: room, type: 'set', id: this.newId() }, setup);
    }
  }

  leave(room: string): void {
    this.wanted.delete(room);
    this.send('presence', { to: `${room}/${this.nick}`, type: 'unavailable' });
  }

  /** @param more stands beside the text: an origin-id, for example */
  say(room: string, body: string, id = this.newId(), ...more: readonly Element[]): void {
    if (!this.isIn(room)) {
      this.enter(room);
    }
    this.send('message', { to: room, type: 'groupchat', id }, xml('body', {}, body), ...more);
  }

  whisper(room: string, nick: string, body: string): void {
    const attrs = { to: `${room}/${nick}`, type: 'chat', id: this.newId() };
    this.send('message', attrs, xml('body', {}, body));
  }

  /** The lines of a room, oldest first, as they were said and got. */
  heard(room: string): readonly RoomHearing[] {
    return this.got.filter((one) => one.room === room && !one.history && !one.private);
  }

  private newId(): string {
    return `${this.nick}-${String(++this.ids)}`;
  }

  private send(
    name: string,
    attrs: Readonly<Record<string, string | undefined>>,
    ...children: readonly Element[]
  ): void {
    this.rooms.handle(xml(name, { xmlns: NS.client, ...attrs }, ...children), this.seat);
  }

  private take(text: string): void {
    const [stanza] = parseFragment(text, nodeTools) ?? [];
    if (stanza === undefined) {
      throw new Error(`a room said what nobody can read: ${text}`);
    }
    this.stanzas.push(stanza);
    const { bare: room, nick } = partsOf(attribute(stanza, 'from') ?? '');
    const body = childText(stanza, 'body', NS.client);
    const type = attribute(stanza, 'type');
    if (stanza.name === 'presence') {
      this.standing(stanza, room);
    } else if (stanza.name === 'message' && body !== undefined && type !== 'error') {
      const history = child(stanza, 'delay', NS.delay) !== undefined;
      const id = attribute(stanza, 'id');
      this.got.push({ room, nick, body, id, private: type !== 'groupchat', history });
    }
  }

  /** Whether he is inside, if it is about himself. */
  private standing(stanza: Element, room: string): void {
    const x = child(stanza, 'x', NS.mucUser);
    const codes = x === undefined ? [] : children(x, 'status', NS.mucUser);
    const says = (code: string) => codes.some((status) => attribute(status, 'code') === code);
    if (!says('110')) {
      return;
    }
    if (attribute(stanza, 'type') !== 'unavailable') {
      this.inside.add(room);
    } else if (says('332')) {
      this.away(room);
    } else if (!says('303')) {
      this.inside.delete(room);
      this.wanted.delete(room);
    }
  }

  private away(room: string): void {
    this.inside.delete(room);
    this.rooms.server.world.after(AGAIN_MS, () => {
      if (this.wanted.has(room) && !this.isIn(room)) {
        this.enter(room);
      }
    });
  }
}
