// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import { Detach_How, DetachSchema } from '../../src/contract/engine_pb.js';
import { begin, DAY, Lone } from './lone-account.js';

/** Nobody says within this time whether it can be renewed. */
const WAIT = 60_000;

let alice: Lone;
beforeEach(() => {
  alice = new Lone();
});

describe('the end of a certificate', () => {
  it('is told 30 days, 7 days and a day ahead, once each, in one long session', () => {
    const end = alice.wall + 45 * DAY + 5000;
    begin(alice, end);
    expect(alice.warnings).toEqual([]);
    expect(alice.deadline).toBe(end - 30 * DAY);
    for (let hour = 0; hour < 44 * 24 + 23; hour++) {
      alice.pass(3_600_000);
      alice.answerReads(end);
    }
    expect(alice.warnings).toEqual([29, 6, 0]);
  });

  it('is told at the sign-in when the time has come before, with what is left', () => {
    begin(alice, alice.wall + 5 * DAY + WAIT);
    expect(alice.warnings).toEqual([]);
    expect(alice.deadline).toBe(alice.wall + WAIT);
    alice.pass(WAIT);
    expect(alice.warnings).toEqual([5]);
    alice.pass(DAY);
    expect(alice.warnings).toEqual([5]);
  });

  it('is not told again by the next process', () => {
    const end = alice.wall + 20 * DAY + WAIT;
    begin(alice, end);
    alice.pass(WAIT);
    expect(alice.warnings).toEqual([20]);
    const next = new Lone(alice.caches);
    begin(next, end);
    next.pass(WAIT);
    expect(next.warnings).toEqual([]);
    next.pass(13 * DAY);
    next.answerReads(end);
    next.pass(WAIT);
    expect(next.warnings).toEqual([6]);
  });

  it('is told anew of another certificate', () => {
    begin(alice, alice.wall + 20 * DAY);
    alice.pass(WAIT);
    const next = new Lone(alice.caches);
    begin(next, next.wall + 25 * DAY + WAIT);
    next.pass(WAIT);
    expect(next.warnings).toEqual([25]);
  });

  it('is not told when the file holds a renewed one by then', () => {
    const end = alice.wall + 31 * DAY;
    begin(alice, end);
    alice.pass(DAY);
    alice.answerReads(end + 365 * DAY);
    expect(alice.warnings).toEqual([]);
    alice.pass(DAY);
    expect(alice.effects.filter(({ type }) => type === 'read-identity')).toHaveLength(2);
  });

  it('is told by what is known when the file cannot be read', () => {
    begin(alice, alice.wall + 31 * DAY + WAIT);
    alice.pass(DAY + WAIT);
    const fault = {
      kind: 'usage',
      condition: 'file-missing',
      text: 'x',
      by: 'us',
      retry: 'never',
    } as const;
    alice.give({ type: 'identity-failed', fault, passphrase: false });
    alice.pass(WAIT);
    expect(alice.warnings).toEqual([29]);
    expect(alice.failures).toEqual([]);
  });

  it('waits for a host that is there to hear it', () => {
    const end = alice.wall + 31 * DAY;
    begin(alice, end);
    alice.secured();
    const value = create(DetachSchema, { how: Detach_How.PARK });
    alice.command({ case: 'detach', value });
    alice.pass(2 * DAY);
    expect(alice.warnings).toEqual([]);
    alice.attach();
    alice.answerReads(end);
    alice.pass(WAIT);
    expect(alice.warnings).toEqual([28]);
  });

  it('is read from the file before the next dial, and then spoils the sign-in in words', () => {
    const end = alice.wall + DAY / 2;
    begin(alice, end);
    alice.secured();
    alice.wall = end + 1;
    alice.attach();
    alice.give({ type: 'link-closed' });
    alice.attach();
    alice.identity(end);
    expect(alice.failures.at(-1)).toBe('certificate-expired');
    expect(alice.dials).toHaveLength(1);
  });

  it.each(['', 'nonsense', '1 2 3', '99999999999999999999 1', '5'])(
    'is told even if what was kept is damaged: “%s”',
    (kept) => {
      const lone = new Lone(new Map([['certificate-warned', kept]]));
      begin(lone, lone.wall + 3 * DAY + WAIT);
      lone.pass(WAIT);
      expect(lone.warnings).toEqual([3]);
    },
  );
});
