// SPDX-License-Identifier: MIT
import { afterEach, expect, test } from 'vitest';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { PurpleHost } from './host.js';

const workspace = new Workspace();
afterEach(() => workspace.close());

test('a host that quits right behind a text leaves no session behind on the server', async () => {
  const authority = await Authority.create(workspace.path('ca'));
  const users = { alice: 'wonderland', bob: 'builder' };
  const server = await Prosody.start(workspace, { users, authority, friends: [['alice', 'bob']] });
  const proxy = await CuttingProxy.start(server.port);
  workspace.atEnd(() => proxy.close());
  const settings = { ca_file: authority.certFile, connect_server: '127.0.0.1', port: proxy.port };
  const peer = { domain: server.domain, port: server.port, caFile: authority.certFile };
  const bob = await XmppPeer.connect({ ...peer, user: 'bob', password: 'builder' });
  workspace.atEnd(() => bob.close());

  const host = await PurpleHost.start(workspace);
  const account = await host.account(`alice@${server.domain}/laptop`, settings, 'wonderland');
  await host.run('account-enable', { account, enabled: true });
  await host.next('connected');
  bob.say(`alice@${server.domain}`, 'what the archive is asked about');
  await host.next('write', ({ html }) => html === 'what the archive is asked about');
  // The host is gone before the archive has answered.
  proxy.latencyMs = 300;
  expect(await host.quit()).toBe(0);
  const ofAlice = { unbound: true, hibernating: true };
  const { event } = await server.sights.next(
    'the end of the session',
    (sight) => sight.user === 'alice' && sight.event in ofAlice,
  );
  expect(event).toBe('unbound');
});
