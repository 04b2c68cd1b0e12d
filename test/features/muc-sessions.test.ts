// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { Room_State as State, Room_Why as Why, Show } from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { childText } from '../../src/core/xml.js';
import { ME, presence, ROOM, Stage } from './muc-stage.js';

describe('a fresh session', () => {
  test('enters again, and tells nothing but the new list', () => {
    const host = new Stage().inside('hag', 'oldhag');
    host.receive(`<message type='groupchat' from='${ROOM}'><subject>Fire</subject></message>`);
    host.forget();
    host.newSession();
    expect(host.lastSent.attrs.to).toBe(ME);
    expect(host.traffic.calls).toEqual(['left', 'joining 2']);
    host.receive(presence('hag'));
    host.receive(presence('newhag'));
    expect(host.told).toEqual([]);
    host.receive(presence('romeo', { codes: [110] }));
    host.receive(`<message type='groupchat' from='${ROOM}'><subject>Fire</subject></message>`);
    expect(host.events).toEqual(['roomOccupants']);
    expect(host.toldOf('roomOccupants')[0]?.occupants.map(({ nick }) => nick)).toEqual([
      ...['hag', 'newhag', 'romeo'],
    ]);
    expect(host.traffic.calls).toEqual(['left', 'joining 2', 'joined romeo', 'history ended']);
  });

  test('in which we are refused ends it', () => {
    const host = new Stage().inside();
    host.newSession();
    host.forget();
    host.deny('forbidden', 'auth');
    expect(host.toldOf('room')).toMatchObject([
      { state: State.LEFT, why: Why.REFUSED, error: { condition: 'forbidden' } },
    ]);
  });

  test.each(['conflict', 'service-unavailable', 'item-not-found', 'remote-server-not-found'])(
    'in which the answer is %s is patient, since we were there',
    (condition) => {
      const host = new Stage().join('Bob').admit('Bob');
      host.newSession();
      host.forget();
      host.deny(condition);
      expect(host.told).toEqual([]);
      host.pass(5_000);
      expect(host.lastSent.attrs.to).toBe(`${ROOM}/Bob`);
      host.admit('Bob');
      expect(host.events).toEqual(['roomOccupants']);
    },
  );

  test('is not patient for ever with one who has our nick', () => {
    const host = new Stage().join('Bob').admit('Bob');
    host.newSession();
    for (let n = 0; n < 9; n += 1) {
      host.deny('conflict');
      host.pass(300_000);
    }
    expect(host.toldOf('room').at(-1)).toMatchObject({ state: State.LEFT, why: Why.REFUSED });
  });
});

describe('a resumed session', () => {
  test('of a short outage says nothing to anybody', () => {
    const host = new Stage().inside('hag');
    host.moment('resumed', 60_000);
    expect(host.sent).toEqual([]);
    expect(host.requests).toEqual([]);
    expect(host.told).toEqual([]);
    expect(host.traffic.calls).toEqual([]);
  });
});

describe('our own presence', () => {
  test('is told to each room when it changes (§7.7)', () => {
    const host = new Stage().inside();
    host.setPresence(Show.DND);
    expect(host.sent.map((sent) => sent.includes(`to="${ME}"`))).toEqual([false, true]);
    expect(childText(host.lastSent, 'show', NS.client)).toBe('dnd');
    host.setPresence(Show.DND);
    expect(host.sent).toHaveLength(2);
  });

  test('that changed on the way in follows', () => {
    const host = new Stage().join();
    host.setPresence(Show.DND);
    host.forget();
    host.admit();
    expect(host.sent).toHaveLength(1);
    expect(childText(host.lastSent, 'show', NS.client)).toBe('dnd');
  });
});
