// SPDX-License-Identifier: MIT
//
// Bookmarks wherever a server keeps them: XEP-0402, XEP-0048 in a node that is kept private (XEP-0223), or
// in private storage (XEP-0049).

import { describe, expect, test, vi } from 'vitest';
import { SetBookmarkSchema } from '../../src/contract/engine_pb.js';
import { attribute, child, serialise } from '../../src/core/xml.js';
import { BookmarkStage, DEN, HALL, OWN, WAYS } from './bookmarks-stage.js';
import type { Way } from './bookmarks-stage.js';
import { failure, result, stanza } from './host.js';

const SETTING = { schema: SetBookmarkSchema, value: { bookmark: { room: DEN } } };

const OPTIONS: Readonly<Record<Exclude<Way, 'private'>, string>> = {
  native:
    '<field var="pubsub#persist_items"><value>true</value></field>' +
    '<field var="pubsub#max_items"><value>max</value></field>' +
    '<field var="pubsub#send_last_published_item"><value>never</value></field>' +
    '<field var="pubsub#access_model"><value>whitelist</value></field>',
  node:
    '<field var="pubsub#persist_items"><value>true</value></field>' +
    '<field var="pubsub#access_model"><value>whitelist</value></field>',
};

describe.each(WAYS)('bookmarks, kept %s', (way) => {
  const stage = () => new BookmarkStage(way);

  test('are found by service discovery of the account, and told whole', () => {
    const host = stage()
      .has(DEN, "name='The Den' autojoin='1'", '<nick>Älice</nick><password>x</password>')
      .has(HALL)
      .signIn();
    expect(host.asked).toEqual([`disco ${OWN}`, `get ${way}`]);
    expect(host.told50).toEqual(['(', `${DEN}|The Den|Älice|x|autojoin`, `${HALL}||||`, ')']);
  });

  test('are told whole to a host that joins, and in parts of at most 200', () => {
    const host = stage();
    for (let at = 0; at < 450; at += 1) host.has(`r${String(at)}@rooms.example`);
    host.ready();
    host.moment('attached');
    const parts = host.toldOf('bookmarks');
    expect(parts.map(({ bookmarks }) => bookmarks.length)).toEqual([200, 200, 50]);
    expect(parts.map(({ begin, end }) => [begin, end])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ]);
  });

  test('that are none are an empty list', () => {
    expect(stage().signIn().told50).toEqual(['(', ')']);
  });

  test('are set: written, told as a change, and accepted then', () => {
    const host = stage().has(HALL).ready();
    host.put({ name: 'The Den', nick: 'Älice', password: 'x', autojoin: true });
    expect(host.accepted).toEqual(['c1']);
    expect(host.told50).toEqual([`${DEN}|The Den|Älice|x|autojoin`]);
    const written = host.stored();
    expect(written && attribute(written, 'name')).toBe('The Den');
    expect(written && attribute(written, 'autojoin')).toBe('true');
    expect(written && serialise(written)).toContain('<nick>Älice</nick><password>x</password>');
    expect(host.stored(HALL)).toBeDefined();
    if (way !== 'private') {
      expect(serialise(host.published[0] ?? stanza('<x/>'))).toContain(OPTIONS[way]);
    }
  });

  test('are changed, and what others keep with them stays (XEP-0402 §3.4)', () => {
    const inside =
      "<nick>old</nick><extensions><m:state xmlns:m='urn:m' on='1'/></extensions><odd xmlns='urn:odd'>?</odd>";
    const host = stage().has(DEN, "name='Old' minimized='yes' autojoin='1'", inside).ready();
    host.put({ name: 'New' });
    const written = host.stored();
    const text = written === undefined ? '' : serialise(written);
    expect(text).toContain('<extensions><m:state xmlns:m="urn:m" on="1"/></extensions>');
    expect(text).toContain('<odd xmlns="urn:odd">?</odd>');
    expect(text).toContain('minimized="yes"');
    expect(text).toContain('name="New"');
    expect(text).not.toMatch(/nick|autojoin|Old/);
  });

  test('are removed; one that is not there, too', () => {
    const host = stage().has(DEN).has(HALL).ready();
    host.drop();
    expect([host.accepted, host.told50]).toEqual([['c1'], [`-${DEN}`]]);
    expect([host.stored(), host.stored(HALL) === undefined]).toEqual([undefined, false]);
    host.drop(DEN, 'c2');
    expect(host.accepted).toEqual(['c1', 'c2']);
  });

  test('that the server refuses are told in words, and the list stays', () => {
    const host = stage().has(HALL, "name='Hall'").ready();
    host.refusal = failure('stanza', 'resource-constraint');
    host.put({ name: 'The Den' });
    expect(host.refused).toMatchObject([{ id: 'c1', fault: { condition: 'resource-constraint' } }]);
    expect(host.told50).toEqual([]);
    host.moment('attached');
    expect(host.told50).toEqual(['(', `${HALL}|Hall|||`, ')']);
  });

  test('set one after the other do not undo each other', () => {
    const host = stage().ready();
    host.online = false;
    host.put({ room: DEN }, 'c1');
    host.put({ room: HALL }, 'c2');
    host.online = true;
    host.moment('resumed');
    host.serve();
    expect(host.accepted).toEqual(['c1', 'c2']);
    expect([host.stored(DEN), host.stored(HALL)]).not.toContain(undefined);
  });

  test('whose answer died with the session are set in the next one', () => {
    const host = stage().ready();
    host.command('setBookmark', SETTING.schema, SETTING.value, 'c1');
    host.newSession();
    host.roster('');
    host.serve();
    expect(host.accepted).toEqual(['c1']);
    expect(host.stored()).toBeDefined();
  });

  test('are read again in a fresh session, and only what is new is told', () => {
    const host = stage().has(DEN).has(HALL).ready();
    host.newSession();
    host.roster('');
    host.has('attic@rooms.example', "name='Attic'");
    host.serve();
    expect(host.told50).toEqual(['attic@rooms.example|Attic|||']);
  });

  test('are not asked for again on the same session, and in no session when they are off', () => {
    const host = stage().has(DEN).ready();
    host.moment('resumed');
    expect(host.asked).toEqual([]);
    host.settings = { ...host.settings, bookmarks: false };
    host.newSession();
    host.roster('');
    host.serve();
    host.put({ name: 'x' });
    expect([host.asked, host.told50]).toEqual([[], []]);
    expect(host.refused).toMatchObject([{ fault: { condition: 'not-allowed' } }]);
  });

  test.each([
    ['', 'no room'],
    ['a@@b', 'no address'],
    ['rooms.example', 'no name of a room'],
    [`${DEN}/nick`, 'a nick in it'],
    [OWN, 'ourselves'],
  ])('of “%s” are refused: %s', (room) => {
    const host = stage().ready();
    host.put({ room });
    host.drop(room, 'c2');
    expect(host.refused.map(({ fault }) => fault.condition)).toEqual([
      'jid-malformed',
      'jid-malformed',
    ]);
    expect(host.asked).toEqual([]);
  });
});

