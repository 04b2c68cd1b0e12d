// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus } from './dbus.js';
import { Running, run } from './processes.js';
import { prepareProfile, type HostOptions } from './profile.js';
import { BusHost } from './bus-host.js';
import { Observed } from './observed.js';
import { follow } from './follow.js';
import type { Workspace } from './workspace.js';

/** An X server in memory on a display number of its own; ends with the workspace. */
export async function startDisplay(workspace: Workspace): Promise<string> {
  const server = new Running(
    'sh',
    // -displayfd chooses a free number and prints it when the server is ready.
    ['-c', 'exec Xvfb -displayfd 1 -screen 0 1024x768x24 -nolisten tcp -noreset 2>/dev/null'],
    { env: workspace.env() },
  );
  workspace.atEnd(async () => void (await server.stop()));
  const number = await server.printed.next('a display number', (text) => /^\d+\s*$/.test(text));
  return `:${number.trim()}`;
}

export class Pidgin extends BusHost {
  /** The lines of `pidgin -d`. */
  readonly debug = new Observed<string>();
  readonly running: Running;
  readonly profile: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(bus: Bus, running: Running, profile: string, environment: NodeJS.ProcessEnv) {
    super(bus);
    this.running = running;
    this.profile = profile;
    this.#environment = environment;
  }

  /** Starts stock Pidgin on `display` with a profile and a bus of its own. */
  static async start(
    workspace: Workspace,
    display: string,
    options: HostOptions = {},
  ): Promise<Pidgin> {
    const name = options.name ?? 'host';
    const profile = prepareProfile(workspace, options);
    const bus = await Bus.start(workspace, name);
    const log = workspace.write(`${name}.log`, '');
    const env = workspace.env({
      DISPLAY: display,
      DBUS_SESSION_BUS_ADDRESS: bus.address,
      ...options.env,
    });
    const running = new Running('pidgin', ['-c', profile, '-m', '-n', '-d'], { env, log });
    const pidgin = new Pidgin(bus, running, profile, env);
    workspace.atEnd(follow(log, (line) => pidgin.debug.add(line)));
    workspace.atEnd(() => pidgin.close());
    await pidgin.ready(() => running.running);
    return pidgin;
  }

  /** Quits as a user does, then makes sure. */
  async close(): Promise<void> {
    if (!this.running.running) return;
    void this.quit();
    const patience = new AbortController();
    const tooLong = sleep(8000, undefined, { signal: patience.signal }).catch(() => undefined);
    const ending = await Promise.race([this.running.exited, tooLong]);
    patience.abort();
    if (ending === undefined) await this.running.stop();
  }

  /** Real keys into the window whose title matches; each argument is one xdotool key name. */
  async keys(title: string, ...keys: string[]): Promise<void> {
    await this.#focus(title);
    await this.#xdotool('key', '--clearmodifiers', ...keys);
  }

  /** Real typing into the window whose title matches. */
  async type(title: string, text: string): Promise<void> {
    await this.#focus(title);
    await this.#xdotool('type', '--delay', '20', text);
  }

  /** A picture of the whole screen, PNG. */
  async screenshot(file: string): Promise<void> {
    await run('import', ['-window', 'root', file], { env: this.#environment });
  }

  /** Without a window manager nothing has the focus until it is given. */
  async #focus(title: string): Promise<void> {
    const found = await this.#xdotool('search', '--onlyvisible', '--name', title);
    const window = found.trim().split('\n').at(-1) ?? '';
    await this.#xdotool('windowraise', window, 'windowfocus', '--sync', window);
  }

  #xdotool(...args: string[]): Promise<string> {
    return run('xdotool', args, { env: this.#environment });
  }
}
