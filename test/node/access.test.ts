// SPDX-License-Identifier: MIT
//
// Access to the account (XEP-0494) as a program of libsteadfast sees it, with the engine played by the test.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { SteadfastError } from '../../bindings/node/index.js';
import { accessEvents } from '../contract/access-samples.js';
import { Bench } from './bench.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

it('commands reach the engine with all they carry', async () => {
  bench.watch();
  bench.attach();
  await bench.engine.next('attach');
  const { access } = bench.client;
  const ids = [access.query(1), access.revoke(1, 'ä'), access.signOut(1), access.signOut(1, true)];
  await bench.engine.next('signOut', ({ id }) => id === ids.at(-1));
  const sent = bench.engine.commands.all.slice(2).filter(({ body }) => body.case !== 'handled');
  expect(sent.map(({ id }) => id)).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(sent.map(({ body }) => body)).toMatchObject([
    { case: 'queryAccess' },
    { case: 'revokeAccess', value: { id: 'ä' } },
    { case: 'signOut', value: { everywhere: false } },
    { case: 'signOut', value: { everywhere: true } },
  ]);
});

it.each([
  ['no client', () => bench.client.access.revoke(1, '')],
  ['an id that is too long', () => bench.client.access.revoke(1, 'x'.repeat(1024))],
  ['an account that is not attached', () => bench.client.access.query(2)],
  ['a sign-out of an account that is not attached', () => bench.client.access.signOut(2)],
])('%s is refused at once', async (_, act) => {
  bench.watch();
  bench.attach();
  await bench.engine.next('attach');
  expect(act).toThrow(SteadfastError);
});

it('events come with all they carry', async () => {
  const seen = bench.watch();
  bench.attach();
  await bench.engine.next('attach');
  for (const { body } of Object.values(accessEvents)) {
    if (body?.case === 'access' || body?.case === 'signedOut') bench.engine.send(1, body);
  }
  const list = await seen.next('the list', ({ type }) => type === 'access');
  expect(list).toMatchObject({
    clients: [
      {
        ...{ id: 'zeiP41HLglIu', connected: true, session: true, current: true },
        ...{ firstSeenTimeMs: 1_795_000_000_000, lastSeenTimeMs: 1_795_000_600_000 },
        ...{ auth: ['password', 'fast'], permission: 'unrestricted' },
        ...{ software: 'Steadfast', uri: 'https://home.example/', device: 'Pidgin (0a1b2c3d)' },
      },
      {
        ...{ id: 'HjEEr45_LQr', connected: false, session: false, current: false },
        ...{ firstSeenTimeMs: 0, auth: ['grant'], permission: 'restricted', software: '' },
      },
    ],
    leftOut: 7,
  });
  const out = await seen.next('the end', ({ type }) => type === 'signed-out');
  expect(out).toMatchObject({
    ...{ id: 'aa-26', others: 'asked', ended: 3, needPassword: 2, left: 1, token: 'left' },
    text: '3 other clients were signed out for good.',
    error: { condition: 'no-answer', text: 'The server could not be reached.' },
  });
});

it('a sign-out that was not answered is given again to a new engine, behind the account', async () => {
  bench.engine.accepting = false;
  bench.client.setTimes(60_000, 20);
  bench.watch();
  bench.attach();
  await bench.engine.next('attach');
  const id = bench.client.access.signOut(1, true);
  await bench.engine.next('signOut');
  const { now } = bench.engine;
  bench.engine.die();
  const again = await bench.engine.next('signOut', () => true, now);
  expect(again).toMatchObject({ id, body: { value: { everywhere: true } } });
  const since = bench.engine.commands.all.slice(now).map(({ body }) => body.case);
  expect(since.indexOf('attach')).toBeLessThan(since.indexOf('signOut'));
});
