// SPDX-License-Identifier: MIT
//
// The list of a service's rooms, and which service that is (XEP-0045 §6).

import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Error_Kind, type RoomListSchema } from '../../src/contract/engine_pb.js';
import { Den } from './den.js';

const SERVICE = 'rooms.example';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

const tell = (value: MessageInitShape<typeof RoomListSchema>): Promise<void> =>
  den.stage.tell(den.number, { case: 'roomList', value: { service: SERVICE, ...value } });

const asked = (after: number) =>
  den.stage.engine.next('queryRooms', ({ body }) => body.value.query !== 0, after);

/** The person asks; the number of the question. */
async function ask(service = SERVICE): Promise<number> {
  const after = { host: den.stage.host.now, engine: den.stage.engine.now };
  await den.run('room-list');
  const { request } = await den.stage.host.next('request', () => true, after.host);
  await den.stage.host.run('answer', { request, ok: true, value: service });
  return (await asked(after.engine)).body.value.query;
}

const progress = (): boolean[] =>
  den.stage.host.all('room-list-progress').map(({ running }) => running);

const notes = () =>
  den.stage.host.all('notify').map(({ kind, secondary }) => `${kind}: ${secondary ?? ''}`);

describe('the list of rooms', () => {
  test('is asked for at the service that the person names', async () => {
    expect(await den.run('room-list')).toEqual({ shown: true, labels: ['Description'] });
    const { request, value } = await den.stage.host.next('request');
    expect(value).toBe('conference.home.example');
    expect(den.stage.engine.all('queryRooms').filter(({ body }) => body.value.query > 0)).toEqual(
      [],
    );
    await den.stage.host.run('answer', { request, ok: true, value: ` ${SERVICE} ` });
    expect((await asked(0)).body.value).toMatchObject({ service: SERVICE, stop: false });
    expect(progress()).toEqual([true]);
  });

  test('shows the rooms as they come, and where it ends', async () => {
    const query = await ask();
    await tell({ query, rooms: [{ jid: 'den@rooms.example', name: 'Die <b>Höhle</b>' }] });
    expect(progress()).toEqual([true]);
    await tell({ query, rooms: [{ jid: 'a&b@rooms.example' }] });
    await tell({ query, done: true });
    expect(den.stage.host.all('room-listed')).toMatchObject([
      {
        name: 'den',
        fields: { room: 'den', server: SERVICE, description: 'Die <b>Höhle</b>' },
      },
      { name: 'a&b', fields: { room: 'a&b', server: SERVICE, description: '' } },
    ]);
    expect([progress(), notes()]).toEqual([[true, false], []]);
    expect(den.stage.host.all('room-list-gone')).toEqual([]);
    await den.run('room-list-close');
    expect(den.stage.host.all('room-list-gone')).toHaveLength(1);
  });

  test('shows names of several lines, or with what cannot be printed, on one', async () => {
    const query = await ask();
    await tell({
      query,
      rooms: [{ jid: 'den@rooms.example', name: '\u0001A\n\tden\u202e \u0007' }],
    });
    const [{ fields } = { fields: {} }] = den.stage.host.all('room-listed');
    expect((fields as Record<string, string>).description).toMatch(/^A {2}den/);
    expect((fields as Record<string, string>).description).not.toMatch(/\p{Cc}/u);
  });

  test('takes five thousand', async () => {
    const query = await ask();
    for (let part = 0; part < 25; part++) {
      const rooms = Array.from({ length: 200 }, (_, at) => ({ jid: `r${part}-${at}@${SERVICE}` }));
      await tell({ query, rooms });
    }
    await tell({ query, done: true, cut: true });
    expect(den.stage.host.all('room-listed')).toHaveLength(5_000);
    expect(notes()).toEqual(['info: The service has more rooms than are shown.']);
  });

  test('has rooms that are entered and kept by their address', async () => {
    const query = await ask();
    await tell({ query, rooms: [{ jid: 'den@rooms.example', name: 'x' }], done: true });
    expect(await den.run('room-list-join', { index: 0 })).toEqual({ address: 'den@rooms.example' });
    const { body } = await den.stage.engine.next('joinRoom');
    expect(body.value).toMatchObject({ room: 'den@rooms.example', nick: '' });
  });

  test('that cannot be had says why, in plain text', async () => {
    const query = await ask();
    const error = { kind: Error_Kind.STANZA, condition: 'forbidden', text: 'It said <no>.' };
    await tell({ query, done: true, error });
    expect([progress(), notes()]).toEqual([[true, false], ['error: It said <no>.']]);
  });

  test('of no address is not asked for', async () => {
    await den.run('room-list');
    const { request } = await den.stage.host.next('request');
    await den.stage.host.run('answer', { request, ok: true, value: 'x'.repeat(4_000) });
    expect(progress()).toEqual([false]);
    expect(notes()).toHaveLength(1);
  });

  test('is given up with its prompt', async () => {
    await den.run('room-list');
    const { request } = await den.stage.host.next('request');
    await den.stage.host.run('answer', { request, ok: false });
    expect(progress()).toEqual([false]);
  });

  test('is stopped, and then nothing more is shown', async () => {
    const query = await ask();
    await den.run('room-list-cancel');
    expect(progress()).toEqual([true, false]);
    const stop = await den.stage.engine.next('queryRooms', ({ body }) => body.value.stop);
    expect(stop.body.value.query).toBe(query);
    await tell({ query, rooms: [{ jid: 'den@rooms.example' }], done: true });
    expect(den.stage.host.all('room-listed')).toEqual([]);
  });

  test('asked for anew ends the one before', async () => {
    const first = await ask();
    const second = await ask('other.example');
    await tell({ query: first, rooms: [{ jid: 'old@rooms.example' }], done: true });
    await tell({ query: second, rooms: [{ jid: 'new@rooms.example' }] });
    expect(den.stage.host.all('room-listed')).toMatchObject([{ name: 'new' }]);
    expect(progress()).toEqual([true, false, true]);
  });

  test('ends with the engine, and one that waits for the person does not', async () => {
    await ask();
    den.stage.engine.die();
    await den.stage.host.next('room-list-progress', ({ running }) => !running);
    await den.run('room-list');
    expect(progress()).toEqual([true, false]);
  });

  test('ends with the account, prompt or not', async () => {
    await ask();
    await den.run('account-enable', { enabled: false });
    expect(progress()).toEqual([true, false]);
  });

  test('still open at the end of the host leaves nothing behind', async () => {
    await ask();
    await den.run('room-list');
    await den.run('account-enable', { enabled: false });
    await den.run('room-list-close');
    expect(den.stage.host.all('room-list-gone')).toHaveLength(2);
  });
});

