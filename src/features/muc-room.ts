// SPDX-License-Identifier: MIT
//
// One room that the user wants to be in (XEP-0045 §7): in it until he leaves it or the room puts him
// out. Outages, fresh sessions and restarts of its server are seen through without a word.

import { attribute, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { Jid } from '../core/jid.js';
import { Room_Why as Why } from '../contract/engine_pb.js';
import { errorMessage } from './error.js';
import type { FeatureHost } from './feature.js';
import { Entrance, UNANSWERED } from './muc-entrance.js';
import { RoomInfo } from './muc-info.js';
import { RoomMessages } from './muc-messages.js';
import { RoomMoves } from './muc-moves.js';
import type { End } from './muc-moves.js';
import { OccupantBook } from './muc-occupants.js';
import { readOccupantId } from './muc-presence.js';
import type { RoomPresence } from './muc-presence.js';
import { readNickRefusal, readRefusal } from './muc-refusal.js';
import { Rename } from './muc-rename.js';
import { SelfPing } from './muc-self-ping.js';
import { entryNotices } from './muc-status.js';
import { RoomTeller } from './muc-teller.js';
import type { Entry } from './muc-teller.js';
import { roomsOf } from './muc-traffic.js';
import type { JoinedRoom } from './muc-traffic.js';
import { withoutNul } from './text.js';

const REMADE =
  'The room had gone meanwhile and was made anew by your entering it, with the usual settings.';

export class Room implements JoinedRoom {
  readonly jid: Jid;
  readonly messages: RoomMessages;
  readonly occupants: OccupantBook;
  readonly #host: FeatureHost;
  readonly #teller: RoomTeller;
  readonly #entrance: Entrance;
  readonly #moves: RoomMoves;
  readonly #info: RoomInfo;
  readonly #rename: Rename;
  readonly #ping: SelfPing;
  /** Called when it is over. */
  readonly #over: () => void;
  /** The host waits for everything until the nick is changed. */
  #owed = false;
  /** What the room said of itself when we entered; the same again is no news. */
  readonly #noticed = new Set<string>();

  /** @param over called when we are out of it and not coming back */
  constructor(host: FeatureHost, jid: Jid, entry: Entry, over: () => void) {
    this.jid = jid;
    this.#host = host;
    this.#over = over;
    this.#teller = new RoomTeller(host, jid.toString(), entry);
    this.occupants = new OccupantBook(host, jid.toString());
    this.#info = new RoomInfo(host, this, this.#teller, (features) => {
      this.occupants.announced(features);
    });
    this.messages = new RoomMessages(host, this, this.#teller, () => {
      this.#info.changed();
    });
    const gate = { entering: () => this.#entering(), unanswered: this.#unanswered.bind(this) };
    this.#entrance = new Entrance(host, jid, gate, entry.nick, entry.password);
    this.#moves = new RoomMoves(host, this.#entrance, this.occupants, {
      entered: this.#entered.bind(this),
      renamed: this.#renamed.bind(this),
      lost: this.#lost.bind(this),
      put: this.#end.bind(this),
    });
    this.#rename = new Rename(host, this.#entrance, this.#renameOver.bind(this));
    this.#ping = new SelfPing(
      host,
      () => (this.#rename.wanted === '' ? this.#entrance.occupant(this.nick) : undefined),
      this.rejoin.bind(this),
    );
    this.#teller.joining(this.nick);
  }

  // --- JoinedRoom ------------------------------------------------------------------------------

  get nick(): string {
    return this.#entrance.nick.current;
  }

  get joins(): number {
    return this.#entrance.joins;
  }

  get joined(): boolean {
    return this.#entrance.state === 'joined';
  }

  isSelf(occupant: string): boolean {
    return occupant !== '' && occupant === this.nick;
  }

  has(occupant: string): boolean {
    return this.occupants.get(occupant) !== undefined;
  }

  get ownId(): string {
    return this.occupants.identifies ? (this.occupants.get(this.nick)?.occupantId ?? '') : '';
  }

  idOf(stanza: Element): string {
    return this.occupants.identifies ? readOccupantId(stanza) : '';
  }

  check(done: (inside: boolean | undefined) => void): void {
    this.#ping.check(done);
  }

  ask(stanza: Element, id: string, failed: string): void {
    this.messages.ask(stanza, id, failed);
  }

  rejoin(): void {
    if (!this.joined) return;
    this.#out();
    this.#entrance.reenter();
  }

  // --- commands and moments --------------------------------------------------------------------

  /**
   * JoinRoom for a room that we are in, or on the way into.
   * @param ready the server has our presence, so that rooms may be entered
   * @param answer the host is to be told everything
   */
  again(asked: string, password: string, ready: boolean, answer: boolean): void {
    const possible = asked === '' || this.#entrance.occupant(asked) !== undefined;
    if (!possible) this.#teller.notice('Your nickname was not changed: that is no nickname.');
    const nick = possible ? asked : '';
    const differs = this.#entrance.nick.differs(nick);
    if (this.joined && differs) {
      this.#entrance.choose('', password);
      this.#owed ||= answer;
      if (this.#rename.wanted !== nick) this.#rename.ask(nick);
      return;
    }
    const news = this.#entrance.choose(nick, password);
    if (answer) this.tellAll();
    if (news && !this.joined && ready && this.#host.online) this.#entrance.start();
  }

  /** The server has our presence: a session has begun, or the user came. */
  enter(): void {
    if (this.#entrance.state === 'out') this.#entrance.start();
  }

  /** Our own presence was changed. */
  update(): void {
    this.#entrance.update();
  }

  ended(): void {
    // A nick that was asked for in this session is what the next one begins with.
    this.#entrance.choose(this.#rename.wanted);
    this.#out();
  }

  /** @param ready as for `again` */
  resumed(outageMs: number, ready: boolean): void {
    this.#entrance.resumed();
    // It was asked for while there was no link.
    if (ready && this.#entrance.idle) this.#entrance.start();
    this.#rename.resumed();
    this.#ping.resumed(outageMs);
  }

  /** §7.14. @returns what tells the room, if it has to be told */
  leave(text: string): Element | undefined {
    const farewell = this.#farewell(text);
    this.#end(Why.ASKED, {});
    return farewell;
  }

  /** As `leave`, but of no interest to the host. */
  forget(): Element | undefined {
    const farewell = this.#farewell('');
    this.#out();
    this.#over();
    return farewell;
  }

  tellAll(): void {
    this.#teller.all(() => {
      this.occupants.tellAll();
    });
  }

  notice(text: string): void {
    this.#teller.notice(text);
  }

  heard(): void {
    this.#ping.heard();
  }

  /** @returns false for a presence that is not the room's */
  presence(stanza: Element, from: Jid): boolean {
    const type = attribute(stanza, 'type');
    if (type === 'error') this.#error(stanza);
    else if (type === undefined || type === 'unavailable') return this.#moves.receive(stanza, from);
    return type === 'error';
  }

  #farewell(text: string): Element | undefined {
    if (this.#entrance.state === 'out') return undefined;
    const to = this.#entrance.occupant(this.nick)?.toString();
    // To nobody it would be for everybody (RFC 6121 §4.5).
    if (to === undefined) return undefined;
    const status = text === '' ? undefined : xml('status', {}, withoutNul(text));
    return xml('presence', { to, type: 'unavailable' }, status);
  }

  // --- what becomes of us ----------------------------------------------------------------------

  #entering(): Element | undefined {
    this.occupants.collect();
    return roomsOf(this.#host).traffic?.joining(this);
  }

  #unanswered(): void {
    if (!this.#teller.joined) this.#teller.joining(this.nick, UNANSWERED);
  }

  #entered({ occupant, codes }: RoomPresence): void {
    const wanted = this.#entrance.nick.current;
    this.#entrance.entered(occupant.nick);
    this.messages.entered();
    this.#ping.start();
    // The host has us in a room that had gone meanwhile, with its settings and its lists.
    const remade = codes.has('201') && this.#teller.joined;
    this.#teller.inside({ nick: this.nick, nonAnonymous: codes.has('100') });
    this.occupants.put(occupant);
    this.occupants.complete();
    // §7.2.2, code 210.
    const named = wanted === this.nick ? [] : [`The room calls you “${this.nick}”.`];
    for (const text of [...entryNotices(codes), ...named]) {
      if (!this.#noticed.has(text)) this.#teller.notice(text);
      this.#noticed.add(text);
    }
    if (remade) this.#teller.notice(REMADE);
    if (codes.has('201')) this.#info.open();
    const { traffic } = roomsOf(this.#host);
    traffic?.joined(this);
    // The answer comes behind the history, which the room gives at once.
    this.#info.ask((answer) => traffic?.described(this, answer));
    this.#pay();
  }

  #renamed(nick: string): void {
    this.#entrance.nick.renamed(nick);
    if (this.joined) this.#teller.inside({ nick });
    this.#rename.end();
  }

  #renameOver(why: string | undefined): void {
    if (why !== undefined) this.#teller.notice(`Your nickname was not changed: ${why}`);
    this.#pay();
  }

  #pay(): void {
    if (this.#owed) this.tellAll();
    this.#owed = false;
  }

  #lost(): void {
    this.#out();
    this.#entrance.again();
  }

  #end(why: Why, end: End): void {
    this.#out();
    this.#teller.left(why, end);
    this.#over();
  }

  #out(): void {
    const { joined } = this;
    this.#entrance.stop();
    this.#ping.stop();
    this.#rename.stop();
    this.occupants.abandon();
    if (joined) roomsOf(this.#host).traffic?.left(this);
  }

  #error(stanza: Element): void {
    const id = attribute(stanza, 'id');
    const { state } = this.#entrance;
    if (state === 'joining' && (id === undefined || id === this.#entrance.id)) {
      this.#refused(stanza);
    } else if (this.#rename.isAnswer(id)) {
      this.#rename.end(readNickRefusal(stanza));
    } else if (state === 'joined') {
      // Our presence did not get there: are we?
      this.check(() => undefined);
    }
  }

  #refused(stanza: Element): void {
    const refusal = readRefusal(this.#host, stanza, this.jid.toString());
    const { passes, fault, alternate } = refusal;
    const { nick, patient } = this.#entrance;
    if (fault.condition === 'conflict' && nick.next()) {
      this.#entrance.enter();
    } else if (
      passes === 'always' ||
      (passes === 'for-occupants' && this.#teller.joined && patient)
    ) {
      if (!this.#teller.joined) this.#teller.joining(this.nick, fault);
      this.#lost();
    } else {
      const why = fault.condition === 'gone' ? Why.DESTROYED : Why.REFUSED;
      this.#end(why, { error: errorMessage(fault), alternate });
    }
  }
}
