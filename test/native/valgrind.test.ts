// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { projectPath } from '../support/project.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { PurpleHost } from './host.js';

const workspace = new Workspace();
afterAll(() => workspace.close());

/** Sign-in, a certificate prompt, talk, prompts, an outage, a dead engine, sign-off. */
async function live(host: PurpleHost, server: Prosody, proxy: CuttingProxy): Promise<void> {
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
  await heard(host, alice, toBob, bob, 'one <b>two</b>', /^one/);

  proxy.cut();
  await heard(host, bob, toAlice, alice, 'while away', /^while away$/);
  await host.run('buddy-remove', { account: alice, name: toBob });
  await host.run('network', { available: false });
  await host.run('network', { available: true });
  await host.events.until('both are back', () => host.all('connected').length === 4, 60_000);
  await heard(host, alice, toBob, bob, 'back', /^back$/);
  await host.run('account-enable', { account: bob, enabled: false });
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
  const log = workspace.path('valgrind.log');
  const host = await PurpleHost.start(workspace, {
    under: [
      ...['valgrind', '--leak-check=full', '--show-leak-kinds=definite', `--log-file=${log}`],
      ...['--errors-for-leak-kinds=definite', '--num-callers=40', '--error-exitcode=99'],
      `--suppressions=${projectPath('test', 'native', 'valgrind.supp')}`,
    ],
  });
  await live(host, server, proxy);
  const status = await host.quit();
  expect({ status, log: readFileSync(log, 'utf8') }).toEqual({
    status: 0,
    log: expect.stringContaining('ERROR SUMMARY: 0 errors') as string,
  });
});
