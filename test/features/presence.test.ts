// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { SetPresenceSchema, Show } from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { child, childText } from '../../src/core/xml.js';
import { ownPresenceOf } from '../../src/features/own-presence.js';
import { RecordingHost, stanza } from './host.js';

const JULIET = 'juliet@capulet.example';

function available(host: RecordingHost, from: string, content = ''): void {
  host.receive(`<presence from='${from}'>${content}</presence>`);
}

function shown(host: RecordingHost): [string, string[]][] {
  return host
    .toldOf('presence')
    .map(({ jid, resources }) => [jid, resources.map(({ resource }) => resource)]);
}

describe('our own presence (RFC 6121 §4)', () => {
  test('follows the roster request in a new session (§2.2)', () => {
    const host = new RecordingHost();
    host.moment('started');
    expect(host.wire).toEqual(['iq', 'presence']);
  });

  test('goes ahead of a session that was asked for, once, and opens it for rooms only when it is there', () => {
    const host = new RecordingHost();
    const behind: string[] = [];
    ownPresenceOf(host).onAnnounced(() => behind.push('announced'));
    host.moment('starting');
    expect(host.wire).toEqual(['iq', 'presence']);
    expect(behind).toEqual([]);
    host.moment('started');
    expect(host.wire).toEqual(['iq', 'presence']);
    expect(behind).toEqual(['announced']);
    // The next one begins anew, though the one before it came to nothing.
    host.moment('starting');
    host.moment('starting');
    expect(host.wire.filter((name) => name === 'presence')).toHaveLength(3);
  });

  test('says what the host wants said', () => {
    const host = new RecordingHost().signedIn();
    host.command('setPresence', SetPresenceSchema, {
      show: Show.XA,
      status: 'At <Mantua>',
      priority: 300,
      idleSinceTimeMs: 1_789_081_705_000n,
    });
    const sent = stanza(host.sent[0] ?? '');
    expect(childText(sent, 'show', NS.client)).toBe('xa');
    expect(childText(sent, 'status', NS.client)).toBe('At <Mantua>');
    expect(childText(sent, 'priority', NS.client)).toBe('127');
    expect(child(sent, 'idle', NS.idle)?.attrs.since).toMatch(/^2026-09-10T23:08:25(\.000)?Z$/);
  });

  test('has nothing that need not be said', () => {
    const host = new RecordingHost();
    host.moment('started');
    expect(stanza(host.sent[0] ?? '').children).toHaveLength(1);
  });

  test('is not repeated when nothing has changed', () => {
    const host = new RecordingHost().signedIn();
    host.command('setPresence', SetPresenceSchema, {});
    expect(host.sent).toEqual([]);
  });

  test('is not sent on a resumed stream unless it was changed meanwhile', () => {
    const host = new RecordingHost().signedIn();
    host.moment('resumed');
    expect(host.sent).toEqual([]);
    host.online = false;
    host.command('setPresence', SetPresenceSchema, { show: Show.AWAY });
    expect(host.sent).toEqual([]);
    host.online = true;
    host.moment('resumed');
    expect(host.sent).toHaveLength(1);
    host.moment('resumed');
    expect(host.sent).toHaveLength(1);
  });

  test('is announced again in each new session', () => {
    const host = new RecordingHost().signedIn();
    host.command('setPresence', SetPresenceSchema, { show: Show.AWAY });
    host.newSession();
    expect(host.sent).toHaveLength(2);
    expect(host.sent[1]).toBe(host.sent[0]);
  });
});

