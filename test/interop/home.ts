// SPDX-License-Identifier: MIT
import { Authority, type Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Prosody, type ProsodyOptions } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';

export const ALICE = 'alice@home.example';
export const BOB = 'bob@home.example';
const PASSWORDS = { alice: 'sesame', bob: 'correct-horse' };

/** A real server with alice and bob, a link of hers that can be cut, and him signed in. */
export class Home {
  private constructor(
    readonly workspace: Workspace,
    readonly authority: Authority,
    readonly server: Prosody,
    readonly proxy: CuttingProxy,
    readonly bob: XmppPeer,
    readonly certificate: Certificate,
  ) {}

  /** @param more for the server; a function, where that takes files of the workspace */
  static async open(
    more: Partial<ProsodyOptions> | ((workspace: Workspace) => Partial<ProsodyOptions>) = {},
  ): Promise<Home> {
    const workspace = new Workspace();
    try {
      return await Home.#furnish(workspace, typeof more === 'function' ? more(workspace) : more);
    } catch (fault) {
      await workspace.close();
      throw fault;
    }
  }

  static async #furnish(workspace: Workspace, more: Partial<ProsodyOptions>): Promise<Home> {
    const authority = await Authority.create(workspace.path('ca'));
    const friends: [string, string][] = [['alice', 'bob']];
    const server = await Prosody.start(workspace, {
      authority,
      users: PASSWORDS,
      friends,
      ...more,
    });
    const proxy = await CuttingProxy.start(server.port);
    workspace.atEnd(() => proxy.close());
    const bob = await XmppPeer.connect({
      ...{ domain: server.domain, port: server.port, caFile: authority.certFile },
      ...{ user: 'bob', password: PASSWORDS.bob },
      hash: more.hash === 'SHA-256' ? 'sha256' : 'sha1',
    });
    workspace.atEnd(() => bob.close());
    const certificate = await authority.client([ALICE]);
    return new Home(workspace, authority, server, proxy, bob, certificate);
  }

  /** Alice's account options: through the proxy, with her certificate. */
  get byCertificate(): Record<string, string | number> {
    const { certFile, keyFile } = this.certificate;
    return { ...this.#link, auth_method: 'external', client_cert: certFile, client_key: keyFile };
  }

  /** The same without a certificate; her password is `password`. */
  get byPassword(): Record<string, string | number> {
    return { ...this.#link, auth_method: 'scram' };
  }

  get password(): string {
    return PASSWORDS.alice;
  }

  get #link(): Record<string, string | number> {
    const { port } = this.proxy;
    return { connect_server: '127.0.0.1', port, ca_file: this.authority.certFile };
  }

  close(): Promise<void> {
    return this.workspace.close();
  }
}
