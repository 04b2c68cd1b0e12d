// SPDX-License-Identifier: MIT
import { afterEach, expect, test } from 'vitest';
import { PurpleHost } from '../native/host.js';
import { ALICE, BOB, Home } from './home.js';

let home: Home;

async function signedIn(
  options: Record<string, string | number>,
  password?: string,
): Promise<{ host: PurpleHost; account: number }> {
  const host = await PurpleHost.start(home.workspace);
  const account = await host.account(`${ALICE}/desk`, options, password);
  await host.run('account-enable', { account, enabled: true });
  await host.next('connected');
  return { host, account };
}

afterEach(() => home.close());

test('a client certificate alone signs in by EXTERNAL over TLS 1.3', async () => {
  home = await Home.open({ users: { alice: null, bob: 'correct-horse' } });
  await signedIn(home.byCertificate);
  const login = await home.server.sights.next('the login', ({ event, user }) => {
    return event === 'authenticated' && user === 'alice';
  });
  expect(login).toMatchObject({ mechanism: 'EXTERNAL', tls: 'TLSv1.3' });
});

test.each([
  ['SHA-1', 'TLSv1.2'],
  ['SHA-1', 'TLSv1.3'],
  ['SHA-256', 'TLSv1.2'],
  ['SHA-256', 'TLSv1.3'],
] as const)('a password signs in by SCRAM-%s over %s', async (hash, tls) => {
  home = await Home.open({ hash, tls });
  await signedIn(home.byPassword, home.password);
  const login = await home.server.sights.next('the login', ({ event, user }) => {
    return event === 'authenticated' && user === 'alice';
  });
  // Prosody 0.12 can bind the sign-in under TLS 1.2 only.
  const plus = tls === 'TLSv1.2' ? '-PLUS' : '';
  expect(login).toMatchObject({ mechanism: `SCRAM-${hash}${plus}`, tls });
});

test('on TLS 1.2 the certificate is not shown, and the refusal says why', async () => {
  home = await Home.open({ tls: 'TLSv1.2' });
  const host = await PurpleHost.start(home.workspace);
  const account = await host.account(`${ALICE}/desk`, home.byCertificate);
  await host.run('account-enable', { account, enabled: true });
  const { text } = await host.next('connection-error');
  expect(text).toMatch(/TLS 1\.[23]/);
  expect(home.server.sights.all.filter(({ certificate }) => certificate !== undefined)).toEqual([]);
});

test('direct TLS works where the account asks for it', async () => {
  home = await Home.open();
  const direct = { port: home.server.directTlsPort, connection_security: 'old_ssl' };
  const { host } = await signedIn({ ...home.byCertificate, ...direct });
  expect(host.all('connection-error')).toEqual([]);
  expect(home.proxy.links).toEqual([]);
});

test('messages go both ways, with markup kept harmless', async () => {
  home = await Home.open();
  const { host, account } = await signedIn(home.byCertificate);
  await host.run('send', { account, name: BOB, html: 'Hello &lt;Bob&gt; &amp; all' });
  const heard = await home.bob.messages.next('alice at bob', () => true);
  expect(heard).toMatchObject({ from: `${ALICE}/desk`, body: 'Hello <Bob> & all' });
  home.bob.say(ALICE, 'Hello <i>Alice</i> & all');
  const shown = await host.next('write', ({ flags }) => flags.includes('recv'));
  expect(shown.html).toBe('Hello &lt;i&gt;Alice&lt;/i&gt; &amp; all');
});

test('nothing is left running or kept open after the host has quit', async () => {
  home = await Home.open();
  const { host } = await signedIn(home.byCertificate);
  const engine = home.workspace.residents().find(({ command }) => command.includes('engine.cjs'));
  expect(engine).toBeDefined();
  await host.quit();
  await home.server.sights.next('alice to leave', ({ event, user }) => {
    return event === 'unbound' && user === 'alice';
  });
  await expect
    .poll(() => home.workspace.residents().some(({ pid }) => pid === engine?.pid))
    .toBe(false);
});
