// SPDX-License-Identifier: MIT
//
// Asks our own archive which messages in doubt the server has, before anything is sent again. By then
// the old session is dead: a fresh one was bound to the same resource.

import { attribute } from '../core/xml.js';
import type { OwnMessage, Replay } from '../delivery/replay.js';
import type { ArchiveQueries, Page } from './archive-query.js';
import type { FeatureHost } from './feature.js';
import { idsOf } from './own-copies.js';
import { parseJid } from './per-host.js';

/** Archives lag: what is absent is asked for once more after this long. */
const AGAIN_MS = 2_000;

export class VerifiedReplay {
  /** Which asking the answers are for; those of an earlier session mean nothing. */
  private round = 0;
  private busy = false;

  constructor(
    private readonly host: FeatureHost,
    private readonly queries: ArchiveQueries,
  ) {}

  /** A fresh session: whatever is in doubt is looked for. */
  start(): void {
    const replay = this.host.archive.replay();
    this.round++;
    if (replay === undefined) return;
    this.busy = this.host.settings.archive;
    if (this.busy) this.ask(replay, '', this.round);
    else this.host.archive.unjudged();
  }

  /** An answer was given up while there was no link. */
  resumed(): void {
    if (!this.busy) this.start();
  }

  ended(): void {
    this.round++;
    this.busy = false;
  }

  private ask(replay: Replay, before: string, round: number): void {
    this.queries.ask(
      { before },
      () => undefined,
      (page) => {
        if (round !== this.round) return;
        if (!('condition' in page)) {
          this.take(replay, page, round);
          return;
        }
        this.busy = false;
        // Silence while there is no link is not an answer: asked again on the next one.
        if (page.kind === 'stanza' || this.host.online) this.host.archive.unjudged();
      },
    );
  }

  private take(replay: Replay, page: Page, round: number): void {
    const own = page.messages.flatMap(({ message }) => this.ownMessage(message) ?? []);
    const stuck = page.first === undefined;
    const next = replay.page(own, page.complete || stuck);
    if (next === 'older') {
      this.ask(replay, page.first ?? '', round);
    } else if (next === 'again') {
      this.host.later(AGAIN_MS, () => {
        if (round === this.round) this.ask(replay, '', round);
      });
    } else {
      this.busy = false;
      this.host.archive.judged(next);
    }
  }

  private ownMessage(message: Page['messages'][number]['message']): OwnMessage | undefined {
    const from = parseJid(this.host, attribute(message, 'from'));
    const to = parseJid(this.host, attribute(message, 'to'));
    return from?.sameBare(this.host.jid) === true && to !== undefined
      ? { ids: idsOf(message), to: to.bare().toString() }
      : undefined;
  }
}
