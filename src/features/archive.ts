// SPDX-License-Identifier: MIT
//
// The server's message archive (XEP-0313): what was missed is read from it, and what is in doubt is
// looked for in it.

import { NS } from '../core/namespaces.js';
import { child, localName } from '../core/xml.js';
import { ArchiveQueries } from './archive-query.js';
import { CatchUp } from './catch-up.js';
import type { Feature, FeatureHost, FeatureHooks } from './feature.js';
import { VerifiedReplay } from './verified-replay.js';

/** After so many texts, or so long after the first of them, the archive is read up to them. */
const TEXTS = 500;
const TRAFFIC_MS = 15 * 60_000;
/** What came while a session was without a link for longer may be in the archive alone. */
const LONG_OUTAGE_MS = 60_000;
/** Archives lag: what came just before we were there may show in them only after that. */
const LAG_MS = 5_000;

class Archive {
  private readonly queries: ArchiveQueries;
  private readonly catchUp: CatchUp;
  private readonly replay: VerifiedReplay;
  private texts = 0;
  private counting = 0;
  /** It was time to read while there was no link. */
  private owed = false;
  /** Counts sessions. */
  private session = 0;

  constructor(private readonly host: FeatureHost) {
    this.queries = new ArchiveQueries(host);
    this.catchUp = new CatchUp(host, this.queries);
    this.replay = new VerifiedReplay(host, this.queries);
  }

  /** What comes now may be younger than what only the archive has: it waits for the session that reads it. */
  settling(): void {
    if (this.host.settings.archive) this.catchUp.hold();
  }

  started(): void {
    this.replay.start();
    if (!this.host.settings.archive) {
      this.host.archive.release();
      return;
    }
    this.readTwice(true);
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

  attached(): void {
    this.catchUp.watch();
  }

  incoming(stanza: Parameters<NonNullable<FeatureHooks['incoming']>>[0]): void {
    if (child(stanza, 'body', NS.client) === undefined) return;
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
    this.owed = !this.host.online;
    if (this.host.settings.archive && this.host.online) this.catchUp.start(hold);
  }

  attach(): FeatureHooks {
    return {
      incoming: (stanza, { from }) => {
        if (localName(stanza) !== 'message') return 'pass';
        if (this.queries.result(stanza, from)) return 'taken';
        this.incoming(stanza);
        return 'pass';
      },
      settling: () => {
        this.settling();
      },
      started: () => {
        this.started();
      },
      resumed: (outageMs) => {
        this.resumed(outageMs);
      },
      leaving: (answered) => this.leaving(answered),
      ended: () => {
        this.ended();
      },
      attached: () => {
        this.attached();
      },
    };
  }
}

export const archive: Feature = {
  name: 'archive',
  specs: [
    { id: 'XEP-0059', name: 'Result Set Management', version: '1.0.0', status: 'complete' },
    {
      id: 'XEP-0313',
      name: 'Message Archive Management',
      version: '1.1.3',
      status: 'partial',
      note: 'the account’s own archive is read; preferences are left to the server',
    },
  ],
  // Presence first: what the server gets behind it comes live, all before it is in the archive.
  after: ['presence'],
  attach: (host) => new Archive(host).attach(),
};