describe.each(['native', 'node'] as const)('news of bookmarks, kept %s', (way) => {
  test('of another device are told as changes', () => {
    const host = new BookmarkStage(way).has(DEN, "name='Old'").ready();
    host.items.clear();
    host.list = '';
    host.has(DEN, "name='New'").event();
    host.othersRemove(DEN);
    expect(host.told50).toEqual([`${DEN}|New|||`, `-${DEN}`]);
  });

  test.each([
    'juliet@capulet.example',
    'juliet@capulet.example/balcony',
    'montague.example',
    `${OWN}/orchard`,
    `${OWN}/phone`,
    'romeo@montague.example.evil',
  ])('from %s mean nothing', (from) => {
    const host = new BookmarkStage(way).has(DEN, "name='Old'").ready();
    host.has(HALL, "autojoin='1'").event(HALL, from);
    expect([host.told50, host.sent]).toEqual([[], []]);
  });

  test('without a sender are our own account’s', () => {
    const host = new BookmarkStage(way).ready();
    host.has(HALL);
    const inside = way === 'native' ? (host.items.get(HALL) ?? '') : host.storage;
    const node = way === 'native' ? 'urn:xmpp:bookmarks:1' : 'storage:bookmarks';
    const items = `<items node='${node}'><item id='${HALL}'>${inside}</item></items>`;
    const xmlns = 'http://jabber.org/protocol/pubsub#event';
    expect(host.receive(`<message><event xmlns='${xmlns}'>${items}</event></message>`)).toBe(true);
    expect(host.told50).toEqual([`${HALL}||||`]);
  });

  test('that the node was emptied or deleted take all away', () => {
    const node = way === 'native' ? 'urn:xmpp:bookmarks:1' : 'storage:bookmarks';
    for (const word of ['purge', 'delete']) {
      const host = new BookmarkStage(way).has(DEN).has(HALL).ready();
      host.says(`<${word} node='${node}'/>`);
      expect(host.told50).toEqual([`-${DEN}`, `-${HALL}`]);
    }
  });

  test('without what they are about make us read', () => {
    const node = way === 'native' ? 'urn:xmpp:bookmarks:1' : 'storage:bookmarks';
    const host = new BookmarkStage(way).ready();
    host.has(HALL).says(`<items node='${node}'><item id='${HALL}'/></items>`);
    expect(host.asked).toEqual([`get ${way}`]);
    expect(host.told50).toEqual([`${HALL}||||`]);
  });

  test('of a node of something else are not ours', () => {
    const host = new BookmarkStage(way).ready();
    const event = `<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:x'/></event>`;
    expect(host.receive(`<message from='${OWN}'>${event}</message>`)).toBe(false);
  });
});

