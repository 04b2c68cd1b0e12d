// SPDX-License-Identifier: MIT
//
// When an archive is read: after each sign-in or joining, after an outage, and now and then.

import type { ArchiveSource } from './archive-source.js';
import { archiveQueriesOf } from './archive-query.js';
import { CatchUp } from './catch-up.js';
import type { FeatureHost } from './feature.js';
import { VerifiedReplay } from './verified-replay.js';

/** After so many texts, or so long after the first of them, the archive is read up to them. */
const TEXTS = 500;
const TRAFFIC_MS = 15 * 60_000;
/** What came while a session was without a link for longer may be in the archive alone. */
const LONG_OUTAGE_MS = 60_000;
/** Archives lag: what came just before we were there may show in them only after that. */
const LAG_MS = 5_000;

export class ArchiveReading {
  private readonly catchUp: CatchUp;
  private readonly replay: VerifiedReplay;
  private texts = 0;
  private counting = 0;
  /** It was time to read while there was no link. */
  private owed = false;
  /** Counts sessions. */
  private session = 0;

  constructor(
    private readonly host: FeatureHost,
    private readonly source: ArchiveSource,
  ) {
    const queries = archiveQueriesOf(host);
    this.catchUp = new CatchUp(host, queries, source);
    this.replay = new VerifiedReplay(host, queries, source);
  }

  /** What comes now may be younger than what only the archive has: it waits for the session that reads it. */
  hold(): void {
    if (this.host.settings.archive) this.catchUp.hold();
  }

  /** A fresh session, or a fresh joining of the room whose archive it is. */
  started(): void {
    this.replay.start();
    if (!this.host.settings.archive) {
      this.source.desk.release();
      return;
    }
    this.readTwice(true);
  }

  /** Calls `run` once what comes live need not wait for the archive. */
  whenReleased(run: () => void): void {
    this.catchUp.whenReleased(run);
  }

  /**
   * The presence went out behind the archive: what came between its last page and that is in it alone, and older
   * than what comes live.
   */
  announced(): void {
    this.catchUp.hold();
    // The reading that let the presence go is still on its last step.
    this.host.later(1, () => {
      this.read(true);
    });
  }

  resumed(outageMs: number): void {
    this.replay.resumed();
    if (this.owed || this.catchUp.behind || outageMs > LONG_OUTAGE_MS) this.readTwice(false);
  }

  /** Now, and once more when the archive has had the time to show what came before we were there. */
  private readTwice(hold: boolean): void {
    this.read(hold);
    const { session } = this;
    // Behind the answer, since the question may have waited for a link.
    this.catchUp.whenOver(() => {
      this.host.later(LAG_MS, () => {
        if (session === this.session) this.read(false);
      });
    });
  }

  /** What came since the last reading is read up to, so that the next sign-in begins behind it. */
  leaving(answered: () => void): boolean {
    if (this.texts === 0 || !this.catchUp.possible) return false;
    this.read(false);
    return this.catchUp.whenOver(answered);
  }

  ended(): void {
    this.session++;
    this.replay.ended();
    this.catchUp.ended();
  }

  /** What waited when an earlier process ended. */
  watch(): void {
    this.catchUp.watch();
  }

  /** More is in doubt than was: it is looked for, and what is found is shown. */
  judge(): void {
    this.replay.start();
    this.read(false);
  }

  /** A text came that is in the archive, too. */
  came(): void {
    this.texts++;
    if (this.texts === 1) {
      const { counting } = this;
      this.host.later(TRAFFIC_MS, () => {
        if (counting === this.counting) this.read(false);
      });
    } else if (this.texts === TEXTS) {
      this.read(false);
    }
  }

  private read(hold: boolean): void {
    this.texts = 0;
    this.counting++;
    this.owed = !this.source.open;
    if (this.host.settings.archive && this.source.open) this.catchUp.start(hold);
  }
}