describe('the service of the account’s server', () => {
  const server = async (): Promise<string | undefined> =>
    (await den.run('chat-naming', { name: undefined, components: {} })).components.server;

  test('is asked for once, at the first link, and then offered', async () => {
    const { body } = await den.stage.engine.next('queryRooms');
    expect(body.value).toMatchObject({ query: 0, serviceOnly: true });
    await tell({ query: 0, service: 'chat.home.example', done: true });
    expect(await server()).toBe('chat.home.example');
    den.stage.engine.online(den.number, true);
    den.stage.engine.online(den.number);
    await den.run('room-list');
    expect((await den.stage.host.next('request')).value).toBe('chat.home.example');
    expect(den.stage.engine.all('queryRooms')).toHaveLength(1);
  });

  test('that there is not is supposed to have the usual name, and is not asked for again', async () => {
    const error = { kind: Error_Kind.USAGE, condition: 'item-not-found', text: 'None.' };
    await tell({ query: 0, service: '', done: true, error });
    expect([await server(), notes()]).toEqual(['conference.home.example', []]);
    den.stage.engine.online(den.number);
    await tell({ query: 0, service: '', done: true, error });
    expect(den.stage.engine.all('queryRooms')).toHaveLength(1);
  });

  test('that could not be found out is asked for again with the next link', async () => {
    const after = den.stage.engine.now;
    await tell({ query: 0, service: '', done: true, error: { kind: Error_Kind.TIMEOUT } });
    den.stage.engine.online(den.number);
    await den.stage.engine.next('queryRooms', () => true, after);
    expect(notes()).toEqual([]);
  });
});

test('a host that cannot ask lists the rooms of the account’s own service', async () => {
  await den.close();
  den = await Den.open({ prompts: false });
  await den.run('room-list');
  expect((await asked(0)).body.value).toMatchObject({ service: '', serviceOnly: false });
});
