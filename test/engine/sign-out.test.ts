// SPDX-License-Identifier: MIT
//
// An account that signs out for good: its token is ended at the server, whatever is cut on the way.

import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  CommandSchema,
  Detach_How as How,
  SignedOut_Others as Others,
  SignedOut_Token as Token,
  SignOutSchema,
} from '../../src/contract/engine_pb.js';
import type { SignedOut } from '../../src/contract/engine_pb.js';
import { TOKEN } from '../../src/engine/fast-token.js';
import { SIGN_OUT } from '../../src/engine/sign-out-book.js';
import { ModelAccount } from '../support/model-account.js';
import type { Connection } from '../support/model/connection.js';
import type { ServerOptions } from '../support/model/profiles.js';

const ALICE = 'alice@model.test';
const FULL: Partial<ServerOptions> = {
  ...{ archive: true, carbons: true, access: true },
  sasl2: { bind: true, fast: true },
};

function settled(options: Partial<ServerOptions> = FULL): ModelAccount {
  const account = ModelAccount.signedIn(options);
  account.pass(10_000);
  account.wire();
  account.told.length = 0;
  return account;
}

function signOut(account: ModelAccount, everywhere = false, ms = 5_000, id = 'out-1'): void {
  const value = create(SignOutSchema, { everywhere });
  account.engine.command(create(CommandSchema, { id, body: { case: 'signOut', value } }));
  account.pass(ms);
}

/** Everything that the host has heard, in short, and the outcome. */
function heard(account: ModelAccount): { told: string[]; outcome: SignedOut | undefined } {
  const all = account.told.splice(0);
  const told = all.flatMap(({ case: which, value }) => {
    if (which === 'link') {
      const { state, error } = value as { state: number; error?: { condition: string } };
      return [`link ${String(state)} ${error?.condition ?? ''}`.trim()];
    }
    return ['signedOut', 'accepted', 'refused'].includes(which) ? [which] : [];
  });
  const outcome = all.find((event) => event.case === 'signedOut')?.value as SignedOut | undefined;
  return { told, outcome };
}

const agentOf = (account: ModelAccount): string =>
  /"agent":"([^"]+)"/.exec(account.disk.caches.get('offers') ?? '')?.[1] ?? '';
const hasToken = (account: ModelAccount): boolean =>
  account.server.tokens.has(ALICE, agentOf(account));
const OVER = ['signedOut', 'accepted', 'link 3 signed-out'];

