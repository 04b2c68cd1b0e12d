// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/ports.js';
import { ALICE, Failing, otherwiseShown, PASSWORD, Reason, type Options } from './failing.js';

let failing: Failing;
beforeEach(async () => {
  failing = await Failing.open();
});
afterEach(() => failing.close());

/** How often the server was dialled. */
type Dials = () => number;

interface Row {
  what: string;
  arrange: () => Promise<{ options: Options; dials: Dials; password?: string; username?: string }>;
  reason: number;
  fatal: boolean;
  words: RegExp[];
  dials: number;
}

const rows: Row[] = [
  {
    what: 'a wrong password',
    arrange: async () => {
      const [proxy] = await failing.prosody();
      return {
        options: { ...failing.to(proxy.port), auth_method: 'scram' },
        password: 'canary',
        dials: () => proxy.links.length,
      };
    },
    ...{ reason: Reason.AUTHENTICATION_FAILED, fatal: true, dials: 1 },
    words: [/Wrong password, or no such account/],
  },
  {
    what: 'STARTTLS stripped from the features',
    arrange: async () => {
      const server = await failing.scripted({ starttls: false, mechanisms: ['PLAIN'] });
      return { options: failing.to(server.port), dials: () => server.dials.length };
    },
    ...{ reason: Reason.NETWORK, fatal: false, dials: 1 },
    words: [/offers no encryption/, /Nothing was sent/, /tried again/],
  },
  {
    what: 'a port that nobody listens on',
    arrange: async () => {
      const port = await freePort();
      return { options: failing.to(port), dials: () => 0 };
    },
    ...{ reason: Reason.NETWORK, fatal: false, dials: 0 },
    words: [/127\.0\.0\.1:\d+ refuses connections/],
  },
  {
    what: 'a server that accepts and says nothing',
    arrange: async () => {
      const server = await failing.scripted({ silent: true });
      return { options: failing.to(server.port), dials: () => server.dials.length };
    },
    ...{ reason: Reason.NETWORK, fatal: false, dials: 1 },
    words: [/stopped answering/, /tried again/],
  },
  {
    what: 'a server that accepts and says nothing where TLS should begin at once',
    arrange: async () => {
      const server = await failing.scripted({ silent: true });
      const options = { ...failing.to(server.port), connection_security: 'old_ssl' };
      return { options, dials: () => server.dials.length };
    },
    ...{ reason: Reason.NETWORK, fatal: false, dials: 1 },
    words: [/TLS in time/],
  },
  {
    what: 'a domain that DNS does not know',
    arrange: () =>
      Promise.resolve({
        options: { ca_file: failing.authority.certFile },
        username: 'alice@nowhere.invalid/desk',
        dials: () => 0,
      }),
    ...{ reason: Reason.NETWORK, fatal: false, dials: 0 },
    words: [/nowhere\.invalid was not found/, /no address/],
  },
];

describe('a sign-in fails with one clear message and no second dial', () => {
  test.each(rows.map((row) => [row.what, row] as const))(
    '%s',
    async (_, { arrange, reason, fatal, words, dials }) => {
      const { options, dials: dialled, ...more } = await arrange();
      const { host, error } = await failing.fail(options, more);
      expect(error).toMatchObject({ reason, fatal });
      for (const word of words) expect(error.text).toMatch(word);
      expect(otherwiseShown(host)).toEqual([]);
      expect(dialled()).toBe(dials);
      expect(error.text).not.toContain(more.password ?? PASSWORD);
    },
  );
});

test.each([['PLAIN'], ['SCRAM-SHA-1'], ['EXTERNAL']])(
  'where STARTTLS is stripped and %s is offered no byte beyond the stream header goes out',
  async (mechanism) => {
    const server = await failing.scripted({ starttls: false, mechanisms: [mechanism] });
    const mine = await failing.authority.client([ALICE]);
    const by = mechanism === 'EXTERNAL' ? failing.by(mine) : {};
    const { error } = await failing.fail({ ...failing.to(server.port), ...by });
    expect(error.text).toMatch(/offers no encryption/);
    expect(server.dials).toHaveLength(1);
    // The header names the domain, which is no secret, and not who it is that calls.
    expect(server.clear).toMatch(
      /^<\?xml version='1\.0'\?><stream:stream to="home\.example"[^<]*>$/,
    );
    expect(server.clear).not.toMatch(/alice|from=/);
  },
);

test('a password prompt that is closed is told as that, and asked for no further', async () => {
  const [proxy] = await failing.prosody();
  const begun = await failing.signIn(failing.to(proxy.port), { password: '' });
  const prompt = await begun.host.next('request');
  await begun.host.run('answer', { request: prompt.request, ok: false });
  const { host, error } = await failing.outcome(begun);
  expect(error).toMatchObject({ fatal: true, text: 'Sign-in was cancelled.' });
  expect(otherwiseShown(host)).toEqual([prompt]);
  expect(proxy.links).toHaveLength(1);
});
