// SPDX-License-Identifier: MIT
import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '../../test/support/model/chance.js';
import type { Protocol } from '../../test/support/talk/person.js';
import type { Scene } from '../../test/support/talk/scene.js';
import type { ServerName } from '../../test/support/talk/server.js';
import type { Timing } from './times.js';

export interface Fault {
  /** For `FAULTS=`. */
  name: string;
  /** The row of the table. */
  what: string;
  /** How many of them hit one talk. */
  times: number;
  only?: Protocol;
  /** The one server that it is a fault on. */
  on?: ServerName;
  /** Takes minutes: played first, so that nobody waits for it at the end. */
  slow?: true;
  /** Played in rooms as well, if nothing else is asked for. */
  rooms?: true;
  /** What a packet takes from alice to the server, and another one back, if not the usual time. */
  latencyMs?: number;
  /** The row of the second table that its times go into. */
  timing?: Timing;
  /** Breaks something; resolves when the way is open again. @param time 0 for the first of a talk */
  act: (scene: Scene, time: number, chance: Chance) => Promise<void>;
}

const BLACK_HOLE_MS = 3_000;
const LONG_MS = 20_000;
/** From short to long, one of each in a talk. */
const OUTAGES_S: readonly (readonly [number, number])[] = [
  [2, 4],
  [4, 8],
  [8, 16],
  [16, 30],
  [30, 45],
  [45, 60],
];
/** Above Prosody's limit of 256 KiB for a stanza of a client. */
const HUGE = 300_000;

/** TCP sends again what a black hole swallowed, so it comes late. */
const blackHole = (ms: number) =>
  async function ({ proxy }: Scene): Promise<void> {
    proxy.stall();
    await delay(ms);
    await proxy.heal();
  };

async function outage({ proxy }: Scene, ms: number): Promise<void> {
  proxy.refuse();
  proxy.cut('rst');
  await delay(ms);
  await proxy.accept();
}

/** Any length within its part of the range, so that none falls in step with someone's rhythm. */
function outageOfSomeLength(scene: Scene, time: number, chance: Chance): Promise<void> {
  const [least, most] = OUTAGES_S[time % OUTAGES_S.length] ?? [0, 0];
  return outage(scene, chance.between(least * 1000, most * 1000));
}

const serverGone = (how: 'stop' | 'kill') =>
  async function ({ proxy, server, friend }: Scene): Promise<void> {
    proxy.refuse();
    const back = server[how]().then(() => server.restart());
    await friend.returns(back);
    await proxy.accept();
  };

/** Typed into a dead connection; nobody waits for anything before the host is closed. */
async function quitInBlackHole({ proxy, person }: Scene): Promise<void> {
  proxy.forget();
  for (let line = 0; line < 5; line++) await person.type();
  await person.quitAndStart();
}

const oneWay = ({ proxy }: Scene, time: number): Promise<void> =>
  Promise.resolve(proxy.forget(time % 2 === 0 ? 'down' : 'up'));

export const FAULTS: readonly Fault[] = [
  { name: 'none', what: 'none (control)', times: 0, rooms: true, act: () => Promise.resolve() },
  {
    ...{ name: 'rst', what: 'connection reset', times: 2, rooms: true, timing: 'far' },
    act: ({ proxy }) => Promise.resolve(proxy.cut('rst')),
  },
  {
    ...{ name: 'fin', what: 'connection closed (FIN)', times: 2, rooms: true, timing: 'far' },
    act: ({ proxy }) => Promise.resolve(proxy.cut('fin')),
  },
  {
    ...{ name: 'hole', what: 'black hole of 3 s', times: 2, rooms: true },
    act: blackHole(BLACK_HOLE_MS),
  },
  {
    ...{ name: 'stall', what: 'black hole of 20 s', times: 2, rooms: true },
    act: blackHole(LONG_MS),
  },
  {
    ...{ name: 'oneway', what: 'connection dead in one direction', times: 2, slow: true },
    timing: 'noticed',
    act: oneWay,
  },
  {
    ...{ name: 'dead', what: 'connection dead without a word', times: 2, slow: true },
    timing: 'noticed',
    act: ({ proxy }) => Promise.resolve(proxy.forget()),
  },
  {
    ...{ name: 'outage', what: 'outage of 20 s (reset, then refused)', times: 2, timing: 'far' },
    act: (scene) => outage(scene, LONG_MS),
  },
  {
    ...{ name: 'outages', what: 'outages of 2 to 60 s, round trip 100 ms' },
    ...{ times: OUTAGES_S.length, slow: true, latencyMs: 50, timing: 'near' },
    act: outageOfSomeLength,
  },
  { name: 'restart', what: 'server restarted (SIGTERM)', times: 2, act: serverGone('stop') },
  {
    ...{ name: 'crash', what: 'server killed (SIGKILL), started', times: 2, rooms: true },
    act: serverGone('kill'),
  },
  {
    ...{ name: 'kill', what: 'host killed (SIGKILL), started', times: 2, rooms: true },
    act: async ({ person }) => void (await person.kill()),
  },
  { name: 'quit', what: 'host quit on a dead connection', times: 2, act: quitInBlackHole },
  {
    ...{ name: 'engine', what: 'engine killed (SIGKILL)', times: 2, rooms: true },
    only: 'prpl-steadfast',
    act: ({ person }) => person.killEngine(),
  },
  {
    ...{ name: 'huge', what: 'one text of 300 kB, over the server’s limit', times: 1 },
    ...{ on: 'prosody', slow: true },
    act: ({ person }) => person.type(` ${'x'.repeat(HUGE)}`),
  },
];
