// SPDX-License-Identifier: MIT
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Ejabberd } from '../support/ejabberd.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { BOB, Home } from './home.js';
import type { GapServer } from './gap.js';

const DOMAIN = 'home.example';
const PASSWORDS = { alice: 'sesame', bob: 'correct-horse' };

/** A bound for broken code. */
const FILL_MS = 60_000;

/** A Prosody that finds a page of a large archive at once: its files are read as a whole for each. */
export async function gapOnProsody(): Promise<GapServer> {
  const home = await Home.open({
    modules: ['steadfast_gap'],
    global: {
      storage: { archive: 'steadfast_gap' },
      ...{ archive_expires_after: 'never', mam_include_total: false },
      ...{ network_settings: { nagle: false }, log: {} },
    },
  });
  const { workspace, proxy, bob, byPassword, password } = home;
  return { workspace, proxy, bob, options: byPassword, password, fill: filler(bob) };
}

/** An ejabberd with its usual archive, in Mnesia. */
export async function gapOnEjabberd(): Promise<GapServer> {
  const workspace = new Workspace();
  try {
    const authority = await Authority.create(workspace.path('ca'));
    const { ports } = await Ejabberd.start(workspace, {
      ...{ authority, domains: { [DOMAIN]: { users: PASSWORDS } }, modules: ['steadfast_gap'] },
    });
    const { starttls: port } = ports['TLSv1.3'];
    const proxy = await CuttingProxy.start(port);
    workspace.atEnd(() => proxy.close());
    const caFile = authority.certFile;
    const user = { user: 'bob', password: PASSWORDS.bob };
    const bob = await XmppPeer.connect({ domain: DOMAIN, port, caFile, ...user });
    workspace.atEnd(() => bob.close());
    const link = { connect_server: '127.0.0.1', port: proxy.port };
    const options = { ...link, ca_file: caFile, auth_method: 'scram' };
    return { workspace, proxy, bob, options, password: PASSWORDS.alice, fill: filler(bob) };
  } catch (fault) {
    await workspace.close();
    throw fault;
  }
}

/** By the server's own hand: mod_steadfast_gap.lua, steadfast_gap.erl. */
function filler(bob: XmppPeer): GapServer['fill'] {
  return async (from, to) => {
    const id = `fill-${to}`;
    const age = from === 0 ? 90_000 : 80_000;
    const gap = `<gap xmlns='urn:steadfast:gap' user='alice' with='${BOB}' from='${from}' to='${to}' age='${age}'/>`;
    bob.send(`<iq type='set' id='${id}' to='${DOMAIN}'>${gap}</iq>`);
    const filled = ({ attrs }: (typeof bob.stanzas.all)[number]): boolean => attrs.id === id;
    const answer = await bob.stanzas.next('a full archive', filled, { withinMs: FILL_MS });
    if (answer.attrs.type !== 'result') throw new Error('the archive was not filled');
  };
}
