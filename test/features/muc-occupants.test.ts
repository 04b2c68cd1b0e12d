// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  Affiliation,
  JoinRoomSchema,
  Occupant_Departure as Departure,
  Role,
  Show,
} from '../../src/contract/engine_pb.js';
import type { Occupant } from '../../src/contract/engine_pb.js';
import { result, stanza } from './host.js';
import { away, DISCO, presence, ROOM, Stage } from './muc-stage.js';

const HATS = 'urn:xmpp:hats:0';

function changes(host: Stage): Occupant[] {
  return host.toldOf('roomOccupants').flatMap(({ occupants }) => occupants);
}

/** What the room answers to the question what it can. */
function can(...features: readonly string[]) {
  const all = features.map((feature) => `<feature var='${feature}'/>`).join('');
  return result(`<query xmlns='http://jabber.org/protocol/disco#info'>${all}</query>`);
}

/** In a room that announces titles. */
function entitled(): Stage {
  const host = new Stage().join().admit();
  host.take(...DISCO).done(can(HATS));
  host.forget();
  return host;
}

describe('who is in a room (XEP-0045 §7.2.2)', () => {
  test('is told with all that the room shows, titles too (XEP-0317)', () => {
    const host = entitled();
    const hats = ['Host', '', 'Presenter'].map((title) => `<hat title='${title}' uri='x:y'/>`);
    host.receive(
      presence('hag', {
        item: "affiliation='owner' role='moderator' jid='hag66@shakespeare.example/pda'",
        beside:
          `<show>xa</show><status>gone</status>` +
          `<hats xmlns='urn:xmpp:hats:0'>${hats.join('')}</hats>`,
      }),
    );
    expect(host.toldOf('roomOccupants')).toMatchObject([{ room: ROOM, begin: false, end: false }]);
    expect(changes(host)).toMatchObject([
      {
        nick: 'hag',
        role: Role.MODERATOR,
        affiliation: Affiliation.OWNER,
        jid: 'hag66@shakespeare.example/pda',
        show: Show.XA,
        status: 'gone',
        self: false,
        departure: Departure.NO,
        hats: ['Host', 'Presenter'],
      },
    ]);
  });

  test('is told when it changes, and not when it does not', () => {
    const host = new Stage().inside('hag');
    host.receive(presence('hag'));
    expect(host.told).toEqual([]);
    host.receive(presence('hag', { item: "affiliation='member' role='visitor'" }));
    expect(changes(host)).toMatchObject([
      { nick: 'hag', role: Role.VISITOR, affiliation: Affiliation.MEMBER },
    ]);
  });

  test('is told of ourselves, too', () => {
    const host = new Stage().inside();
    host.receive(presence('romeo', { item: "affiliation='owner' role='moderator'", codes: [110] }));
    expect(changes(host)).toMatchObject([{ nick: 'romeo', self: true, role: Role.MODERATOR }]);
  });

  test('with words that are not known is nobody in particular', () => {
    const host = new Stage().inside();
    host.receive(presence('hag', { item: "affiliation='king' role='constructor' jid='@'" }));
    expect(changes(host)).toMatchObject([
      { role: Role.ROLE_NONE, affiliation: Affiliation.AFFILIATION_NONE, jid: '' },
    ]);
  });

  const actor = "<actor jid='a@x.example' nick='Macbeth'/><reason>Enough</reason>";
  test.each([
    ['leaves', { beside: '<status>Good night</status>' }, { reason: 'Good night' }, Departure.GONE],
    ['is kicked', { codes: [307], inItem: actor }, { actor: 'Macbeth' }, Departure.KICKED],
    ['is banned', { codes: [301], inItem: actor }, { reason: 'Enough' }, Departure.BANNED],
    ['loses an affiliation', { codes: [321] }, {}, Departure.EXCLUDED],
    ['is no member', { codes: [322] }, {}, Departure.MEMBERS_ONLY],
    ['is lost by a failure', { codes: [307, 333] }, {}, Departure.CONNECTION_LOST],
    ['goes with the service', { codes: [332] }, {}, Departure.SHUT_DOWN],
  ])('is told when somebody %s', (_title, said, how, departure) => {
    const host = new Stage().inside('hag');
    host.receive(away('hag', said));
    expect(changes(host)).toMatchObject([{ nick: 'hag', departure, ...how }]);
    expect(host.room?.has('hag')).toBe(false);
    host.receive(away('hag', said));
    expect(changes(host)).toHaveLength(1);
  });

  test('is told in one event when somebody takes another nick (§7.6)', () => {
    const host = new Stage().inside('hag');
    host.receive(away('hag', { item: "nick='oldhag' role='participant'", codes: [303] }));
    host.receive(presence('oldhag'));
    expect(host.toldOf('roomOccupants')).toHaveLength(1);
    expect(changes(host)).toMatchObject([
      { nick: 'hag', departure: Departure.RENAMED, newNick: 'oldhag' },
      { nick: 'oldhag', departure: Departure.NO, role: Role.PARTICIPANT },
    ]);
  });

  test('is not us under the nick that we wanted, where the room gives us another (code 210)', () => {
    const host = new Stage().join();
    host.receive(presence('romeo', { codes: [] }));
    host.receive(presence('romeo2', { codes: [110, 210] }));
    expect(host.room?.nick).toBe('romeo2');
    host.forget();
    host.join();
    expect(changes(host).map(({ nick, self }) => [nick, self])).toEqual([
      ['romeo', false],
      ['romeo2', true],
    ]);
  });

  test('follows a change of our own nick by another device of ours', () => {
    const host = new Stage().inside();
    host.receive(away('romeo', { item: "nick='Rom' role='participant'", codes: [110, 303] }));
    host.receive(presence('Rom', { codes: [110] }));
    expect(host.toldOf('room')).toMatchObject([{ nick: 'Rom' }]);
    expect(changes(host)).toMatchObject([{ nick: 'romeo' }, { nick: 'Rom', self: true }]);
    host.newSession();
    expect(host.lastSent.attrs.to).toBe(`${ROOM}/Rom`);
  });

  test.each([
    ['none', ''],
    ['one that cannot be', "nick='\u0007'".replace('\u0007', '&#9;')],
    ['the old one', "nick='hag'"],
  ])('is simply left by somebody whose new nick is %s', (_title, item) => {
    const host = new Stage().inside('hag');
    host.receive(away('hag', { item, codes: [303] }));
    expect(changes(host)).toMatchObject([{ nick: 'hag', departure: Departure.GONE }]);
  });
});

