// SPDX-License-Identifier: MIT
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Client, type Event } from '../../bindings/node/index.js';
import { eventually, Observed } from '../support/observed.js';
import { builtPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';
import { RelayEngine } from './relay-engine.js';

const library = builtPath('lib', 'libsteadfast.so.0');

/** One client of libsteadfast in a throw-away home, with an engine played by the test. */
export class Bench {
  readonly state: string;
  readonly client: Client;
  readonly #clients: Client[] = [];

  private constructor(
    readonly workspace: Workspace,
    readonly engine: RelayEngine,
  ) {
    this.state = workspace.path('steadfast');
    process.env.STEADFAST_ENGINE = engine.script;
    process.env.STEADFAST_NODE = process.execPath;
    this.client = this.another(this.state);
  }

  static async open(): Promise<Bench> {
    const workspace = new Workspace();
    return new Bench(workspace, await RelayEngine.start(workspace));
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close();
    await this.workspace.close();
    delete process.env.STEADFAST_ENGINE;
    delete process.env.STEADFAST_NODE;
  }

  another(state: string, program = 'Test 1.0'): Client {
    const client = new Client(library, program, state);
    this.#clients.push(client);
    return client;
  }

  /** Takes the client's events as they come. */
  watch(
    client = this.client,
    each: (event: Event) => Promise<void> | void = () => undefined,
  ): Observed<Event> {
    const seen = new Observed<Event>();
    void (async () => {
      for await (const event of client) {
        seen.add(event);
        await each(event);
      }
    })();
    return seen;
  }

  attach(): void {
    this.client.attach(1, { jid: 'alice@home.example' });
  }

  /** What runs in the engine's place from the next start on. */
  run(script: string, name = 'other-engine.cjs'): string {
    const path = this.workspace.write(name, script);
    process.env.STEADFAST_ENGINE = path;
    return path;
  }

  noEngine(): string {
    const path = this.workspace.path('missing', 'engine.cjs');
    process.env.STEADFAST_ENGINE = path;
    return path;
  }

  noNode(): string {
    const path = this.workspace.path('missing', 'node');
    process.env.STEADFAST_NODE = path;
    return path;
  }

  path(...names: string[]): string {
    return this.workspace.path(...names);
  }

  mode(name: string): string {
    return (statSync(`${this.state}/${name}`).mode & 0o777).toString(8);
  }

  plant(): void {
    mkdirSync(this.path('real'), { mode: 0o700 });
    symlinkSync(this.path('real'), this.path('link'));
    writeFileSync(this.path('file'), '');
  }

  /** The engine's process: our child that runs the fake. */
  engineProcess(): { pid: number; env: string[]; links: Record<string, string> } {
    const pid = this.#children().find((child) =>
      readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(this.workspace.folder),
    );
    if (pid === undefined) throw new Error('no engine runs');
    const links: Record<string, string> = {};
    for (const fd of readdirSync(`/proc/${pid}/fd`))
      links[fd] = readlinkSync(`/proc/${pid}/fd/${fd}`);
    return { pid, links, env: readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0') };
  }

  /** Not even a zombie is left once any client turned again. */
  async gone(pid: number): Promise<void> {
    await eventually('the end of the engine', () => {
      const folders = readdirSync('/proc');
      return (
        !folders.includes(String(pid)) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z')
      );
    });
  }

  #children(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          // At work or asleep, but no zombie.
          return new RegExp(`\\) [^Z] ${process.pid} `).test(
            readFileSync(`/proc/${pid}/stat`, 'utf8'),
          );
        } catch {
          return false;
        }
      });
  }
}
