// SPDX-License-Identifier: MIT
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostOptions } from '../native/host.js';
import type { Chance } from '../support/model/chance.js';
import { run } from '../support/processes.js';
import { projectPath } from '../support/project.js';
import { Filler, onSmallDisk } from '../support/small-disk.js';
import type { Scene } from '../support/talk/scene.js';
import type { Workspace } from '../support/workspace.js';

export interface Fault {
  name: string;
  /** How alice's host is started for it. */
  host?: (workspace: Workspace) => Promise<HostOptions>;
  /** The server may forget what it acknowledged. */
  forgetful?: true;
  /** What is added to each line, so that it needs room of its own. */
  more?: string;
  /** Breaks something; resolves when it is whole again. */
  act: (scene: Scene, chance: Chance) => Promise<void>;
}

/** Short ones are hardly seen, the long ones are longer than it takes to call a link dead. */
const LASTS_MS = [500, 3_000, 12_000] as const;
const lasting = (chance: Chance): Promise<void> => delay(chance.pick(LASTS_MS));

/** A tmpfs gives room by the page: each line needs one. */
const PAGE = ` ${'x'.repeat(4_100)}`;
const DISK = '8m';
const kept = (workspace: Workspace): string => workspace.makeFolder('purple', 'steadfast');
const orders = (workspace: Workspace): string => workspace.path('fail-sync');

const cut = (how: 'rst' | 'fin') => (scene: Scene) => Promise.resolve(scene.proxy.cut(how));

/** What is open is dead and nobody is told; a new connection works. */
const hole =
  (...directions: ('up' | 'down')[]) =>
  ({ proxy }: Scene): Promise<void> =>
    Promise.resolve(proxy.forget(...directions));

/** TCP sends again what was not taken, so all of it comes late. */
async function stall({ proxy }: Scene, chance: Chance): Promise<void> {
  proxy.stall(...chance.pick([[], ['up'], ['down']] as const));
  await lasting(chance);
  await proxy.heal();
}

/** The talk, and a whole sign-in after a reset, byte by byte. */
async function slice({ proxy }: Scene, chance: Chance): Promise<void> {
  proxy.slice = true;
  await lasting(chance);
  proxy.cut('rst');
  await lasting(chance);
  proxy.slice = false;
}

async function refuse({ proxy }: Scene, chance: Chance): Promise<void> {
  proxy.refuse();
  proxy.cut(chance.pick(['rst', 'fin']));
  await lasting(chance);
  await proxy.accept();
}

async function slow({ proxy }: Scene, chance: Chance): Promise<void> {
  const usual = proxy.latencyMs;
  proxy.latencyMs = chance.pick([300, 800, 1_500]);
  await delay(chance.pick([3_000, 12_000]));
  proxy.latencyMs = usual;
}

async function stopEngine({ person }: Scene, chance: Chance): Promise<void> {
  await person.signalEngine('SIGSTOP');
  await lasting(chance);
  await person.signalEngine('SIGCONT');
}

async function stopHost({ person }: Scene, chance: Chance): Promise<void> {
  process.kill(person.hostPid, 'SIGSTOP');
  await lasting(chance);
  process.kill(person.hostPid, 'SIGCONT');
}

async function stopServer({ server }: Scene, chance: Chance): Promise<void> {
  server.freeze(true);
  await lasting(chance);
  server.freeze(false);
}

async function killServer({ server, friend }: Scene): Promise<void> {
  await friend.returns(server.kill().then(() => server.restart()));
}

async function fillDisk({ person, workspace }: Scene, chance: Chance): Promise<void> {
  const filler = new Filler(person.hostPid, kept(workspace));
  try {
    filler.fill();
    await lasting(chance);
    filler.free();
  } finally {
    filler.close();
  }
}

async function withFailingSync(workspace: Workspace): Promise<HostOptions> {
  const library = workspace.path('failing-sync.so');
  const source = projectPath('test', 'chaos', 'failing-sync.c');
  await run('gcc', ['-D_GNU_SOURCE', '-shared', '-fPIC', '-o', library, source]);
  return { env: { LD_PRELOAD: library, STEADFAST_TEST_SYNC: orders(workspace) } };
}

async function failSync({ workspace }: Scene, chance: Chance): Promise<void> {
  workspace.write('fail-sync', String(chance.pick([1, 2, 3])));
  await lasting(chance);
  rmSync(orders(workspace));
}

export const FAULTS: readonly Fault[] = [
  { name: 'rst', act: cut('rst') },
  { name: 'fin', act: cut('fin') },
  { name: 'hole', act: hole() },
  { name: 'hole-up', act: hole('up') },
  { name: 'hole-down', act: hole('down') },
  { name: 'stall', act: stall },
  { name: 'slice', act: slice },
  { name: 'refuse', act: refuse },
  { name: 'slow', act: slow },
  { name: 'engine-kill', act: ({ person }) => person.killEngine() },
  { name: 'engine-stop', act: stopEngine },
  { name: 'host-kill', act: async ({ person }) => void (await person.kill()) },
  { name: 'host-stop', act: stopHost },
  { name: 'server-kill', forgetful: true, act: killServer },
  { name: 'server-stop', act: stopServer },
  {
    name: 'disk-full',
    host: (workspace) => Promise.resolve({ under: onSmallDisk(kept(workspace), DISK) }),
    ...{ more: PAGE, act: fillDisk },
  },
  { name: 'fsync', host: withFailingSync, act: failSync },
];
