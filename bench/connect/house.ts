// SPDX-License-Identifier: MIT
//
// The servers that are signed in to, each with an account for every cell.

import { Ejabberd } from '../../test/support/ejabberd.js';
import type { Authority } from '../../test/support/certificates.js';
import { ModelServer } from '../../test/support/model/server.js';
import { PROFILES } from '../../test/support/model/profiles.js';
import { World } from '../../test/support/model/world.js';
import { ModelOnTls } from '../../test/support/model-on-tls.js';
import { Prosody } from '../../test/support/prosody.js';
import type { Workspace } from '../../test/support/workspace.js';
import type { Cell, Path, ServerName } from './cells.js';

export const DOMAIN = 'home.example';
export const PASSWORD = 'open sesame';

/** The port for each way in. */
export type Ports = Readonly<Record<Path, number>>;

/** Each account is of its own, so that no cell finds what another one left. */
export const userOf = ({ protocol, path, by }: Cell): string =>
  [protocol, path, by].join('-').toLowerCase().replaceAll(' ', '-');

/** Starts a server; `users` by name, with a password each. */
type Start = (
  workspace: Workspace,
  authority: Authority,
  users: Record<string, string>,
) => Promise<Ports>;

const SERVERS: Record<ServerName, Start> = {
  prosody: async (workspace, authority, users) => {
    const global = { log: {}, network_settings: { nagle: false } };
    const options = { domain: DOMAIN, authority, users, tls: 'TLSv1.3', global } as const;
    const { port, directTlsPort } = await Prosody.start(workspace, options);
    return { STARTTLS: port, 'direct TLS': directTlsPort };
  },
  ejabberd: async (workspace, authority, users) => {
    const server = await Ejabberd.start(workspace, { authority, domains: { [DOMAIN]: { users } } });
    const { starttls, direct } = server.ports['TLSv1.3'];
    return { STARTTLS: starttls, 'direct TLS': direct };
  },
  model: async (workspace, authority) => {
    const certificate = await authority.server({ dns: [DOMAIN] });
    const model = new ModelServer(new World(1), DOMAIN, PROFILES.strict);
    const front = await ModelOnTls.start(model, certificate);
    workspace.atEnd(() => front.close());
    return { STARTTLS: front.port, 'direct TLS': front.directTlsPort };
  },
};

export function serve(
  name: ServerName,
  workspace: Workspace,
  authority: Authority,
  cells: readonly Cell[],
): Promise<Ports> {
  const users = Object.fromEntries(cells.map((cell) => [userOf(cell), PASSWORD]));
  return SERVERS[name](workspace, authority, users);
}
