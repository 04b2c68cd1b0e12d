// SPDX-License-Identifier: MIT
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { RoomGuest } from '../support/room-guest.js';
import { unrest } from './person.js';
import { LIBRARY, type RoomHouse } from './room-house.js';
import type { RoomPerson } from './room-person.js';

const OUTAGE_MS = 30_000;
const INTERRUPTED = 'The connection is interrupted.';
const BACK = 'The connection is back.';

/**
 * The link becomes a black hole for 30 s while alice and bob talk in the library, which is in front.
 * Lines of both are under way then, others are written while the outage is known; carol goes and dave
 * comes.
 */
export async function sitOutInRoom(person: RoomPerson, house: RoomHouse): Promise<void> {
  const { home, host, account } = person.at;
  const { bob, carol } = house;
  const before = {
    ...{ signals: host.signals.all.length, said: await person.said(LIBRARY) },
    heard: bob.heard('alice'),
  };
  expect(await person.people(LIBRARY)).toEqual(['alice', 'bob', 'carol']);
  const ended = delay(OUTAGE_MS);
  const bobs = [bob.say('This crosses yours.')];
  home.proxy.swallow();
  await person.write('Into the dark.');
  bobs.push(bob.say('You are quiet.'));
  await carol.leave();
  const dave = await RoomGuest.enter(house.dave, LIBRARY, 'dave');
  await person.shows(LIBRARY, INTERRUPTED);
  await person.write('Typed meanwhile.');
  bobs.push(bob.say('Are you there?'));
  await person.at.picture('outage');
  await ended;
  expect(await host.connected(account)).toBe(true);
  expect(await person.hasLeft(LIBRARY)).toBe(false);
  expect(bob.heard('alice')).toEqual(before.heard);
  await home.proxy.heal();
  await person.shows(LIBRARY, 'alice: Typed meanwhile.');
  await person.shows(LIBRARY, BACK);
  await person.write('And back.');
  await bob.hears('alice', 'And back.');
  await person.shows(LIBRARY, 'alice: And back.');
  await person.has(LIBRARY, 'alice', 'bob', 'dave');
  await person.at.picture('after');

  const typed = ['Into the dark.', 'Typed meanwhile.', 'And back.'];
  expect(bob.heard('alice')).toEqual([...before.heard, ...typed]);
  expect(dave.heard('alice')).toEqual(typed);
  // The room's order: bob's are there before what came out of the dark.
  expect(await person.said(LIBRARY)).toEqual([
    ...before.said,
    ...bobs.map((text) => `bob: ${text}`),
    ...typed.map((text) => `alice: ${text}`),
  ]);
  expect(await unrest(person.at, before.signals)).toEqual([]);
  const moves = host.signals.all.slice(before.signals).map(({ member }) => member);
  expect(moves.filter((member) => /^Chat(Left|Joined)$/.test(member))).toEqual([]);
  const bound = home.server.sights.all.filter(
    ({ event, user }) => event === 'bound' && user === 'alice',
  );
  expect(bound).toHaveLength(1);
}
