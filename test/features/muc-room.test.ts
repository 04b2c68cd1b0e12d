// SPDX-License-Identifier: MIT

import { describe, expect, test, vi } from 'vitest';
import {
  LeaveRoomSchema,
  Room_State as State,
  Room_Why as Why,
} from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { away, ME, presence, ROOM, Stage } from './muc-stage.js';

const NOT_IN = `You are not in ${ROOM}: `;

describe('a room that does not let us in (XEP-0045 §7.2.17)', () => {
  test.each([
    ['not-authorized', 'auth', 'it asks for a password, and for the right one.'],
    ['forbidden', 'auth', 'you are banned from it.'],
    ['item-not-found', 'cancel', 'it does not exist, or is not open yet.'],
    ['not-allowed', 'cancel', 'it does not exist, and you are not allowed to make it.'],
    ['not-acceptable', 'cancel', 'it wants you to use the nickname that is reserved for you.'],
    ['registration-required', 'auth', 'it is for its members only.'],
    ['service-unavailable', 'wait', 'it is full, or there is no room at this address.'],
    ['jid-malformed', 'modify', 'it does not take this nickname.'],
    ['bad-request', 'modify', 'The request was not understood.'],
  ])('for %s', (condition, type, words) => {
    const host = new Stage().join();
    host.forget();
    host.deny(condition, type);
    expect(host.toldOf('room')).toMatchObject([
      { state: State.LEFT, why: Why.REFUSED, error: { condition, text: NOT_IN + words } },
    ]);
    expect(host.room).toBeUndefined();
    host.pass(3_600_000);
    host.newSession();
    expect(host.sent.filter((sent) => sent.includes(ROOM))).toEqual([]);
  });

  test.each(['remote-server-not-found', 'remote-server-timeout'])(
    'for %s is tried again with growing pauses, and says so once',
    (condition) => {
      const host = new Stage().join();
      host.forget();
      const pauses = [5_000, 15_000, 45_000, 135_000, 300_000, 300_000];
      for (const pause of pauses) {
        host.deny(condition);
        host.pass(pause - 1);
        expect(host.sent).toEqual([]);
        host.pass(1);
        expect(host.sent).toHaveLength(1);
        host.sent.length = 0;
      }
      expect(host.toldOf('room')).toMatchObject([{ state: State.JOINING, error: { condition } }]);
      host.admit();
      expect(host.toldOf('room').at(-1)).toMatchObject({ state: State.JOINED, error: undefined });
    },
  );

  test('and does not answer either is asked again each minute', () => {
    const host = new Stage().join();
    host.forget();
    host.pass(60_000);
    host.pass(60_000);
    expect(host.sent).toHaveLength(2);
    expect(host.toldOf('room')).toMatchObject([
      { state: State.JOINING, error: { condition: 'no-answer' } },
    ]);
  });

  test('and whose answer may come on a link that is away now is waited for', () => {
    const host = new Stage().join();
    host.forget();
    host.online = false;
    host.pass(600_000);
    host.online = true;
    host.moment('resumed', 600_000);
    expect(host.sent).toEqual([]);
    host.admit();
    expect(host.room?.joined).toBe(true);
  });

  test('because somebody has the nick is asked for up to three others, if none was chosen', () => {
    const host = new Stage().join();
    const tried: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      tried.push(host.lastSent.attrs.to);
      host.deny('conflict');
    }
    expect(tried).toEqual([ME, `${ME}_`, `${ME}__`, `${ME}___`]);
    expect(host.toldOf('room').at(-1)).toMatchObject({
      state: State.LEFT,
      error: { condition: 'conflict', text: `${NOT_IN}somebody else has this nickname there.` },
    });
  });

  test('because somebody has the nick that was chosen is left alone', () => {
    const host = new Stage().join('Bob');
    host.deny('conflict');
    expect(host.toldOf('room').at(-1)).toMatchObject({ why: Why.REFUSED, nick: 'Bob' });
  });

  test('because it has moved says where to (RFC 6120 §8.3.3.5)', () => {
    const host = new Stage().join();
    host.deny('gone', 'cancel', 'xmpp:heath@chat.shakespeare.example?join');
    expect(host.toldOf('room').at(-1)).toMatchObject({
      why: Why.DESTROYED,
      alternate: 'heath@chat.shakespeare.example',
    });
  });

  test('is quoted in its own words', () => {
    const host = new Stage().join();
    const text = "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Witches\n only</text>";
    const error = `<error type='auth'><registration-required xmlns='${NS.stanzas}'/>${text}</error>`;
    host.receive(`<presence type='error' from='${ME}'>${error}</presence>`);
    expect(host.toldOf('room').at(-1)?.error?.text).toBe(
      `${NOT_IN}it is for its members only. (“Witches only”)`,
    );
  });

  test('yet may rename us, which is not to be in it', () => {
    const host = new Stage().join();
    host.forget();
    host.receive(away('romeo', { item: "nick='Rom' role='visitor'", codes: [110, 303] }));
    expect(host.told).toEqual([]);
    host.admit('Rom');
    expect(host.toldOf('room')).toMatchObject([{ state: State.JOINED, nick: 'Rom' }]);
  });

  test('is believed about the presence it answers only', () => {
    const host = new Stage().join();
    const error =
      "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    host.receive(`<presence type='error' id='old' from='${ME}'>${error}</presence>`);
    expect(host.room).toBeDefined();
    host.receive(`<presence type='error' from='${ME}'>${error}</presence>`);
    expect(host.room).toBeUndefined();
  });
});

