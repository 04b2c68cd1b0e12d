// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PurpleHost } from '../native/host.js';
import { ALICE, Failing, PASSWORD, type Options } from './failing.js';
import { forms, Hunt } from './hunt.js';
import { SocksProxy } from '../support/socks-proxy.js';

// Letters that each way of writing changes, and words that occur nowhere else.
const CANARY = 'canary-"pass"<wörd>&\'s';
const PHRASE = 'canary-"phrase"<of>&\'kéy';
const WRONG = 'canary-quite-another';
/** What a proxy is told; microsocks takes it from its command line. */
const PROXY = 'canary-of-the-proxy';
const SOCKS5 = 3;

let failing: Failing;
let hunt: Hunt;
beforeEach(async () => {
  failing = await Failing.open();
  hunt = new Hunt(failing.workspace);
});
afterEach(() => failing.close());

async function start(
  options: Options,
  password: string,
): Promise<{ host: PurpleHost; account: number }> {
  return failing.signIn(options, { password, env: hunt.env });
}

/** Nothing is found, and what was looked through is what it should be. */
function expectNothing(host: PurpleHost, secrets: string[]): void {
  expect(hunt.found(host, secrets)).toEqual([]);
  expect(hunt.places(host).get('all that the engine told the host')).toContain('Steadfast 0.');
  const commands = [...hunt.processes].join('\n');
  for (const name of ['purple-host', 'relay/engine.cjs', 'plugins/steadfast/engine.cjs'])
    expect(commands).toContain(name);
}

/** Answers the prompt that is open with a secret. */
async function answer(host: PurpleHost, secret: string, after = 0): Promise<void> {
  const { request } = await host.next('request', () => true, after);
  const fields = { password: secret, passphrase: secret, remember: false };
  await host.run('answer', { request, fields });
}

/** Kills the engine, and waits until another one is online. */
async function killEngine(host: PurpleHost): Promise<void> {
  const engine = failing.workspace
    .residents()
    .find(({ command }) => command.includes('plugins/steadfast/engine.cjs'));
  const after = host.now;
  process.kill(engine?.pid ?? NaN, 'SIGKILL');
  await host.next('debug', ({ text }) => text.includes('link online'), after);
}

test('a password that signs in is found nowhere, nor after the engine was killed', async () => {
  const [proxy] = await failing.prosody({ users: { alice: CANARY, bob: 'builder' } });
  const { host } = await start(failing.to(proxy.port), CANARY);
  await host.next('connected');
  await killEngine(host);
  expectNothing(host, [CANARY]);
});

test('a password that was asked for is found nowhere', async () => {
  const [proxy] = await failing.prosody({ users: { alice: CANARY, bob: 'builder' } });
  const { host } = await start(failing.to(proxy.port), '');
  await answer(host, CANARY);
  await host.next('connected');
  expectNothing(host, [CANARY]);
});

test.each([
  ['scram', ['SCRAM-SHA-1', 'PLAIN']],
  ['plain', ['PLAIN']],
])('neither a refused password nor what SASL says by %s is found', async (method, mechanisms) => {
  const server = await failing.scripted({ mechanisms });
  const begun = await start({ ...failing.to(server.port), auth_method: method }, CANARY);
  const { host } = await failing.outcome(begun);
  const payloads = server.dials.flatMap((dialled) => dialled.payloads);
  const said = payloads.map((text) => Buffer.from(text, 'base64').toString());
  expect(payloads).toHaveLength(method === 'scram' ? 2 : 1);
  if (method === 'plain') expect(said).toEqual([`\0alice\0${CANARY}`]);
  // The nonces, the proof and the rest, each for itself.
  const parts = said.flatMap((text) => text.split(/[,\0]/)).filter((part) => /^[rp]=/.test(part));
  const nonces = parts.map((part) => part.slice(2));
  expectNothing(host, [CANARY, ...payloads, ...said, ...nonces]);
});

test('the passphrase of a key is found nowhere', async () => {
  const [proxy] = await failing.prosody({ users: { alice: null, bob: 'builder' } });
  const mine = await failing.authority.client([ALICE]);
  const keyFile = await failing.authority.encryptKey(mine, PHRASE);
  const by = { ...failing.by({ ...mine, keyFile }), client_cert_passphrase: PHRASE };
  const { host } = await start({ ...failing.to(proxy.port), ...by }, CANARY);
  await host.next('connected');
  expectNothing(host, [PHRASE, CANARY]);
});

test('passphrases that were asked for, a wrong one first, are found nowhere', async () => {
  const [proxy] = await failing.prosody({ users: { alice: null, bob: 'builder' } });
  const mine = await failing.authority.client([ALICE]);
  const keyFile = await failing.authority.encryptKey(mine, PHRASE);
  const options = { ...failing.to(proxy.port), ...failing.by({ ...mine, keyFile }) };
  const { host } = await start(options, '');
  const first = host.now;
  await answer(host, WRONG);
  await host.next('request', ({ secondary }) => (secondary ?? '').includes('does not open'), first);
  await answer(host, PHRASE, host.now - 1);
  await host.next('connected');
  expectNothing(host, [PHRASE, WRONG]);
});

test.each([
  ['lets us through', PROXY, true],
  ['refuses us', `${PROXY}-as-it-was`, false],
])('the password of a proxy that %s is found nowhere', async (_what, taken, through) => {
  const [, server] = await failing.prosody({ users: { alice: CANARY, bob: 'builder' } });
  const socks = await SocksProxy.start(failing.workspace, `proxy-user:${taken}`);
  const { host } = await failing.signIn(failing.to(server.port), {
    ...{ password: CANARY, env: hunt.env },
    proxy: {
      ...{ type: SOCKS5, host: '127.0.0.1', port: socks.port },
      ...{ user: 'proxy-user', password: PROXY },
    },
  });
  if (!through) {
    expect((await host.next('connection-error')).text).toMatch(/proxy/);
  } else {
    await host.next('connected');
    await killEngine(host);
  }
  expectNothing(host, [PROXY, `proxy-user:${PROXY}`, CANARY]);
});

test('a secret is not leaked by a server that says it back', async () => {
  const echo = `not-authorized/><text xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${CANARY.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text><x`;
  const server = await failing.scripted({ mechanisms: ['PLAIN'], verdict: echo });
  const begun = await start({ ...failing.to(server.port), auth_method: 'plain' }, CANARY);
  const { host, error } = await failing.outcome(begun);
  expect(error.text).toMatch(/Wrong password/);
  expectNothing(host, [CANARY]);
});

test('what is hunted for would be found', () => {
  expect(forms(CANARY).some((form) => `says ${CANARY}!`.includes(form))).toBe(true);
  expect(forms(CANARY)).toContain(Buffer.from(CANARY).toString('base64'));
  expect(forms(PASSWORD)).toContain(PASSWORD);
});
