// SPDX-License-Identifier: MIT
import { afterAll, expect, test } from 'vitest';
import { engineOf } from '../interop/kills-processes.js';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { projectPath } from '../support/project.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { PurpleHost } from './host.js';

const workspace = new Workspace();
afterAll(() => workspace.close());

interface People {
  alice: number;
  bob: number;
  toAlice: string;
  toBob: string;
}

/** A certificate prompt, a password prompt, an authorization; each answered by yes. */
async function signIn(host: PurpleHost, server: Prosody, proxy: CuttingProxy): Promise<People> {
  const settings = { connect_server: '127.0.0.1', port: proxy.port };
  const alice = await host.account(`alice@${server.domain}/laptop`, settings, 'wonderland');
  const bob = await host.account(`bob@${server.domain}/phone`, settings);
  const [toAlice, toBob] = [`alice@${server.domain}`, `bob@${server.domain}`];

  await host.run('account-enable', { account: alice, enabled: true });
  const trust = await host.next('request', ({ kind }) => kind === 'action');
  await host.run('answer', {
    request: trust.request,
    action: trust.actions?.findIndex((label) => label.includes('ccept')),
  });
  await host.next('connected', ({ account }) => account === alice);
  await host.run('account-enable', { account: bob, enabled: true });
  const password = await host.next('request', ({ kind }) => kind === 'fields');
  await host.run('answer', { request: password.request, fields: { password: 'builder' } });
  await host.next('connected', ({ account }) => account === bob);

  await host.run('buddy-add', { account: alice, name: toBob, group: 'Work', text: 'hi' });
  const asked = await host.next('request', ({ kind }) => kind === 'authorize');
  await host.run('answer', { request: asked.request, ok: true });
  await host.next('buddy-online', ({ account }) => account === alice);
  await host.run('buddy-alias', { account: alice, name: toBob, alias: 'Bob' });
  await host.run('buddy-menu', { account: alice, name: toBob });
  await host.run('status', { account: bob, status: 'away', message: '<b>out</b>' });
  await host.run('buddies', { account: alice });
  await host.run('typing', { account: bob, name: toAlice, state: 1 });
  await host.run('info', { account: alice, name: toBob });
  await host.next('userinfo');
  return { alice, bob, toAlice, toBob };
}

async function talk(host: PurpleHost, people: People, word: string): Promise<void> {
  const { alice, bob, toAlice, toBob } = people;
  await heard(host, alice, toBob, bob, `to bob, <b>${word}</b>`, new RegExp(`to bob.*${word}`));
  await heard(host, bob, toAlice, alice, `to alice, ${word}`, new RegExp(`to alice.*${word}`));
}

/** Nobody is signed off meanwhile; what was written is said once the session is resumed. */
async function outage(
  host: PurpleHost,
  server: Prosody,
  proxy: CuttingProxy,
  { alice, bob, toBob }: People,
): Promise<void> {
  const [after, before] = [host.now, server.sights.all.length];
  proxy.refuse();
  proxy.cut();
  await host.run('send', { account: alice, name: toBob, html: 'while away' });
  await host.next('write', ({ flags }) => flags.includes('system'), after);
  await proxy.accept();
  await host.next('write', ({ account, html }) => account === bob && html === 'while away', after);
  for (const name of ['alice', 'bob'])
    await server.sights.next(
      `the resumed session of ${name}`,
      ({ event, user }) => event === 'resumed' && user === name,
      { after: before },
    );
  expect(host.all('disconnected', after)).toEqual([]);
}

/** The next engine signs both in again, unasked. */
async function engineKilled(host: PurpleHost, server: Prosody): Promise<void> {
  const before = server.sights.all.length;
  const first = await engineOf(host.pid);
  process.kill(first, 'SIGKILL');
  for (const name of ['alice', 'bob'])
    await server.sights.next(
      `${name} on the next engine`,
      ({ event, user }) => ['bound', 'resumed'].includes(event) && user === name,
      { after: before },
    );
  expect(await engineOf(host.pid)).not.toBe(first);
}

/** As Pidgin does it when the desktop says that the network went, and came. */
async function networkGone(host: PurpleHost): Promise<void> {
  const after = host.now;
  await host.run('network', { available: false });
  await host.run('network', { available: true });
  await host.events.until('both are back', () => host.all('connected', after).length === 2, 60_000);
}

async function signOff(host: PurpleHost, { alice, bob }: People): Promise<void> {
  const after = host.now;
  for (const account of [alice, bob]) await host.run('account-enable', { account, enabled: false });
  await host.events.until(
    'both are signed off',
    () => host.all('disconnected', after).length === 2,
    60_000,
  );
}

async function heard(
  host: PurpleHost,
  from: number,
  name: string,
  to: number,
  html: string,
  shown: RegExp,
): Promise<void> {
  await host.run('send', { account: from, name, html });
  await host.next(
    'write',
    (event) => event.account === to && event.flags.includes('recv') && shown.test(event.html),
  );
}

test('a whole life of the host has no invalid access and loses no memory', async () => {
  const authority = await Authority.create(workspace.path('ca'));
  const users = { alice: 'wonderland', bob: 'builder' };
  const server = await Prosody.start(workspace, { users, authority });
  const proxy = await CuttingProxy.start(server.port);
  workspace.atEnd(() => proxy.close());
  const host = await PurpleHost.start(workspace, {
    under: [
      ...['valgrind', '--leak-check=full', '--show-leak-kinds=definite', '--num-callers=40'],
      // The plugin is unloaded at the end: its frames keep their names all the same.
      ...['--errors-for-leak-kinds=definite', '--keep-debuginfo=yes', '--error-exitcode=99'],
      `--suppressions=${projectPath('test', 'native', 'valgrind.supp')}`,
    ],
  });
  const people = await signIn(host, server, proxy);
  await talk(host, people, 'first');
  await outage(host, server, proxy, people);
  await talk(host, people, 'resumed');
  await engineKilled(host, server);
  await talk(host, people, 'restarted');
  await networkGone(host);
  await talk(host, people, 'again');
  await host.run('buddy-remove', { account: people.alice, name: people.toBob });
  await signOff(host, people);
  expect(await host.quit()).toBe(0);
  expect(host.stderr).toContain('ERROR SUMMARY: 0 errors');
});
