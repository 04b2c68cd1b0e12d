// SPDX-License-Identifier: MIT
//
// Before a session is closed the archive is read up to what came in it (XEP-0313), if that is quick.
import { describe, expect, it } from 'vitest';
import { Detach_How as How } from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

const ALICE = 'alice@model.test';
const CLOSED_AT_ONCE_MS = 60;
/** Of the promise: at most so long until the closing tag. */
const BOUND_MS = 5_000;

/** Signed in with an archive that has something, read to its end; nothing of it is written down. */
function signedIn(options: Parameters<typeof ModelAccount.signedIn>[0] = {}): ModelAccount {
  const account = ModelAccount.signedIn({ archive: true, ...options });
  account.receive('before');
  account.pass(16 * 60_000);
  account.handled(1);
  // Not in step with anything that is done each second.
  account.pass(337);
  account.wire();
  account.told.length = 0;
  return account;
}

const bodies = (account: ModelAccount) => account.take('message').map(({ body }) => body);
/** Ids behind which the archive was asked for more, since the last `wire`. */
const asked = (account: ModelAccount) =>
  account.server.received.flatMap((text) => /<after>([^<]*)</.exec(text)?.[1] ?? []);
const idOf = (account: ModelAccount, body: string) =>
  account.server.archiveOf(ALICE).messages.find(({ text }) => text.includes(`<body>${body}<`))?.id;

/** Whether all of the archive's answer is acknowledged by what was said ahead of the closing tag. */
function closedBehindResult({ server }: ModelAccount): boolean {
  return server.received.at(-1) === '</>' && (server.offline.get(ALICE) ?? []).length === 0;
}

/** How long it took until the closing tag; `Infinity` for none. */
function closedAfter(account: ModelAccount): number {
  const { now } = account.world;
  while (account.world.now < now + 2 * BOUND_MS) {
    if (account.server.received.includes('</>')) return account.world.now - now;
    account.pass(5);
  }
  return Infinity;
}

