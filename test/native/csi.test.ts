// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Prosody, type Sight } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { PurpleHost } from './host.js';

// Client state indication (XEP-0352) on Prosody, which ends the stream of one that says it unasked.

let workspace: Workspace;
let server: Prosody;
let proxy: CuttingProxy;
let host: PurpleHost;
let alice: number;
let seen = 0;

beforeAll(async () => {
  workspace = new Workspace();
  const authority = await Authority.create(workspace.path('ca'));
  server = await Prosody.start(workspace, { users: { alice: 'wonderland' }, authority });
  proxy = await CuttingProxy.start(server.port);
  workspace.atEnd(() => proxy.close());
  host = await PurpleHost.start(workspace);
  const settings = { ca_file: authority.certFile, connect_server: '127.0.0.1', port: proxy.port };
  alice = await host.account(`alice@${server.domain}/laptop`, settings, 'wonderland');
});
afterAll(() => workspace.close());

/** The next one of a kind; later calls look behind it. */
async function saw(event: Sight['event']): Promise<void> {
  const found = await server.sights.next(event, (sight) => sight.event === event, {
    after: seen,
    withinMs: 60_000,
  });
  seen = server.sights.all.indexOf(found) + 1;
}

function set(status: string): Promise<unknown> {
  return host.run('status', { account: alice, status });
}

test('the server knows when nobody looks: away, back, and on a resumed stream', async () => {
  await host.run('account-enable', { account: alice, enabled: true });
  await host.next('connected');
  await set('away');
  await saw('inactive');
  await set('available');
  await saw('active');
  await host.run('idle', { account: alice, seconds: 600 });
  await saw('inactive');
  proxy.cut();
  await saw('resumed');
  await saw('inactive');
  await host.run('idle', { account: alice, seconds: 0 });
  await saw('active');
  expect(host.all('disconnected')).toEqual([]);
});
