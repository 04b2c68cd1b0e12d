// SPDX-License-Identifier: MIT
import { setTimeout as delay } from 'node:timers/promises';
import { engineOf } from '../interop/kills-processes.js';
import { eventually } from '../support/observed.js';
import type { Talk } from '../support/talk/record.js';
import type { Scene } from '../support/talk/scene.js';
import { missing } from '../support/talk/lines.js';
import { linesOf } from '../support/talk/tally.js';
import type { Fault } from './faults.js';
import { AFTER, type Plan, type Round } from './plan.js';

/** Lines of one direction that are under way before the next one waits for them, if it must. */
const WINDOW = 6;
/** In an outage it must not: people go on typing, and not all at once where each is refused. */
const PACE_MS = 200;
const LEAST_MS = 150;
const LOOK_MS = 10;
/** Nothing moves for so long on an open way: what is missing then is lost. */
const QUIET_MS = 20_000;
const PATIENCE_MS = 120_000;

type Way = 'up' | 'down';

/** Lines that are to come: given away, not there (in a room: not there for both), and no failure told. */
export function owed(talk: Talk, way: Way): number[] {
  const { typed, told, heard, echoed, said, strayed, shown } = talk;
  if (way === 'down') return missing(linesOf(said), [...linesOf(shown), ...strayed]);
  const accepted = typed.filter(({ outcome }) => outcome === 'accepted');
  const over = told.flatMap(({ line }) => line ?? []);
  const there = missing(linesOf(heard), missing(linesOf(heard), linesOf(echoed ?? heard)));
  return missing(linesOf(accepted), [...there, ...over]);
}

async function pace(talk: Talk, way: Way): Promise<void> {
  const end = performance.now() + PACE_MS;
  while (owed(talk, way).length >= WINDOW && performance.now() < end) await delay(LOOK_MS);
}

/** Waits until all is there, or nothing has moved for long on an open way. */
async function settle(scene: Scene): Promise<void> {
  const { talk } = scene;
  let moved = performance.now();
  let amount = 0;
  const holds = (): boolean => {
    const now =
      talk.heard.length + talk.shown.length + talk.told.length + (talk.echoed?.length ?? 0);
    if (now !== amount || !scene.connected) moved = performance.now();
    amount = now;
    const done = owed(talk, 'up').length + owed(talk, 'down').length === 0;
    return scene.person.disabled || (scene.connected && (done || quiet()));
  };
  const quiet = (): boolean => performance.now() - moved > QUIET_MS;
  await eventually('the talk to settle', holds, PATIENCE_MS).catch(() =>
    talk.remarks.push(`no rest in ${PATIENCE_MS / 1000} s`),
  );
}

/** One round both ways, hit by the fault; its last lines are said when that is over. */
async function hit(scene: Scene, fault: Fault, round: Round): Promise<void> {
  const { talk, person, friend } = scene;
  const { moment, at, lines } = round;
  const before = moment === 'typed' || moment === 'heard' ? person.lines : friend.lines;
  const come = (): boolean => talk[moment].some(({ line }) => line >= before + at);
  let said = 0;
  let hurt = false;
  let over = false;
  // Lines that nothing comes of, as one that a server died over, make no moment.
  const acting = eventually('the moment', () => come() || said === 2 * (lines - AFTER))
    .then(() => {
      hurt = true;
      return fault.act(scene, round.chance);
    })
    .finally(() => (over = true));
  const speak = async (way: Way, say: (more?: string) => Promise<void>): Promise<void> => {
    for (let line = 0; line < lines; line++) {
      if (line === lines - AFTER && !over) await acting;
      await say(fault.more);
      said++;
      await (hurt && !over ? delay(LEAST_MS) : undefined);
      await pace(talk, way);
    }
  };
  const up = speak('up', (more) => person.type(more));
  const down = speak('down', (more) => friend.say(more));
  await Promise.all([acting, up, down]);
}

/** Plays a plan to its end, with the host signed off and the server's archive read. */
export async function play(scene: Scene, fault: Fault, plan: Plan): Promise<void> {
  const { person, friend, talk, workspace } = scene;
  for (const round of plan.rounds) {
    await hit(scene, fault, round);
    if (round.settle) await settle(scene);
  }
  await settle(scene);
  // A copy that is still under way would be overtaken by these, which the order forbids.
  await Promise.all([person.type(fault.more), friend.say(fault.more)]);
  await settle(scene);
  await engineOf(person.hostPid);
  await person.quit();
  await friend.settle();
  const ours = ({ command }: { command: string }): boolean =>
    command.includes('engine.cjs') || command.includes('purple-host');
  await eventually('its engine to end', () => !workspace.residents().some(ours)).catch(() =>
    talk.remarks.push('an engine or a host was left behind'),
  );
}
