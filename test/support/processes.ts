// SPDX-License-Identifier: MIT
import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Observed } from './observed.js';

export interface StartOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** File that takes stdout and stderr; without it they are kept in memory. */
  log?: string;
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of ours: in a group of its own, and killed by the kernel if we die first. */
export class Running {
  readonly exited: Promise<Ending>;
  readonly printed = new Observed<string>();
  readonly #child: ChildProcess;
  readonly #log: string | undefined;
  #ending: Ending | undefined;
  #text = '';

  constructor(command: string, args: string[], options: StartOptions = {}) {
    this.#log = options.log;
    const output = options.log === undefined ? undefined : openSync(options.log, 'a', 0o600);
    // A vitest that is killed runs no ending of ours; the kernel's parent-death signal remains.
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
      env: options.env,
      cwd: options.cwd,
      detached: true,
      stdio: ['ignore', output ?? 'pipe', output ?? 'pipe'],
    });
    if (output !== undefined) closeSync(output);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
        this.printed.add(text);
      });
    }
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        this.#ending = { code, signal };
        resolve(this.#ending);
      });
    });
    this.exited.catch(() => undefined); // told to whoever awaits it, not to the process
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process did not start');
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#ending === undefined && this.#child.pid !== undefined;
  }

  /** All it has printed so far. */
  output(): string {
    return this.#log === undefined ? this.#text : readFileSync(this.#log, 'utf8');
  }

  /** SIGTERM, then SIGKILL for the whole group after `graceMs`; returns when it is gone. */
  async stop(graceMs = 5000): Promise<Ending> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
      this.#group('SIGKILL');
    }
  }

  async kill(): Promise<Ending> {
    this.signal('SIGKILL');
    return this.exited;
  }

  /** To the process alone, as a user's `kill` would; nothing if it is gone. */
  signal(name: NodeJS.Signals): void {
    if (this.running) this.#child.kill(name);
  }

  /** Children it left in its group; the group's number is not reused while one of them lives. */
  #group(name: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, name);
    } catch {
      // none left
    }
  }
}

/** Runs a program to its end; rejects with what it printed when it fails. */
export function run(command: string, args: string[], options: StartOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { env, cwd } = options;
    execFile(command, args, { env, cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}: ${stdout}${stderr || error.message}`));
    });
  });
}
