// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus } from './dbus.js';
import { Running, run } from './processes.js';
import { prepareProfile, type HostOptions } from './profile.js';
import { BusHost } from './bus-host.js';
import { eventually, Observed } from './observed.js';
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

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
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

  /** Waits for a window whose title matches, a regular expression. */
  async opened(title: string): Promise<void> {
    await eventually(`the window ${title}`, async () => (await this.#windows(title)).length > 0);
  }

  /** True if a window's title matches. */
  async shows(title: string): Promise<boolean> {
    return (await this.#windows(title)).length > 0;
  }

  /** The number of the newest window whose title matches; empty for none. */
  async window(title: string): Promise<string> {
    return (await this.#windows(title)).at(-1) ?? '';
  }

  /** Moves and sizes a window, in pixels: without a window manager all of them lie in the corner. */
  async place(title: string, area: Area): Promise<void> {
    await this.opened(title);
    const window = await this.window(title);
    await this.#xdotool(
      ...['windowmove', window, `${area.x}`, `${area.y}`],
      ...['windowsize', window, `${area.width}`, `${area.height}`],
    );
  }

  /** Moves the pointer as a hand does, in more than one step: tooltips need that. */
  async point(x: number, y: number): Promise<void> {
    await this.#xdotool('mousemove', `${x + 40}`, `${y}`, 'mousemove', `${x + 1}`, `${y + 1}`);
    await this.#xdotool('mousemove', `${x}`, `${y}`);
  }

  async click(x: number, y: number, times = 1): Promise<void> {
    await this.point(x, y);
    await this.#xdotool('click', '--repeat', `${times}`, '--delay', '60', '1');
  }

  /** A picture of a part of the screen, PNG; of the whole without one. */
  async screenshot(file: string, area?: Area): Promise<void> {
    const crop =
      area === undefined
        ? []
        : ['-crop', `${area.width}x${area.height}+${area.x}+${area.y}`, '+repage'];
    await run('import', ['-window', 'root', ...crop, file], { env: this.#environment });
  }

  /** Whether a part of the screen has one colour and nothing on it. */
  async isBlank(area: Area): Promise<boolean> {
    return (await this.#measure(area, '-format', '%k')) === '1';
  }

  /** The average colour of a part of the screen, to see that it changes: a row that is selected does. */
  colour(area: Area): Promise<string> {
    return this.#measure(area, '-resize', '1x1!', '-format', '%[pixel:p{0,0}]');
  }

  async #measure({ x, y, width, height }: Area, ...how: string[]): Promise<string> {
    const crop = `${width}x${height}+${x}+${y}`;
    const picture = ['-window', 'root', '-crop', crop, '+repage', ...how, 'info:-'];
    return (await run('import', picture, { env: this.#environment })).trim();
  }

  /** Without a window manager nothing has the focus until it is given. */
  async #focus(title: string): Promise<void> {
    await this.opened(title);
    const window = await this.window(title);
    await this.#xdotool('windowraise', window, 'windowfocus', '--sync', window);
  }

  /** The search fails where nothing is found. */
  async #windows(title: string): Promise<string[]> {
    const search = this.#xdotool('search', '--onlyvisible', '--name', title);
    const found = await search.catch(() => '');
    return found.split('\n').filter((window) => window !== '');
  }

  #xdotool(...args: string[]): Promise<string> {
    return run('xdotool', args, { env: this.#environment });
  }
}