describe('a sign-out', () => {
  it('ends the session, then the token, and only then says so', () => {
    const account = settled();
    expect(hasToken(account)).toBe(true);
    signOut(account);
    const { received } = account.server;
    const text = received.join('');
    expect(text.indexOf('</>')).toBeLessThan(text.indexOf('invalidate="true"'));
    expect(text).not.toContain('PLAIN');
    expect(text).not.toContain('<presence');
    expect(text).not.toContain('urn:xmpp:cam:0');
    const { told, outcome } = heard(account);
    expect(told).toEqual(OVER);
    expect(outcome).toMatchObject({ id: 'out-1', others: Others.NOT_ASKED, token: Token.ENDED });
    expect(outcome?.error).toBeUndefined();
    expect(outcome?.text).toContain('ended at the server');
    expect(hasToken(account)).toBe(false);
    expect(account.disk.caches.get(TOKEN)).toBe('');
    expect(account.server.sessions.size).toBe(0);
  });

  it('is followed by a sign-in as ever, when one is wanted', () => {
    const account = settled();
    signOut(account);
    account.detach(How.SIGN_OFF);
    expect(account.links()).toContain('DETACHED');
    account.restart();
    account.attach({}, 10_000);
    expect(account.links().at(-1)).toBe('ONLINE');
    expect(hasToken(account)).toBe(true);
  });

  it('of an account without a token ends the session, and shows nothing on another link', () => {
    const account = settled({ archive: true });
    signOut(account);
    const { told, outcome } = heard(account);
    expect(told).toEqual(OVER);
    expect(outcome).toMatchObject({ token: Token.NO_TOKEN });
    expect(account.engine.trial).toBeUndefined();
  });

  it('with no answer to it is bounded, deletes the token here, and says what is left', () => {
    const account = settled();
    account.engine.unreachable = true;
    signOut(account, false, 45_000);
    const { told, outcome } = heard(account);
    expect(told).toEqual(OVER);
    expect(outcome).toMatchObject({ token: Token.LEFT });
    expect(outcome?.error?.condition).toBe('refused');
    expect(outcome?.text).toContain(
      'until it expires by itself, or until you change your password',
    );
    expect(account.disk.caches.get(TOKEN)).toBe('');
    expect(hasToken(account)).toBe(true);
  });

  it('on a disk that takes nothing does not say that the token is deleted', () => {
    const account = settled();
    account.engine.unreachable = true;
    account.disk.full = true;
    signOut(account, false, 45_000);
    const { outcome } = heard(account);
    expect(outcome).toMatchObject({ token: Token.LEFT });
    expect(outcome?.text).toContain('could not be deleted: the disk does not take it');
  });

  it('before the first Attach is refused, with nothing begun', () => {
    const account = new ModelAccount(FULL);
    signOut(account, false, 1_000);
    const [refused] = account.take('refused');
    expect(refused).toMatchObject({ id: 'out-1', error: { condition: 'not-attached' } });
    account.attach({}, 10_000);
    expect(account.links().at(-1)).toBe('ONLINE');
  });

  it('at a server that takes the connection and says nothing comes to its end, too', () => {
    const account = settled();
    account.server.mute = true;
    signOut(account, false, 60_000);
    const { told, outcome } = heard(account);
    expect(told).toEqual(OVER);
    expect(outcome).toMatchObject({ token: Token.LEFT });
  });

  it.each([
    ['that shuts down is tried again at the server', 'system-shutdown', Token.ENDED],
    ['that does not serve the account any more says so', 'host-unknown', Token.LEFT],
  ])('at a server %s', (_, condition, token) => {
    const account = settled();
    const { tokens } = account.server;
    const use = tokens.use.bind(tokens);
    let asked = 0;
    tokens.use = (...request) => {
      if (++asked > 1) return use(...request);
      for (const connection of Reflect.get(account.server, 'connections') as Set<Connection>) {
        connection.streamError(condition);
      }
      return undefined;
    };
    signOut(account, false, 10_000);
    const { told, outcome } = heard(account);
    expect(told).toEqual(OVER);
    expect(outcome).toMatchObject({ token });
    expect([asked, hasToken(account)]).toEqual(token === Token.ENDED ? [2, false] : [1, true]);
  });

  it('of a token that the server does not know any more is done', () => {
    const account = settled();
    account.server.tokens.forget(ALICE, agentOf(account));
    signOut(account);
    expect(heard(account).outcome).toMatchObject({ token: Token.ENDED });
  });

  it('while there is no connection ends the token all the same, once there is one', () => {
    const account = settled();
    account.engine.unreachable = true;
    account.cut();
    account.pass(2_000);
    signOut(account, false, 1_000);
    expect(heard(account).told).not.toContain('signedOut');
    account.engine.unreachable = false;
    account.pass(5_000);
    expect(heard(account).told).toEqual(OVER);
    expect(hasToken(account)).toBe(false);
  });

  it('is answered once, and another one meanwhile is refused', () => {
    const account = settled();
    signOut(account, false, 0, 'out-1');
    signOut(account, false, 0, 'out-1');
    signOut(account, true, 5_000, 'out-2');
    expect(heard(account).told).toEqual(['refused', ...OVER]);
  });

  it('that the host leaves meanwhile is finished, and the host gets its last word then', () => {
    const account = settled();
    signOut(account, false, 0);
    account.detach(How.SIGN_OFF, 5_000);
    expect(heard(account).told).toEqual([...OVER, 'link 4']);
    expect(account.engine.ended).toBe(1);
    expect(hasToken(account)).toBe(false);
  });

  it('that the host leaves and comes back from ends first, and then it is signed in', () => {
    const account = settled();
    signOut(account, false, 0);
    account.detach(How.SIGN_OFF, 0);
    account.attach({}, 10_000);
    const { told } = heard(account);
    expect(told.filter((each) => each === 'link 4')).toHaveLength(1);
    expect(told).toEqual(expect.arrayContaining(['signedOut', 'accepted']));
    // Whoever has come back has not been signed out.
    expect(told).not.toContain('link 3 signed-out');
    expect(told.at(-1)).toBe('link 1');
  });

  it('while a link is being signed in on is brought to its end', () => {
    for (let ms = 0; ms < 200; ms += 4) {
      const account = settled();
      account.cut();
      account.pass(900 + ms);
      signOut(account, false, 60_000);
      expect(heard(account).told).toEqual(expect.arrayContaining(OVER));
      expect(account.engine.ended).toBe(0);
      expect(hasToken(account)).toBe(false);
    }
  });

  it('that is given again to an engine that has signed in since ends that session, too, and its token', () => {
    const account = settled();
    signOut(account, false, 20_000);
    account.restart();
    account.attach({}, 5_000);
    expect(account.server.sessions.size).toBe(1);
    signOut(account, false, 20_000);
    expect(heard(account).told.slice(-3)).toEqual(OVER);
    expect(account.server.sessions.size).toBe(0);
    expect(hasToken(account)).toBe(false);
  });
});

