// SPDX-License-Identifier: MIT
//
// One server of each kind for each version of TLS, with the accounts that the table signs in to.

import type { Authority } from '../support/certificates.js';
import { Ejabberd } from '../support/ejabberd.js';
import { ModelOnTls } from '../support/model-on-tls.js';
import { PROFILES } from '../support/model/profiles.js';
import { ModelServer } from '../support/model/server.js';
import type { Sasl2Options } from '../support/model/sasl2.js';
import { World } from '../support/model/world.js';
import { Prosody, type ProsodyOptions } from '../support/prosody.js';
import { withSasl2 } from '../support/prosody-sasl2.js';
import type { Workspace } from '../support/workspace.js';
import { PASSWORD, type TlsVersion } from './sign-in-story.js';
import { VERSIONS, type ServerName } from './sign-in-table.js';

export const DOMAIN = 'home.example';
/** Whoever knocks. */
export const CALLER = 'caller';

/** The port for direct TLS of each version. */
export type Ports = Readonly<Record<TlsVersion, number>>;

type Start = (
  workspace: Workspace,
  authority: Authority,
  users: Record<string, string>,
) => Promise<Ports>;

async function eachVersion(start: (tls: TlsVersion) => Promise<number>): Promise<Ports> {
  const found = {} as Record<TlsVersion, number>;
  for (const tls of VERSIONS) found[tls] = await start(tls);
  return found;
}

const prosody =
  (
    hash: 'SHA-1' | 'SHA-256',
    more: (workspace: Workspace) => Partial<ProsodyOptions> = () => ({}),
  ): Start =>
  (workspace, authority, users) => {
    const kind = { domain: DOMAIN, authority, users, hash, ...more(workspace) };
    return eachVersion(async (tls) => {
      return (await Prosody.start(workspace, { ...kind, tls })).directTlsPort;
    });
  };

/** @param sasl2 where it signs in by that alone */
const model =
  (sasl2?: Sasl2Options): Start =>
  async (workspace, authority) => {
    const certificate = await authority.server({ dns: [DOMAIN] });
    const options = { ...PROFILES.strict, ...(sasl2 === undefined ? {} : { sasl2 }) };
    const clients = sasl2 === undefined ? undefined : authority.certFile;
    return eachVersion(async (tls) => {
      const server = new ModelServer(new World(1), DOMAIN, options);
      const front = await ModelOnTls.start(server, certificate, tls, clients);
      workspace.atEnd(() => front.close());
      return front.directTlsPort;
    });
  };

export const STARTS: Record<ServerName, Start> = {
  'Prosody, passwords in SHA-1': prosody('SHA-1'),
  'Prosody, passwords in SHA-256': prosody('SHA-256'),
  'Prosody with SASL2 in a patched copy': prosody('SHA-256', withSasl2),
  'ejabberd, passwords in clear': async (workspace, authority, users) => {
    const { ports } = await Ejabberd.start(workspace, {
      ...{ authority, domains: { [DOMAIN]: { users } } },
    });
    return eachVersion((tls) => Promise.resolve(ports[tls].direct));
  },
  'the model server': model(),
  'the model server with SASL2': model({ password: PASSWORD, bind: true, fast: true }),
};

export const usersFor = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, PASSWORD]));
