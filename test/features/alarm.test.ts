// SPDX-License-Identifier: MIT

import { describe, expect, test, vi } from 'vitest';
import { Alarm } from '../../src/features/alarm.js';
import { RecordingHost } from './host.js';

function set(): { host: RecordingHost; alarm: Alarm; done: string[] } {
  const host = new RecordingHost();
  return { host, alarm: new Alarm(host), done: [] };
}

describe('an alarm', () => {
  test('goes off for what it was set for last, at its time', () => {
    const { host, alarm, done } = set();
    alarm.set(5_000, () => done.push('first'));
    host.pass(1_000);
    alarm.set(9_000, () => done.push('second'));
    host.pass(8_999);
    expect([done, alarm.pending]).toEqual([[], true]);
    host.pass(1);
    expect([done, alarm.pending]).toEqual([['second'], false]);
    host.pass(100_000);
    expect(done).toEqual(['second']);
  });

  test('may be set to an earlier time', () => {
    const { host, alarm, done } = set();
    alarm.set(9_000, () => done.push('first'));
    alarm.set(1_000, () => done.push('second'));
    host.pass(1_000);
    expect(done).toEqual(['second']);
    host.pass(9_000);
    expect(done).toEqual(['second']);
  });

  test('that was cleared does not go off, and may be set again', () => {
    const { host, alarm, done } = set();
    alarm.set(1_000, () => done.push('first'));
    alarm.clear();
    host.pass(500);
    alarm.set(1_000, () => done.push('second'));
    host.pass(999);
    expect(done).toEqual([]);
    host.pass(1);
    expect(done).toEqual(['second']);
  });

  test('that fell due without a link goes off on the next one, once', () => {
    const { host, alarm, done } = set();
    alarm.set(
      1_000,
      () => done.push('run'),
      () => done.push('late'),
    );
    host.online = false;
    host.pass(5_000);
    expect([done, alarm.pending]).toEqual([[], true]);
    host.online = true;
    alarm.resumed();
    alarm.resumed();
    host.pass(5_000);
    expect([done, alarm.pending]).toEqual([['late'], false]);
  });

  test('that is set anew without end takes few timers', () => {
    const { host, alarm, done } = set();
    const later = vi.spyOn(host, 'later');
    for (let n = 0; n < 1_000; n += 1) alarm.set(5_000 + (n % 2) * 900_000, () => done.push('run'));
    alarm.set(1_000, () => done.push('last'));
    expect(later.mock.calls.length).toBeLessThan(5);
    host.pass(1_000_000);
    expect(done).toEqual(['last']);
  });
});