describe('a sign-off', () => {
  it.each([1, 2])(
    'asks the archive once for what is behind the cursor, then closes (%d)',
    (times) => {
      const account = signedIn();
      const cursor = idOf(account, 'before');
      account.receive('one');
      account.receive('two');
      account.wire();
      // A host says Goodbye right behind its Detach, which is a second one for the account.
      for (let n = 1; n < times; n++) account.detach(How.SIGN_OFF, 0);
      account.detach(How.SIGN_OFF, 100);
      expect(asked(account)).toEqual([cursor]);
      expect(closedBehindResult(account)).toBe(true);
      // Besides the last one, the server's own questions were answered.
      const wire = account.wire().filter((name) => name !== 'r');
      expect(wire.join(' ')).toMatch(/^iq( a)+ \/$/);
      expect(account.links()).toEqual(['DETACHED']);
      expect(account.server.sessions.size).toBe(0);
      expect(account.engine.ended).toBe(1);
    },
  );

  it('leaves the next sign-in nothing to read twice', () => {
    const account = signedIn();
    account.receive('one');
    account.detach(How.SIGN_OFF);
    account.restart();
    account.wire();
    account.attach({ inboxTaken: 2 });
    expect(asked(account)[0]).toBe(idOf(account, 'one'));
    expect(bodies(account)).toEqual([]);
  });

  it('acknowledges all that it brought', () => {
    const account = signedIn();
    account.receive('one');
    account.handedElsewhere('elsewhere');
    account.detach(How.SIGN_OFF, 100);
    expect(account.server.received).toContain('</>');
    // What was not acknowledged the server keeps for the next session.
    expect(account.server.offline.get(ALICE) ?? []).toEqual([]);
  });

  it('acknowledges what came live meanwhile, too', () => {
    const account = signedIn();
    account.receive('one');
    account.disk.slowMs = 100;
    account.detach(How.SIGN_OFF, 300);
    account.arrives('just now');
    account.pass(1_000);
    expect(account.server.received).toContain('</>');
    // What was not acknowledged the server keeps for the next session.
    expect(account.server.offline.get(ALICE) ?? []).toEqual([]);
  });

  it('keeps what it brought for the next host, and gives none of it twice', () => {
    const account = signedIn();
    account.receive('live');
    account.handedElsewhere('elsewhere');
    account.handled(2);
    account.told.length = 0;
    account.detach(How.SIGN_OFF);
    expect(bodies(account)).toEqual([]);
    account.restart();
    account.attach({ inboxTaken: 2 });
    expect(bodies(account)).toEqual(['elsewhere']);
  });

  const text = (account: ModelAccount) => {
    account.receive('text');
  };
  it.each<[string, (account: ModelAccount) => void]>([
    ['nothing came since the archive was read', () => undefined],
    [
      'nothing but presence came',
      (account) => {
        account.says(`<presence xmlns='jabber:client' from='bob@model.test/b'/>`);
      },
    ],
    [
      'what came was read already',
      (account) => {
        text(account);
        account.pass(16 * 60_000);
      },
    ],
  ])('asks nothing when %s', (_, act) => {
    const account = signedIn();
    act(account);
    account.pass(1_000);
    account.wire();
    account.detach(How.SIGN_OFF, CLOSED_AT_ONCE_MS);
    expect(account.wire()).toEqual(['a', '/']);
  });

  it('asks nothing of a server without an archive', () => {
    const account = ModelAccount.signedIn();
    text(account);
    account.wire();
    account.detach(How.SIGN_OFF, CLOSED_AT_ONCE_MS);
    expect(account.wire()).toEqual(['a', '/']);
  });

  it('asks nothing when the host leaves the session parked until it is given up', () => {
    const account = signedIn();
    text(account);
    account.wire();
    account.detach(How.PARK);
    account.pass(10 * 60_000);
    const wire = account.wire();
    expect(wire).not.toContain('iq');
    expect(wire.slice(-2)).toEqual(['a', '/']);
  });

  it.each<[string, (account: ModelAccount) => void, number, number]>([
    ['answers', () => undefined, 0, CLOSED_AT_ONCE_MS],
    [
      'does not answer for its archive',
      (account) => {
        account.server.archiveMute = true;
      },
      3_000,
      3_020,
    ],
    [
      'says nothing at all any more',
      (account) => {
        account.server.mute = true;
      },
      3_000,
      3_020,
    ],
  ])('from a server that %s takes no longer than it must', (_, befall, least, most) => {
    const account = signedIn();
    text(account);
    account.wire();
    befall(account);
    account.detach(How.SIGN_OFF, 0);
    const ms = closedAfter(account);
    expect(ms).toBeGreaterThanOrEqual(least);
    expect(ms).toBeLessThanOrEqual(most);
    expect(ms).toBeLessThan(BOUND_MS);
    account.pass(BOUND_MS);
    expect(account.links()).toEqual(['DETACHED']);
    expect(account.engine.ended).toBe(1);
  });

  it('does not wait for a disk that is full', () => {
    const account = signedIn();
    text(account);
    account.handedElsewhere('elsewhere');
    account.wire();
    account.disk.full = true;
    account.detach(How.SIGN_OFF, 0);
    expect(closedAfter(account)).toBeLessThan(BOUND_MS);
  });

  it.each<[string, (account: ModelAccount) => void]>([
    [
      'before it',
      (account) => {
        account.cut();
        account.detach(How.SIGN_OFF, 10);
      },
    ],
    [
      'while the archive is asked',
      (account) => {
        account.server.archiveMute = true;
        account.detach(How.SIGN_OFF, 10);
        account.cut();
      },
    ],
  ])('is done at once when the link is lost %s', (_, act) => {
    const account = signedIn();
    text(account);
    account.told.length = 0;
    account.engine.unreachable = true;
    act(account);
    expect(account.links().filter((link) => link === 'DETACHED')).toEqual(['DETACHED']);
    expect(account.engine.ended).toBe(1);
    account.wire();
    account.pass(10_000);
    expect(account.wire()).toEqual([]);
  });

  it.each<[string, (account: ModelAccount) => void]>([
    [
      'asked',
      (account) => {
        account.server.archiveMute = true;
      },
    ],
    [
      'kept',
      (account) => {
        account.disk.slowMs = 500;
      },
    ],
  ])(
    'that the user takes back while the archive is %s leaves the session as it was',
    (_, befall) => {
      const account = signedIn();
      text(account);
      account.told.length = 0;
      const [session] = account.server.sessions.keys();
      befall(account);
      account.detach(How.SIGN_OFF, 100);
      account.attach({ inboxTaken: 2, online: true }, 100);
      expect(account.links()).toEqual(['DETACHED', 'ONLINE']);
      account.server.archiveMute = false;
      account.disk.slowMs = 0;
      account.wire();
      account.pass(10_000);
      expect(account.wire()).not.toContain('/');
      expect([...account.server.sessions.keys()]).toEqual([session]);
      account.receive('and on');
      expect(bodies(account)).toEqual(['and on']);
      // The question that was put first may still be open.
      account.detach(How.SIGN_OFF, BOUND_MS);
      expect(account.links()).toEqual(['DETACHED']);
      expect(account.engine.ended).toBe(1);
    },
  );

  it('that comes a second time is answered a second time', () => {
    const account = signedIn();
    text(account);
    account.told.length = 0;
    account.server.archiveMute = true;
    account.detach(How.PARK, 100);
    account.detach(How.SIGN_OFF, 10_000);
    expect(account.links()).toEqual(['DETACHED', 'DETACHED']);
    expect(account.engine.ended).toBe(1);
  });
});
