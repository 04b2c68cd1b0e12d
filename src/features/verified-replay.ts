// SPDX-License-Identifier: MIT
//
// Asks an archive which messages in doubt the server, or the room, has, before anything is sent again. By
// then the old session is dead: a fresh one was bound to the same resource, and the room joined in it.

import type { Replay } from '../delivery/replay.js';
import type { ArchiveQueries, Page } from './archive-query.js';
import type { ArchiveSource } from './archive-source.js';
import type { FeatureHost } from './feature.js';

/** Archives lag: what is absent is asked for once more after this long. */
const AGAIN_MS = 2_000;

export class VerifiedReplay {
  /** Which asking the answers are for; those of an earlier session mean nothing. */
  private round = 0;
  private busy = false;

  constructor(
    private readonly host: FeatureHost,
    private readonly queries: ArchiveQueries,
    private readonly source: ArchiveSource,
  ) {}

  /** A fresh session: whatever is in doubt is looked for. */
  start(): void {
    const replay = this.source.desk.replay();
    this.round++;
    if (replay === undefined) return;
    this.busy = this.host.settings.archive;
    if (this.busy) this.ask(replay, '', this.round);
    else this.source.desk.unjudged();
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
      this.source.of,
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
        if (page.kind === 'stanza' || this.source.open) this.refused(round);
      },
    );
  }

  /** Who is not in a room cannot read its archive either: then it is asked again once he is. */
  private refused(round: number): void {
    const { source } = this;
    const decide = (inside: boolean | undefined) => {
      if (round === this.round && inside !== false) source.desk.unjudged();
    };
    if (source.inside === undefined) decide(true);
    else source.inside(decide);
  }

  private take(replay: Replay, page: Page, round: number): void {
    const own = page.messages.flatMap((archived) => this.source.own(archived) ?? []);
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
      this.source.desk.judged(next);
    }
  }
}
