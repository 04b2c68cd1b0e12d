// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest';
import type { ServerName } from '../support/talk/server.js';
import { FAULTS } from './faults.js';
import { runOf, wrong } from './run.js';

/** On ejabberd those that its own handling of sessions matters for. */
const ON_EJABBERD = ['rst', 'hole', 'engine-kill', 'host-kill'];
/** Three faults in a talk: two of 3 s, where they last, and a short one; a line of 100 ms. */
const SEED = 19;

const SERVERS: Record<ServerName, (name: string) => boolean> = {
  prosody: () => true,
  ejabberd: (name) => ON_EJABBERD.includes(name),
};
const cases = (['prosody', 'ejabberd'] as const).flatMap((server) =>
  FAULTS.filter(({ name }) => SERVERS[server](name)).map((fault) => ({ server, fault })),
);

test.concurrent.each(cases)(
  'on $server $fault.name loses, doubles, reorders and refuses nothing',
  async ({ server, fault }) => {
    const run = await runOf(server, fault, SEED);
    expect(wrong(run), run.remarks.join('\n')).toEqual({});
  },
);
