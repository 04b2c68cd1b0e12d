// SPDX-License-Identifier: MIT

/** How often a nick that nobody asked for is changed until a room takes it. */
const VARIANTS = 3;

/** The nick for one room: what was asked for, and what became of it there. */
export class NickChoice {
  #base: string;
  #variant = 0;
  /** The user chose it, so that no other one will do. */
  readonly #chosen: boolean;
  #current: string;

  /**
   * @param asked by the user; empty for none
   * @param fallback the nick of one who does not care
   */
  constructor(asked: string, fallback: string) {
    this.#chosen = asked !== '';
    this.#base = this.#chosen ? asked : fallback;
    this.#current = this.#base;
  }

  /** As the room has it, or as it is asked for. */
  get current(): string {
    return this.#current;
  }

  /** What to enter with: the room may make something else of it again. */
  get wanted(): string {
    return `${this.#base}${'_'.repeat(this.#variant)}`;
  }

  /** Would asking for `nick` be news? The room may have made something else of it before. */
  differs(nick: string): boolean {
    return nick !== '' && nick !== this.#current && nick !== this.wanted;
  }

  /** Somebody else has it (XEP-0045 §7.2.8). @returns whether there is another one to try */
  next(): boolean {
    if (this.#chosen || this.#variant >= VARIANTS) return false;
    this.#variant += 1;
    return true;
  }

  /** A new attempt to enter. */
  retry(): void {
    this.#current = this.wanted;
  }

  /** The room let us in as this one. */
  taken(nick: string): void {
    this.#current = nick;
  }

  /** We have been renamed, by the room or by another device of ours. */
  renamed(nick: string): void {
    this.#base = nick;
    this.#variant = 0;
    this.#current = nick;
  }
}
