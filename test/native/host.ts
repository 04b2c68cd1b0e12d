// SPDX-License-Identifier: MIT
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Observed } from '../support/observed.js';
import { builtPath } from '../support/project.js';
import type { Workspace } from '../support/workspace.js';
import type { Answers, HostEvent, HostEventOf, Json } from './host-events.js';

/** How the sanitizers and valgrind begin what they report. */
const REPORT = /ERROR: \w+Sanitizer|: runtime error: |ERROR SUMMARY: [1-9]/;

export interface HostOptions {
  /** Folder names for the profile, below the workspace (default `purple`). */
  profile?: string;
  /** Folders with protocols (default: the built one). */
  plugins?: string[];
  env?: Record<string, string | undefined>;
  /** Debug lines of our own protocol come as `debug` events. */
  debug?: boolean;
  /** The user interface that it passes for (`gtk-gaim` is Pidgin, `gnt-purple` Finch). */
  ui?: string;
  /** Whether it can ask (default); BitlBee and others cannot ask everything. */
  prompts?: boolean;
  /** Put before the command, such as valgrind with its arguments. */
  under?: string[];
  /** Another build of the host than the usual one. */
  program?: string;
}

/** A libpurple program without a screen, in a process of its own. See test/native/host/. */
export class PurpleHost {
  readonly events = new Observed<HostEvent>();
  /** What it and the libraries printed that is no event. */
  stderr = '';
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (reply: HostEventOf<'reply'>) => void>();
  #last = 0;
  #killed = false;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.exited = new Promise((resolve) => child.once('close', resolve));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    child.stdin.on('error', () => undefined); // its end is told by `exited`
    createInterface({ input: child.stdout }).on('line', (line) => this.#arrived(line));
  }

  static async start(workspace: Workspace, options: HostOptions = {}): Promise<PurpleHost> {
    const plugins = options.plugins ?? [builtPath('plugins')];
    const command = [
      ...(options.under ?? []),
      options.program ?? builtPath('test', 'purple-host'),
      ...['--user-dir', workspace.makeFolder(options.profile ?? 'purple')],
      ...plugins.flatMap((folder) => ['--plugins', folder]),
      ...(options.ui === undefined ? [] : ['--ui', options.ui]),
      ...(options.debug === true ? ['--debug'] : []),
      ...(options.prompts === false ? ['--no-prompts'] : []),
    ];
    // The kernel ends it when the test runner is killed.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
      env: workspace.env(options.env),
    });
    const host = new PurpleHost(child);
    workspace.atEnd(async () => {
      await host.quit();
    });
    await Promise.race([
      host.events.next('the host to start', ({ event }) => event === 'ready'),
      host.exited.then((code) => {
        throw new Error(`the host ended with ${code}: ${host.stderr}`);
      }),
    ]);
    return host;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the host did not start');
    return this.#child.pid;
  }

  /** Runs a command; rejects with the host's word when it was wrong. */
  async run<T extends keyof Answers>(cmd: T, args: Json = {}): Promise<Answers[T]> {
    const id = ++this.#last;
    const reply = await new Promise<HostEventOf<'reply'>>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      void this.exited.then((code) =>
        reject(new Error(`the host ended (${code}): ${this.stderr}`)),
      );
      this.#child.stdin.write(`${JSON.stringify({ ...args, cmd, id })}\n`);
    });
    if (reply.error !== null) throw new Error(`${cmd}: ${reply.error}`);
    return reply.result as Answers[T];
  }

  /** Makes an account and sets it up; it stays offline until it is enabled. */
  async account(username: string, options: Json = {}, password?: string): Promise<number> {
    const { account } = await this.run('account-new', { username, protocol: 'prpl-steadfast' });
    await this.run('account-set', { account, options, ...(password && { password }) });
    return account;
  }

  /** The next event of a kind that fits, of those since `after`. */
  async next<K extends HostEvent['event']>(
    kind: K,
    fits: (event: HostEventOf<K>) => boolean = () => true,
    after = 0,
  ): Promise<HostEventOf<K>> {
    const found = await this.events.next(
      `the host's event ${kind}`,
      (event) => event.event === kind && fits(event as HostEventOf<K>),
      { after },
    );
    return found as HostEventOf<K>;
  }

  /** A mark for `after`: what came until now does not count. */
  get now(): number {
    return this.events.all.length;
  }

  /** Those of a kind so far. */
  all<K extends HostEvent['event']>(kind: K, after = 0): HostEventOf<K>[] {
    const found = this.events.all.slice(after).filter(({ event }) => event === kind);
    return found as HostEventOf<K>[];
  }

  /**
   * Ends it as a person does; resolves with its exit status. Rejects where it ended badly: a crash
   * or a leak at the very end fails the test that made it.
   */
  async quit(): Promise<number | null> {
    this.#child.stdin.end();
    const status = await this.exited;
    if (!this.#killed && (status !== 0 || REPORT.test(this.stderr)))
      throw new Error(`the host ended with ${status}: ${this.stderr}`);
    return status;
  }

  kill(): Promise<number | null> {
    this.#killed = true;
    this.#child.kill('SIGKILL');
    return this.exited;
  }

  #arrived(line: string): void {
    let event: HostEvent;
    try {
      event = JSON.parse(line) as HostEvent;
    } catch {
      this.stderr += `${line}\n`; // libraries print where they like
      return;
    }
    if (event.event === 'reply') {
      this.#waiting.get(event.id)?.(event);
      this.#waiting.delete(event.id);
      return;
    }
    this.events.add(event);
  }
}
