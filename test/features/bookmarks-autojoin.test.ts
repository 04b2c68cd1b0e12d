// SPDX-License-Identifier: MIT
//
// Bookmarks that make one enter a room, and leave it (XEP-0402 §3.2, §4).

import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  JoinRoomSchema,
  LeaveRoomSchema,
  Room_State,
  SetBookmarkSchema,
} from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { child, elements, serialise } from '../../src/core/xml.js';
import { BookmarkStage, DEN, HALL, WAYS } from './bookmarks-stage.js';
import type { Way } from './bookmarks-stage.js';
import { failure, result } from './host.js';

const EMPTY = result(
  "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:bookmarks:1'/></pubsub>",
);

/** Signed in; the server has our presence. */
function signedIn(way: Way = 'native', fill?: (host: BookmarkStage) => void): BookmarkStage {
  const host = new BookmarkStage(way);
  fill?.(host);
  return host.signIn();
}

const rooms = (host: BookmarkStage): string[] =>
  host
    .toldOf('room')
    .map(
      ({ room, state, nick, password, byBookmark }) =>
        `${room} ${Room_State[state]} ${nick} ${password}${byBookmark ? ' by bookmark' : ''}`,
    );

/** Presence to rooms, entering and leaving. */
const presence = (host: BookmarkStage): string[] =>
  host.sent.flatMap((text) => {
    const to = /to="([^"]+)"/.exec(text)?.[1];
    return to === undefined ? [] : `${text.includes('unavailable') ? '-' : '+'}${to}`;
  });

describe('at the sign-in', () => {
  test.each(WAYS)('rooms are entered with nick and password, kept %s', (way) => {
    const host = signedIn(way, (server) =>
      server
        .has(DEN, "autojoin='true'", '<nick>Älice</nick><password>sesame</password>')
        .has(HALL, "autojoin='false'")
        .has('attic@rooms.example', "autojoin='1'"),
    );
    expect(rooms(host)).toEqual([
      `${DEN} JOINING Älice sesame by bookmark`,
      'attic@rooms.example JOINING romeo  by bookmark',
    ]);
    expect(presence(host)).toEqual([`+${DEN}/Älice`, '+attic@rooms.example/romeo']);
    expect(host.sent.join()).toContain('<password>sesame</password>');
  });

  test('a room that the host wants already is entered once', () => {
    const host = new BookmarkStage('native').has(DEN, "autojoin='1'", '<nick>other</nick>');
    host.attach(create(JoinRoomSchema, { room: DEN, nick: 'mine' }));
    host.moment('started');
    host.roster('');
    host.serve();
    expect(presence(host)).toEqual([`+${DEN}/mine`]);
    host.command('joinRoom', JoinRoomSchema, { room: DEN, nick: 'mine' });
    expect(presence(host)).toEqual([`+${DEN}/mine`]);
  });

  test('the host that enters them, too, does not enter them twice', () => {
    const host = signedIn('native', (server) => server.has(DEN, "autojoin='1'"));
    host.command('joinRoom', JoinRoomSchema, { room: DEN, nick: 'romeo' });
    expect(presence(host)).toEqual([`+${DEN}/romeo`]);
  });

  test('a new engine for a host that is signed in leaves it to the host', () => {
    const host = new BookmarkStage('native').has(DEN, "autojoin='1'");
    host.attachAgain();
    host.moment('started');
    host.roster('');
    host.serve();
    expect(presence(host)).toEqual([]);
    expect(host.told50).toEqual(['(', `${DEN}||||autojoin`, ')']);
  });
});

