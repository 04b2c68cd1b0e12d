// SPDX-License-Identifier: MIT
//
// A change of our nick in one room (XEP-0045 §7.6): asked for by a presence to the new address, and done
// when the room says so.

import { Alarm } from './alarm.js';
import type { FeatureHost } from './feature.js';
import type { Entrance } from './muc-entrance.js';

const ANSWER_MS = 60_000;

export class Rename {
  readonly #host: FeatureHost;
  readonly #entrance: Entrance;
  /** Called when it is done, or is not going to be, with the reason then. */
  readonly #over: (why: string | undefined) => void;
  readonly #alarm: Alarm;
  #wanted = '';
  #id = '';

  constructor(host: FeatureHost, entrance: Entrance, over: (why: string | undefined) => void) {
    this.#host = host;
    this.#entrance = entrance;
    this.#over = over;
    this.#alarm = new Alarm(host);
  }

  /** The nick that is asked for; empty while none is. */
  get wanted(): string {
    return this.#wanted;
  }

  ask(nick: string): void {
    if (this.#entrance.occupant(nick) === undefined) {
      this.#over('that is no nickname.');
      return;
    }
    this.#wanted = nick;
    this.#id = '';
    this.#send();
  }

  /** Asked for while the link was away. */
  resumed(): void {
    if (this.#wanted !== '' && this.#id === '') this.#send();
    this.#alarm.resumed();
  }

  /** Is this the id that the room's refusal has? */
  isAnswer(id: string | undefined): boolean {
    return this.#id !== '' && id === this.#id;
  }

  /** The room refused it, or has done it. */
  end(why?: string): void {
    if (this.#wanted === '') return;
    this.stop();
    this.#over(why);
  }

  /** Nobody will answer. */
  stop(): void {
    this.#wanted = '';
    this.#id = '';
    this.#alarm.clear();
  }

  #send(): void {
    if (!this.#host.online) return;
    this.#id = this.#host.newId();
    this.#entrance.say(this.#wanted, this.#id);
    this.#await();
  }

  #await(): void {
    this.#alarm.set(
      ANSWER_MS,
      () => {
        this.end('the room did not answer.');
      },
      () => {
        this.#await();
      },
    );
  }
}
