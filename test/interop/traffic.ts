// SPDX-License-Identifier: MIT
import { PurpleHost } from '../native/host.js';
import type { HostEvent } from '../native/host-events.js';
import { Observed } from '../support/observed.js';
import { missing, type ShownLine } from '../support/talk/lines.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { ALICE, BOB, type Home } from './home.js';
import { ended, engineOf, zombiesOf } from './kills-processes.js';

/** Lines of one direction that may be under way at once; enough to have some wherever a kill hits. */
const WINDOW = 8;
/** Generous: a slow machine that starts an engine over and over must not fail for its slowness. */
const PATIENCE_MS = 60_000;

/** Bob's account wherever his client signs in a second time. */
export const BOB_LOGIN = { user: 'bob', password: 'correct-horse' };

function lineOf(text: string, direction: 'up' | 'down'): number | undefined {
  const found = /^(up|down) (\d+)$/.exec(text);
  return found?.[1] === direction ? Number(found[2]) : undefined;
}

/**
 * Numbered lines both ways, "up" from alice in a libpurple host and "down" from bob in a client that
 * shares no code with it, that go on whatever is killed meanwhile. The next line is said when an
 * earlier one was seen at the other end, so no clock paces them.
 */
export class Traffic {
  /** Lines of alice's whose command the host has answered. */
  readonly sent = new Observed<number>();
  /** Lines whose command was under way when the host was killed: nobody said that they were taken. */
  readonly unsure: number[] = [];
  /** Lines of alice's that arrived at bob, each copy. */
  readonly heard = new Observed<number>();
  /** Lines of bob's, and those of them that never reached the server. */
  readonly said = new Observed<number>();
  readonly strayed: number[] = [];
  readonly shown = new Observed<ShownLine>();
  /** What the host wrote as an error, and every news that the account was not online. */
  readonly complaints: string[] = [];
  /** Times the host told that a line had to be sent again without proof. */
  doubts = 0;
  lives = 0;
  #host: PurpleHost | undefined;
  readonly #killed = new Set<PurpleHost>();
  #bob: XmppPeer;
  #account = 0;
  #online: Promise<void>;
  #bobBack: Promise<void> = Promise.resolve();
  readonly #last = { up: 0, down: 0 };

  private constructor(
    readonly home: Home,
    private readonly username: string,
  ) {
    this.#bob = home.bob;
    this.#listen();
    this.#online = this.#live();
  }

  static async start(home: Home, username = `${ALICE}/desk`): Promise<Traffic> {
    const traffic = new Traffic(home, username);
    await traffic.#online;
    return traffic;
  }