describe('later', () => {
  const inDen = (): BookmarkStage => {
    const host = signedIn('native', (server) => server.has(DEN, "autojoin='1'"));
    host.forget();
    return host;
  };

  test('neither a resumed session nor a host that comes back says anything', () => {
    const host = inDen();
    host.moment('resumed', 30_000);
    host.moment('attached');
    host.serve();
    expect(presence(host)).toEqual([]);
    expect(host.asked).toEqual([]);
  });

  test('a room that was left is not entered again in a fresh session', () => {
    const host = inDen();
    host.command('leaveRoom', LeaveRoomSchema, { room: DEN });
    host.forget();
    host.newSession();
    host.roster('');
    host.serve();
    expect(presence(host)).toEqual([]);
  });

  test('a room that was not left is entered once in a fresh session', () => {
    const host = inDen();
    host.newSession();
    host.roster('');
    host.serve();
    expect(presence(host)).toEqual([`+${DEN}/romeo`]);
  });

  test('after a sign-off all begins anew', () => {
    const host = inDen();
    host.leaving(() => undefined);
    host.forget();
    host.moment('attached');
    host.forget();
    host.newSession();
    host.roster('');
    host.serve();
    expect(presence(host)).toEqual([`+${DEN}/romeo`]);
  });

  test('after a sign-off that the host overtook all begins anew in the same session', () => {
    const host = inDen();
    host.leaving(() => undefined);
    host.has(HALL, "autojoin='1'").event(HALL);
    host.forget();
    host.moment('attached');
    expect(presence(host)).toEqual([`+${DEN}/romeo`, `+${HALL}/romeo`]);
    expect(host.told50).toEqual(['(', `${DEN}||||autojoin`, `${HALL}||||autojoin`, ')']);
  });

  test('another device that turns it on makes us enter', () => {
    const host = signedIn('native', (server) => server.has(DEN));
    host.has(DEN, "autojoin='true'").event();
    expect(presence(host)).toEqual([`+${DEN}/romeo`]);
  });

  test('another device that adds one makes us enter', () => {
    const host = inDen();
    host.has(HALL, "autojoin='true'").event(HALL);
    expect(presence(host)).toEqual([`+${HALL}/romeo`]);
  });

  test.each<[string, (host: BookmarkStage) => void]>([
    ['turns it off', (host) => void host.has(DEN, '').event()],
    ['removes it', (host) => void host.othersRemove(DEN)],
  ])('another device that %s makes us leave, with a word', (_, act) => {
    const host = inDen();
    act(host);
    expect(presence(host)).toEqual([`-${DEN}/romeo`]);
    expect(host.toldOf('roomNotice')).toHaveLength(1);
    expect(rooms(host)).toEqual([`${DEN} LEFT romeo `]);
  });

  test('another device that changes its name moves nobody', () => {
    const host = inDen();
    host.has(DEN, "autojoin='1' name='x'").event();
    expect(presence(host)).toEqual([]);
  });

  test('a room without autojoin that the user is in is his business', () => {
    const host = signedIn('native', (server) => server.has(HALL));
    host.command('joinRoom', JoinRoomSchema, { room: HALL, nick: '' });
    host.forget();
    host.has(HALL, "name='x'").event(HALL);
    host.othersRemove(HALL);
    expect(presence(host)).toEqual([]);
  });

  test.each(['before', 'behind'] as const)(
    'our own change moves nobody, with its event %s its answer',
    (when) => {
      const host = inDen();
      host.command(
        'setBookmark',
        SetBookmarkSchema,
        { bookmark: { room: HALL, autojoin: true } },
        'c1',
      );
      const own = (): void => {
        host.has(HALL, "autojoin='true'").event(HALL);
      };
      host.take('pubsub', 'http://jabber.org/protocol/pubsub').done(EMPTY);
      if (when === 'before') own();
      else host.serve();
      if (when === 'behind') own();
      host.serve();
      host.drop(DEN, 'c2');
      host.event(DEN);
      expect(presence(host)).toEqual([]);
      expect(host.accepted).toEqual(['c1', 'c2']);
      expect(host.told50).toEqual([`${HALL}||||autojoin`, `-${DEN}`]);
    },
  );
});

test.each([
  ['a control character in its name', { name: 'The\u0001Den' }],
  ['a name that is too long', { name: 'x'.repeat(2_000) }],
  ['a control character in its password', { password: 'sesame\u0001' }],
])('what our own host sets moves nobody, with %s', (_title, bookmark) => {
  const host = new BookmarkStage('native').ready();
  const P = NS.pubsub;
  host.command('setBookmark', SetBookmarkSchema, {
    bookmark: { room: DEN, autojoin: true, ...bookmark },
  });
  host.take('pubsub', P).done(failure('stanza', 'item-not-found'));
  const write = host.take('pubsub', P);
  const publish = child(write.payload, 'publish', P);
  const item = publish && child(publish, 'item', P);
  host.items.set(
    DEN,
    item === undefined
      ? ''
      : elements(item)
          .map((el) => serialise(el))
          .join(''),
  );
  host.event();
  write.done(result());
  expect([host.accepted, rooms(host), host.told50.length]).toEqual([['c1'], [], 1]);
});
