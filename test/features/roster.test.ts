// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { Contact_Subscription as ContactSubscription } from '../../src/contract/engine_pb.js';
import { failure, RecordingHost } from './host.js';

const ROSTER = 'jabber:iq:roster';
const JULIET = 'juliet@capulet.example';

function push(from: string | undefined, content: string, ver = ''): string {
  const sender = from === undefined ? '' : ` from='${from}'`;
  return `<iq type='set' id='p1'${sender}><query xmlns='${ROSTER}'${ver}>${content}</query></iq>`;
}

function jids(host: RecordingHost): string[] {
  return host.toldOf('roster').flatMap(({ contacts }) => contacts.map(({ jid }) => jid));
}

describe('the roster (RFC 6121 §2)', () => {
  test('is asked for in each new session, and told whole', () => {
    const host = new RecordingHost();
    host.moment('attached');
    host.moment('started');
    host.roster(
      `<item jid='Juliet@capulet.example' name='Juliet &amp; Co' subscription='both'><group>Friends</group><group>Friends</group><group/></item>
       <item jid='nurse@capulet.example' ask='subscribe'/>
       <item jid='@' subscription='both'/>`,
    );
    expect(host.toldOf('roster')).toMatchObject([
      {
        begin: true,
        end: true,
        contacts: [
          {
            jid: JULIET,
            name: 'Juliet & Co',
            subscription: ContactSubscription.BOTH,
            ask: false,
            groups: ['Friends'],
          },
          { jid: 'nurse@capulet.example', subscription: ContactSubscription.NONE, ask: true },
        ],
      },
    ]);
  });

  test('of 450 contacts comes in three parts', () => {
    const host = new RecordingHost();
    host.moment('started');
    host.roster(
      Array.from({ length: 450 }, (_, n) => `<item jid='c${String(n)}@x.example'/>`).join(''),
    );
    const parts = host.toldOf('roster');
    expect(parts.map(({ contacts, begin, end }) => [contacts.length, begin, end])).toEqual([
      [200, true, false],
      [200, false, false],
      [50, false, true],
    ]);
  });

  test('without anybody is one empty part', () => {
    const host = new RecordingHost();
    host.moment('started');
    host.roster('');
    expect(host.toldOf('roster')).toMatchObject([{ contacts: [], begin: true, end: true }]);
  });

  test('is told again to a host that joins the living session', () => {
    const host = new RecordingHost().signedIn(JULIET);
    host.moment('attached');
    expect(jids(host)).toEqual([JULIET]);
  });

  test('is not asked for, nor told, on a resumed stream (XEP-0198 §5)', () => {
    const host = new RecordingHost().signedIn(JULIET);
    host.moment('resumed');
    expect(host.requests).toEqual([]);
    expect(host.told).toEqual([]);
  });

  test('is asked for again on a resumed stream if the request was given up meanwhile', () => {
    const host = new RecordingHost();
    host.moment('started');
    host.take('query', ROSTER).done(failure('timeout', 'no-answer'));
    host.moment('resumed');
    host.roster(`<item jid='${JULIET}'/>`);
    expect(jids(host)).toEqual([JULIET]);
    host.moment('resumed');
    expect(host.requests).toEqual([]);
  });

  test('that could not be read leaves what is known alone', () => {
    const host = new RecordingHost().signedIn(JULIET);
    host.newSession();
    host.take('query', ROSTER).done(failure('timeout', 'no-answer'));
    expect(host.told).toEqual([]);
    expect(host.logged).toHaveLength(1);
  });
});

