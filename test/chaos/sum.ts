// SPDX-License-Identifier: MIT
import type { Standing } from '../support/talk/journal.js';
import { emptyTalk, type Talk } from '../support/talk/record.js';
import { missing } from '../support/talk/lines.js';
import { linesOf, tally } from '../support/talk/tally.js';

/** What a run came to. All from `lost` to `broke` have to be 0; the others are told. */
export interface Sum {
  /** Lines that were given away each way. */
  up: number;
  down: number;
  /** By us: gone without a word, or in the room and not shown to the one who wrote it. */
  lost: number;
  /** Copies too many, without those that the promise marks. */
  doubled: number;
  reordered: number;
  /** By the host, while it showed the account as online. */
  refused: number;
  /** Failures that were told without the text. */
  untold: number;
  /** Told as failed, and arrived. */
  mistold: number;
  /** Something else than the messages, which is in the remarks. */
  broke: number;
  /** Failures told with the text, which indeed did not arrive. */
  told: number;
  /** Typed while the account was offline. */
  offline: number;
  /**
   * By the server: in alice's archive, or acknowledged before it was killed, and never with bob; or
   * taken from bob and not in her archive.
   */
  dropped: number;
  /** Of `dropped`: never acknowledged, but found in alice's archive and taken for arrived. */
  found: number;
  /** The server sent it behind a younger one in the same session. */
  shuffled: number;
  /** Bob's lines that the server never read. */
  strayed: number;
  /** Of `doubled`: the server's archive forgot the first copy. */
  forgotten: number;
  /** Copies that were announced as perhaps coming twice, and did. */
  twice: number;
  /** Inbound entries that were shown with the words that they may have been shown before. */
  marked: number;
  /** Those of them that had been. */
  again: number;
  /** Lines under way to a host when it was killed. */
  unsure: number;
}

export const FAULTLESS = [
  ...(['lost', 'doubled', 'reordered', 'refused', 'untold', 'mistold', 'broke'] as const),
];

const NO_WITNESS: Witness = {
  ...{ hers: { up: [], down: [] }, settled: [], found: [] },
  ...{ shuffled: [], forgetful: false },
};

/** Of a run that did not come to its end. */
export function brokenOff(): Sum {
  return { ...sumOf(emptyTalk(), NO_WITNESS), broke: 1 };
}

/** How often each line is there more than once. */
function excess(lines: readonly number[]): number {
  return lines.length - new Set(lines).size;
}

/** What others than the two people say of the lines. */
export interface Witness extends Omit<Standing, 'announced'> {
  /** The lines each way that alice's archive has at the end: her server took those. */
  hers: Record<'up' | 'down', readonly number[]>;
  /** A server was killed: it may have forgotten what it had acknowledged. */
  forgetful: boolean;
}

export function sumOf(talk: Talk, { hers, settled, found, shuffled, forgetful }: Witness): Sum {
  const counts = tally(talk);
  const { lost, doubled, announced, disordered, own } = counts;
  const having = (outcome: string): typeof talk.typed =>
    talk.typed.filter((typed) => typed.outcome === outcome);
  // An archive may have forgotten what came through the server.
  const down = [...talk.taken, ...linesOf(talk.shown)];
  const had = lost.up.filter(
    (line) => hers.up.includes(line) || (forgetful && settled.includes(line)),
  );
  const gone = missing(lost.down, hers.down);
  const heard = excess(linesOf(talk.heard));
  return {
    up: counts.accepted,
    down: new Set(down).size,
    lost: lost.up.length + lost.down.length - had.length - gone.length + own.missing.length,
    doubled: doubled.up.length + doubled.down.length + own.doubled.length,
    reordered:
      disordered.up.length + missing(disordered.down, shuffled).length + own.disordered.length,
    refused: having('refused').filter(({ online }) => online).length,
    untold: counts.unquoted.length,
    mistold: counts.mistold.length,
    broke: talk.remarks.length,
    told: counts.told.length,
    offline: having('refused').filter(({ online }) => !online).length,
    dropped: had.length + gone.length,
    found: had.length - missing(had, found).length,
    shuffled: disordered.down.length - missing(disordered.down, shuffled).length,
    strayed: missing(linesOf(talk.said), down).length,
    forgotten: Math.min(doubled.up.length, Math.max(0, heard - excess(talk.archived))),
    twice: announced.length,
    marked: counts.marked.down,
    again: excess(linesOf(talk.shown)) - doubled.down.length,
    unsure: having('unsure').length,
  };
}
