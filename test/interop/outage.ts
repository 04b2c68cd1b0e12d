// SPDX-License-Identifier: MIT
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { MESSAGE } from '../support/bus-host.js';
import { ALICE, BOB } from './home.js';
import { bobInList, heard, lines, showsLine, unrest, write, type Person } from './person.js';
import { wire, withoutAcks, words } from './wire-log.js';

const OUTAGE_MS = 30_000;
const KEPT = 'kept and sent when it is back';
const BACK = 'The connection is back.';
const LEFT = 'This one leaves in time, I hope.';
const TYPED = 'Typed while there was no link.';
const AFTER = 'And now it is back.';
const BOBS = 'Are you still there?';
/** What typing tells by the way (XEP-0085): the host's doing, and no stanza of a sign-in. */
const TYPING = ['message active', 'message composing', 'message paused'];

interface Before {
  signals: number;
  sights: number;
  heard: string[];
  shown: string[];
  list: string;
}

/**
 * The link becomes a black hole for 30 s. One message goes into it before anybody can know, one is
 * typed while the outage is known, and bob writes as well; pictures are taken then and at the end.
 */
export async function sitOut(person: Person, pictures: string): Promise<void> {
  const { home, host, account } = person;
  await calm(person);
  const before: Before = {
    ...{ signals: host.signals.all.length, sights: home.server.sights.all.length },
    ...{ heard: heard(person), shown: await lines(person, MESSAGE.receive) },
    list: String(await bobInList(person)),
  };
  const ended = delay(OUTAGE_MS);
  home.proxy.swallow();
  await write(person, LEFT);
  await showsLine(person, MESSAGE.system, 'The connection is interrupted.');
  await write(person, TYPED);
  await showsLine(person, MESSAGE.system, KEPT);
  home.bob.say(ALICE, BOBS);
  await person.picture(`${pictures}-outage`);
  await ended;
  expect(await host.connected(account)).toBe(true);
  expect(String(await bobInList(person))).toBe(before.list);
  expect(heard(person)).toEqual(before.heard);
  await home.proxy.heal();
  await showsLine(person, MESSAGE.system, BACK);
  await showsLine(person, MESSAGE.receive, BOBS);
  await write(person, AFTER);
  await home.bob.messages.next('the last of it', ({ body }) => body === AFTER);
  await home.server.sights.next(
    'it in the server’s log',
    ({ event, body }) => event === 'received' && body === AFTER,
  );
  await person.picture(`${pictures}-after`);
  await verify(person, before);
  expectOnlyWhatWasTyped(person, before);
}

/** The archive was read, and a last time five seconds after the sign-in: nothing is to be asked now. */
async function calm({ home: { server } }: Person): Promise<void> {
  const read = (): boolean =>
    wire(server, 'sent').filter(({ xml = '' }) => xml.includes('<fin ')).length >= 2;
  await server.sights.until('the archive to be read', read);
}

async function verify(person: Person, before: Before): Promise<void> {
  const all = [...before.heard, LEFT, TYPED, AFTER];
  expect(heard(person)).toEqual(all);
  expect(await lines(person, MESSAGE.send)).toEqual(all);
  expect(await lines(person, MESSAGE.receive)).toEqual([...before.shown, BOBS]);
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

/**
 * No presence, no roster, no question: the session is as it was, so nothing is to be asked or told. A
 * notice of typing that was unacked is sent again like every stanza (XEP-0198 §5).
 */
function expectOnlyWhatWasTyped({ home: { server } }: Person, before: Before): void {
  const all = words(withoutAcks(wire(server, 'received', before.sights)));
  const sent = all.slice(all.indexOf('resume')).filter((word) => !TYPING.includes(word));
  expect(sent).toEqual(['resume', LEFT, TYPED, AFTER]);
  const answers = wire(server, 'sent', before.sights).map(({ name }) => name);
  expect(answers.filter((name) => name === 'resumed')).toHaveLength(1);
}
