// SPDX-License-Identifier: MIT
//
// Prompts in Finch, which takes every window that is closed for one that was cancelled: those that libpurple
// closes, too, when an account signs off.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AskSecret_What, Error_Kind, RoomFormKind as Kind } from '../../src/contract/engine_pb.js';
import { COMPONENTS, DEN, Den, Room_Why } from './den.js';

let den: Den;
beforeEach(async () => {
  den = await Den.open({ ui: 'gnt-purple' });
  await den.run('chat-keep', { components: COMPONENTS });
});
afterEach(() => den.close());

const form = (kind: Kind) =>
  den.stage.tell(den.number, {
    case: 'roomForm',
    value: { room: DEN, kind, form: { fields: [{ var: 'secret', values: ['sesame'] }] } },
  });

const choose = (item: string) => den.run('chat-menu', { choose: item });

describe('an open prompt that goes with its account', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['settings', () => form(Kind.CONFIGURE)],
    ['a registration', () => form(Kind.REGISTER)],
    ['a request for voice', () => form(Kind.VOICE)],
    ['rights', () => choose('Change Rights...')],
    ['lists', () => choose('Show People...')],
    ['the end of a room', () => choose('Destroy Room...')],
    [
      'a password',
      async () => {
        await den.ask();
        const error = { kind: Error_Kind.STANZA, condition: 'not-authorized', text: 'No.' };
        await den.left(Room_Why.REFUSED, { error });
      },
    ],
  ])('of %s is no answer, and ends nothing else', async (_, open) => {
    await open();
    const { request } = await den.stage.host.next('request');
    const after = den.stage.engine.now;
    const before = den.stage.host.now;
    await den.run('account-enable', { enabled: false });
    await den.stage.host.next('request-closed', (event) => event.request === request);
    await den.run('account-enable', { enabled: true });
    await den.stage.engine.next('attach', () => true, after);
    expect(den.stage.engine.all('submitRoomForm')).toEqual([]);
    expect(den.stage.host.all('notify', before)).toEqual([]);
    den.stage.engine.online(den.number);
    await den.stage.host.next('connected', () => true, before);
  });
});

test.each([
  ['password', AskSecret_What.PASSWORD],
  ['passphrase', AskSecret_What.PASSPHRASE],
])('a %s that is asked for again is not answered by the first prompt', async (_, what) => {
  await den.stage.tell(den.number, { case: 'askSecret', value: { what } });
  await den.stage.tell(den.number, { case: 'askSecret', value: { what } });
  expect(den.stage.host.all('request')).toHaveLength(2);
  const { request } = den.stage.host.all('request')[1] ?? { request: 0 };
  const secret = { fields: { password: 'sesame', passphrase: 'sesame' } };
  await den.stage.host.run('answer', { request, ok: true, ...secret });
  await den.stage.engine.next('secretAnswer');
  expect(den.stage.engine.all('secretAnswer').map(({ body }) => body.value.cancelled)).toEqual([
    false,
  ]);
});
