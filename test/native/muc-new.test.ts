// SPDX-License-Identifier: MIT
//
// Rooms that we make by entering them (XEP-0045 §10.1).

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RoomFormKind as Kind } from '../../src/contract/engine_pb.js';
import { COMPONENTS, DEN, Den, Room_Why } from './den.js';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

describe('a room that we have made', () => {
  test('can be configured at once, and is asked about once', async () => {
    await den.ask();
    await den.joined();
    expect(den.stage.host.all('request')).toEqual([]);
    await den.joined({ created: true });
    await den.joined({ created: true, name: 'x' });
    const [{ request, actions, primary } = { request: 0 }] = den.stage.host.all('request');
    expect([primary, actions]).toEqual([
      `The room ${DEN} is new.`,
      ['_Configure Room', '_Accept Defaults'],
    ]);
    await den.stage.host.run('answer', { request, action: 0 });
    const { body } = await den.stage.engine.next('getRoomForm');
    expect(body.value).toMatchObject({ room: DEN, kind: Kind.CONFIGURE });
    expect(den.stage.host.all('request')).toHaveLength(1);
  });

  test('is left as it is by one who accepts that', async () => {
    await den.ask();
    await den.joined({ created: true });
    const { request } = await den.stage.host.next('request');
    await den.stage.host.run('answer', { request, action: 1 });
    expect(den.stage.engine.all('getRoomForm')).toEqual([]);
  });
});

describe('a room that we have made once', () => {
  const questions = () => den.stage.host.all('request').length;
  const made = async () => {
    await den.ask();
    await den.joined({ created: true });
  };

  test('is not asked about again after a sign-off over which the engine kept us in it', async () => {
    await made();
    await den.run('account-enable', { enabled: false });
    await den.run('account-enable', { enabled: true });
    await den.stage.engine.next('attach', ({ account }) => account !== 0, den.stage.engine.now - 1);
    den.stage.engine.online(den.number);
    await den.ask();
    await den.joined({ created: true });
    expect(questions()).toBe(1);
    expect(den.html).toEqual(['This room is new: you made it by entering it.']);
  });

  test.each([
    ['we left', () => den.run('leave-chat').then(() => den.left(Room_Why.ASKED))],
    ['we were put out of', () => den.left(Room_Why.KICKED)],
  ])('is asked about when we make it again, if it is one that %s', async (_title, leave) => {
    await made();
    await leave();
    await made();
    expect(questions()).toBe(2);
  });

  test('and that the buddy list has is told by a line at each start, and asked about once', async () => {
    await den.run('chat-keep', { components: COMPONENTS });
    await made();
    await den.run('leave-chat');
    await den.left(Room_Why.ASKED);
    await made();
    expect(questions()).toBe(1);
    expect(den.html).toEqual([
      'This room is new: you made it by entering it.',
      'This room is new: you made it by entering it. &quot;Configure Room&quot; in its menu changes its settings.',
    ]);
  });
});
