// SPDX-License-Identifier: MIT

import { encodeJournal } from '../../../src/delivery/journal.js';
import { nodeTools } from '../../support/tools.js';
import type { ServerOptions } from '../../support/model/profiles.js';
import type { Subject } from './subject.js';

/** A short piece of life with nothing left to chance. */
export interface Script {
  readonly title: string;
  readonly server?: Partial<ServerOptions>;
  /** What is on the disk at its beginning. */
  readonly journal?: Uint8Array;
  /** The server cannot always say how far it had got, so a text may be doubted. */
  readonly doubts?: boolean;
  /** When its last word is said. */
  readonly untilMs: number;
  play(alice: Subject): void;
}

/** Every script signs in first, which is done by then. */
const ONLINE_MS = 500;

export const SCRIPTS: readonly Script[] = [
  {
    title: 'sign-in',
    untilMs: ONLINE_MS,
    play: () => undefined,
  },
  {
    title: 'send while online',
    untilMs: ONLINE_MS + 400,
    play: (alice) => {
      typing(alice, ONLINE_MS, 3, 20);
    },
  },
  {
    title: 'send while offline',
    untilMs: 3_000,
    play: (alice) => {
      alice.at(ONLINE_MS, () => {
        alice.unreachable(true);
        alice.cut();
      });
      typing(alice, ONLINE_MS + 200, 3, 60);
      alice.at(2_000, () => {
        alice.unreachable(false);
      });
    },
  },
  {
    title: 'resume',
    untilMs: 2_500,
    play: (alice) => {
      typing(alice, ONLINE_MS, 3, 4);
      alice.at(ONLINE_MS + 14, () => {
        alice.receive('b-1');
        alice.cut();
      });
    },
  },
  {
    title: 'failed resume with h',
    server: { resumeMs: 300 },
    untilMs: 4_000,
    play: lostSession,
  },
  {
    title: 'failed resume without h',
    server: { resumeMs: 300, failedH: false },
    doubts: true,
    untilMs: 4_000,
    play: lostSession,
  },
  {
    title: 'failed resume without h, with an archive',
    server: { resumeMs: 300, failedH: false, archive: true },
    doubts: true,
    untilMs: 7_000,
    play: (alice) => {
      // Once confirmed it shows that the archive keeps what the server takes.
      alice.at(ONLINE_MS - 300, () => {
        alice.type('a-0');
      });
      lostSession(alice);
    },
  },
  {
    title: 'receive',
    server: { resumeMs: 300 },
    untilMs: 4_000,
    play: (alice) => {
      receiving(alice, ONLINE_MS, 3, 9);
      alice.at(1_000, () => {
        alice.unreachable(true);
        alice.cut();
      });
      alice.at(1_600, () => {
        alice.receive('b-4');
        alice.receive('b-5');
      });
      alice.at(2_000, () => {
        alice.unreachable(false);
      });
    },
  },
  {
    title: 'read what was missed',
    server: { resumeMs: 300, archive: true, otherDevices: true },
    untilMs: 5_000,
    play: (alice) => {
      receiving(alice, ONLINE_MS, 2, 9);
      alice.at(1_000, () => {
        alice.unreachable(true);
        alice.cut();
      });
      alice.at(1_600, () => {
        alice.receive('b-3');
        alice.receive('b-4');
      });
      alice.at(2_000, () => {
        alice.unreachable(false);
      });
      // Some of these wait behind the archive, the last ones come live.
      for (let n = 5; n <= 12; n++) {
        alice.at(2_000 + (n - 5) * 300, () => {
          alice.receive(`b-${String(n)}`);
        });
      }
    },
  },
  {
    title: 'another host takes',
    untilMs: 3_000,
    play: (alice) => {
      receiving(alice, ONLINE_MS, 4, 9);
      alice.at(ONLINE_MS + 30, () => {
        alice.killHost();
      });
      alice.at(2_500, () => {
        alice.receive('b-5');
      });
    },
  },
  {
    title: 'a message ends two hosts',
    untilMs: 4_000,
    play: (alice) => {
      alice.fear('b-2');
      receiving(alice, ONLINE_MS, 4, 9);
      alice.at(3_500, () => {
        alice.receive('b-5');
      });
    },
  },
  {
    title: 'detach and attach',
    untilMs: 3_000,
    play: (alice) => {
      typing(alice, ONLINE_MS, 1, 0);
      alice.at(ONLINE_MS + 3, () => {
        alice.park();
      });
      receiving(alice, 900, 3, 9);
      alice.at(1_200, () => {
        alice.cut();
      });
      alice.at(2_000, () => {
        alice.attach();
        alice.type('a-2');
      });
    },
  },
  {
    title: 'full disk',
    untilMs: 5_000,
    play: (alice) => {
      alice.at(ONLINE_MS, () => {
        alice.disk.full = true;
      });
      typing(alice, ONLINE_MS, 2, 5);
      receiving(alice, ONLINE_MS + 3, 2, 40);
      alice.at(1_300, () => {
        alice.disk.full = false;
      });
      alice.at(3_000, () => {
        alice.type('a-3');
        alice.receive('b-3');
      });
    },
  },
  {
    title: 'compaction',
    journal: nearlyCompacted(),
    untilMs: 2_000,
    play: (alice) => {
      receiving(alice, ONLINE_MS, 2, 15);
      typing(alice, ONLINE_MS + 10, 4, 6);
    },
  },
  {
    title: 'sign-off',
    doubts: true,
    untilMs: 8_000,
    play: quitting,
  },
  {
    title: 'sign-off, with an archive',
    server: { archive: true },
    doubts: true,
    untilMs: 8_000,
    play: quitting,
  },
];

function typing(alice: Subject, atMs: number, count: number, everyMs: number): void {
  for (let n = 1; n <= count; n++) {
    alice.at(atMs + (n - 1) * everyMs, () => {
      alice.type(`a-${String(n)}`);
    });
  }
}

function receiving(alice: Subject, atMs: number, count: number, everyMs: number): void {
  for (let n = 1; n <= count; n++) {
    alice.at(atMs + (n - 1) * everyMs, () => {
      alice.receive(`b-${String(n)}`);
    });
  }
}

function quitting(alice: Subject): void {
  typing(alice, ONLINE_MS, 2, 4);
  receiving(alice, ONLINE_MS, 2, 4);
  alice.at(ONLINE_MS + 12, () => {
    alice.quit();
  });
  alice.at(2_000, () => {
    alice.receive('b-3');
  });
}

/** The server forgets the session before the link is back, with texts and a message under way. */
function lostSession(alice: Subject): void {
  typing(alice, ONLINE_MS, 3, 6);
  alice.at(ONLINE_MS + 16, () => {
    alice.receive('b-1');
    alice.unreachable(true);
    alice.cut();
  });
  alice.at(1_500, () => {
    alice.type('a-4');
  });
  alice.at(2_500, () => {
    alice.unreachable(false);
  });
}

/** A journal that a few more messages make worth compacting (`COMPACT_FLOOR` of the store). */
function nearlyCompacted(): Uint8Array {
  const text = 'x'.repeat(256 * 1024 - 1_500);
  const handle = 'long ago';
  return encodeJournal(
    [
      [{ type: 'accept', handle, to: 'bob@model.test', xml: text, body: '', at: 0 }],
      [{ type: 'state', handle, state: 'at-server' }],
    ],
    nodeTools,
  );
}
