// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { Link_State } from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

type During = (account: ModelAccount) => void;

/** Signs in, does something, loses the link; says how long the next attempt is waited for. */
function waitAfter(during: During, missed: readonly string[] = []): number {
  const account = new ModelAccount({ archive: true });
  missed.forEach((body) => account.handedElsewhere(body));
  account.attach();
  during(account);
  account.cut();
  const lost = account.take('link').filter(({ state }) => state === Link_State.INTERRUPTED);
  expect(lost).toHaveLength(1);
  return lost[0]?.retryInMs ?? NaN;
}

describe('a session that breaks within 10 s is replaced', () => {
  it.each<[string, During, string[]]>([
    ['if the server took a text in it', (account) => account.send('here'), []],
    ['if a part of the archive was read in it', (account) => account.pass(1000), ['missed']],
  ])('at once %s', (_name, during, missed) => {
    expect(waitAfter(during, missed)).toBeLessThanOrEqual(250);
  });

  it.each<[string, During]>([
    ['nothing was to be done', (account) => account.pass(1000)],
    [
      'it was not heard that a text was taken',
      (account) => {
        account.engine.link?.deafen();
        account.send('here');
      },
    ],
  ])('no sooner than after a second if %s', (_name, during) => {
    expect(waitAfter(during)).toBeGreaterThanOrEqual(1000);
  });
});

/** How long it takes from when the server can be reached again until the session is resumed. */
function backAfter(outageMs: number): number {
  const account = new ModelAccount({}, 25);
  account.attach({}, 15_000);
  account.engine.unreachable = true;
  account.cut();
  account.pass(outageMs);
  account.engine.unreachable = false;
  account.told.length = 0;
  const reachable = account.world.now;
  while (!account.told.some(isResumed)) account.pass(10);
  return account.world.now - reachable;
}

function isResumed({ value }: ModelAccount['told'][number]): boolean {
  return (value as { resumed?: boolean }).resumed === true;
}

it('after outages of up to 60 s the session is resumed in 2 s, at round trips of 50 to 100 ms', () => {
  const waits = Array.from({ length: 200 }, (_, n) => backAfter(n * 299)).sort((a, b) => a - b);
  expect(waits[Math.floor(waits.length * 0.95)]).toBeLessThanOrEqual(2_000);
});