describe('a hostile room or occupant', () => {
  test('is cut to what a person can have meant', () => {
    const host = entitled();
    const long = 'x'.repeat(5_000);
    const hats = `<hat title='${long}'/>`.repeat(50);
    const beside = `<status>${long}</status><hats xmlns='urn:xmpp:hats:0'>${hats}</hats>`;
    host.receive(presence('hag', { beside }));
    host.receive(
      away('hag', { codes: [307], inItem: `<actor nick='${long}'/><reason>${long}</reason>` }),
    );
    const [came, went] = changes(host);
    expect(came?.status).toHaveLength(500);
    expect(came?.hats).toHaveLength(10);
    expect(came?.hats[0]).toHaveLength(100);
    expect(went?.actor).toHaveLength(100);
    expect(went?.reason).toHaveLength(1_000);
  });

  test('has a nick as long as an address can have, and is addressed by it', () => {
    const host = new Stage().inside();
    const nick = '\u{1f600}'.repeat(255);
    host.receive(presence(nick));
    expect(changes(host)).toMatchObject([{ nick }]);
  });

  test('fills no memory, with one line in the log', () => {
    const host = new Stage().join();
    host.forget();
    for (let n = 0; n < 10_050; n += 1) host.receive(presence(`n${String(n)}`));
    host.receive(presence('romeo', { codes: [110] }));
    expect(host.toldOf('roomOccupants')).toHaveLength(51);
    expect(changes(host)).toHaveLength(10_001);
    expect(host.logged).toHaveLength(1);
    host.receive(presence('late'));
    expect(changes(host)).toHaveLength(10_001);
  });

  test('fills no memory either by calling us by ever more names', () => {
    const host = new Stage().inside('hag');
    for (let n = 0; n < 10_050; n += 1) host.receive(presence(`n${String(n)}`, { codes: [110] }));
    host.forget();
    host.join();
    const there = changes(host);
    expect(there.length).toBeLessThan(10_002);
    expect(there.filter(({ self }) => self).length).toBeLessThan(2);
  });

  test('gives nobody a title by himself, where rooms announce none', () => {
    const host = new Stage().join();
    const hat = `<hats xmlns='${HATS}'><hat title='Owner' uri='x:y'/></hats>`;
    host.receive(presence('hag', { beside: hat }));
    host.receive(presence('romeo', { codes: [110] }));
    host.take(...DISCO).done(can());
    host.receive(presence('hag', { beside: `<show>away</show>${hat}` }));
    expect(changes(host).map(({ nick, hats }) => [nick, hats])).toEqual([
      ['hag', []],
      ['romeo', []],
      ['hag', []],
    ]);
    host.receive(presence('hag', { beside: `<show>away</show>${hat.replace('Owner', 'King')}` }));
    expect(changes(host)).toHaveLength(3);
  });

  test('with two extensions by the room in one presence says nothing', () => {
    const host = new Stage().inside('hag');
    const second = "<x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x>";
    host.receive(presence('hag', { beside: second }));
    host.receive(away('hag', { beside: second, codes: [301] }));
    expect(host.told).toEqual([]);
    expect(host.room?.joined).toBe(true);
    expect(host.logged[0]).toMatch('ambiguous');
  });

  test('with names that JavaScript knows is as others are', () => {
    const host = new Stage().inside();
    for (const nick of ['__proto__', 'constructor']) host.receive(presence(nick));
    expect(changes(host).map(({ nick }) => nick)).toEqual(['__proto__', 'constructor']);
  });
});

