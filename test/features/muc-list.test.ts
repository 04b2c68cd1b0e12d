// SPDX-License-Identifier: MIT

import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { QueryRoomsSchema } from '../../src/contract/engine_pb.js';
import type { RoomList } from '../../src/contract/engine_pb.js';
import { serialise } from '../../src/core/xml.js';
import { failure, RecordingHost, result } from './host.js';

const CHAT = 'chat.montague.example';
const ITEMS = ['query', 'http://jabber.org/protocol/disco#items'] as const;
const INFO = ['query', 'http://jabber.org/protocol/disco#info'] as const;

function host(): RecordingHost {
  return new RecordingHost().signedIn();
}

function query(of: RecordingHost, value: MessageInitShape<typeof QueryRoomsSchema> = {}): void {
  of.command('queryRooms', QueryRoomsSchema, { query: 7, service: CHAT, ...value }, '');
}

function item(jid: string, name?: string): string {
  return `<item jid='${jid}'${name === undefined ? '' : ` name='${name}'`}/>`;
}

function items(content: string, last?: string): ReturnType<typeof result> {
  const set = `<set xmlns='http://jabber.org/protocol/rsm'><last>${last ?? ''}</last></set>`;
  return result(`<query xmlns='${ITEMS[1]}'>${content}${last === undefined ? '' : set}</query>`);
}

function info(category: string, type: string, ...features: string[]): ReturnType<typeof result> {
  const had = features.map((name) => `<feature var='${name}'/>`).join('');
  return result(
    `<query xmlns='${INFO[1]}'><identity category='${category}' type='${type}'/>${had}</query>`,
  );
}

const ROOMS = info('conference', 'text', 'http://jabber.org/protocol/muc');

function lists(of: RecordingHost): RoomList[] {
  return of.toldOf('roomList');
}

function rooms(of: RecordingHost): string[] {
  return lists(of).flatMap((list) => list.rooms.map(({ jid, name }) => `${jid} ${name}`.trim()));
}

describe('the rooms of a service (XEP-0045 §6.3)', () => {
  test('come at once where it gives no pages', () => {
    const of = host();
    query(of);
    const { to, type, payload, done } = of.take(...ITEMS);
    expect([to, type]).toEqual([CHAT, 'get']);
    expect(serialise(payload)).toContain('<max>250</max>');
    done(items(item(`Coven@${CHAT}`, 'A &lt;dark&gt; cave') + item(`heath@${CHAT}`)));
    expect(rooms(of)).toEqual([`coven@${CHAT} A <dark> cave`, `heath@${CHAT}`]);
    expect(lists(of).at(-1)).toMatchObject({ query: 7, service: CHAT, done: true, cut: false });
    expect(of.requests).toEqual([]);
  });

  test('are asked for a page after the other where it does (XEP-0059 §2.2)', () => {
    const of = host();
    query(of);
    of.take(...ITEMS).done(items(item(`a@${CHAT}`), 'a'));
    expect(lists(of)).toMatchObject([{ done: false }]);
    const second = of.take(...ITEMS);
    expect(serialise(second.payload)).toContain('<after>a</after>');
    second.done(items(item(`a@${CHAT}`) + item(`b@${CHAT}`), 'b'));
    of.take(...ITEMS).done(items('', undefined));
    expect(rooms(of)).toEqual([`a@${CHAT}`, `b@${CHAT}`]);
    expect(lists(of).at(-1)).toMatchObject({ done: true, rooms: [], cut: false });
  });

  test.each([
    ['the same place again', items(item(`b@${CHAT}`), 'a')],
    ['nothing new', items(item(`a@${CHAT}`), 'b')],
  ])('end when a page gives %s', (_title, page) => {
    const of = host();
    query(of);
    of.take(...ITEMS).done(items(item(`a@${CHAT}`), 'a'));
    of.take(...ITEMS).done(page);
    expect(lists(of).at(-1)).toMatchObject({ done: true, cut: false });
    expect(of.requests).toEqual([]);
  });

  test('are told in parts, and no more than 5,000 of them', () => {
    const of = host();
    query(of);
    const many = Array.from({ length: 6_000 }, (_, at) => item(`r${String(at)}@${CHAT}`)).join('');
    of.take(...ITEMS).done(items(many));
    expect(rooms(of)).toHaveLength(5_000);
    expect(Math.max(...lists(of).map((list) => list.rooms.length))).toBe(200);
    expect(lists(of).at(-1)).toMatchObject({ done: true, cut: true });
  });

  test('of a service that gives one at a time are cut in the end', () => {
    const of = host();
    query(of);
    let asked = 0;
    for (; of.requests.length > 0; asked += 1) {
      const name = String(asked);
      of.take(...ITEMS).done(items(item(`r${name}@${CHAT}`), name));
    }
    expect(asked).toBe(500);
    expect(lists(of).at(-1)).toMatchObject({ done: true, cut: true });
  });

  test('are those of the service alone, and each once', () => {
    const of = host();
    query(of);
    of.take(...ITEMS).done(
      items(
        [
          item(`a@${CHAT}`),
          item(`A@${CHAT}`),
          item('a@elsewhere.example'),
          item(CHAT),
          item(`a@${CHAT}/nick`),
          item('@'),
          `<item name='none'/>`,
          `<item jid='n@${CHAT}' node='x'/>`,
          `<item xmlns='other' jid='o@${CHAT}'/>`,
        ].join(''),
      ),
    );
    expect(rooms(of)).toEqual([`a@${CHAT}`]);
  });

  test('have names that are cut to a length a person reads', () => {
    const of = host();
    query(of);
    of.take(...ITEMS).done(items(item(`a@${CHAT}`, 'x'.repeat(100_000))));
    expect(lists(of)[0]?.rooms[0]?.name).toBe('x'.repeat(200));
  });

  test('that cannot be had are told with the cause', () => {
    const of = host();
    query(of);
    of.take(...ITEMS).done(failure('stanza', 'forbidden'));
    query(of);
    of.take(...ITEMS).done(result());
    query(of, { service: 'a b' });
    query(of, { service: `${CHAT}/x` });
    of.online = false;
    query(of);
    expect(lists(of)).toMatchObject([
      { done: true, service: CHAT, error: { condition: 'forbidden' } },
      { done: true, error: { condition: 'undefined-condition' } },
      { done: true, error: { condition: 'jid-malformed' } },
      { done: true, error: { condition: 'jid-malformed' } },
      { done: true, error: { condition: 'offline' } },
    ]);
  });

  test('end with the session', () => {
    const of = host();
    query(of);
    of.newSession();
    expect(lists(of)).toMatchObject([{ done: true, error: { condition: 'session-lost' } }]);
  });

  test('are not told any more once that was stopped, or asked for anew', () => {
    const of = host();
    query(of);
    query(of, { stop: true });
    of.take(...ITEMS).done(items(item(`a@${CHAT}`), 'a'));
    query(of);
    query(of, { service: 'other.example' });
    of.take(...ITEMS).done(items(item(`a@${CHAT}`), 'a'));
    expect([lists(of), of.requests.map(({ to }) => to)]).toEqual([[], ['other.example']]);
  });
});

