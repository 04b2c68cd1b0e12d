// SPDX-License-Identifier: MIT
import { eventually } from './observed.js';
import { freePort, listens } from './ports.js';
import { Running } from './processes.js';
import type { Workspace } from './workspace.js';

/** Debian's microsocks, a SOCKS5 server, on a free loopback port. */
export class SocksProxy {
  #running: Running;

  private constructor(
    readonly port: number,
    running: Running,
  ) {
    this.#running = running;
  }

  /**
   * @param login `name:password`; without it nobody is asked for one
   * @param again the port of one that has ended, which it is to follow
   */
  static async start(workspace: Workspace, login?: string, again?: number): Promise<SocksProxy> {
    const port = again ?? (await freePort());
    const [user = '', password = ''] = login?.split(':') ?? [];
    const auth = login === undefined ? [] : ['-u', user, '-P', password];
    const args = ['-i', '127.0.0.1', '-p', String(port), ...auth];
    const proxy = new SocksProxy(port, new Running('microsocks', args));
    workspace.atEnd(() => proxy.stop());
    await eventually('microsocks listens', () => listens(port));
    return proxy;
  }

  /** Where it has connected to, `host:port` as it was asked. */
  connected(): string[] {
    return [...this.#running.output().matchAll(/connected to (\S+)/g)].map(([, to]) => to ?? '');
  }

  async stop(): Promise<void> {
    if (this.#running.running) await this.#running.kill();
  }
}