  get host(): PurpleHost {
    if (this.#host === undefined) throw new Error('the host was not started yet');
    return this.#host;
  }

  /** Kills the engine. The host goes on and is expected to see to a new one. */
  async killEngine(): Promise<void> {
    const engine = await engineOf(this.host.pid);
    process.kill(engine, 'SIGKILL');
    await ended(engine);
  }

  /** Kills the host and starts it again at once; its old engine has to end by itself. */
  async killHost(): Promise<void> {
    const engine = await engineOf(this.host.pid);
    const { host } = this;
    this.#killed.add(host);
    this.#online = host.kill().then(() => this.#live());
    await Promise.all([this.#online, ended(engine)]);
  }

  /** Ends the server in order, lets things happen while it is away, and starts it again with bob. */
  restartServer(meanwhile: () => Promise<void>): Promise<void> {
    const { server } = this.home;
    const back = async (): Promise<void> => {
      await server.stop();
      await meanwhile();
      await server.restart();
      await this.#bobReturns();
    };
    // He says nothing until then: unlike alice he cannot repeat what a lost link swallowed.
    this.#bobBack = back();
    return this.#bobBack;
  }

  /** Talks until `over` is, and all that was said has arrived; then one more line each way. */
  async run(over: Promise<unknown>): Promise<void> {
    let going = true;
    const stop = over.finally(() => (going = false));
    const talk = async (say: () => Promise<void>): Promise<void> => {
      while (going) await say();
    };
    const up = (): Promise<void> => this.#upBelow(WINDOW).then(() => this.up());
    const down = (): Promise<void> => this.#downBelow(WINDOW).then(() => this.down());
    await Promise.all([stop, talk(up), talk(down)]);
    await this.settled();
    // A copy that is still under way would be overtaken by these, which the order forbids.
    await Promise.all([this.up(), this.down()]);
    await this.settled();
  }

  /** Alice types the next line; resolves when the host has taken it. */
  async up(): Promise<void> {
    await this.#online;
    const line = ++this.#last.up;
    const { host } = this;
    try {
      await host.run('send', { account: this.#account, name: BOB, html: `up ${line}` });
      this.sent.add(line);
    } catch (error) {
      if (!this.#killed.has(host)) throw error;
      this.unsure.push(line);
    }
  }

  /** Bob writes the next line. */
  async down(): Promise<void> {
    await this.#bobBack;
    this.#say();
  }

  /** Resolves when everything said so far has arrived. */
  async settled(): Promise<void> {
    await Promise.all([this.#upBelow(1), this.#downBelow(1)]);
  }

  /** Ends the host as a person does. Returns how many ended children it had not cleared away. */
  async quit(): Promise<number> {
    const engine = await engineOf(this.host.pid);
    const zombies = zombiesOf(this.host.pid);
    await this.host.quit();
    await ended(engine);
    return zombies;
  }

  async #live(): Promise<void> {
    const life = this.lives++;
    const host = await PurpleHost.start(this.home.workspace);
    this.#host = host;
    host.events.each((event) => this.#told(event, life));
    this.#account = await host.account(this.username, this.home.byCertificate);
    await host.run('account-enable', { account: this.#account, enabled: true });
    await host.next('connected');
  }

  async #bobReturns(): Promise<void> {
    const { server, authority } = this.home;
    const bob = await XmppPeer.connect({
      ...{ domain: server.domain, port: server.port, caFile: authority.certFile },
      ...BOB_LOGIN,
    });
    this.home.workspace.atEnd(() => bob.close());
    this.#bob = bob;
    this.#listen();
    // What he wrote on his old link and the server never read: sights come in their order. This line
    // also wakes up those who wait for one that has strayed.
    const line = this.#say();
    await server.sights.next('bob to be back', ({ body }) => body === `down ${line}`);
    const read = server.sights.all.flatMap(({ body }) => lineOf(body ?? '', 'down') ?? []);
    this.strayed.push(...missing(missing(this.said.all, this.strayed), read));
  }

  #say(): number {
    const line = ++this.#last.down;
    this.#bob.say(ALICE, `down ${line}`);
    this.said.add(line);
    return line;
  }

  #listen(): void {
    this.#bob.messages.each(({ body }) => {
      const line = lineOf(body, 'up');
      if (line !== undefined) this.heard.add(line);
    });
  }

  #told(event: HostEvent, life: number): void {
    if (event.event === 'connection-error') this.complaints.push(event.text);
    if (event.event === 'notify') this.complaints.push(event.primary ?? event.kind);
    if (event.event !== 'write') return;
    const { html, flags } = event;
    const line = flags.includes('recv') ? lineOf(html, 'down') : undefined;
    if (line !== undefined) this.shown.add({ line, life, marked: false });
    if (flags.includes('error')) this.complaints.push(html);
    if (flags.includes('system')) this.#remark(html);
  }

  #remark(html: string): void {
    const last = this.shown.all.at(-1);
    if (html.includes('may have been shown before') && last !== undefined) last.marked = true;
    if (html.includes('without proof')) this.doubts++;
  }

  #upBelow(lines: number): Promise<void> {
    const { sent, heard } = this;
    const holds = (): boolean => missing(sent.all, heard.all).length < lines;
    return heard.until(`bob to hear all but ${lines - 1} of alice's lines`, holds, PATIENCE_MS);
  }

  #downBelow(lines: number): Promise<void> {
    const { said, shown, strayed } = this;
    const holds = (): boolean => {
      const seen = shown.all.map(({ line }) => line);
      return missing(said.all, [...seen, ...strayed]).length < lines;
    };
    return shown.until(`alice to see all but ${lines - 1} of bob's lines`, holds, PATIENCE_MS);
  }
}
