// SPDX-License-Identifier: MIT
//
// Which rooms an engine is told that we are in, with the engine played by the test.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Room_State, Room_Why } from '../../src/contract/engine_pb.js';
import { Bench } from './bench.js';

const DEN = 'den@rooms.example';
const HALL = 'hall@rooms.example';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});

afterEach(() => bench.close());

/** The rooms that the next Attach since `after` names. */
async function named(after: number): Promise<string[]> {
  const { body } = await bench.engine.next('attach', undefined, after);
  return body.value.rooms.map(({ room, nick, password }) => `${room} ${nick} ${password}`);
}

/** Says where we stand in a room, and returns once the program has heard it. */
async function stand(
  seen: ReturnType<Bench['watch']>,
  state: Room_State,
  why = Room_Why.ASKED,
): Promise<void> {
  const before = seen.all.length;
  bench.engine.send(1, { case: 'room', value: { room: DEN, state, why } });
  await seen.next('the room', ({ type }) => type === 'room', { after: before });
}

describe('rooms that the engine entered by itself', () => {
  const byBookmark = (state: Room_State) =>
    ({
      case: 'room',
      value: { room: DEN, state, nick: 'alice', byBookmark: true, password: 'sesame' },
    }) as const;

  it.each<[string, () => void, string[]]>([
    ['are named to the next one, with their password', () => undefined, [`${DEN} alice sesame`]],
    ['and that were left are not', () => bench.client.leaveRoom(1, DEN), []],
  ])('by a bookmark %s', async (_title, act, wanted) => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.engine.send(1, byBookmark(Room_State.JOINING));
    bench.engine.send(1, byBookmark(Room_State.JOINED));
    const isIn = (event: { type: string; state?: string }) => event.state === 'joined';
    await seen.next('the room', (event) => event.type === 'room' && isIn(event));
    act();
    const before = bench.engine.now;
    bench.engine.die();
    expect(await named(before)).toEqual(wanted);
  });

  it('and put us out of are not named', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.engine.send(1, byBookmark(Room_State.JOINED));
    await stand(seen, Room_State.LEFT, Room_Why.KICKED);
    const before = bench.engine.now;
    bench.engine.die();
    expect(await named(before)).toEqual([]);
  });
});

describe('rooms that were joined and not left', () => {
  it('are named to the engine that starts later, and to each after it', async () => {
    bench.watch();
    bench.attach();
    bench.client.joinRoom(1, 'Den@Rooms.example', 'alice', 'sesame');
    bench.client.joinRoom(1, HALL);
    const both = [`${DEN} alice sesame`, `${HALL}  `];
    expect(await named(0)).toEqual(both);
    const before = bench.engine.now;
    bench.engine.die();
    expect(await named(before)).toEqual(both);
    expect(bench.engine.all('joinRoom')).toEqual([]);
  });

  it('are named by the newest nick, in the next attach after a parked stay too', async () => {
    bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.client.joinRoom(1, DEN, 'alice', 'sesame');
    bench.client.joinRoom(1, DEN, 'alice2');
    await bench.engine.next('joinRoom', ({ body }) => body.value.nick === 'alice2');
    bench.client.detach(1, 'park');
    const before = bench.engine.now;
    bench.attach();
    expect(await named(before)).toEqual([`${DEN} alice2 sesame`]);
  });

  it.each([
    ['leaving it', () => bench.client.leaveRoom(1, DEN)],
    ['signing off', () => bench.client.detach(1)],
  ])('are forgotten by %s', async (_title, forget) => {
    bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.client.joinRoom(1, DEN);
    forget();
    const before = bench.engine.now;
    bench.attach();
    expect(await named(before)).toEqual([]);
  });
});

describe('a room that put us out, or did not let us in', () => {
  it.each([Room_Why.REFUSED, Room_Why.KICKED, Room_Why.BANNED, Room_Why.DESTROYED])(
    'is not named again (%d)',
    async (why) => {
      const seen = bench.watch();
      bench.attach();
      await bench.engine.next('attach');
      bench.client.joinRoom(1, DEN);
      await stand(seen, Room_State.LEFT, why);
      const before = bench.engine.now;
      bench.engine.die();
      expect(await named(before)).toEqual([]);
    },
  );

  it('is named again once it is entered again, even if the old word came late', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.client.joinRoom(1, DEN, 'alice', 'sesame');
    await stand(seen, Room_State.LEFT, Room_Why.KICKED);
    await stand(seen, Room_State.JOINING);
    const before = bench.engine.now;
    bench.engine.die();
    expect(await named(before)).toEqual([`${DEN} alice sesame`]);
  });
});
