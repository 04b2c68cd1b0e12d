// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { Bus } from './dbus.js';
import { eventually } from './observed.js';
import { prepareProfile, type HostOptions } from './profile.js';
import { Running, run } from './processes.js';
import { BusHost } from './bus-host.js';
import type { Workspace } from './workspace.js';

const COLUMNS = 120;
const ROWS = 36;

/** A tmux server in the foreground: its default of going away would leave it behind us. */
export class Terminal {
  readonly socket: string;
  readonly #workspace: Workspace;

  private constructor(workspace: Workspace, socket: string) {
    this.#workspace = workspace;
    this.socket = socket;
  }

  static async start(workspace: Workspace): Promise<Terminal> {
    const terminal = new Terminal(workspace, workspace.path('run', 'tmux'));
    const server = new Running('tmux', ['-S', terminal.socket, '-f', '/dev/null', '-D'], {
      env: workspace.env({ TERM: 'screen-256color' }),
      log: workspace.path('tmux.log'),
    });
    workspace.atEnd(async () => void (await server.stop()));
    await eventually('tmux', () => existsSync(terminal.socket));
    return terminal;
  }

  tmux(...args: string[]): Promise<string> {
    return run('tmux', ['-S', this.socket, ...args], { env: this.#workspace.env() });
  }
}

export class Finch extends BusHost {
  readonly profile: string;
  readonly terminal: Terminal;
  readonly pid: number;

  private constructor(bus: Bus, profile: string, terminal: Terminal, pid: number) {
    super(bus);
    this.profile = profile;
    this.terminal = terminal;
    this.pid = pid;
  }

  /** Starts stock Finch in a terminal of its own, with a profile and a bus of its own. */
  static async start(workspace: Workspace, options: HostOptions = {}): Promise<Finch> {
    const name = options.name ?? 'host';
    const profile = prepareProfile(workspace, options);
    const bus = await Bus.start(workspace, name);
    const terminal = await Terminal.start(workspace);
    const environment = Object.entries({
      DBUS_SESSION_BUS_ADDRESS: bus.address,
      ...options.env,
    }).flatMap(([key, value]) => (value === undefined ? [] : ['-e', `${key}=${value}`]));
    const log = workspace.path(`${name}.log`);
    const pid = await terminal.tmux(
      ...['new-session', '-d', '-s', name, '-x', `${COLUMNS}`, '-y', `${ROWS}`, ...environment],
      ...['-P', '-F', '#{pane_pid}', `exec finch -c '${profile}' -n 2>'${log}'`],
    );
    const finch = new Finch(bus, profile, terminal, Number(pid));
    workspace.atEnd(() => finch.close());
    await finch.ready(() => existsSync(`/proc/${finch.pid}`));
    return finch;
  }

  /** What the terminal shows. */
  screen(): Promise<string> {
    return this.terminal.tmux('capture-pane', '-p');
  }

  /** Real keys, by tmux's names: `M-n`, `Enter`. */
  async keys(...keys: string[]): Promise<void> {
    await this.terminal.tmux('send-keys', ...keys);
  }

  async type(text: string): Promise<void> {
    await this.terminal.tmux('send-keys', '-l', text);
  }

  /** Quits as a user does; the terminal's end takes what stays. */
  async close(): Promise<void> {
    if (!existsSync(`/proc/${this.pid}`)) return;
    // Asked over D-Bus, Finch ends libpurple but not its own main loop.
    await this.keys('M-q').catch(() => undefined);
    await eventually('Finch to quit', () => !existsSync(`/proc/${this.pid}`), 8000).catch(() => {
      process.kill(this.pid, 'SIGKILL');
    });
  }
}
