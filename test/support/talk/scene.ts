// SPDX-License-Identifier: MIT
import { Authority } from '../certificates.js';
import { CuttingProxy } from '../cutting-proxy.js';
import { eventually } from '../observed.js';
import type { HostOptions } from '../../native/host.js';
import { Workspace } from '../workspace.js';
import { Friend } from './friend.js';
import { Person, type Protocol } from './person.js';
import { emptyTalk, type Talk } from './record.js';
import { startServer, type Server, type ServerName } from './server.js';
import { PERSON, type Where } from './where.js';

export interface Furniture {
  where?: Where;
  /** What a packet takes from alice to the server, and another one back. */
  latencyMs: number;
  /** How her host is started. */
  host?: (workspace: Workspace) => Promise<HostOptions>;
}

/** The account options that both protocols have, and what each needs to trust the server. */
const OPTIONS: Record<Protocol, (caFile: string) => Record<string, string>> = {
  'prpl-jabber': () => ({}),
  'prpl-steadfast': (caFile) => ({ auth_method: 'scram', ca_file: caFile }),
};

/** One talk: alice in a host of her own, through the proxy to a server of their own, and bob. */
export class Scene {
  private constructor(
    readonly workspace: Workspace,
    readonly authority: Authority,
    readonly server: Server,
    readonly proxy: CuttingProxy,
    readonly person: Person,
    readonly friend: Friend,
    readonly talk: Talk,
    readonly where: Where,
  ) {}

  static async open(server: ServerName, protocol: Protocol, furniture: Furniture): Promise<Scene> {
    const workspace = new Workspace();
    try {
      return await Scene.#furnish(workspace, server, protocol, furniture);
    } catch (fault) {
      await workspace.close();
      throw fault;
    }
  }

  static async #furnish(
    workspace: Workspace,
    name: ServerName,
    protocol: Protocol,
    { latencyMs, host, where = PERSON }: Furniture,
  ): Promise<Scene> {
    const talk = emptyTalk();
    if (where.name === 'room') talk.echoed = [];
    const authority = await Authority.create(workspace.path('ca'));
    const server = await startServer(name, workspace, authority, where);
    const proxy = await CuttingProxy.start(server.port);
    workspace.atEnd(() => proxy.close());
    proxy.latencyMs = latencyMs;
    proxy.news.each(({ news }) => {
      if (news === 'opened') talk.dialled.push(Date.now());
    });
    const friend = await Friend.start(workspace, server, authority.certFile, talk, where);
    const link = { connect_server: '127.0.0.1', port: proxy.port };
    const options = { ...link, ...OPTIONS[protocol](authority.certFile) };
    const hostOptions = await host?.(workspace);
    const person = await Person.start(workspace, { protocol, where, options, hostOptions }, talk);
    // Online in the host is not yet available at the server: it keeps what comes in between, and
    // ejabberd may do so until the next sign-in.
    await eventually('bob to reach alice', async () => {
      await friend.greet('hello');
      return person.saw('hello');
    });
    return new Scene(workspace, authority, server, proxy, person, friend, talk, where);
  }

  /** A connection of alice's is open that can carry something, and her host shows her as being there. */
  get connected(): boolean {
    const { mode, openLinks } = this.proxy;
    const open = mode.up === 'pass' && mode.down === 'pass';
    return this.person.present && open && openLinks.some(({ whole }) => whole);
  }

  close(): Promise<void> {
    return this.workspace.close();
  }
}