describe('presence that is not of a room of ours', () => {
  test('but says so reaches nobody: of a contact, of a stranger, of a room that was left', () => {
    const host = new Stage();
    const x = "<x xmlns='http://jabber.org/protocol/muc#user'><item/><status code='110'/></x>";
    for (const from of ['juliet@capulet.example/b', 'x@evil.example/y', `${ROOM}/hag`]) {
      host.receive(`<presence from='${from}'>${x}</presence>`);
      host.receive(`<presence from='${from}' type='unavailable'>${x}</presence>`);
    }
    expect(host.told).toEqual([]);
    expect(host.logged).toHaveLength(3);
  });

  test('of a contact whose address was taken for a room’s is a contact’s', () => {
    const host = new Stage();
    host.command('joinRoom', JoinRoomSchema, { room: 'juliet@capulet.example' });
    host.forget();
    host.receive("<presence from='juliet@capulet.example/b'/>");
    expect(host.toldOf('presence')).toMatchObject([{ jid: 'juliet@capulet.example' }]);
  });

  test('of a room’s own picture is no contact’s', () => {
    const host = new Stage().join();
    host.forget();
    host.receive(`<presence from='${ROOM}'><x xmlns='vcard-temp:x:update'/></presence>`);
    host.admit();
    host.receive(`<presence from='${ROOM}'><x xmlns='vcard-temp:x:update'/></presence>`);
    expect(host.toldOf('presence')).toEqual([]);
  });

  test('asks for a subscription all the same', () => {
    const host = new Stage().inside();
    host.receive(`<presence from='${ROOM}' type='subscribe'/>`);
    expect(host.toldOf('subscription')).toHaveLength(1);
  });
});

describe('an occupant id (XEP-0421)', () => {
  const NS_ID = 'urn:xmpp:occupant-id:0';
  const id = (text: string) => `<occupant-id xmlns='${NS_ID}' id='${text}'/>`;
  const said = (text: string) => ({ beside: id(text) });
  const ids = (host: Stage) => changes(host).map(({ nick, occupantId }) => [nick, occupantId]);

  /** In, with hag there and an id each. */
  function entered(): Stage {
    const host = new Stage().join();
    host.receive(presence('hag', said('h1')));
    host.receive(presence('romeo', { codes: [110], ...said('r1') }));
    return host;
  }

  test('is told once the room has announced that it tells it, and not before', () => {
    const host = entered();
    expect(ids(host)).toEqual([
      ['hag', ''],
      ['romeo', ''],
    ]);
    expect([host.room?.ownId, host.room?.idOf(stanza(`<message>${id('h1')}</message>`))]).toEqual([
      '',
      '',
    ]);
    host.forget();
    host.take(...DISCO).done(can(NS_ID));
    expect(ids(host)).toEqual([
      ['hag', 'h1'],
      ['romeo', 'r1'],
    ]);
    expect(host.toldOf('roomOccupants')).toMatchObject([{ begin: false, end: false }]);
    expect(host.room?.ownId).toBe('r1');
    expect(host.room?.idOf(stanza(`<message>${id('h1')}</message>`))).toBe('h1');
  });

  test('is told with a private message, and with no message of a person', () => {
    const host = entered();
    host.take(...DISCO).done(can(NS_ID));
    for (const from of [`${ROOM}/hag`, 'juliet@capulet.example/balcony']) {
      host.receive(`<message from='${from}' type='chat'><body>x</body>${id('h1')}</message>`);
    }
    expect(host.kept.map(({ body }) => body.value.occupantId)).toEqual(['h1', '']);
  });

  test('of a room that does not announce it is nobody’s', () => {
    const host = entered();
    host.take(...DISCO).done(can('urn:xmpp:mam:2'));
    host.forget();
    host.receive(presence('hag', said('forged')));
    host.receive(presence('eve', said('r1')));
    expect(ids(host)).toEqual([['eve', '']]);
    expect(host.room?.ownId).toBe('');
  });

  test('stays through a change of nick, and into the next session', () => {
    const host = entered();
    host.take(...DISCO).done(can(NS_ID));
    host.forget();
    host.receive(away('hag', { item: "nick='oldhag' role='participant'", codes: [303] }));
    expect(ids(host).at(-1)).toEqual(['oldhag', 'h1']);
    host.newSession();
    host.forget();
    host.receive(presence('romeo', { codes: [110], ...said('r1') }));
    expect(ids(host)).toEqual([['romeo', 'r1']]);
    host.take(...DISCO).done(can());
    expect(ids(host).at(-1)).toEqual(['romeo', '']);
  });

  test.each([
    ['two of them', id('a') + id('b')],
    ['one that is longer than one can be', id('x'.repeat(129))],
    ['none', ''],
  ])('is not told where there are %s', (_title, beside) => {
    const host = entered();
    host.take(...DISCO).done(can(NS_ID));
    host.forget();
    host.receive(presence('eve', { beside }));
    expect(ids(host)).toEqual([['eve', '']]);
  });
});
