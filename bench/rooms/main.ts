// SPDX-License-Identifier: MIT
//
// What it takes to join many large rooms at once: `make bench-rooms`. RUNS=3 ROOMS=20 OCCUPANTS=500 KEEP=1

import { loadavg } from 'node:os';
import { crowdInPidgin } from '../../test/interop/crowd.js';
import { Authority } from '../../test/support/certificates.js';
import { Prosody } from '../../test/support/prosody.js';
import { Workspace } from '../../test/support/workspace.js';
import { circumstances } from '../compare/machine.js';
import { count, keep } from '../keep.js';
import type { Login } from '../speed/sitting.js';
import { join, type Crowd } from './crowd.js';
import { table, type Run } from './table.js';

const DOMAIN = 'home.example';
const PASSWORDS = { alice: 'sesame', carol: 'open' };

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Both protocols, in turns, on a server of their own that gives both the same. */
async function oneRun(crowd: Crowd): Promise<Run> {
  const workspace = new Workspace();
  try {
    const authority = await Authority.create(workspace.path('ca'));
    const { port, pid } = await Prosody.start(workspace, {
      ...{ domain: DOMAIN, authority, users: PASSWORDS },
      settings: [
        `Component "${crowd.service}" "steadfast_crowd"`,
        `  steadfast_crowd_rooms = ${crowd.rooms}`,
        `  steadfast_crowd_size = ${crowd.occupants}`,
      ].join('\n'),
      global: { log: {}, network_settings: { nagle: false } },
    });
    const link = { connect_server: '127.0.0.1', port };
    const ours: Login = {
      ...{ protocol: 'prpl-steadfast', jid: `alice@${DOMAIN}`, password: PASSWORDS.alice },
      options: { ...link, ca_file: authority.certFile, auth_method: 'scram' },
    };
    const theirs: Login = {
      ...{ protocol: 'prpl-jabber', jid: `carol@${DOMAIN}`, password: PASSWORDS.carol },
      options: link,
    };
    const jabber = await join(workspace, theirs, crowd, pid);
    const steadfast = await join(workspace, ours, crowd, pid);
    return { jabber, steadfast, pidgin: await crowdInPidgin(crowd.rooms, crowd.occupants) };
  } finally {
    await workspace.close();
  }
}

async function main(): Promise<void> {
  const [runs, rooms, occupants] = [count('RUNS', 5), count('ROOMS', 20), count('OCCUPANTS', 500)];
  const all: Run[] = [];
  for (let run = 1; run <= runs; run++) {
    all.push(await oneRun({ service: `rooms.${DOMAIN}`, rooms, occupants }));
    say(`run ${run}: ${JSON.stringify(all.at(-1))}`);
  }
  const load = loadavg().map((one) => one.toFixed(2));
  const facts = [
    `Command: \`make bench-rooms RUNS=${runs} ROOMS=${rooms} OCCUPANTS=${occupants}\``,
    ...(await circumstances(['prosody'])),
    `Load of the machine at the end: ${load.join(', ')}`,
  ];
  const text = [...facts.map((fact) => `- ${fact}`), '', table(all)].join('\n');
  say(`\n${text}`);
  if (process.env.KEEP === '1') keep('speed.md', 'rooms', text);
}

await main();
