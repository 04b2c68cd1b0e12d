// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Finch } from '../support/finch.js';
import { eventually } from '../support/observed.js';
import { Home } from './home.js';
import { sitOut } from './outage.js';
import * as person from './person.js';
import { paintTerminal } from './terminal-picture.js';

const SIZE = { columns: 100, rows: 25 };
/** Cursor right, as terminfo's `screen` has it for applications. */
const RIGHT = ['1b', '4f', '43'];

let home: Home;
let finch: Finch;
let at: person.Person;

async function picture(name: string): Promise<void> {
  const screen = await finch.terminal.tmux('capture-pane', '-e', '-N', '-p');
  await paintTerminal(screen, SIZE, person.pictureFile(name));
}

/** Waits until the terminal shows it. */
async function shows(text: string | RegExp): Promise<void> {
  await eventually(`${text} on the screen`, async () => (await finch.screen()).search(text) >= 0);
}

beforeAll(async () => {
  home = await Home.open({
    ...{ users: { alice: null, bob: 'correct-horse' }, modules: ['steadfast_wire'] },
  });
  const settings = person.alice(home.byCertificate);
  finch = await Finch.start(home.workspace, { accounts: [settings] });
  const { columns, rows } = SIZE;
  await finch.terminal.tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  at = {
    ...{ home, host: finch, account: await finch.account(settings), picture },
    type: (text) => finch.type(text),
    enter: () => finch.keys('Enter'),
  };
});
afterAll(() => home.close());

test('signing in with a certificate asks nothing and shows the list', async () => {
  await finch.setStatus('available');
  await finch.signedOn(at.account);
  await shows('Buddy List');
  await shows(/Bob/);
  expect(await finch.screen()).not.toMatch(/Password|Certificate|Error/);
});

test('a contact is in the list with its presence, and again when that changes', async () => {
  await shows('◯ Bob');
  home.bob.send('<presence><show>away</show></presence>');
  await shows('⊖ Bob');
  home.bob.send('<presence/>');
  await shows('◯ Bob');
});

test('a conversation is opened from the list with keys, and goes both ways', async () => {
  await finch.keys('-H', '1b', '4f', '42');
  await finch.keys('Enter');
  await shows(/Bob \(alice/);
  await finch.keys('M-m');
  for (let step = 0; step < 27; step++) await finch.keys('-H', ...RIGHT);
  await finch.keys('Enter');
  await person.write(at, 'Hello Bob, are you <there> & well?');
  await home.bob.messages.next('alice at bob', () => true);
  expect(person.heard(at)).toEqual(['Hello Bob, are you <there> & well?']);
  await person.bobSays(at, 'Hello Alice, I am.');
  await shows('Bob: Hello Alice, I am.');
  await picture('finch-talk');
});

test('typing is shown on both sides', async () => {
  // Finch tells of its own side only where the user says so.
  await finch.call('PrefsSetBool', '/finch/conversations/notify_typing', 1);
  person.bobIs(at, 'composing');
  await shows('Bob is typing...');
  await picture('finch-typing');
  person.bobIs(at, 'active');
  await eventually('it gone', async () => !(await finch.screen()).includes('Bob is typing'));
  const before = home.bob.stanzas.all.length;
  await at.type('Let us talk');
  await person.toldComposing(at, before);
  await at.enter();
  await home.bob.messages.next('the message', ({ body }) => body === 'Let us talk');
});

test('an outage of 30 s is not a sign-off: nothing goes afterwards but what was typed, and once', async () => {
  await sitOut(at, 'finch');
  await shows('And now it is back.');
});

test('no error was shown in all of this', async () => {
  expect(finch.connectionErrors()).toEqual([]);
  expect(await finch.screen()).not.toMatch(/Error|Disconnected/);
  expect(await person.lines(at, 0x200)).toEqual([]);
});
