// SPDX-License-Identifier: MIT
//
// An account in a room, and what the room says.

import { attribute, serialise } from '../../src/core/xml.js';
import type { Element } from '../../src/core/xml.js';
import { NS } from '../../src/core/namespaces.js';
import { roomLinesOf } from '../../src/features/muc-lines.js';
import { readOccupantId } from '../../src/features/muc-presence.js';
import type { JoinedRoom } from '../../src/features/muc-traffic.js';
import type { RecordingDesk } from './desk.js';
import { jidOf, RecordingHost, result, stanza } from './host.js';

export const ROOM = 'hall@muc.example';
export const WHEN = '2026-09-10T23:08:25Z';
export const AT = Date.parse(WHEN);

export class Room implements JoinedRoom {
  readonly jid = jidOf(ROOM);
  readonly nick = 'romeo';
  joins = 0;
  joined = false;
  ownId = '';
  /** Ids are told by this room. */
  identifies = false;
  /** What a self-ping finds. */
  inside: boolean | undefined = true;
  checks = 0;
  rejoins = 0;

  isSelf(occupant: string): boolean {
    return occupant === this.nick;
  }

  has(): boolean {
    return false;
  }

  check(done: (inside: boolean | undefined) => void): void {
    this.checks++;
    done(this.inside);
  }

  idOf(element: Element): string {
    return this.identifies ? readOccupantId(element) : '';
  }

  ask(): void {
    throw new Error('nothing is asked here');
  }

  rejoin(): void {
    this.rejoins++;
  }
}

/** An account in a room, of which a test says what it does. */
export class Hall extends RecordingHost {
  readonly room = new Room();

  get desk(): RecordingDesk {
    return this.archiveOf(jidOf(ROOM));
  }

  /** @returns the history that is asked for, as `name=value` */
  enter(): string {
    this.room.joins++;
    const history = roomLinesOf(this).joining(this.room);
    this.room.joined = true;
    roomLinesOf(this).joined(this.room);
    return Object.entries(history?.attrs ?? {})
      .map(([name, value]) => `${name}=${String(value)}`)
      .join();
  }

  /** The room says what it can. */
  described(...features: readonly string[]): this {
    const all = features.map((feature) => `<feature var='${feature}'/>`).join('');
    roomLinesOf(this).described(this.room, result(`<query xmlns='${NS.discoInfo}'>${all}</query>`));
    return this;
  }

  /** In the room, which has an archive or none. */
  within(archive: boolean): this {
    this.settings = { ...this.settings, archive: true };
    this.desk.cursors.set(ROOM, { id: archive ? 'a0' : '', at: 5 });
    this.enter();
    this.described(...(archive ? [NS.mam] : []));
    return this;
  }

  said(nick: string, inner: string, attributes = "id='i1'"): void {
    const from = nick === '' ? ROOM : `${ROOM}/${nick}`;
    roomLinesOf(this).line(
      stanza(`<message from='${from}' type='groupchat' ${attributes}>${inner}</message>`),
      this.room,
      nick,
    );
  }

  own(...lines: readonly string[]): void {
    this.desk.lines = lines.map((body, n) => ({ id: `m${String(n)}`, body, doubted: false }));
  }

  /** What the newest page of the room's archive asks for; and its answer. */
  archives(
    messages: readonly string[],
    from = ROOM,
    id: (n: number) => string = (n) => `a${String(n + 1)}`,
  ): string {
    const request = this.take('query', NS.mam);
    const queryid = attribute(request.payload, 'queryid') ?? '';
    messages.forEach((message, n) => {
      this.receive(
        `<message from='${from}'><result xmlns='${NS.mam}' queryid='${queryid}' id='${id(n)}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${WHEN}'/>${message}</forwarded></result></message>`,
      );
    });
    const last = messages.length === 0 ? '' : `<last>${id(messages.length - 1)}</last>`;
    request.done(
      result(`<fin xmlns='${NS.mam}' complete='true'><set xmlns='${NS.rsm}'>${last}</set></fin>`),
    );
    return `${request.to ?? ''} ${serialise(request.payload)}`;
  }
}

/** A line as an archive has it. */
export const line = (nick: string, body: string, id = body, more = '') =>
  `<message xmlns='jabber:client' from='${ROOM}/${nick}' type='groupchat' id='${id}'><body>${body}</body>${more}</message>`;
