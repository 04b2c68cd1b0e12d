// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { parseHandled, StreamManagement } from '../../src/core/stream-management.js';
import { MODULUS } from '../../src/core/serial.js';

const JID = 'romeo@montague.example/orchard';

describe('a session', () => {
  it('without an SM-ID acknowledges but cannot be saved or resumed', () => {
    const management = new StreamManagement({ jid: JID });
    management.track({ kind: 'message', handle: 'a', text: '<message/>' });
    expect(management.ack(1)).toMatchObject({ settled: [{ handle: 'a' }] });
    expect(management.resumable).toBe(false);
    expect(() => management.save()).toThrow('cannot be resumed');
  });

  it('counts from zero and has neither location nor max unless told', () => {
    const saved = new StreamManagement({ id: 'x', jid: JID }).save();
    expect(saved).toEqual({ id: 'x', jid: JID, sent: 0, acked: 0, handled: 0, tracked: [] });
  });

  it('keeps the SM-ID as it is: it is opaque and may be 4000 characters of anything', () => {
    const id = `"'<&>\u{1F600} ${'x'.repeat(4000)}`;
    const saved = new StreamManagement({ id, jid: JID }).save();
    expect(StreamManagement.restore(saved).id).toBe(id);
  });

  it('acknowledges 100,000 stanzas one at a time without a step per waiting stanza', () => {
    const management = new StreamManagement({ jid: JID });
    const many = 100_000;
    for (let i = 0; i < many; i++) management.track({ kind: 'presence', text: '<presence/>' });
    let settled = 0;
    for (let h = 1; h <= many; h++) {
      const outcome = management.ack(h);
      if ('settled' in outcome) settled += outcome.settled.length;
    }
    // A queue copied at each step moves 5 × 10^9 entries and does not come here within the time limit.
    expect(settled).toBe(many);
    expect(management.outstanding).toBe(0);
  }, 5_000);
});

describe('the h attribute', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['42', 42],
    ['0000000007', 7],
    ['4294967295', MODULUS - 1],
  ])('reads %j', (text, value) => {
    expect(parseHandled(text)).toBe(value);
  });

  it.each([
    undefined,
    '',
    '-1',
    '-0',
    '+1',
    ' 1',
    '1 ',
    '1\n',
    '1.0',
    '1e3',
    '0x10',
    'x',
    'NaN',
    'Infinity',
    '4294967296',
    '9999999999',
    '00000000001',
    '99999999999999999999',
    '\u0661',
    '\uff11',
    '1,000',
  ])('refuses %j', (text) => {
    expect(parseHandled(text)).toBeUndefined();
  });
});
