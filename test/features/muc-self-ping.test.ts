// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { failure, result } from './host.js';
import { ME, PING, presence, ROOM, Stage } from './muc-stage.js';

const QUARTER_MS = 15 * 60_000;

function pings(host: Stage): number {
  return host.requests.filter(({ payload }) => payload.name === 'ping').length;
}

describe('asking a room whether we are in it (XEP-0410)', () => {
  test('goes to our own address there', () => {
    const host = new Stage().inside();
    host.room?.check(() => undefined);
    const { to, type } = host.take(...PING);
    expect([to, type]).toEqual([ME, 'get']);
  });

  test('is done after a quarter of an hour of silence, and again after the next', () => {
    const host = new Stage().inside();
    host.pass(QUARTER_MS - 1);
    expect(pings(host)).toBe(0);
    host.pass(1);
    host.take(...PING).done(result());
    host.pass(QUARTER_MS - 1);
    expect(pings(host)).toBe(0);
    host.pass(1);
    expect(pings(host)).toBe(1);
  });

  test.each([
    ['a line', `<message type='groupchat' from='${ROOM}/hag'><body>x</body></message>`],
    ['a presence', presence('hag')],
  ])('is not done while %s is heard from the room', (_title, sound) => {
    const host = new Stage().inside('hag');
    for (let minutes = 0; minutes < 60; minutes += 10) {
      host.pass(10 * 60_000);
      host.receive(sound);
    }
    expect(pings(host)).toBe(0);
    host.pass(QUARTER_MS);
    expect(pings(host)).toBe(1);
  });

  test.each([
    [60_000, 0],
    [60_001, 1],
  ])('after an outage of %d ms is done %d times', (outage, times) => {
    const host = new Stage().inside();
    host.moment('resumed', outage);
    expect(pings(host)).toBe(times);
  });

  test('waits for a link', () => {
    const host = new Stage().inside();
    host.online = false;
    host.pass(QUARTER_MS);
    expect(pings(host)).toBe(0);
    host.online = true;
    host.moment('resumed', 10_000);
    expect(pings(host)).toBe(1);
  });

  const inside = [
    ['a result', result(), true],
    ['feature-not-implemented', failure('stanza', 'feature-not-implemented'), true],
    ['service-unavailable', failure('stanza', 'service-unavailable'), true],
    ['item-not-found', failure('stanza', 'item-not-found'), true],
    ['not-acceptable', failure('stanza', 'not-acceptable'), false],
    ['not-allowed', failure('stanza', 'not-allowed'), false],
    ['bad-request', failure('stanza', 'bad-request'), false],
    ['remote-server-not-found', failure('stanza', 'remote-server-not-found'), undefined],
    ['remote-server-timeout', failure('stanza', 'remote-server-timeout'), undefined],
    ['nothing', failure('timeout', 'no-answer'), undefined],
  ] as const;

  test.each(inside)('and hearing %s means what §3.2 says', (_title, answer, means) => {
    const host = new Stage().inside('hag');
    const heard: unknown[] = [];
    for (let n = 0; n < 2; n += 1) host.room?.check((one) => heard.push(one));
    host.take(...PING).done(answer);
    expect(heard).toEqual([means, means]);
    expect(pings(host)).toBe(0);
    const rejoined = host.sent.filter((sent) => sent.includes(`to="${ME}"`)).length;
    expect(rejoined).toBe(means === false ? 1 : 0);
    expect(host.traffic.calls).toEqual(means === false ? ['left', 'joining 2'] : []);
    expect(host.told).toEqual([]);
    host.pass(120_000);
    expect(pings(host)).toBe(means === undefined ? 1 : 0);
  });

  test('finds nothing out without a link, on the way in, or while the nick is changed (§4)', () => {
    const heard: unknown[] = [];
    const on = (host: Stage): void => host.room?.check((one) => heard.push(one));
    on(Object.assign(new Stage().inside(), { online: false }));
    on(new Stage().join());
    const renaming = new Stage().inside();
    renaming.join('other');
    on(renaming);
    expect(heard).toEqual([undefined, undefined, undefined]);
    expect(pings(renaming)).toBe(0);
  });

  test('and an answer of an earlier session says nothing of this', () => {
    const host = new Stage().inside();
    const heard: unknown[] = [];
    host.room?.check((one) => heard.push(one));
    const { done } = host.take(...PING);
    host.newSession();
    expect(heard).toEqual([undefined]);
    host.admit();
    done(failure('stanza', 'not-acceptable'));
    expect(host.room?.joined).toBe(true);
    expect(heard).toHaveLength(1);
  });

  test('is what an error for our own presence leads to', () => {
    const host = new Stage().inside();
    const error = "<error><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    host.receive(`<presence type='error' id='x' from='${ME}'>${error}</presence>`);
    expect(pings(host)).toBe(1);
    expect(host.told).toEqual([]);
  });
});
