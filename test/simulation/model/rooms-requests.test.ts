// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../support/model/profiles.js';
import { ask, enter, ROOM, scene, told } from './telling.js';

const DISCO = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
const PING = "<ping xmlns='urn:xmpp:ping'/>";

/** @param set of XEP-0059 */
function page(set: string): string {
  const rsm = `<set xmlns='http://jabber.org/protocol/rsm'>${set}</set>`;
  return `<query xmlns='urn:xmpp:mam:2' queryid='q1'>${rsm}</query>`;
}

describe('a room of the model server', () => {
  it.each(Object.entries(PROFILES))('as %s has it says what it is and can do', (_, { rooms }) => {
    const { client } = scene(rooms);
    const alice = client('alice');
    ask(alice, ROOM, DISCO);
    const text = alice.take().join('');
    const has = (feature: string) => text.includes(`var="${feature}"`);
    expect(text).toContain('<identity category="conference" type="text" name="The den"/>');
    expect(has('http://jabber.org/protocol/muc')).toBe(true);
    const { archive, selfPing, rewritesIds } = { ...scene(rooms).server.rooms.options };
    expect({
      archive: has('urn:xmpp:mam:2'),
      selfPing: has('http://jabber.org/protocol/muc#self-ping-optimization'),
      rewritesIds: !has('http://jabber.org/protocol/muc#stable_id'),
    }).toEqual({ archive, selfPing, rewritesIds: rewritesIds === true });
  });

  it.each([
    ['its service', 'rooms.model.test', 'iq #q result'],
    ['a room that is not there', 'no@rooms.model.test', 'iq #q error item-not-found'],
  ])('and %s is asked what it is', (_, to, words) => {
    const alice = scene().client('alice');
    ask(alice, to, DISCO);
    expect(told(alice)).toEqual([words]);
  });

  it('is no matter of a server without rooms', () => {
    const { server, client } = scene();
    Object.assign(server.options, { rooms: undefined });
    const alice = client('alice');
    ask(alice, ROOM, DISCO);
    expect(told(alice)).toEqual(['iq #q error service-unavailable']);
  });
});

describe('a ping of an occupant to himself (XEP-0410)', () => {
  it('is answered by a service that can do that: inside or outside', () => {
    const { server, client } = scene();
    const alice = client('alice');
    ask(alice, `${ROOM}/alice`, PING);
    enter(alice, 'alice');
    ask(alice, `${ROOM}/alice`, PING);
    server.rooms.stop(false);
    ask(alice, `${ROOM}/alice`, PING);
    const [outside, ...rest] = told(alice);
    expect([outside, rest.at(-2), rest.at(-1)]).toEqual([
      ...['iq #q error not-acceptable', 'iq #q result', 'iq #q error not-acceptable'],
    ]);
  });

  it('comes to one of his sessions elsewhere, whose answer goes back', () => {
    const { client } = scene({ selfPing: false });
    const [one, two] = [client('alice', 'one'), client('alice', 'two')];
    enter(one, 'alice');
    enter(two, 'alice');
    told(one);
    told(two);
    ask(two, `${ROOM}/alice`, PING);
    const [ping] = one.take().map((stanza) => stanza.toString());
    expect(told(two)).toEqual([]);
    expect(ping).toContain(`from="${ROOM}/alice"`);
    const [, id = ''] = /\bid="([^"]*)"/.exec(ping ?? '') ?? [];
    one.send(`<iq type='result' to='${ROOM}/alice' id='${id}'/>`);
    expect(told(two)).toEqual(['iq #q result']);
  });
});

describe('the archive of a room of the model server', () => {
  function talk(options: Parameters<typeof scene>[0] = {}) {
    const all = scene(options);
    const alice = all.client('alice');
    for (let i = 1; i <= 5; i++) all.carol.say(ROOM, `line ${String(i)}`, `c${String(i)}`);
    enter(alice, 'alice', "maxchars='0'");
    told(alice);
    return { ...all, alice };
  }

  it.each([
    ['<max>2</max>', ['m1', 'm2']],
    ['<max>2</max><after>m2</after>', ['m3', 'm4']],
    ['<max>2</max><after>m4</after>', ['m5']],
    ['<max>2</max><before/>', ['m4', 'm5']],
    ['<max>2</max><before>m4</before>', ['m2', 'm3']],
    ['<max>2</max><after>gone</after>', 'item-not-found'],
  ])('gives for %s: %j', (set, expected) => {
    const { alice } = talk();
    ask(alice, ROOM, page(set), 'set');
    const stanzas = alice.take().map((stanza) => stanza.toString());
    const ids = stanzas.slice(0, -1).map((text) => / id="([^"]*)"/.exec(text)?.[1]);
    expect(stanzas.every((text) => text.includes(`from="${ROOM}"`))).toBe(true);
    if (expected === 'item-not-found') {
      expect(stanzas.join('')).toContain(expected);
    } else {
      expect(ids).toEqual(expected);
    }
  });

  it('has lines as they were reflected, by nick', () => {
    const { alice } = talk();
    ask(alice, ROOM, page('<max>1</max><before/>'), 'set');
    expect(told(alice)).toEqual(['result m5 carol: line 5 #c5', 'iq #q result']);
  });

  it('lags as it is told to', () => {
    const { alice } = talk({ archiveLagMs: 1_000 });
    ask(alice, ROOM, page(''), 'set');
    expect(told(alice)).toEqual(['iq #q result']);
    alice.pass(1_000);
    ask(alice, ROOM, page(''), 'set');
    expect(told(alice)).toHaveLength(6);
  });

  it('is for those who are inside', () => {
    const { client } = talk();
    const bob = client('bob');
    ask(bob, ROOM, page(''), 'set');
    expect(told(bob)).toEqual(['iq #q error forbidden']);
  });

  it('is not there where the service has none', () => {
    const { alice } = talk({ archive: false });
    ask(alice, ROOM, page(''), 'set');
    expect(told(alice)).toEqual(['iq #q error service-unavailable']);
  });

  it('says nothing while archives are mute, and tells observers what it gives', () => {
    const { server, alice } = talk();
    const pages: string[] = [];
    server.rooms.watch.page = (room, jid, last) => pages.push(`${room} ${jid} ${last}`);
    server.archiveMute = true;
    ask(alice, ROOM, page(''), 'set');
    expect([told(alice), pages]).toEqual([[], []]);
    server.archiveMute = false;
    ask(alice, ROOM, page(''), 'set');
    expect(pages).toEqual([`${ROOM} alice@model.test/raw m5`]);
  });
});
