// SPDX-License-Identifier: MIT
import type { HostEventOf } from '../../native/host-events.js';
import { lineIn, type Shown, type Talk } from './record.js';

/** What alice sees of a talk, written down. */
export class Screen {
  /** The text of each line that she typed. */
  readonly texts: string[] = [];
  #last: Shown | undefined;

  constructor(private readonly talk: Talk) {}

  /** @param life which process of the host, from 0 */
  wrote({ html, flags }: HostEventOf<'write'>, life: number): void {
    const { talk } = this;
    const show = (lines: Shown[] | undefined, line: number | undefined): void => {
      if (lines === undefined || line === undefined) return;
      const old = flags.includes('delayed') ? { old: true as const } : {};
      this.#last = { line, at: Date.now(), life, marked: false, ...old };
      lines.push(this.#last);
    };
    if (flags.includes('recv')) show(talk.shown, lineIn(html, 'down'));
    if (flags.includes('send') || flags.includes('recv')) show(talk.echoed, lineIn(html, 'up'));
    if (flags.includes('error')) this.failed(html);
    if (!flags.includes('system')) return;
    if (html.includes('may have been shown before') && this.#last !== undefined)
      this.#last.marked = true;
    if (html.includes('without proof')) talk.doubts++;
    // A room with an archive has no gaps.
    if (html.includes('may be missing')) talk.remarks.push(html);
  }

  failed(text: string): void {
    const number = Number(/\bup (\d+)\b/.exec(text)?.[1] ?? 0);
    const quoted = text.includes(this.texts[number] ?? ' ');
    this.talk.told.push({ text: text.slice(0, 200), line: quoted ? number : undefined });
  }
}
