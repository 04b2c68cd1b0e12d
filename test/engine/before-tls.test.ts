// SPDX-License-Identifier: MIT
//
// Whoever is on the way can say anything before TLS: none of it is a verdict.
import { beforeEach, describe, expect, it } from 'vitest';
import { Attach_Security } from '../../src/contract/engine_pb.js';
import { fault } from '../../src/core/errors.js';
import { HEADER, Lone } from './lone-account.js';

const STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';
const error = (condition: string): string =>
  `${HEADER}<stream:error><${condition} xmlns='${STREAMS}'/></stream:error></stream:stream>`;
const old = HEADER.replace(" version='1.0' xmlns", ' xmlns');

const finals: [string, string][] = [
  ['host-unknown', error('host-unknown')],
  ['host-gone', error('host-gone')],
  ['unsupported-encoding', error('unsupported-encoding')],
  ['unsupported-version', error('unsupported-version')],
  ['unsupported-version', old],
];

let alice: Lone;
beforeEach(() => {
  alice = new Lone();
});

/** @param times each of them followed by as much time as the account wants */
function hears(xml: string, times: number, secure: boolean): void {
  for (let i = 0; i < times; i++) {
    if (secure) alice.secured();
    else alice.give({ type: 'link-open', direct: false });
    alice.says(xml);
    alice.give({ type: 'link-closed' });
    alice.pass(120_000);
  }
}

describe('what ends an account inside TLS', () => {
  it.each(finals)('is %s', (condition, xml) => {
    alice.attach({ clientCert: '', online: true });
    hears(xml, 1, true);
    expect(alice.failures).toEqual([condition]);
    expect(alice.dials).toHaveLength(1);
  });

  it('is somebody who insists on our place', () => {
    alice.attach({ clientCert: '', online: true });
    hears(error('conflict'), 3, true);
    expect(alice.failures).toEqual(['conflict']);
  });
});

describe('before TLS it is tried again for ever, with words that say so', () => {
  it.each([...finals, ['conflict', error('conflict')]])('%s', (condition, xml) => {
    alice.attach({ clientCert: '', online: true });
    hears(xml, 5, false);
    expect(alice.failures).toEqual([]);
    expect(alice.dials).toHaveLength(6);
    const [told] = alice.effects.flatMap((e) =>
      e.type === 'tell' && e.body.case === 'link' && e.body.value.error !== undefined
        ? [e.body.value.error]
        : [],
    );
    expect(told?.condition).toBe(condition);
    if (condition !== 'conflict') expect(told?.text).toContain('may not have been the server');
  });

  it('but not where TLS is not wanted: there is nobody else to believe', () => {
    const security = Attach_Security.OPPORTUNISTIC_TLS;
    alice.attach({ clientCert: '', online: true, security });
    hears(error('host-unknown'), 1, false);
    expect(alice.failures).toEqual(['host-unknown']);
  });
});

it('a certificate that the settings do not name is tried again, since whoever shows it may go', () => {
  alice.attach({ clientCert: '', online: true, pinSha256: 'cd'.repeat(32) });
  for (let times = 0; times < 5; times++) {
    alice.secured();
    alice.pass(120_000);
  }
  expect(alice.failures).toEqual([]);
  expect(alice.dials).toHaveLength(6);
  expect(alice.written).toBe('');
});

it('a fault that we found by ourselves ends it as ever', () => {
  alice.attach({ clientCert: '', online: true });
  const cause = fault('usage', 'bad-proxy', 'No such proxy.', { by: 'us', retry: 'never' });
  alice.give({ type: 'link-closed', fault: cause });
  expect(alice.failures).toEqual(['bad-proxy']);
});
