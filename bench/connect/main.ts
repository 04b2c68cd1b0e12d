// SPDX-License-Identifier: MIT
//
// How many round trips it takes to come online: `make bench-connect`. RUNS=3 RTT=200 KEEP=1

import { loadavg } from 'node:os';
import { House } from '../../test/interop/sign-in-house.js';
import { circumstances } from '../compare/machine.js';
import { count, keep } from '../keep.js';
import { CELLS, type Cell, type ServerName } from './cells.js';
import { TestServer } from '../../test/transport/tls-server.js';
import { refused, swallowed, untrusted, type Dead } from './dead-target.js';
import { DOMAIN, serve, type Ports } from './house.js';
import { ours, theirs, type Outcome } from './sign-in.js';
import { deadTable, table } from './table.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

type Serving = ReadonlyMap<ServerName, Ports>;

function once(house: House, serving: Serving, cell: Cell, rttMs: number): Promise<Outcome> {
  const port = serving.get(cell.server)?.[cell.path] ?? NaN;
  const signIn = cell.protocol === 'prpl-jabber' ? theirs : ours;
  return signIn(house, cell, port, rttMs);
}

/** Every cell on servers of its own, and the dead targets. */
async function oneRun(rttMs: number): Promise<{ outcomes: Outcome[]; dead: Record<string, Dead> }> {
  const house = await House.open();
  try {
    const serving = new Map<ServerName, Ports>();
    for (const server of new Set(CELLS.map((cell) => cell.server))) {
      const cells = CELLS.filter((cell) => cell.server === server);
      serving.set(server, await serve(server, house.workspace, house.authority, cells));
    }
    const outcomes: Outcome[] = [];
    // One after the other: each has the machine for itself.
    for (const cell of CELLS) outcomes.push(await once(house, serving, cell, rttMs));
    const good = await house.relay(serving.get('prosody')?.['direct TLS'] ?? NaN);
    good.latencyMs = rttMs / 2;
    const { certFile } = house.authority;
    const certificate = await house.authority.server({ dns: ['other.example'] });
    const stranger = await TestServer.start({ certificate, direct: true });
    const strange = await house.relay(stranger.port);
    strange.latencyMs = rttMs / 2;
    const dead = {
      'refuses the connection': await refused(DOMAIN, certFile, good),
      'does not answer at all': await swallowed(DOMAIN, certFile, good),
      'is not trusted': await untrusted(DOMAIN, certFile, good, strange),
    };
    await stranger.close();
    return { outcomes, dead };
  } finally {
    await house.close();
  }
}

async function main(): Promise<void> {
  const [runs, rttMs] = [count('RUNS', 3), count('RTT', 200)];
  const all: Awaited<ReturnType<typeof oneRun>>[] = [];
  for (let run = 1; run <= runs; run++) {
    all.push(await oneRun(rttMs));
    say(`run ${run}: ${JSON.stringify(all.at(-1))}`);
  }
  const measured = CELLS.map((cell, at) => ({
    cell,
    runs: all.flatMap(({ outcomes }) => outcomes.slice(at, at + 1)),
  }));
  const names = Object.keys(all[0]?.dead ?? {});
  const dead = Object.fromEntries(
    names.map((name) => [name, all.flatMap((run) => run.dead[name] ?? [])]),
  );
  const facts = [
    `Command: \`make bench-connect RUNS=${runs} RTT=${rttMs}\``,
    ...(await circumstances(['prosody', 'ejabberd'])),
    `Load of the machine at the end: ${loadavg()
      .map((one) => one.toFixed(2))
      .join(', ')}`,
  ];
  const parts = [facts.map((fact) => `- ${fact}`).join('\n'), table(measured), deadTable(dead)];
  const text = parts.join('\n\n');
  say(`\n${text}`);
  if (process.env.KEEP === '1') keep('connect.md', 'connect', text);
}

await main();
