// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest';
import type { ServerName } from '../support/talk/server.js';
import { PERSON, ROOM } from '../support/talk/where.js';
import { FAULTS } from './faults.js';
import { runOf, wrong } from './run.js';

/** On ejabberd those that its own handling of sessions matters for. */
const ON_EJABBERD = ['rst', 'hole', 'engine-kill', 'host-kill'];
/** Three faults in a talk: two of 3 s, where they last, and a short one; a line of 100 ms. */
const SEED = 19;
/** In rooms two faults in a talk, on a line of 20 ms: what matters there is the way back. */
const ROOM_SEED = 22;

/** Those after which a room may have to be entered again, or its archive to be asked. */
const IN_ROOMS: Record<ServerName, readonly string[]> = {
  prosody: ['rst', 'hole', 'server-kill', 'engine-kill', 'host-kill'],
  ejabberd: ['rst', 'server-kill'],
};

const SERVERS: Record<ServerName, (name: string) => boolean> = {
  prosody: () => true,
  ejabberd: (name) => ON_EJABBERD.includes(name),
};
const cases = (['prosody', 'ejabberd'] as const).flatMap((server) => [
  ...FAULTS.filter(({ name }) => SERVERS[server](name)).map((fault) => ({
    ...{ server, fault, where: PERSON },
  })),
  ...FAULTS.filter(({ name }) => IN_ROOMS[server].includes(name)).map((fault) => ({
    ...{ server, fault, where: ROOM },
  })),
]);

test.concurrent.each(cases)(
  'on $server $where.name $fault.name loses, doubles, reorders and refuses nothing',
  async ({ server, fault, where }) => {
    const run = await runOf(server, fault, where === ROOM ? ROOM_SEED : SEED, where);
    expect(wrong(run), run.remarks.join('\n')).toEqual({});
  },
);
