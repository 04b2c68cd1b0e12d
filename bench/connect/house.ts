// SPDX-License-Identifier: MIT
//
// The servers that are signed in to, each with an account for every cell.

import { Ejabberd } from '../../test/support/ejabberd.js';
import type { Authority } from '../../test/support/certificates.js';
import { ModelServer } from '../../test/support/model/server.js';
import { PROFILES } from '../../test/support/model/profiles.js';
import type { Sasl2Options } from '../../test/support/model/sasl2.js';
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

/** @param sasl2 where it signs in by that alone */
const model =
  (sasl2?: Sasl2Options): Start =>
  async (workspace, authority) => {
    const certificate = await authority.server({ dns: [DOMAIN] });
    const options = { ...PROFILES.strict, ...(sasl2 === undefined ? {} : { sasl2 }) };
    const server = new ModelServer(new World(1), DOMAIN, options);
    const clients = sasl2 === undefined ? undefined : authority.certFile;
    const front = await ModelOnTls.start(server, certificate, 'TLSv1.3', clients);
    workspace.atEnd(() => front.close());
    return { STARTTLS: front.port, 'direct TLS': front.directTlsPort };
  };

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
  model: model(),
  'model with SASL2': model({ password: PASSWORD, bind: true }),
  'model with SASL2 and tokens': model({ password: PASSWORD, bind: true, fast: true }),
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