describe('the service of the account’s server (XEP-0045 §6.1)', () => {
  const find = (of: RecordingHost, serviceOnly = true): void => {
    query(of, { service: '', serviceOnly });
  };
  const three = items(
    item('irc.montague.example') + item(CHAT, 'Rooms') + item('late.montague.example'),
  );

  test('is the first that is one, whichever answers first', () => {
    const of = host();
    find(of);
    const { to, done } = of.take(...ITEMS);
    expect(to).toBe('montague.example');
    done(three);
    const [irc, chat, late] = [of.take(...INFO), of.take(...INFO), of.take(...INFO)];
    late.done(ROOMS);
    chat.done(ROOMS);
    expect(lists(of)).toEqual([]);
    irc.done(info('conference', 'irc', 'http://jabber.org/protocol/muc'));
    expect(lists(of)).toMatchObject([{ query: 7, service: CHAT, done: true, rooms: [] }]);
  });

  test('is asked for once in a session, and then its rooms', () => {
    const of = host();
    find(of);
    query(of, { query: 8, service: '' });
    of.take(...ITEMS).done(items(item(CHAT)));
    of.take(...INFO).done(ROOMS);
    const { to, done } = of.take(...ITEMS);
    expect(to).toBe(CHAT);
    done(items(item(`a@${CHAT}`)));
    expect(rooms(of)).toEqual([`a@${CHAT}`]);
    find(of);
    expect([lists(of).length, of.requests]).toEqual([4, []]);
    of.newSession();
    of.requests.length = 0;
    find(of);
    expect(of.take(...ITEMS).to).toBe('montague.example');
  });

  test.each([
    ['there are no items', items(''), []],
    ['no item is one', items(item(CHAT)), [info('conference', 'text')]],
    ['none answers', items(item(CHAT)), [failure('stanza', 'remote-server-timeout')]],
  ])('is none when %s', (_title, page, answers) => {
    const of = host();
    find(of);
    of.take(...ITEMS).done(page);
    for (const answer of answers) of.take(...INFO).done(answer);
    expect(lists(of)).toMatchObject([
      { service: '', done: true, error: { condition: 'item-not-found' } },
    ]);
  });

  test('that could not be found out is looked for again', () => {
    const of = host();
    find(of);
    of.take(...ITEMS).done(failure('timeout', 'remote-server-timeout'));
    expect(lists(of)).toMatchObject([{ error: { condition: 'remote-server-timeout' } }]);
    find(of);
    of.take(...ITEMS);
  });

  test('is looked for among 50 items at most', () => {
    const of = host();
    find(of);
    const many = Array.from({ length: 200 }, (_, at) => item(`s${String(at)}.example`)).join('');
    of.take(...ITEMS).done(items(many));
    expect(of.requests).toHaveLength(50);
  });

  test('is not told to one who does not wait any more', () => {
    const of = host();
    find(of, false);
    query(of, { stop: true });
    of.take(...ITEMS).done(items(item(CHAT)));
    of.take(...INFO).done(ROOMS);
    expect([lists(of), of.requests]).toEqual([[], []]);
  });
});