describe('being put out of a room', () => {
  const actor = "<actor nick='Fluellen'/><reason>Avaunt, you cullion!</reason>";
  const words = { actor: 'Fluellen', reason: 'Avaunt, you cullion!' };

  test.each([
    ['a kick (§8.2)', { codes: [110, 307], inItem: actor }, Why.KICKED, words],
    ['a ban (§9.1)', { codes: [301], inItem: actor }, Why.BANNED, words],
    ['a ban without a code', { item: "affiliation='outcast' role='none'" }, Why.BANNED, {}],
    ['a lost affiliation (§9.4)', { codes: [110, 321] }, Why.EXCLUDED, {}],
    ['a room that is for members only now', { codes: [110, 322] }, Why.MEMBERS_ONLY, {}],
    [
      'the end of the room (§10.9)',
      {
        more:
          "<destroy jid='coven@x.example'><password>sesame</password>" +
          '<reason>Macbeth doth come.</reason></destroy>',
      },
      Why.DESTROYED,
      {
        alternate: 'coven@x.example',
        alternatePassword: 'sesame',
        reason: 'Macbeth doth come.',
      },
    ],
    ['the end of the room, without a word', { more: '<destroy/>' }, Why.DESTROYED, {}],
  ])('by %s', (_title, said, why, how) => {
    const host = new Stage().inside('hag');
    host.receive(away('romeo', said));
    expect(host.events).toEqual(['room']);
    expect(host.toldOf('room')).toMatchObject([
      { room: ROOM, state: State.LEFT, why, nick: 'romeo', ...how },
    ]);
    expect(host.traffic.calls).toEqual(['left']);
    host.newSession();
    expect(host.sent.filter((sent) => sent.includes(ROOM))).toEqual([]);
  });

  test.each([
    ['the service shuts down (§11.2)', [110, 332]],
    ['of a technical failure (§11.1)', [110, 333]],
    ['of one that is called a kick, too', [110, 307, 333]],
    ['of nothing that is said', [110]],
  ])('because %s is seen through without a word', (_title, codes) => {
    const host = new Stage().inside('hag');
    host.receive(away('romeo', { codes }));
    expect(host.sent).toEqual([]);
    expect(host.room?.joined).toBe(false);
    host.pass(5_000);
    expect(host.lastSent.attrs.to).toBe(ME);
    expect(host.told).toEqual([]);
    host.admit('romeo', [110], 'hag');
    expect(host.events).toEqual(['roomOccupants']);
    expect(host.traffic.calls).toEqual(['left', 'joining 2', 'joined romeo']);
  });

  test('again and again is answered with growing pauses', () => {
    const host = new Stage().inside();
    for (const pause of [5_000, 15_000, 45_000]) {
      host.receive(away('romeo', { codes: [110, 333] }));
      host.sent.length = 0;
      host.pass(pause - 1);
      expect(host.sent).toEqual([]);
      host.pass(1);
      expect(host.sent).toHaveLength(1);
      host.admit();
    }
    host.pass(61_000);
    host.receive(away('romeo', { codes: [110, 333] }));
    host.sent.length = 0;
    host.pass(5_000);
    expect(host.sent).toHaveLength(1);
  });

  test('while the link is away waits for it', () => {
    const host = new Stage().inside();
    host.receive(away('romeo', { codes: [332] }));
    host.online = false;
    host.pass(100_000);
    host.online = true;
    host.moment('resumed', 100_000);
    expect(host.lastSent.attrs.to).toBe(ME);
  });

  test('by our own server, which cannot reach the room, is an outage', () => {
    const host = new Stage().inside();
    host.receive(`<presence from='${ME}' type='unavailable'/>`);
    host.pass(5_000);
    expect(host.lastSent.attrs.to).toBe(ME);
  });

  test('of an earlier stay says nothing of the way into a new one', () => {
    const host = new Stage().join();
    host.receive(away('romeo', { codes: [110] }));
    expect(host.room?.joined).toBe(false);
    host.pass(59_000);
    expect(host.sent).toHaveLength(1);
  });

  test('is not what happens to somebody whose nick looks like ours', () => {
    // The second letter is Cyrillic.
    const host = new Stage().inside('r\u043emeo');
    host.receive(away('r\u043emeo', { codes: [301] }));
    expect(host.room?.joined).toBe(true);
    expect(host.room?.isSelf('r\u043emeo')).toBe(false);
    expect(host.toldOf('room')).toEqual([]);
  });

  test('is not what a presence from elsewhere says', () => {
    const host = new Stage().inside();
    host.receive(away('romeo', { codes: [110, 301] }).replace(ROOM, 'coven@evil.example'));
    host.receive(presence('romeo', { codes: [110] }).replace(ROOM, 'coven@evil.example'));
    expect(host.told).toEqual([]);
    expect(host.room?.joined).toBe(true);
    expect(host.logged).toEqual([
      'Presence from coven@evil.example was dropped: that is no room that you are in.',
    ]);
  });
});