describe('an engine that is killed in a sign-out', () => {
  /** With the token, or everywhere, at any moment. */
  it.each(Array.from({ length: 60 }, (_, at) => at * 5))(
    'after %d ms leaves it to the next',
    (at) => {
      const account = settled();
      account.server.access.add(ALICE, 'old-phone', ['grant']);
      signOut(account, true, at);
      const before = heard(account);
      account.restart();
      account.attach({}, 0);
      signOut(account, true, 20_000);
      const { told, outcome } = heard(account);
      expect([...before.told, ...told]).toEqual(expect.arrayContaining(OVER));
      expect(told.at(-1)).toBe('link 3 signed-out');
      expect((before.outcome ?? outcome)?.token).toBe(Token.ENDED);
      expect(hasToken(account)).toBe(false);
      expect(account.server.access.of(ALICE).has('old-phone')).toBe(false);
      // One that was not ended in order is kept for a while, by a server that can only wait.
      const { sessions } = account.server;
      expect([...sessions.values()].filter(({ connection }) => connection)).toEqual([]);
    },
  );

  it.each(Array.from({ length: 25 }, (_, at) => [(at % 5) * 15, Math.floor(at / 5) * 15]))(
    'after %d ms, and again %d ms into the next one, is finished by the third',
    (first, second) => {
      const account = settled();
      signOut(account, true, first);
      const before = heard(account).told;
      for (const ms of [second, 20_000]) {
        account.restart();
        account.attach({}, 0);
        signOut(account, true, ms);
        before.push(...heard(account).told);
      }
      expect(before).toEqual(expect.arrayContaining(OVER));
      expect(before.at(-1)).toBe('link 3 signed-out');
      expect(hasToken(account)).toBe(false);
      expect(account.disk.caches.get(TOKEN)).toBe('');
    },
  );

  it('with its host is gone on with at the next sign-in, which is none', () => {
    const account = settled();
    signOut(account, false, 20);
    expect(heard(account).told).toEqual([]);
    account.restart();
    account.server.received.length = 0;
    account.attach({}, 10_000);
    expect(heard(account).outcome).toMatchObject({ id: 'out-1', token: Token.ENDED });
    expect(account.server.received.join('')).not.toContain('PLAIN');
    expect(hasToken(account)).toBe(false);
  });

  it.each(['', '{', '{"id":7}', '{"id":"x","stage":"token","swept":{}}', 'null'])(
    'and whose note is damaged (%s) signs in as ever',
    (text) => {
      const account = settled();
      account.detach(How.SIGN_OFF);
      account.disk.caches.set(SIGN_OUT, text);
      account.restart();
      account.attach({}, 10_000);
      expect(account.links().at(-1)).toBe('ONLINE');
    },
  );
});

