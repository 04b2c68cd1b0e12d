// SPDX-License-Identifier: MIT
//
// The way into one room, and what is said of ourselves there (XEP-0045 §7.2, §7.7).

import { fault } from '../core/errors.js';
import { serialise, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { Alarm } from './alarm.js';
import type { FeatureHost } from './feature.js';
import { NickChoice } from './muc-nick.js';
import { ownPresence } from './own-presence.js';
import { parseJid } from './per-host.js';

/** A room that has not let us in or refused to after this long is asked again. */
const ANSWER_MS = 60_000;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;
/** About 20 minutes: by then a server has given up the session that held our nick. */
const PATIENCE = 8;
/** A stay as long as this was none of a series of failures. */
const CALM_MS = 60_000;

export const UNANSWERED = fault(
  'timeout',
  'no-answer',
  'The room has not answered yet. It is asked again.',
);

/** What the entrance needs of its room. */
export interface Gate {
  /** Entering begins. @returns which of the room's history to ask for (§7.2.13) */
  entering(): Element | undefined;
  /** The room did not answer; it is asked again behind this. */
  unanswered(): void;
}

export class Entrance {
  readonly #host: FeatureHost;
  readonly #room: Jid;
  readonly #gate: Gate;
  readonly #alarm: Alarm;
  #nick: NickChoice;
  #password: string;
  #state: 'out' | 'joining' | 'joined' = 'out';
  #joins = 0;
  #tries = 0;
  #since = 0;
  #id = '';
  /** What the room has of us. */
  #said = '';

  constructor(host: FeatureHost, room: Jid, gate: Gate, nick: string, password: string) {
    this.#host = host;
    this.#room = room;
    this.#gate = gate;
    this.#alarm = new Alarm(host);
    this.#nick = new NickChoice(nick, host.jid.local);
    this.#password = password;
  }

  get state(): 'out' | 'joining' | 'joined' {
    return this.#state;
  }

  get joins(): number {
    return this.#joins;
  }

  get nick(): NickChoice {
    return this.#nick;
  }

  /** The presence that is to let us in went by this id, which its refusal has, too. */
  get id(): string {
    return this.#id;
  }

  /** Nothing was done yet to get in, and nothing will be by itself. */
  get idle(): boolean {
    return this.#state === 'out' && !this.#alarm.pending;
  }

  /** There is a point in waiting longer for what passes. */
  get patient(): boolean {
    return this.#tries < PATIENCE;
  }

  /** Our address in the room, or what would be. @returns nothing for a nick that is none */
  occupant(nick: string): Jid | undefined {
    return nick.trim() === ''
      ? undefined
      : parseJid(this.#host, `${this.#room.toString()}/${nick}`);
  }

  /**
   * Asked to be in the room, once more.
   * @param password empty for the one that is known, if any
   * @returns whether that makes a difference to one who is not in yet
   */
  choose(nick: string, password = ''): boolean {
    const otherNick = this.#nick.differs(nick);
    const otherPassword = password !== '' && password !== this.#password;
    if (otherNick) this.#nick = new NickChoice(nick, this.#host.jid.local);
    if (otherPassword) this.#password = password;
    return otherNick || otherPassword || (this.#state === 'out' && this.#alarm.pending);
  }

  /** Goes in now; the server has our presence by now. */
  enter(): void {
    this.#state = 'joining';
    this.#joins += 1;
    this.#id = this.#host.newId();
    this.#nick.retry();
    const history = this.#gate.entering();
    const password = this.#password;
    this.say(
      this.#nick.current,
      this.#id,
      xml(
        'x',
        { xmlns: NS.muc },
        history,
        password === '' ? undefined : xml('password', {}, password),
      ),
    );
    this.#await();
  }

  /** We are in, as `nick`. */
  entered(nick: string): void {
    this.#state = 'joined';
    this.#since = this.#host.clock().now;
    this.#alarm.clear();
    this.#nick.taken(nick);
    this.update();
  }

  /** Out of it, or not in it any more on the way. */
  stop(): void {
    const calm = this.#state === 'joined' && this.#host.clock().now - this.#since > CALM_MS;
    if (calm) this.#tries = 0;
    this.#state = 'out';
    this.#alarm.clear();
  }

  /** Stopped, and to be tried again in a while. */
  again(): void {
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 3 ** this.#tries);
    this.#tries += 1;
    this.#alarm.set(delay, () => {
      this.enter();
    });
  }

  /** Stopped, and to be tried again at once, or as soon as there is a link. */
  reenter(): void {
    if (this.#host.online) this.enter();
    else
      this.#alarm.set(0, () => {
        this.enter();
      });
  }

  /** A session has begun, or the user asks for it: earlier failures say nothing of this. */
  start(): void {
    this.#tries = 0;
    this.enter();
  }

  resumed(): void {
    this.#alarm.resumed();
    this.update();
  }

  /** §7.7: the room learns what the server was told of us. */
  update(): void {
    if (this.#state !== 'joined' || this.#said === this.#words()) return;
    this.say(this.#nick.current, this.#host.newId());
  }

  /** Our presence to the room, under this nick. */
  say(nick: string, id: string, x?: Element): void {
    const to = this.occupant(nick)?.toString();
    if (to === undefined || !this.#host.online) return;
    this.#said = this.#words();
    const presence = ownPresence(this.#host);
    presence.attrs.to = to;
    presence.attrs.id = id;
    if (x !== undefined) presence.cnode(x);
    this.#host.send(presence);
  }

  #words(): string {
    return serialise(ownPresence(this.#host));
  }

  /** A link that was away meanwhile may bring the answer yet. */
  #await(): void {
    this.#alarm.set(
      ANSWER_MS,
      () => {
        this.#gate.unanswered();
        this.enter();
      },
      () => {
        this.#await();
      },
    );
  }
}
