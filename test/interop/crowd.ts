// SPDX-License-Identifier: MIT
//
// Many large rooms that a real Pidgin joins by itself at the sign-in; and again in a fresh session, and after
// it was offline, when some of their occupants are others. Measured is how long its main loop is held by one turn.

import { readFileSync } from 'node:fs';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay } from '../support/pidgin.js';
import { run } from '../support/processes.js';
import { projectPath } from '../support/project.js';
import { Home } from './home.js';
import * as person from './person.js';

/** Time on a processor in ms, at most in one turn of the main loop. */
export interface Held {
  /** At the sign-in, from the first window of a room on. */
  joining: number;
  /** In a fresh session, when some have gone. */
  again: number;
  /** When the account was offline meanwhile: the lists of before are still shown, and go first. */
  back: number;
}

const SERVICE = 'rooms.home.example';
const PATIENCE_MS = 110_000;
/** So many leave each room, and as many come, while the server does not run. */
const CHANGED = 10;

/** @param rooms how many there are, with so many others in each */
export async function crowdInPidgin(rooms: number, occupants: number): Promise<Held> {
  const home = await Home.open({
    users: { alice: null, bob: 'correct-horse' },
    settings: [
      `Component "${SERVICE}" "steadfast_crowd"`,
      `  steadfast_crowd_rooms = ${rooms}`,
      `  steadfast_crowd_size = ${occupants}`,
    ].join('\n'),
    global: { log: {} },
  });
  try {
    return await play(home, rooms, occupants);
  } finally {
    await home.workspace.close();
  }
}

async function play(home: Home, rooms: number, occupants: number): Promise<Held> {
  const { workspace, server } = home;
  const library = workspace.path('held.so');
  const source = projectPath('test', 'support', 'held.c');
  await run('gcc', ['-D_GNU_SOURCE', '-O2', '-shared', '-fPIC', '-o', library, source]);
  const told = workspace.write('held', '');
  const account = person.alice(home.byCertificate);
  const pidgin = await Pidgin.start(workspace, await startDisplay(workspace), {
    accounts: [account],
    rooms: Array.from({ length: rooms }, (_, index) => ({
      account,
      components: { room: `room-${index + 1}`, server: SERVICE, handle: 'me' },
    })),
    env: { LD_PRELOAD: library, STEADFAST_TEST_HELD: told },
  });
  /** Those so far, without those that were there before. */
  const held = (before: number): number[] =>
    readFileSync(told, 'utf8').split('\n').filter(Boolean).slice(before).map(Number);
  const most = (before: number): number => Math.max(0, ...held(before));

  await pidgin.setStatus('available');
  // Its own window is drawn for the first time until then.
  await pidgin.signedOn(await pidgin.account(account));
  const signedOn = held(0).length;
  await complete(pidgin, rooms, `guest ${occupants}`);
  const joining = most(signedOn);
  const before = held(0).length;
  await server.kill();
  await server.restart();
  await complete(pidgin, rooms, `guest ${occupants + CHANGED}`, `guest ${CHANGED}`);
  const again = most(before);
  const between = held(0).length;
  await pidgin.setStatus('offline');
  await server.stop();
  await server.restart();
  await pidgin.setStatus('available');
  await complete(pidgin, rooms, `guest ${occupants + 2 * CHANGED}`, `guest ${2 * CHANGED}`);
  return { joining, again, back: most(between) };
}

/** The one is in all rooms, and the other in none. */
async function complete(pidgin: Pidgin, rooms: number, who: string, gone?: string): Promise<void> {
  const isIn = async (chat: number, nick: string): Promise<boolean> =>
    (await pidgin.number('ConvChatFindUser', chat, nick)) !== 0;
  const all = async (): Promise<boolean> => {
    const conversations = await pidgin.call('GetChats');
    const found = Array.isArray(conversations) ? conversations.map(Number) : [];
    for (const conversation of found) {
      const chat = await pidgin.number('ConversationGetChatData', conversation);
      if (!(await isIn(chat, who)) || (gone !== undefined && (await isIn(chat, gone))))
        return false;
    }
    return found.length === rooms;
  };
  await eventually(`${who} in all rooms`, all, PATIENCE_MS);
}
