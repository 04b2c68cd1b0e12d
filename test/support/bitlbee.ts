// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { eventually, Observed } from './observed.js';
import { freePort } from './ports.js';
import { Running } from './processes.js';
import { projectPath } from './project.js';
import type { Workspace } from './workspace.js';

/** RFC 2812 §2.3.1. */
export interface IrcLine {
  /** The nick, or the server's name; empty without a prefix. */
  from: string;
  command: string;
  params: string[];
}

export const CONTROL = '&bitlbee';

function parse(line: string): IrcLine {
  const [, from = '', rest = ''] = /^(?::([^ !]*)[^ ]* )?(.*)$/.exec(line) ?? [];
  const at = rest.indexOf(' :');
  const words = (at < 0 ? rest : rest.slice(0, at)).split(' ');
  const [command = '', ...params] = at < 0 ? words : [...words, rest.slice(at + 2)];
  return { from, command, params };
}

/** Stock BitlBee for one person, whose IRC program is this; it finds the build's plugins by a link. */
export class BitlBee {
  readonly lines = new Observed<IrcLine>();
  readonly #socket: Socket;
  #rest = '';

  private constructor(
    socket: Socket,
    readonly nick: string,
  ) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    socket.on('error', () => undefined); // 'close' follows
  }

  static async start(workspace: Workspace, nick: string): Promise<BitlBee> {
    const port = await freePort();
    const folder = workspace.makeFolder('bitlbee');
    symlinkSync(projectPath('build/plugins'), `${workspace.makeFolder('bitlbee.plugins')}/purple`);
    const settings = {
      ...{ RunMode: 'ForkDaemon', DaemonInterface: '127.0.0.1', DaemonPort: port },
      ...{ AuthMode: 'Open', ConfigDir: folder, PluginDir: workspace.path('bitlbee.plugins') },
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    const conf = workspace.write('bitlbee.conf', ['[settings]', ...lines, ''].join('\n'));
    const daemon = new Running('bitlbee', ['-F', '-n', '-c', conf, '-d', folder], {
      env: workspace.env(),
      log: workspace.path('bitlbee.log'),
    });
    workspace.atEnd(async () => void (await daemon.stop()));
    let socket: Socket | undefined;
    await eventually('BitlBee to listen', async () => {
      if (!daemon.running) throw new Error(`BitlBee ended: ${daemon.output()}`);
      socket = connect(port, '127.0.0.1');
      return once(socket, 'connect').then(
        () => true,
        () => false,
      );
    });
    if (socket === undefined) throw new Error('BitlBee does not listen');
    const bee = new BitlBee(socket, nick);
    workspace.atEnd(() => bee.close());
    bee.send(`NICK ${nick}`);
    bee.send(`USER ${nick} 0 * :${nick}`);
    await bee.lines.next('the control channel', ({ command, params }) => {
      return command === '366' && params.includes(CONTROL);
    });
    return bee;
  }

  /** Writes a line of IRC. */
  send(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  say(to: string, text: string): void {
    this.send(`PRIVMSG ${to} :${text}`);
  }

  /** Gives BitlBee an order, and resolves when its answer has these words. */
  async order(text: string, words: string | RegExp): Promise<void> {
    const after = this.lines.all.length;
    this.say(CONTROL, text);
    await this.told(words, after);
  }

  /** Resolves when BitlBee itself says so in the control channel. */
  async told(words: string | RegExp, after = 0): Promise<void> {
    await this.lines.next(
      `BitlBee to say ${words}`,
      ({ from, params }) => from === 'root' && (params[1] ?? '').search(words) >= 0,
      { after },
    );
  }

  /** Resolves when somebody has joined a channel, or left it. */
  async sees(what: 'JOIN' | 'PART', nick: string, channel: string, after = 0): Promise<void> {
    await this.lines.next(
      `${nick} to ${what} ${channel}`,
      ({ command, from, params }) => command === what && from === nick && params[0] === channel,
      { after },
    );
  }

  /** The texts that a channel or this person alone got from somebody, oldest first. */
  texts(from: string, to: string): string[] {
    return this.lines.all
      .filter(({ command, from: who, params }) => {
        return command === 'PRIVMSG' && who === from && params[0] === to;
      })
      .map(({ params }) => params[1] ?? '');
  }

  async hears(from: string, to: string, text: string): Promise<void> {
    await this.lines.until(`${from} to say ${text}`, () => this.texts(from, to).includes(text));
  }

  /** Quits as a person does, which signs the accounts off. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    this.send('QUIT');
    const timer = setTimeout(() => this.#socket.destroy(), 8000);
    await new Promise((resolve) => this.#socket.once('close', resolve));
    clearTimeout(timer);
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const parsed = parse(line);
      if (parsed.command === 'PING') this.send(`PONG :${parsed.params[0] ?? ''}`);
      this.lines.add(parsed);
    }
  }
}
