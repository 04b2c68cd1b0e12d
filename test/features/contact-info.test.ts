// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { QueryContactSchema } from '../../src/contract/engine_pb.js';
import { failure, RecordingHost, result } from './host.js';

const JULIET = 'juliet@capulet.example';
const VERSION = 'jabber:iq:version';
const TIME = 'urn:xmpp:time';

function online(...resources: readonly string[]): RecordingHost {
  const host = new RecordingHost().signedIn(JULIET);
  for (const resource of resources) host.receive(`<presence from='${JULIET}/${resource}'/>`);
  host.forget();
  return host;
}

function query(host: RecordingHost, jid = JULIET): void {
  host.command('queryContact', QueryContactSchema, { jid });
}

const DONE = { jid: JULIET, resource: '', done: true };

describe('asking about a contact', () => {
  test('tells each resource once it has answered for software and time, then the end', () => {
    const host = online('a', 'b');
    query(host);
    const version = `<query xmlns='${VERSION}'><name>Psi &lt;b&gt;</name><version>0.11</version><os>Mac</os></query>`;
    host.take('query', VERSION).done(result(version));
    expect(host.told).toEqual([]);
    host.take('time', TIME).done(result(`<time xmlns='${TIME}'><tzo>-05:30</tzo></time>`));
    expect(host.toldOf('contactInfo')).toMatchObject([
      { resource: 'b', software: 'Psi <b>', version: '0.11', os: 'Mac', utcOffset: '-05:30' },
    ]);
    host.take('query', VERSION).done(failure('stanza', 'service-unavailable'));
    host.take('time', TIME).done(failure('timeout', 'no-answer'));
    expect(host.toldOf('contactInfo').slice(1)).toMatchObject([
      { resource: 'a', software: '', utcOffset: '', done: false },
      DONE,
    ]);
  });

  test('with a full JID asks that resource alone', () => {
    const host = online('a', 'b');
    query(host, `${JULIET}/b`);
    expect(host.requests.map(({ to }) => to)).toEqual([`${JULIET}/b`, `${JULIET}/b`]);
  });

  test.each([
    ['a contact who is not there', JULIET, true],
    ['an address that is none', '@', true],
    ['a contact, without a link', JULIET, false],
  ])('%s is done at once', (_title, jid, link) => {
    const host = link ? online() : online('a');
    host.online = link;
    query(host, jid);
    expect(host.toldOf('contactInfo')).toMatchObject([{ jid, done: true }]);
    expect(host.requests).toEqual([]);
  });

  test.each([
    ['Z', '+00:00'],
    ['+14:00', '+14:00'],
    ['+99:00', ''],
    ['<b>', ''],
    ['', ''],
  ])('a time zone given as %j is told as %j', (text, expected) => {
    const host = online('a');
    query(host);
    const tzo = text.replace('<', '&lt;');
    host.take('time', TIME).done(result(`<time xmlns='${TIME}'><tzo>${tzo}</tzo></time>`));
    host.take('query', VERSION).done(result());
    expect(host.toldOf('contactInfo')[0]?.utcOffset).toBe(expected);
  });

  test('a name of a megabyte is shortened', () => {
    const host = online('a');
    query(host);
    const name = `<name>${'x'.repeat(900_000)}</name>`;
    host.take('query', VERSION).done(result(`<query xmlns='${VERSION}'>${name}</query>`));
    host.take('time', TIME).done(result());
    expect(host.toldOf('contactInfo')[0]?.software).toHaveLength(100);
  });
});
