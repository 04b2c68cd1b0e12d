// SPDX-License-Identifier: MIT
import { engineOf } from '../../test/interop/kills-processes.js';
import type { PurpleHost } from '../../test/native/host.js';
import type { Workspace } from '../../test/support/workspace.js';
import { sitDown, type Login } from '../speed/sitting.js';
import { allThreads, memory, used } from '../speed/usage.js';

/** A bound for broken code. */
const PATIENCE_MS = 300_000;

/** What is joined: room-1 to room-ROOMS of a service, each with so many others in it. */
export interface Crowd {
  service: string;
  rooms: number;
  occupants: number;
}

/** What one protocol took for all of them. Times on a processor in ms, memory resident in MiB. */
export interface Taken {
  /** From the first join until the last list was complete. */
  seconds: number;
  /** The host worked so long without drawing, at most; and drew so late by the clock. */
  stillMs: number;
  lateMs: number;
  /** The host's main thread; all threads of host and engine. */
  loopMs: number;
  allMs: number;
  /** All threads of the server. */
  serverMs: number;
  /** When the lists were complete, and the greatest until then. The engine's, where there is one. */
  host: { now: number; peak: number };
  engine?: { now: number; peak: number };
}

/** Everybody is there, we are, and nobody is twice: else a number would be of something else. */
async function check(host: PurpleHost, account: number, crowd: Crowd): Promise<void> {
  const guests = Array.from({ length: crowd.occupants }, (_, index) => `guest ${index + 1}`);
  const expected = [...guests, 'me'].sort().join();
  for (const name of namesOf(crowd)) {
    const { users } = await host.run('chat', { account, name: `${name}@${crowd.service}` });
    const shown = users.map((user) => user.name).sort();
    if (shown.join() !== expected) throw new Error(`${name} has ${shown.length} users`);
  }
}

function namesOf({ rooms }: Crowd): string[] {
  return Array.from({ length: rooms }, (_, index) => `room-${index + 1}`);
}

/** Signs in and joins all rooms at once, as a host does with those that it is to join by itself. */
export async function join(
  workspace: Workspace,
  login: Login,
  crowd: Crowd,
  server: number,
): Promise<Taken> {
  const { host, account } = await sitDown(workspace, login);
  const hasEngine = login.protocol === 'prpl-steadfast';
  await host.run('quiet', { users: crowd.rooms * (crowd.occupants + 1) });
  await host.run('account-enable', { account, enabled: true });
  await host.next('connected');
  await host.run('redraw', { begin: true });
  const [before, server0, began] = [
    await used(host.pid, hasEngine),
    allThreads(server),
    performance.now(),
  ];
  const joins = namesOf(crowd).map((room) =>
    host.run('join-chat', { account, components: { room, server: crowd.service, handle: 'me' } }),
  );
  const complete = (): boolean => host.all('chat-users').length > 0;
  await host.events.until('all lists to be complete', complete, PATIENCE_MS);
  const seconds = (performance.now() - began) / 1000;
  const [after, server1] = [await used(host.pid, hasEngine), allThreads(server)];
  const memories = {
    host: memory(host.pid),
    ...(hasEngine && { engine: memory(await engineOf(host.pid)) }),
  };
  await Promise.all(joins);
  const { longestMs = NaN, latestMs = NaN } = await host.run('redraw', { begin: false });
  await check(host, account, crowd);
  await host.quit();
  return {
    ...{ seconds, stillMs: longestMs, lateMs: latestMs, ...memories },
    loopMs: (after.loop - before.loop) / 1000,
    allMs: (after.all - before.all) / 1000,
    serverMs: (server1 - server0) / 1e6,
  };
}
