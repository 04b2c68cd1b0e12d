// SPDX-License-Identifier: MIT
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PREFIX = 'steadfast-test-';

/** Folders of runs that were killed: their owner's pid, which is in the name, is gone. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? /^(\d+)-/.exec(name.slice(PREFIX.length)) : null;
    if (owner === null || alive(Number(owner[1]))) continue;
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // the process ended meanwhile, or is not ours to look into
  }
}

/**
 * A throw-away home: every program a test starts gets its HOME and XDG folders from here, and all
 * of it is removed at the end.
 */
export class Workspace {
  readonly folder: string;
  readonly #endings: (() => Promise<void> | void)[] = [];

  constructor() {
    sweep();
    this.folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
    for (const name of ['home', 'run', 'tmp']) this.makeFolder(name);
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Makes a folder of mode 0700, with its parents; returns its absolute path. */
  makeFolder(...names: string[]): string {
    const path = this.path(...names);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
    return path;
  }

  /** Writes a file, with its folders; returns its absolute path. */
  write(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode });
    return path;
  }

  /** The environment for a child: ours, with every place a program writes to turned to here. */
  env(more: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
    const home = this.path('home');
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      HOME: home,
      TMPDIR: this.path('tmp'),
      XDG_RUNTIME_DIR: this.path('run'),
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_DATA_HOME: join(home, '.local/share'),
      XDG_STATE_HOME: join(home, '.local/state'),
      LC_ALL: 'C.UTF-8',
      NO_AT_BRIDGE: '1',
    };
    // A desktop's own bus and display must not be reached by accident.
    for (const name of ['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY', 'TMUX'])
      delete env[name];
    for (const [name, value] of Object.entries(more)) {
      if (value === undefined) delete env[name];
      else env[name] = value;
    }
    return env;
  }

  /** Runs at close(), the last one registered first. */
  atEnd(ending: () => Promise<void> | void): void {
    this.#endings.push(ending);
  }

  /** Pids of living processes that were given this workspace as their home, with their command. */
  residents(): { pid: number; command: string }[] {
    const mark = `HOME=${this.path('home')}`;
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((name) => contentOf(`/proc/${name}/environ`).split('\0').includes(mark))
      .map((name) => ({
        pid: Number(name),
        command: contentOf(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim(),
      }));
  }

  /** Ends what was registered, even when one ending fails, and removes the folder. */
  async close(): Promise<void> {
    const faults: unknown[] = [];
    for (let ending = this.#endings.pop(); ending !== undefined; ending = this.#endings.pop()) {
      try {
        await ending();
      } catch (fault) {
        faults.push(fault);
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    if (faults.length > 0) throw faults[0];
  }
}