describe('a nickname that is none, asked for on the way in,', () => {
  const asked = (): Stage => {
    const host = new Stage().join('Bob');
    host.forget();
    return host.join('  ');
  };

  test('is turned down in words, and we go on by the one that we had', () => {
    const host = asked();
    expect(host.toldOf('roomNotice')).toMatchObject([
      { room: ROOM, text: 'Your nickname was not changed: that is no nickname.' },
    ]);
    expect(host.toldOf('room')).toMatchObject([{ nick: 'Bob', state: State.JOINING }]);
    host.admit('Bob');
    expect(host.room?.joined).toBe(true);
  });

  test('does not sign the account off when the room is left', () => {
    const host = asked();
    host.command('leaveRoom', LeaveRoomSchema, { room: ROOM });
    expect(host.lastSent.attrs).toMatchObject({ to: `${ROOM}/Bob`, type: 'unavailable' });
  });
});

test('a room that says over and over that it shuts down sets few timers, and no longer pause', () => {
  const host = new Stage().inside();
  const later = vi.spyOn(host, 'later');
  for (let n = 0; n < 1_000; n += 1)
    host.receive(presence('', { type: 'unavailable', codes: [110, 332] }));
  expect(later.mock.calls.length).toBeLessThan(5);
  host.pass(5_000);
  expect(host.lastSent.attrs.to).toBe(ME);
});