describe('a contact’s presence', () => {
  test('is told with the best resource first: by priority, show, and the newest', () => {
    const host = new RecordingHost().signedIn(JULIET);
    available(host, `${JULIET}/away`, '<show>away</show>');
    available(host, `${JULIET}/old`);
    available(host, `${JULIET}/new`);
    available(host, `${JULIET}/chat`, '<show>chat</show>');
    available(host, `${JULIET}/first`, '<show>xa</show><priority>5</priority>');
    available(host, `${JULIET}/last`, '<show>chat</show><priority>-1</priority>');
    expect(shown(host).at(-1)).toEqual([JULIET, ['first', 'chat', 'new', 'old', 'away', 'last']]);
  });

  test('loses one resource after the other, and keeps the last words', () => {
    const host = new RecordingHost().signedIn(JULIET);
    available(host, `${JULIET}/a`);
    available(host, `${JULIET}/b`);
    host.forget();
    host.receive(`<presence type='unavailable' from='${JULIET}/a'><status>x</status></presence>`);
    host.receive(
      `<presence type='unavailable' from='${JULIET}/b'><status>Good night</status></presence>`,
    );
    expect(host.toldOf('presence')).toMatchObject([
      { resources: [{ resource: 'b' }], status: '' },
      { resources: [], status: 'Good night' },
    ]);
  });

  test('from the bare JID ends all of them (RFC 6121 §3.3.3)', () => {
    const host = new RecordingHost().signedIn(JULIET);
    available(host, `${JULIET}/a`);
    available(host, `${JULIET}/b`);
    host.forget();
    host.receive(`<presence type='unavailable' from='${JULIET}'/>`);
    expect(shown(host)).toEqual([[JULIET, []]]);
  });

  test('is told again to a host that joins', () => {
    const host = new RecordingHost().signedIn(JULIET);
    available(host, `${JULIET}/a`);
    host.forget();
    host.moment('attached');
    expect(shown(host)).toEqual([[JULIET, ['a']]]);
    expect(host.sent).toEqual([]);
  });

  test('outlives a resumption', () => {
    const host = new RecordingHost().signedIn(JULIET);
    available(host, `${JULIET}/a`);
    host.forget();
    host.moment('resumed');
    host.pass(60_000);
    expect(host.told).toEqual([]);
  });

  test('of an earlier session is shown until 20 s went by without it', () => {
    const host = new RecordingHost().signedIn(JULIET, 'nurse@capulet.example');
    available(host, `${JULIET}/a`);
    available(host, 'nurse@capulet.example/n');
    host.newSession();
    host.forget();
    available(host, `${JULIET}/a`);
    host.pass(19_999);
    expect(shown(host)).toEqual([[JULIET, ['a']]]);
    host.pass(1);
    expect(shown(host).slice(1)).toEqual([['nurse@capulet.example', []]]);
  });

  test('is not swept while the link is away, but 20 s after it is back', () => {
    const host = new RecordingHost().signedIn(JULIET);
    available(host, `${JULIET}/a`);
    host.newSession();
    host.forget();
    host.online = false;
    host.pass(600_000);
    host.online = true;
    host.moment('resumed');
    host.pass(19_999);
    expect(host.told).toEqual([]);
    host.pass(1);
    expect(shown(host)).toEqual([[JULIET, []]]);
  });

  test('is swept by the clock of its own session only', () => {
    const host = new RecordingHost().signedIn(JULIET);
    available(host, `${JULIET}/a`);
    host.newSession();
    host.pass(15_000);
    host.newSession();
    host.forget();
    host.pass(5_000);
    expect(host.told).toEqual([]);
    host.pass(15_000);
    expect(shown(host)).toEqual([[JULIET, []]]);
  });

  test('with a status of a megabyte is shortened', () => {
    const host = new RecordingHost().signedIn(JULIET);
    available(
      host,
      `${JULIET}/a`,
      `<status>${'x'.repeat(1_999)}\u{1f600}${'y'.repeat(900_000)}</status>`,
    );
    expect(host.toldOf('presence')[0]?.resources[0]?.status).toBe('x'.repeat(1_999));
  });
});

describe('a flood of presence', () => {
  test('of one contact’s resources is bounded, with one line in the log', () => {
    const host = new RecordingHost().signedIn(JULIET);
    for (let n = 0; n < 1_000; n += 1) available(host, `${JULIET}/r${String(n)}`);
    expect(host.toldOf('presence').at(-1)?.resources).toHaveLength(50);
    expect(host.logged).toHaveLength(1);
    available(host, `${JULIET}/r1`, '<show>away</show>');
    expect(host.toldOf('presence').at(-1)?.resources.at(-1)).toMatchObject({
      resource: 'r1',
      show: Show.AWAY,
    });
  });

  test('of one stranger’s resources is bounded more tightly', () => {
    const host = new RecordingHost().signedIn(JULIET);
    for (let n = 0; n < 10; n += 1) available(host, `mallory@evil.example/r${String(n)}`);
    expect(host.toldOf('presence').at(-1)?.resources).toHaveLength(2);
  });

  test('of strangers is bounded and leaves room for contacts', () => {
    const host = new RecordingHost().signedIn(JULIET);
    for (let n = 0; n < 3_000; n += 1) available(host, `s${String(n)}@evil.example/x`);
    expect(host.told).toHaveLength(1_000);
    expect(host.logged).toHaveLength(1);
    available(host, `${JULIET}/a`);
    expect(shown(host).at(-1)).toEqual([JULIET, ['a']]);
    host.receive("<presence type='unavailable' from='s5@evil.example/x'/>");
    available(host, 's2999@evil.example/x');
    expect(shown(host).at(-1)).toEqual(['s2999@evil.example', ['x']]);
  });
});