it.each(Array.from({ length: 30 }, (_, at) => at * 4))(
  'a link that is cut %d ms into a sign-out delays it, and ends the token all the same',
  (at) => {
    const account = settled();
    account.server.access.add(ALICE, 'old-phone', ['grant']);
    signOut(account, true, at);
    account.engine.link?.cut(true, true);
    account.engine.trial?.link?.cut(true, true);
    account.pass(40_000);
    const { told, outcome } = heard(account);
    expect(told.slice(-3)).toEqual(OVER);
    expect(outcome).toMatchObject({ others: Others.ASKED, ended: 1, token: Token.ENDED });
    expect(hasToken(account)).toBe(false);
  },
);

describe('a sign-out everywhere', () => {
  it('ends whom the server lets it end, ourselves last, and counts the others', () => {
    const account = settled();
    const { access } = account.server;
    access.add(ALICE, 'rest', ['grant']);
    access.add(ALICE, 'old', ['grant']);
    access.add(ALICE, 'phone', ['password']);
    signOut(account, true);
    const { told, outcome } = heard(account);
    expect(told).toEqual(OVER);
    expect(outcome).toMatchObject({
      ...{ others: Others.ASKED, ended: 2, needPassword: 1, left: 0, token: Token.ENDED },
    });
    expect(outcome?.text).toBe(
      '2 other clients were signed out for good. One other client was not shut out, having signed in with ' +
        'your password: only changing that does it; do so at your provider, or with another program. This ' +
        'account is signed off here, and its token for signing in is ended at the server.',
    );
    // Ourselves nobody had to name.
    const revoked = account.server.received.filter((text) => text.includes('<revoke'));
    expect(revoked).toHaveLength(3);
    expect([...access.of(ALICE).keys()].filter((id) => !id.startsWith('id-'))).toEqual(['phone']);
  });

  it('at a server that does not manage clients says so, and what does it', () => {
    const account = settled({ ...FULL, access: false });
    signOut(account, true);
    const { outcome } = heard(account);
    expect(outcome).toMatchObject({ others: Others.NOT_OFFERED, token: Token.ENDED });
    expect(outcome?.text).toContain('Other devices could not be signed out');
    expect(outcome?.text).toContain('Changing your password does it');
  });

  it('at a server that does not answer does not wait for ever', () => {
    const account = settled();
    account.server.access.mute = true;
    signOut(account, true, 70_000);
    const { told, outcome } = heard(account);
    expect(told).toEqual(OVER);
    expect(outcome).toMatchObject({ others: Others.NOT_REACHED, token: Token.ENDED });
  });

  it('without a connection waits a minute for one, and then ends what it can', () => {
    const account = settled();
    account.engine.unreachable = true;
    account.cut();
    signOut(account, true, 59_000);
    expect(heard(account).told).not.toContain('signedOut');
    account.pass(45_000);
    const { outcome } = heard(account);
    expect(outcome).toMatchObject({ others: Others.NOT_REACHED, token: Token.LEFT });
  });

  it('at a server whose list names nobody takes the end of its session for its own', () => {
    const account = settled();
    const { access } = account.server;
    access.nameless = true;
    // Two are connected, and none of them says that it is us.
    const [ours] = access.of(ALICE).values();
    ours?.auth.clear();
    const other = new Map([...access.of(ALICE)]);
    const [[, copy] = []] = other;
    if (copy !== undefined) access.of(ALICE).set('twin', { ...copy, last: copy.last - 1_000 });
    signOut(account, true, 30_000);
    const { told, outcome } = heard(account);
    expect(told.slice(-3)).toEqual(OVER);
    expect(outcome).toMatchObject({ others: Others.ASKED });
    expect(outcome?.text).toContain('does not tell which client this one is');
    expect(hasToken(account)).toBe(false);
  });
});
