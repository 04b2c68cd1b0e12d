// SPDX-License-Identifier: MIT
import type { HostEvent } from '../../native/host-events.js';
import { Redial } from './redial.js';

/** Whether alice can type, as her host shows it; and what is done when she cannot. */
export class Attendance {
  #online = false;
  /** In the room, where there is one. */
  #inside = false;
  readonly #redial: Redial;
  /** A person who is told that the room was not entered tries it again. */
  readonly #knock: Redial;

  /** @param join enters the room, as Pidgin does at each sign-on with those that were open */
  constructor(
    private readonly isRoom: boolean,
    connect: () => void,
    private readonly join: () => void,
  ) {
    this.#redial = new Redial(connect);
    this.#knock = new Redial(join);
  }

  get online(): boolean {
    return this.#online;
  }

  /** Online, and in the room where there is one. */
  get present(): boolean {
    return this.#online && (this.#inside || !this.isRoom);
  }

  /** The host is gone, or not there yet. */
  gone(): void {
    this.stop();
    this.#online = this.#inside = false;
  }

  stop(): void {
    this.#redial.stop();
    this.#knock.stop();
  }

  told(event: HostEvent): void {
    if (event.event === 'connected') {
      this.#online = true;
      this.#redial.connected();
      if (this.isRoom) this.join();
    }
    // libpurple leaves the rooms without a word of them.
    if (event.event === 'disconnected') this.#online = this.#inside = false;
    if (event.event === 'connection-error' && !event.fatal) this.#redial.failed();
    if (event.event === 'chat-join-failed' && this.#online) this.#knock.failed();
    if (event.event === 'chat-joined') {
      this.#inside = true;
      this.#knock.connected();
    }
    if (event.event === 'chat-left') this.#inside = false;
  }
}
