// SPDX-License-Identifier: MIT
//
// The window is drawn, and keys are read, while much comes in at once.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEN } from './den.js';
import { Stage } from './stage.js';

/** Well above one turn (8 ms), far below what is to be dealt with at once. */
const STILL_MS = 60;

let stage: Stage;
let account: number;
let number: number;
beforeEach(async () => {
  stage = await Stage.set();
  ({ account, number } = await stage.signIn());
});
afterEach(() => stage.close());

/** How long the host worked without drawing at worst, while this was done. */
async function stillness(what: () => Promise<void>): Promise<number> {
  await stage.host.run('redraw', { begin: true });
  await what();
  return (await stage.host.run('redraw')).longestMs ?? Infinity;
}

test('a flood of messages', async () => {
  const still = await stillness(async () => {
    for (let inbox = 1; inbox <= 10_000; inbox++)
      stage.engine.send(number, {
        case: 'message',
        value: { inbox, id: `i${inbox}`, from: 'bob@home.example/x', body: `line ${inbox}` },
      });
    await stage.host.next('write', ({ html }) => html === 'line 10000');
  });
  expect(still).toBeLessThan(STILL_MS);
});

test('a contact list of five thousand, and one that has lost nearly all of them', async () => {
  const jids = Array.from({ length: 5000 }, (_, n) => `contact-${n}@home.example`);
  const list = async (names: string[]): Promise<void> => {
    for (let at = 0; at < names.length; at += 200) {
      const contacts = names
        .slice(at, at + 200)
        .map((jid) => ({ jid, name: jid, groups: ['All'] }));
      const part = { begin: at === 0, end: at + 200 >= names.length };
      await stage.tell(number, { case: 'roster', value: { contacts, ...part } });
    }
  };
  const still = [
    await stillness(() => list(jids)),
    await stillness(() => list(jids)),
    await stillness(() => list(jids.slice(0, 1))),
  ];
  expect(await stage.buddies(account)).toHaveLength(1);
  expect(Math.max(...still)).toBeLessThan(STILL_MS);
});

test('a room of five thousand, entered twice, and left by nearly all of them', async () => {
  const nicks = Array.from({ length: 5000 }, (_, n) => `guest-${n}`);
  const list = async (names: string[]): Promise<void> => {
    for (let at = 0; at < names.length; at += 200) {
      const occupants = names.slice(at, at + 200).map((nick) => ({ nick, role: 2 }));
      const part = { begin: at === 0, end: at + 200 >= names.length };
      const value = { room: DEN, occupants, ...part };
      await stage.tell(number, { case: 'roomOccupants', value });
    }
  };
  await stage.tell(number, { case: 'room', value: { room: DEN, state: 1, nick: 'guest-0' } });
  const still = [
    await stillness(() => list(nicks)),
    await stillness(() => list(nicks)),
    await stillness(() => list(nicks.slice(0, 1))),
  ];
  expect((await stage.host.run('chat', { account, name: DEN })).users).toHaveLength(1);
  expect(Math.max(...still)).toBeLessThan(STILL_MS);
});

test('a room of five thousand that puts us out', async () => {
  const occupants = Array.from({ length: 5000 }, (_, n) => ({ nick: `guest-${n}`, role: 2 }));
  const value = { room: DEN, occupants, begin: true, end: true };
  await stage.tell(number, { case: 'room', value: { room: DEN, state: 1, nick: 'guest-0' } });
  await stage.tell(number, { case: 'roomOccupants', value });
  const after = stage.host.now;
  const still = await stillness(async () => {
    await stage.tell(number, { case: 'room', value: { room: DEN, state: 2, why: 1 } });
    await stage.host.next('chat-left');
  });
  // Not in one go, and none of them with a line.
  expect(stage.host.all('chat-users', after).length).toBeGreaterThan(1);
  expect(stage.host.all('write', after)).toHaveLength(1);
  expect(still).toBeLessThan(STILL_MS);
});

test('a contact list that is not dealt with when its account goes is left alone', async () => {
  const contacts = Array.from({ length: 5000 }, (_, n) => ({ jid: `contact-${n}@home.example` }));
  stage.engine.send(number, { case: 'roster', value: { contacts, begin: true, end: true } });
  await stage.host.next('buddy-added');
  await stage.host.run('account-connect', { account, connected: false });
  const after = stage.engine.now;
  await stage.host.run('account-connect', { account });
  await stage.engine.next('attach', () => true, after);
  stage.engine.online(number);
  await stage.host.events.until('two sign-ins', () => stage.host.all('connected').length === 2);
  await stage.tell(number, {
    case: 'roster',
    value: { contacts: [{ jid: 'bob@home.example' }], begin: true, end: true },
  });
  expect((await stage.buddies(account)).map(({ name }) => name)).toEqual(['bob@home.example']);
});
