// SPDX-License-Identifier: MIT
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../test/support/observed.js';
import { Chance } from '../../test/support/model/chance.js';
import type { Fault } from './faults.js';
import type { Talk } from '../../test/support/talk/record.js';
import type { Scene } from '../../test/support/talk/scene.js';
import { ROOM } from '../../test/support/talk/where.js';
import { missing } from '../../test/support/talk/lines.js';

/** Lines each way in a burst, and the rhythm in which they and the bursts are typed. */
export const BURST = 10;
const LINE_MS = 30;
const BURST_MS = 1_000;
/** The part of the bursts before each fault, and what is kept for the time after it. */
const CALM = 0.3;
const AFTER = 3;

/** Nothing moves for so long on an open way: what is missing then is lost. */
const QUIET_MS = 15_000;
const QUIET_AT_THE_END_MS = 30_000;
/** For a connection that is dead and not noticed. */
const PATIENCE_MS = 240_000;

async function lines(count: number, next: () => Promise<void>): Promise<void> {
  for (let line = 0; line < count; line++) {
    await next();
    await delay(LINE_MS);
  }
}

async function burst({ person, friend }: Scene): Promise<void> {
  await Promise.all([lines(BURST, () => person.type()), lines(BURST, () => friend.say())]);
}

/** Whatever was typed and taken is there; what a server died over never will be. */
function isComplete({ typed, heard, echoed, said, strayed, shown }: Talk): boolean {
  const accepted = typed.filter(({ outcome }) => outcome === 'accepted');
  const numbers = (things: readonly { line: number }[]): number[] => things.map(({ line }) => line);
  return (
    missing(numbers(accepted), numbers(heard)).length === 0 &&
    missing(numbers(accepted), numbers(echoed ?? accepted)).length === 0 &&
    missing(numbers(said), [...numbers(shown), ...strayed]).length === 0
  );
}

/** Waits until all is there, or nothing has moved for `quietMs` on an open way. */
async function settle(scene: Scene, quietMs: number): Promise<void> {
  const { talk, person } = scene;
  let moved = Date.now();
  let amount = 0;
  const holds = (): boolean => {
    const now = talk.heard.length + talk.shown.length;
    if (now !== amount || !scene.connected) moved = Date.now();
    amount = now;
    const quiet = Date.now() - moved > quietMs;
    return person.disabled || (scene.connected && (isComplete(talk) || quiet));
  };
  await eventually('the talk to settle', holds, PATIENCE_MS).catch(() =>
    talk.remarks.push(
      `no rest in ${PATIENCE_MS / 1000} s; what was under way then is counted as lost`,
    ),
  );
}

/** A moment within a burst, by what has just happened to one of its lines. */
async function moment({ talk, person, friend }: Scene, chance: Chance): Promise<void> {
  const what = chance.pick(['typed', 'heard', 'said', 'shown'] as const);
  const things = talk[what];
  const before = what === 'typed' || what === 'heard' ? person.lines : friend.lines;
  const line = before + chance.between(1, BURST - 1);
  const there = (): boolean => things.some((thing) => thing.line >= line);
  // Without any of them, where a protocol has lost its connection for good, any moment will do.
  await eventually('the moment of a fault', there, 3_000).catch(() => undefined);
  await delay(chance.between(0, LINE_MS));
}

/**
 * What is said in a room that she is not in may never come, so the next round begins late, and with it
 * what tells that lines pass again. Its last burst is to tell it.
 */
async function back(scene: Scene): Promise<void> {
  await eventually('her to be back', () => scene.connected, PATIENCE_MS).catch(() => undefined);
}

/** The bursts of one fault: some before, one that it hits, the others meanwhile and afterwards. */
async function round(
  scene: Scene,
  fault: Fault,
  time: number,
  bursts: number,
  chance: Chance,
): Promise<void> {
  const calm = Math.min(Math.max(1, Math.round(bursts * CALM)), bursts - AFTER - 1);
  for (let count = 0; count < calm; count++) await Promise.all([burst(scene), delay(BURST_MS)]);
  await settle(scene, QUIET_MS);
  let mended = false;
  const acting = moment(scene, chance)
    .then(() => fault.act(scene, time, chance))
    .then(() => {
      mended = true;
      scene.talk.mended.push(Date.now());
    });
  for (let left = bursts - calm; left > 0; left--) {
    if (!mended && left === AFTER) await acting;
    if (left === 1 && scene.where === ROOM) await back(scene);
    await Promise.all([burst(scene), delay(BURST_MS)]);
  }
}

/** Plays one talk with its faults and returns what was written down. */
export async function play(
  scene: Scene,
  fault: Fault,
  messages: number,
  seed: number,
): Promise<Talk> {
  const chance = new Chance(seed);
  const rounds = Math.max(1, fault.times);
  const bursts = Math.max(AFTER + 2, Math.round(messages / BURST / rounds));
  for (let time = 0; time < rounds; time++) {
    await round(scene, fault, time, bursts, chance);
    await settle(scene, time === rounds - 1 ? QUIET_AT_THE_END_MS : QUIET_MS);
  }
  await scene.friend.settle();
  await scene.person.quit();
  return scene.talk;
}
