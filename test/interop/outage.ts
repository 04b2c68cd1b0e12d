// SPDX-License-Identifier: MIT
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { MESSAGE } from '../support/bus-host.js';
import { BOB } from './home.js';
import { bobInList, heard, lines, showsLine, unrest, write, type Person } from './person.js';

const OUTAGE_MS = 20_000;
const KEPT = 'kept and sent when it is back';
const BACK = 'The connection is back.';

/**
 * The link becomes a black hole for 20 s. One message goes into it before anybody can know, one is
 * typed while the outage is known; pictures are taken then and at the end.
 */
export async function sitOut(person: Person, pictures: string): Promise<void> {
  const { home, host, account } = person;
  const before = { signals: host.signals.all.length, heard: heard(person), list: '' };
  before.list = String(await bobInList(person));
  const ended = delay(OUTAGE_MS);
  home.proxy.swallow();
  await write(person, 'This one leaves in time, I hope.');
  await showsLine(person, MESSAGE.system, 'The connection is interrupted.');
  await write(person, 'Typed while there was no link.');
  await showsLine(person, MESSAGE.system, KEPT);
  await person.picture(`${pictures}-outage`);
  await ended;
  expect(await host.connected(account)).toBe(true);
  expect(String(await bobInList(person))).toBe(before.list);
  expect(heard(person)).toEqual(before.heard);
  await home.proxy.heal();
  await showsLine(person, MESSAGE.system, BACK);
  await write(person, 'And now it is back.');
  await home.bob.messages.next('the last of it', ({ body }) => body === 'And now it is back.');
  await person.picture(`${pictures}-after`);
  await verify(person, before);
}

async function verify(person: Person, before: { signals: number; heard: string[] }): Promise<void> {
  const said = ['This one leaves in time, I hope.', 'Typed while there was no link.'];
  const all = [...before.heard, ...said, 'And now it is back.'];
  expect(heard(person)).toEqual(all);
  expect(await lines(person, MESSAGE.send)).toEqual(all);
  const told = await lines(person, MESSAGE.system);
  expect(told.at(-1)).toBe(BACK);
  expect(new Set(told).size).toBe(told.length);
  expect(await unrest(person, before.signals)).toEqual([]);
  const { sights } = person.home.server;
  expect(
    sights.all.filter(({ event, user }) => event === 'bound' && user === 'alice'),
  ).toHaveLength(1);
  const taken = sights.all.filter(({ event, to }) => event === 'message' && to === BOB);
  expect(taken.map(({ body }) => body)).toEqual(all);
}
