// SPDX-License-Identifier: MIT
//
// Which place is used where a server has several (XEP-0402 §6.3, XEP-0411), and what odd servers and
// odd lists do.

import { describe, expect, test } from 'vitest';
import {
  RemoveBookmarkSchema as REMOVE,
  SetBookmarkSchema as SET,
} from '../../src/contract/engine_pb.js';
import { serialise } from '../../src/core/xml.js';
import { BookmarkStage, DEN, HALL } from './bookmarks-stage.js';
import type { Way } from './bookmarks-stage.js';
import { failure, result, stanza } from './host.js';

const PUBLISH_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';

describe('the place', () => {
  test.each<[string, readonly string[], Way, readonly string[]]>([
    [
      'native where the server keeps old ones in step',
      ['urn:xmpp:bookmarks:1#compat'],
      'native',
      [],
    ],
    ['native, in step with nodes', ['urn:xmpp:bookmarks:1#compat-pep'], 'native', []],
    [
      'the node where that is in step with storage',
      ['urn:xmpp:bookmarks-conversion:0'],
      'node',
      [],
    ],
    ['storage without nodes', [], 'private', []],
    ['native, where they are', [PUBLISH_OPTIONS], 'native', []],
    ['the node, where they are', [PUBLISH_OPTIONS], 'node', ['get native']],
    ['storage, where they are', [PUBLISH_OPTIONS], 'private', ['get native', 'get node']],
  ])('is %s', (_, announced, way, before) => {
    const host = new BookmarkStage(way).has(DEN, "name='x'");
    host.announced = announced;
    host.signIn();
    expect(host.asked.slice(1)).toEqual([...before, `get ${way}`]);
    expect(host.told50).toEqual(['(', `${DEN}|x|||`, ')']);
  });

  test('is native where nodes can be kept private and nobody has bookmarks yet', () => {
    const host = new BookmarkStage('native');
    host.announced = [PUBLISH_OPTIONS];
    host.ready();
    host.put({});
    expect(host.asked).toEqual(['get native', 'set native']);
  });

  test('is nowhere on a server that has none: nothing is told, and what is asked is refused', () => {
    const host = new BookmarkStage('private');
    host.moment('attached');
    host.moment('started');
    host
      .take('query', 'http://jabber.org/protocol/disco#info')
      .done(failure('stanza', 'forbidden'));
    host.take('query', 'jabber:iq:private').done(failure('stanza', 'service-unavailable'));
    expect(host.told50).toEqual([]);
    host.moment('resumed');
    expect(host.requests.filter(({ payload }) => payload.name !== 'query')).toEqual([]);
    host.command('removeBookmark', REMOVE, { room: DEN }, 'c1');
    host.take('query', 'http://jabber.org/protocol/disco#info').done(result());
    host.take('query', 'jabber:iq:private').done(failure('stanza', 'service-unavailable'));
    expect(host.refused).toMatchObject([{ fault: { condition: 'feature-not-implemented' } }]);
  });

  test('that is silent is read again for a host that joins', () => {
    const host = new BookmarkStage('private').has(DEN).ready();
    host.has(HALL);
    host.moment('attached');
    host.serve();
    expect(host.told50).toEqual(['(', `${DEN}||||`, ')', `${HALL}||||`]);
  });

  test('that was not found for want of a link is looked for on the next one', () => {
    const host = new BookmarkStage('native').has(DEN);
    host.moment('attached');
    host.moment('started');
    host
      .take('query', 'http://jabber.org/protocol/disco#info')
      .done(failure('timeout', 'no-answer'));
    host.moment('resumed');
    host.serve();
    expect(host.told50).toEqual(['(', `${DEN}||||`, ')']);
  });
});

describe('a node that is set in another way (XEP-0060 §7.1.5)', () => {
  const unmet = () => ({
    ...failure('stanza', 'conflict'),
    stanza: stanza(
      "<iq type='error' id='r'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" +
        "<precondition-not-met xmlns='http://jabber.org/protocol/pubsub#errors'/></error></iq>",
    ),
  });

  test('is set to be private before anything is written', () => {
    const host = new BookmarkStage('native').ready();
    host.refusal = unmet();
    host.put({ name: 'x' });
    const [configure, publish] = host.published.map((one) => serialise(one));
    expect(configure).toContain('http://jabber.org/protocol/pubsub#owner');
    expect(configure).toContain(
      '<field var="pubsub#access_model"><value>whitelist</value></field>',
    );
    expect(publish).toContain('name="x"');
    expect(host.accepted).toEqual(['c1']);
  });

  test('that stays so is not written to', () => {
    const host = new BookmarkStage('native').ready();
    host.command('setBookmark', SET, { bookmark: { room: DEN } }, 'c1');
    host.take('pubsub', 'http://jabber.org/protocol/pubsub').done(result());
    host.take('pubsub', 'http://jabber.org/protocol/pubsub').done(unmet());
    host
      .take('pubsub', 'http://jabber.org/protocol/pubsub#owner')
      .done(failure('stanza', 'forbidden'));
    expect(host.refused).toMatchObject([{ fault: { condition: 'forbidden' } }]);
    expect(host.requests).toHaveLength(0);
  });
});

