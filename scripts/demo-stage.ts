// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../test/support/certificates.js';
import { CuttingProxy } from '../test/support/cutting-proxy.js';
import { Finch } from '../test/support/finch.js';
import { Pidgin } from '../test/support/pidgin.js';
import type { AccountSettings, HostOptions } from '../test/support/profile.js';
import { Prosody, type Sight } from '../test/support/prosody.js';
import type { Workspace } from '../test/support/workspace.js';
import { XmppPeer } from '../test/support/xmpp-peer.js';

const PASSWORD_OF_BOB = 'correct-horse';
export const BOB = 'bob@home.example';
export const ALICE = 'alice@home.example';

/** All that the demonstration needs, set up: nobody has signed in but bob. */
export interface Stage {
  workspace: Workspace;
  server: Prosody;
  /** Between alice's host and the server. */
  proxy: CuttingProxy;
  bob: XmppPeer;
  host: Pidgin | Finch;
  /** Alice's handle in the host. */
  account: number;
}

/** A private server with alice (certificate, no password) and bob, a proxy and a throw-away profile. */
export async function setStage(workspace: Workspace): Promise<Stage> {
  const authority = await Authority.create(workspace.path('ca'), 'Steadfast demo CA');
  const server = await Prosody.start(workspace, {
    authority,
    users: { alice: null, bob: PASSWORD_OF_BOB },
    friends: [['alice', 'bob']],
  });
  const proxy = await CuttingProxy.start(server.port);
  workspace.atEnd(() => proxy.close());
  const bob = await XmppPeer.connect({
    ...{ domain: server.domain, port: server.port, caFile: authority.certFile },
    ...{ user: 'bob', password: PASSWORD_OF_BOB },
  });
  workspace.atEnd(() => bob.close());
  const certificate = await authority.client([ALICE]);
  const alice: AccountSettings = {
    name: `${ALICE}/demo`,
    protocol: 'prpl-steadfast',
    options: {
      ...{ connect_server: '127.0.0.1', port: proxy.port, ca_file: authority.certFile },
      ...{ auth_method: 'external', client_cert: certificate.certFile },
      client_key: certificate.keyFile,
    },
  };
  const host = await openHost(workspace, { accounts: [alice] });
  return { workspace, server, proxy, bob, host, account: await host.account(alice) };
}

/** Pidgin on the person's display, or Finch in a terminal of its own where there is none. */
function openHost(workspace: Workspace, options: HostOptions): Promise<Pidgin | Finch> {
  const { DISPLAY: display, XAUTHORITY: authority } = process.env;
  if (display === undefined || display === '') return Finch.start(workspace, options);
  const usual = join(homedir(), '.Xauthority');
  const cookies = authority ?? (existsSync(usual) ? usual : undefined);
  return Pidgin.start(workspace, display, { ...options, env: { XAUTHORITY: cookies } });
}

/** What the server saw of alice, of one kind. */
export function seen(server: Prosody, event: Sight['event']): Sight[] {
  return server.sights.all.filter((sight) => sight.event === event && sight.user === 'alice');
}