test('news of an item that is taken back from the list make us read it: another may be in its place', () => {
  const host = new BookmarkStage('node').has(DEN, "autojoin='1'").ready();
  host.says("<items node='storage:bookmarks'><retract id='an earlier one'/></items>");
  expect(host.asked).toEqual(['get node']);
  expect([host.told50, host.toldOf('room')]).toEqual([[], []]);
});

test('a list that says its namespace by a prefix gets a bookmark that is one', () => {
  const host = new BookmarkStage('private');
  vi.spyOn(host, 'storage', 'get').mockReturnValue("<s:storage xmlns:s='storage:bookmarks'/>");
  host.ready().put({ name: 'The Den' });
  const list = host.published[0] && child(host.published[0], 'storage', 'storage:bookmarks');
  const made = list && child(list, 'conference', 'storage:bookmarks');
  expect(made && attribute(made, 'jid')).toBe(DEN);
});

test('what another device changes while we write is read, whoever was first', () => {
  const host = new BookmarkStage('native').has(DEN, "name='Old'").ready();
  host.command('setBookmark', SETTING.schema, { bookmark: { room: DEN, name: 'Ours' } });
  host
    .take('pubsub', 'http://jabber.org/protocol/pubsub')
    .done(failure('stanza', 'item-not-found'));
  const write = host.take('pubsub', 'http://jabber.org/protocol/pubsub');
  host.has(DEN, "name='Ours'").event();
  host.has(DEN, "name='Theirs'").event();
  write.done(result());
  host.serve();
  expect(host.accepted).toEqual(['c1']);
  expect(host.told50.at(-1)).toBe(`${DEN}|Theirs|||`);
});

test('we ask for news of them (XEP-0163 §4), unless they are off', () => {
  const host = new BookmarkStage('native').ready();
  const ask = "<iq type='get' id='q'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>";
  expect(host.ask(ask)).toContain('urn:xmpp:bookmarks:1+notify');
  expect(host.ask(ask)).toContain('storage:bookmarks+notify');
  host.settings = { ...host.settings, bookmarks: false };
  expect(host.ask(ask)).not.toContain('bookmarks');
});