describe('an odd list', () => {
  const broken = ['', 'a@@b', 'rooms.example', `${DEN}/nick`, '\u00a0@x', 'x'.repeat(4_000)];

  test.each(['native', 'node', 'private'] as const)(
    'kept %s has what can be used, and each room once',
    (way) => {
      const host = new BookmarkStage(way);
      for (const room of broken.filter((one) => !(way !== 'native' && one === `${DEN}/nick`)))
        host.has(room);
      host.has('Den@Rooms.example', "name='first'").has(DEN, "name='second'");
      host.has(HALL, "autojoin='yes'", '<nick> </nick>');
      host.signIn();
      expect(host.told50).toEqual(['(', `${DEN}|first|||`, `${HALL}||||`, ')']);
      expect(host.logged.some((text) => text.startsWith('Bookmarks that were not read'))).toBe(
        true,
      );
    },
  );

  test('written by an old client has nicks in its addresses', () => {
    const host = new BookmarkStage('private').has(`${DEN}/nick`, "name='x'").ready();
    host.put({ name: 'y' });
    host.moment('attached');
    expect(host.told50).toEqual([`${DEN}|y|||`, '(', `${DEN}|y|||`, ')']);
    expect(host.list).toContain(`jid="${DEN}/nick"`);
  });

  test('keeps all that is not ours when it is written', () => {
    const host = new BookmarkStage('node');
    host.list = "<url name='u' url='http://u.example'/><conference jid='a@@b'/><x xmlns='urn:x'/>";
    host.has(DEN, "name='1'").has(HALL).has('DEN@rooms.example', "name='2'").ready();
    host.put({ name: 'new' });
    expect(host.list).toMatch(
      /^<url name="u" url="http:\/\/u.example"\/><conference jid="a@@b"\/><x xmlns="urn:x"\/><conference jid="den@rooms.example" name="new"\/><conference jid="hall@rooms.example"\/>$/,
    );
    host.drop();
    expect(host.list).not.toContain('den@');
    expect(host.list).toContain('u.example');
  });

  test('of items for one room under two names loses both', () => {
    const host = new BookmarkStage('native').has('DEN@rooms.example').has(DEN).ready();
    host.drop();
    expect([...host.items]).toEqual([]);
    expect(host.accepted).toEqual(['c1']);
  });

  test('of items for one room under two names goes on with the other one', () => {
    const host = new BookmarkStage('native').has('DEN@rooms.example').has(DEN, "name='x'").ready();
    host.othersRemove('DEN@rooms.example');
    expect(host.told50).toEqual([`${DEN}|x|||`]);
  });

  test.each(['native', 'node', 'private'] as const)('kept %s has an end', (way) => {
    const host = new BookmarkStage(way);
    for (let at = 0; at < 1_200; at += 1)
      host.has(`r${String(at)}@rooms.example`, "autojoin='true'");
    host.signIn();
    const told = host.toldOf('bookmarks').flatMap(({ bookmarks }) => bookmarks);
    expect(told).toHaveLength(1_000);
    expect(host.toldOf('room')).toHaveLength(200);
    expect(host.logged).toContain('Rooms that were not entered: 800.');
  });

  test('that is no list at all is not written over', () => {
    const host = new BookmarkStage('private');
    host.moment('attached');
    host.moment('started');
    host.take('query', 'http://jabber.org/protocol/disco#info').done(result());
    host.take('query', 'jabber:iq:private').done(result("<odd xmlns='urn:odd'/>"));
    expect(host.told50).toEqual([]);
    host.command('setBookmark', SET, { bookmark: { room: DEN } }, 'c1');
    host.take('query', 'jabber:iq:private').done(result("<odd xmlns='urn:odd'/>"));
    expect(host.refused).toMatchObject([{ fault: { kind: 'stanza' } }]);
  });

  test('has names, nicks and passwords that are cut or dropped where they are too long', () => {
    const long = 'x'.repeat(5_000);
    const host = new BookmarkStage('native')
      .has(DEN, `name='${long}'`, `<nick>${long}</nick><password>${long}</password>`)
      .signIn();
    expect(host.told50).toEqual(['(', `${DEN}|${'x'.repeat(1_023)}|||`, ')']);
  });
});
