// SPDX-License-Identifier: MIT
//
// What everybody may ask of us: XEP-0030, XEP-0092, XEP-0199, XEP-0202.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { features } from '../../src/features/index.js';
import { RELEASE } from '../../src/features/version.js';
import { RecordingHost, stanza } from './host.js';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';

function ask(payload: string, host = new RecordingHost()): string {
  return host.ask(`<iq type='get' id='1' from='juliet@capulet.example/x'>${payload}</iq>`);
}

describe('service discovery (XEP-0030)', () => {
  test.each([
    ['Pidgin 2.14.12', 'pc'],
    ['Finch 2.14.12', 'console'],
    ['BitlBee 3.6', 'console'],
    ['echo-bot 1', 'bot'],
  ])('of %s answers as client/%s', (program, type) => {
    const host = new RecordingHost();
    host.program = program;
    const answer = stanza(ask(`<query xmlns='${INFO}'/>`, host));
    expect(answer.getChildren('identity').map(({ attrs }) => attrs)).toEqual([
      { category: 'client', type, name: 'Steadfast' },
    ]);
  });

  test('names the namespaces of all features, each once', () => {
    const vars = stanza(ask(`<query xmlns='${INFO}'/>`))
      .getChildren('feature')
      .map(({ attrs }) => String(attrs.var));
    const { settings } = new RecordingHost();
    const announced = features.flatMap(({ namespaces = [] }) =>
      typeof namespaces === 'function' ? namespaces(settings) : namespaces,
    );
    expect(vars).toEqual([...new Set(announced)].sort());
    expect(vars).toContain(INFO);
    expect(vars).toContain('http://jabber.org/protocol/caps');
  });

  test('has no items', () => {
    expect(ask(`<query xmlns='${ITEMS}'/>`)).toBe(`<query xmlns="${ITEMS}"/>`);
  });

  test.each([INFO, ITEMS])('knows no other node in %s', (xmlns) => {
    expect(ask(`<query xmlns='${xmlns}' node='x'/>`)).toBe('item-not-found');
  });

  test('is not to be set', () => {
    expect(new RecordingHost().ask(`<iq type='set' id='1'><query xmlns='${INFO}'/></iq>`)).toBe(
      'service-unavailable',
    );
  });
});

test('the software version names release and program, and no system (XEP-0092)', () => {
  expect(ask("<query xmlns='jabber:iq:version'/>")).toBe(
    `<query xmlns="jabber:iq:version"><name>Steadfast</name><version>${RELEASE} in Pidgin 2.14.12</version></query>`,
  );
});

test('the release is that of package.json', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(text) as { version: string }).version).toBe(RELEASE);
});

test('the time is told in UTC (XEP-0202)', () => {
  expect(ask("<time xmlns='urn:xmpp:time'/>")).toMatch(
    /^<time xmlns="urn:xmpp:time"><tzo>\+00:00<\/tzo><utc>2027-01-15T08:00:00(\.000)?Z<\/utc><\/time>$/,
  );
});

test('a ping is answered by nothing but an answer (XEP-0199)', () => {
  expect(ask("<ping xmlns='urn:xmpp:ping'/>")).toBe('result');
});

test('a question of another namespace finds nobody', () => {
  expect(ask("<ping xmlns='urn:example'/>")).toBe('service-unavailable');
});
