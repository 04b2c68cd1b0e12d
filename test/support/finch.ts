// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { Bus } from './dbus.js';
import { eventually } from './observed.js';
import { listens } from './ports.js';
import { prepareProfile, type HostOptions } from './profile.js';
import { Running, run } from './processes.js';
import { BusHost } from './bus-host.js';
import type { Workspace } from './workspace.js';

const COLUMNS = 120;
const ROWS = 36;
/** White on blue, as tmux gives it. */
const FOCUS = '\u001b[37m\u001b[44m';

/** One that has ended is there until tmux asks how, which it may put off. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function lastLine(screen: string): string {
  return screen.trimEnd().split('\n').at(-1) ?? '';
}

/** A tmux server in the foreground: its default of going away would leave it behind us. */
export class Terminal {
  readonly socket: string;
  readonly #workspace: Workspace;

  private constructor(workspace: Workspace, socket: string) {
    this.#workspace = workspace;
    this.socket = socket;
  }

  /** @param name of its socket and its log */
  static async start(workspace: Workspace, name: string): Promise<Terminal> {
    const terminal = new Terminal(workspace, workspace.path('run', name));
    const server = new Running('tmux', ['-S', terminal.socket, '-f', '/dev/null', '-D'], {
      env: workspace.env({ TERM: 'screen-256color' }),
      log: workspace.path(`${name}.log`),
    });
    workspace.atEnd(async () => void (await server.stop()));
    // Its socket is there a moment before anybody listens on it.
    await eventually('tmux', () => listens(terminal.socket));
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
    const terminal = await Terminal.start(workspace, `tmux-${name}`);
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
    await finch.ready(() => isAlive(finch.pid));
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

  /** The same with its colours, and where the cursor is: what has the focus is white on blue. */
  async #looks(): Promise<string> {
    const cursor = await this.terminal.tmux('display-message', '-p', '#{cursor_x},#{cursor_y}');
    return cursor + (await this.terminal.tmux('capture-pane', '-e', '-p'));
  }

  /** Presses a key again and again, and looks each time; some presses change nothing. */
  async press(key: string[], until: string, fits: (looks: string) => boolean): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      const before = await this.#looks();
      if (fits(before)) return;
      await this.keys(...key);
      const changed = async () => (await this.#looks()) !== before;
      await eventually('a change', changed, 1000).catch(() => undefined);
    }
    throw new Error(`pressed ${key.join(' ')} in vain for ${until}:\n${await this.screen()}`);
  }

  /** Goes from window to window to the one whose title begins so; the last line names them all. */
  async front(title: string): Promise<void> {
    const listed = async () => lastLine(await this.screen()).includes(title);
    await eventually(`a window ${title}`, listed);
    const focused = `${FOCUS}${title}`;
    await this.press(['M-n'], title, (looks) => lastLine(looks).includes(focused));
  }

  /** Goes to a button of the window in front, and presses it. Other programs underline what is behind a `_`. */
  async button(label: string): Promise<void> {
    const names = [label, `_${label}`].map((name) => ` ${FOCUS}${name}\u001b`);
    await this.press(['Tab'], label, (looks) => names.some((name) => looks.includes(name)));
    await this.keys('Enter');
  }

  /** SIGKILL, if it is still there; resolves when it is gone. */
  async kill(): Promise<void> {
    if (isAlive(this.pid)) process.kill(this.pid, 'SIGKILL');
    await eventually('Finch to be gone', () => !isAlive(this.pid));
  }

  /** Quits as a user does; the terminal's end takes what stays. */
  async close(): Promise<void> {
    if (!isAlive(this.pid)) return;
    // Asked over D-Bus, Finch ends libpurple but not its own main loop.
    await this.keys('M-q').catch(() => undefined);
    await eventually('Finch to quit', () => !isAlive(this.pid), 8000).catch(() => {
      process.kill(this.pid, 'SIGKILL');
    });
  }
}
