// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { SetPresenceSchema, Show } from '../../src/contract/engine_pb.js';
import { RecordingHost } from './host.js';

const SETTLED_MS = 30_000;
const INACTIVE = '<inactive xmlns="urn:xmpp:csi:0"/>';
const ACTIVE = '<active xmlns="urn:xmpp:csi:0"/>';

/** In a session that is no longer fresh. */
function settled(): RecordingHost {
  const host = new RecordingHost().signedIn();
  host.pass(SETTLED_MS);
  return host;
}

function set(host: RecordingHost, show: Show, idleSinceTimeMs = 0n): void {
  host.command('setPresence', SetPresenceSchema, { show, idleSinceTimeMs });
}

describe('client state indication (XEP-0352)', () => {
  test.each([
    ['away', Show.AWAY, 0n],
    ['away for long', Show.XA, 0n],
    ['idle', Show.AVAILABLE, 1_799_999_000_000n],
    ['idle and not to be disturbed', Show.DND, 1_799_999_000_000n],
  ])('a user who is %s is inactive until he is back', (_title, show, idle) => {
    const host = settled();
    set(host, show, idle);
    expect(host.signals).toEqual([INACTIVE]);
    set(host, Show.AVAILABLE);
    expect(host.signals).toEqual([INACTIVE, ACTIVE]);
  });

  test.each([
    ['available', Show.AVAILABLE],
    ['free for a chat', Show.CHAT],
    ['not to be disturbed', Show.DND],
  ])('a user who is %s is active, which need not be said', (_title, show) => {
    const host = settled();
    set(host, show);
    expect(host.signals).toEqual([]);
  });

  test('is not repeated', () => {
    const host = settled();
    set(host, Show.AWAY);
    set(host, Show.XA);
    set(host, Show.AWAY, 1_799_999_000_000n);
    expect(host.signals).toEqual([INACTIVE]);
  });

  test('is told anew on a resumed stream, which begins as active (§5.2)', () => {
    const host = settled();
    set(host, Show.AWAY);
    host.moment('resumed');
    expect(host.signals).toEqual([INACTIVE, INACTIVE]);
    set(host, Show.AVAILABLE);
    host.moment('resumed');
    expect(host.signals).toEqual([INACTIVE, INACTIVE, ACTIVE]);
  });

  test('of what the user did while there was no link only the end is told', () => {
    const host = settled();
    set(host, Show.AWAY);
    host.online = false;
    set(host, Show.AVAILABLE);
    set(host, Show.XA);
    host.online = true;
    host.moment('resumed');
    expect(host.signals).toEqual([INACTIVE, INACTIVE]);
  });

  test('in a fresh session waits until the contacts have shown up', () => {
    const host = settled();
    set(host, Show.AWAY);
    host.newSession();
    host.pass(SETTLED_MS - 1);
    expect(host.signals).toEqual([INACTIVE]);
    host.pass(1);
    expect(host.signals).toEqual([INACTIVE, INACTIVE]);
  });

  test('a session that ended early does not shorten the wait of the next', () => {
    const host = new RecordingHost().signedIn();
    set(host, Show.AWAY);
    host.pass(SETTLED_MS - 1);
    host.newSession();
    host.pass(SETTLED_MS - 1);
    expect(host.signals).toEqual([]);
    host.pass(1);
    expect(host.signals).toEqual([INACTIVE]);
  });

  test('a wait that ends without a link begins again on the next', () => {
    const host = new RecordingHost().signedIn();
    set(host, Show.AWAY);
    host.online = false;
    host.pass(SETTLED_MS);
    host.online = true;
    host.moment('resumed');
    host.pass(SETTLED_MS - 1);
    expect(host.signals).toEqual([]);
    host.pass(1);
    expect(host.signals).toEqual([INACTIVE]);
  });

  test('says nothing to a server that did not offer it, and would end the stream', () => {
    const host = settled();
    host.offered = ['urn:xmpp:sm:3'];
    set(host, Show.AWAY);
    host.moment('resumed');
    expect(host.signals).toEqual([]);
  });

  test('says nothing where the user does not want it', () => {
    const host = settled();
    host.settings = { ...host.settings, csi: false };
    set(host, Show.AWAY);
    host.moment('resumed');
    expect(host.signals).toEqual([]);
  });
});
