// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { Attach_Security as Security, Detach_How as How } from '../../src/contract/engine_pb.js';
import { OFFERS } from '../../src/engine/offer-memory.js';
import { ModelAccount } from '../support/model-account.js';
import type { ServerOptions } from '../support/model/profiles.js';
import { begin, facts, HEADER, Lone, SASL } from './lone-account.js';

/** What the client wrote, one line for each time it had waited for the server. */
function flights(account: ModelAccount): string[] {
  const lines: string[][] = [];
  let waited = true;
  account.engine.watch = {
    wrote: (text) => {
      if (waited) lines.push([]);
      waited = false;
      const names = [...text.matchAll(/<(stream:stream|[a-z]+)[ />]/g)].map(([, name]) => name);
      lines.at(-1)?.push(names[0] === 'iq' ? (names[1] ?? '') : (names[0] ?? ''));
    },
    heard: () => {
      waited = true;
    },
  };
  account.attach();
  account.engine.watch = {};
  return lines.map((line) => line.join(' '));
}

/** Signed off after a first sign-in, from which something is remembered. */
function known(options: Partial<ServerOptions> = {}): ModelAccount {
  const account = ModelAccount.signedIn({ archive: true, carbons: true, ...options });
  account.restart();
  account.server.restart(true);
  account.pass(1_000);
  account.wire();
  return account;
}

describe('a sign-in to a server that is known', () => {
  it('asks for the first things of a session together with the session', () => {
    const [first, second, third] = flights(known());
    expect(first).toBe('stream:stream starttls');
    expect(second).toBe('stream:stream auth');
    expect(third).toMatch(/^stream:stream resume/);
  });

  it('is the shortest where there is no session to go on with', () => {
    const account = ModelAccount.signedIn({ carbons: true });
    account.detach(How.SIGN_OFF);
    const caches = account.disk.caches;
    const again = new ModelAccount({ carbons: true });
    for (const [name, text] of caches) again.disk.caches.set(name, text);
    again.restart();
    expect(flights(again).slice(0, 3)).toEqual([
      'stream:stream starttls',
      'stream:stream auth',
      'stream:stream bind enable enable query presence',
    ]);
    const { sent, unacked } = [...again.server.sessions.values()][0] ?? {};
    expect(sent).toBeGreaterThan(0);
    expect(unacked).toEqual([]);
    expect(again.links()).toContain('ONLINE');
  });

  it('counts what it wrote ahead, so that the server’s count fits', () => {
    const account = ModelAccount.signedIn({ carbons: true });
    account.send('hello');
    expect(account.standing('id-1')).toBe('AT_SERVER');
    const [session] = account.server.sessions.values();
    const stanzas = account.server.received;
    expect(session?.handled).toBeGreaterThanOrEqual(4);
    expect(stanzas.join('')).not.toContain('handled-count-too-high');
  });
});

describe('a server that has changed since', () => {
  it('and ends the stream costs one more link, of which nobody is told', () => {
    const account = known({ plain: true });
    // What was remembered is of a server with everything.
    const rich = ModelAccount.signedIn({ archive: true });
    account.disk.caches.set(OFFERS, rich.disk.caches.get(OFFERS) ?? '');
    account.restart();
    account.attach({}, 5_000);
    expect(account.links().filter((state) => !state.startsWith('CONNECTING'))).toEqual(['ONLINE']);
    expect(account.engine.dialled).toHaveLength(2);
    // What was learned instead holds for the next one.
    account.restart();
    account.attach({}, 5_000);
    expect(account.engine.dialled).toHaveLength(1);
  });
});

describe('what was written from memory', () => {
  const memory = (offers: object, security = 'require_tls'): ReadonlyMap<string, string> => {
    const agent = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
    const kept = { version: 1, sha256: facts.sha256, offers, agent, archive: false, over: false };
    return new Map([[OFFERS, JSON.stringify({ ...kept, place: `home.example  0 ${security}` })]]);
  };
  const features = (offer: string): string => {
    const [client, streams] = ['jabber:client', 'http://etherx.jabber.org/streams'];
    return `<stream:features xmlns='${client}' xmlns:stream='${streams}'>${offer}</stream:features>`;
  };
  const mechanisms = (name: string): string =>
    `<mechanisms xmlns='${SASL}'><mechanism>${name}</mechanism></mechanisms>`;

  it('does not hide where the server wants us', () => {
    const lone = new Lone(memory({ tls: features(mechanisms('EXTERNAL')) }));
    begin(lone, 1e15, { online: true });
    lone.secured();
    expect(lone.written).toContain('<auth ');
    const other =
      "<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>other.example:5223</see-other-host>";
    lone.says(HEADER, `<stream:error>${other}</stream:error>`);
    lone.pass(60_000);
    expect(lone.dials.map(({ host }) => host)).toEqual([undefined, 'other.example']);
    expect(lone.caches.get(OFFERS)).toBeUndefined();
  });

  it('is no way to sign in to a server that has only SASL2 by now, which is found out at once', () => {
    const lone = new Lone(memory({ tls: features(mechanisms('EXTERNAL')) }));
    begin(lone, 1e15);
    const sasl2 =
      "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>EXTERNAL</mechanism></authentication>";
    lone.secured();
    const refused = `<failure xmlns='${SASL}'><malformed-request/></failure>`;
    lone.says(HEADER, `<stream:features>${sasl2}</stream:features>`, refused);
    lone.pass(60_000);
    expect(lone.failures).toEqual([]);
    expect(lone.dials).toHaveLength(2);
    lone.secured();
    lone.says(HEADER, `<stream:features>${sasl2}</stream:features>`);
    expect(lone.written).toContain('<authenticate ');
  });

  it('does not hold an account to encryption that may go without, when the server has none any more', () => {
    const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    const lone = new Lone(memory({ clear: features(starttls) }, 'opportunistic_tls'));
    const more = { clientCert: '', security: Security.OPPORTUNISTIC_TLS };
    const inClear = (): void => {
      lone.attach(more);
      lone.give({ type: 'link-open', direct: false });
      lone.says(`${HEADER}<stream:features>${mechanisms('SCRAM-SHA-256')}</stream:features>`);
    };
    inClear();
    expect(lone.failures).toEqual(['starttls-missing']);
    inClear();
    expect(lone.failures).toHaveLength(1);
    expect(lone.written).toContain('<auth ');
  });
});

describe('the memory', () => {
  it.each([
    ['is no JSON', '{'],
    ['is of another layout', '{"version":0}'],
    ['holds no text', '{"version":1,"place":"","sha256":"","offers":{"tls":1}}'],
    [
      'holds no features',
      '{"version":1,"place":"model.test  0 require_tls","sha256":"","offers":{"tls":"<a><b></a>","clear":"<message/>"}}',
    ],
  ])('that %s is as good as none', (_, text) => {
    const account = new ModelAccount();
    account.disk.caches.set(OFFERS, text);
    account.restart();
    expect(flights(account)[0]).toBe('stream:stream');
    expect(account.links()).toContain('ONLINE');
  });

  it('holds no secret', () => {
    const account = ModelAccount.signedIn();
    expect(account.disk.caches.get(OFFERS)).not.toContain('secret');
  });
});