describe('roster versions (RFC 6121 §2.6, XEP-0237)', () => {
  function cached(): RecordingHost {
    const host = new RecordingHost();
    host.moment('started');
    host.roster(`<item jid='${JULIET}' name='J' subscription='both'/>`, 'v7');
    host.pass(1_000);
    return new RecordingHost(host.files);
  }

  test('the first request has an empty version, the next the one the server gave', () => {
    const first = new RecordingHost();
    first.moment('started');
    expect(first.take('query', ROSTER).payload.attrs.ver).toBe('');
    const second = cached();
    second.moment('started');
    expect(second.take('query', ROSTER).payload.attrs.ver).toBe('v7');
  });

  test('an unchanged roster is told from the cache, and not before the server has said so', () => {
    const host = cached();
    host.moment('attached');
    expect(jids(host)).toEqual([]);
    host.moment('started');
    host.roster(undefined);
    expect(host.toldOf('roster')).toMatchObject([
      { begin: true, end: true, contacts: [{ name: 'J' }] },
    ]);
  });

  test('an unchanged roster is not told again in the next session', () => {
    const host = cached();
    host.moment('started');
    host.roster(undefined);
    host.forget();
    host.newSession();
    host.roster(undefined);
    expect(host.told).toEqual([]);
  });

  test('a push changes the cache and its version, one write for a flock of them', () => {
    const host = new RecordingHost().signedIn();
    host.files.clear();
    host.ask(push(undefined, "<item jid='a@x.example'/>", " ver='v8'"));
    host.ask(push(undefined, "<item jid='b@x.example'/>", " ver='v9'"));
    host.pass(1_000);
    const next = new RecordingHost(host.files);
    next.moment('started');
    expect(next.take('query', ROSTER).payload.attrs.ver).toBe('v9');
  });

  test.each(['', '{', '[]', '{"format":2}', '{"format":1,"version":"v","items":[{"jid":1}]}'])(
    'a cache file that says %j is as good as none',
    (text) => {
      const host = new RecordingHost([['roster', text]]);
      host.moment('started');
      expect(host.take('query', ROSTER).payload.attrs.ver).toBe('');
    },
  );
});

describe('a roster push (RFC 6121 §2.1.6)', () => {
  const item = `<item jid='mallory@evil.example' subscription='both'/>`;

  test.each([
    ['nobody, that is our server', undefined],
    ['our bare JID', 'romeo@montague.example'],
    ['our bare JID in capitals', 'ROMEO@Montague.Example'],
  ])('from %s is taken', (_title, from) => {
    const host = new RecordingHost().signedIn();
    expect(host.ask(push(from, item))).toBe('result');
    expect(jids(host)).toEqual(['mallory@evil.example']);
  });

  test.each([
    ['a contact', JULIET],
    ['a contact’s client', `${JULIET}/balcony`],
    ['our own domain', 'montague.example'],
    ['another domain', 'evil.example'],
    ['our own full JID', 'romeo@montague.example/orchard'],
    ['another client of ours', 'romeo@montague.example/phone'],
    ['a namesake elsewhere', 'romeo@montague.example.evil.example'],
    ['a look-alike (U+043E for o)', 'r\u043emeo@montague.example'],
  ])('from %s changes nothing (CVE-2015-8688)', (_title, from) => {
    const host = new RecordingHost().signedIn(JULIET);
    expect(host.ask(push(from, item))).toBe('service-unavailable');
    expect(host.told).toEqual([]);
    host.moment('attached');
    expect(jids(host)).toEqual([JULIET]);
  });

  test.each([
    ['no item', ''],
    ['two items', item + item],
    ['an item without JID', '<item/>'],
    ['an item of a wrong JID', "<item jid='a@@b'/>"],
  ])('with %s is a bad request', (_title, content) => {
    const host = new RecordingHost().signedIn();
    expect(host.ask(push(undefined, content))).toBe('bad-request');
    expect(host.told).toEqual([]);
  });

  test('with a removal takes the contact away', () => {
    const host = new RecordingHost().signedIn(JULIET);
    host.ask(push(undefined, `<item jid='${JULIET}' subscription='remove'/>`));
    expect(host.toldOf('roster')).toMatchObject([
      {
        begin: false,
        end: false,
        contacts: [{ jid: JULIET, subscription: ContactSubscription.REMOVE }],
      },
    ]);
  });
});
