// SPDX-License-Identifier: MIT
import { PurpleHost } from '../native/host.js';
import type { HostEvent } from '../native/host-events.js';
import { Observed } from '../support/observed.js';
import type { Received, XmppPeer } from '../support/xmpp-peer.js';
import { ALICE, BOB, type Home } from './home.js';
import { engineOf, follow, zombiesOf } from './lives.js';

/** Lines of one direction that may be under way at once; enough to have some wherever a kill hits. */
const WINDOW = 8;
/** Generous: a slow machine that starts an engine over and over must not fail for its slowness. */
const PATIENCE_MS = 120_000;

/** A line of bob's as alice's host showed it. */
export interface Shown {
  line: number;
  /** Which process of the host, from 0. */
  life: number;
  /** With the words that it may have been shown before. */
  marked: boolean;
}

const lineOf = (text: string, direction: 'up' | 'down'): number | undefined => {
  const found = /^(up|down) (\d+)$/.exec(text);
  return found?.[1] === direction ? Number(found[2]) : undefined;
};

/**
 * Numbered lines both ways, "up" from alice in a libpurple host and "down" from bob in a client that
 * shares no code with it, that go on whatever is killed meanwhile. The next line is said when an
 * earlier one was seen at the other end, so no clock paces them.
 */
export class Traffic {
  /** Lines whose command the host answered, and such that were under way when it was killed. */
  readonly sent = new Observed<number>();
  readonly unsure: number[] = [];
  /** Lines that arrived at bob, each copy. */
  readonly heard = new Observed<number>();
  readonly said = new Observed<number>();
  readonly shown = new Observed<Shown>();
  /** What the host wrote as an error, and every news that the account was not online. */
  readonly complaints: string[] = [];
  /** Lines of alice's that had to be sent again without proof. */
  doubts = 0;
  host!: PurpleHost;
  lives = 0;
  bob: XmppPeer;
  #account = 0;
  #online: Promise<unknown> = Promise.resolve();
  #last = { up: 0, down: 0 };
  #pausedDown: Promise<unknown> | undefined;

  private constructor(
    readonly home: Home,
    private readonly username: string,
  ) {
    this.bob = home.bob;
  }

  static async start(home: Home, username = `${ALICE}/desk`): Promise<Traffic> {
    const traffic = new Traffic(home, username);
    traffic.listen(home.bob);
    await traffic.live();
    return traffic;
  }

  /** Starts a host, the first one or the one after a kill, and signs alice in. */
  live(): Promise<unknown> {
    this.#online = this.#live();
    return this.#online;
  }

  /** Hears what arrives at bob, at him who signed in first or at him who came back. */
  listen(bob: XmppPeer): void {
    this.bob = bob;
    follow(bob.messages, ({ body }: Received) => {
      const line = lineOf(body, 'up');
      if (line !== undefined) this.heard.add(line);
    });
  }

  /** Bob says nothing until this is over: he has no way to repeat what a lost link of his swallowed. */
  pauseDown(until: Promise<unknown>): void {
    this.#pausedDown = until;
  }

  /** Talks until `over` is and all that was said has arrived; then one more line each way. */
  async run(over: Promise<unknown>): Promise<void> {
    let going = true;
    const stop = over.finally(() => (going = false));
    const talk = async (say: () => Promise<void>): Promise<void> => {
      while (going) await say();
    };
    await Promise.all([stop, talk(() => this.#up()), talk(() => this.#down())]);
    await this.settled();
    await this.#up();
    await this.#down();
    await this.settled();
  }

  /** Everything said so far has arrived. */
  async settled(): Promise<void> {
    await this.#upWithin(1);
    await this.#downWithin(1);
  }

  /** Ends the host as its user does. Returns how many children it had not reaped. */
  async quit(): Promise<number> {
    const zombies = zombiesOf(this.host.pid);
    await this.host.quit();
    return zombies;
  }

  async #live(): Promise<void> {
    const life = this.lives++;
    const host = await PurpleHost.start(this.home.workspace);
    this.host = host;
    follow(host.events, (event) => this.#told(event, life), () => host.exited);
    this.#account = await host.account(this.username, this.home.byCertificate);
    await host.run('account-enable', { account: this.#account, enabled: true });
    await host.next('connected');
    await engineOf(host.pid);
  }

  #told(event: HostEvent, life: number): void {
    if (event.event === 'connection-error') this.complaints.push(event.text);
    if (event.event === 'notify') this.complaints.push(event.primary ?? '');
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

  async #up(): Promise<void> {
    await this.#upWithin(WINDOW);
    await this.#online;
    const line = ++this.#last.up;
    const { host } = this;
    try {
      await host.run('send', { account: this.#account, name: BOB, html: `up ${line}` });
      this.sent.add(line);
    } catch (error) {
      // Killed with the command under way: nobody was told that it was taken.
      if (host === this.host && !/the host ended/.test(String(error))) throw error;
      this.unsure.push(line);
    }
  }

  async #down(): Promise<void> {
    await this.#downWithin(WINDOW);
    await this.#pausedDown;
    const line = ++this.#last.down;
    this.bob.say(ALICE, `down ${line}`);
    this.said.add(line);
  }

  #upWithin(lines: number): Promise<void> {
    const { sent, heard } = this;
    return heard.until(
      `bob to hear all but ${lines - 1}`,
      () => {
        const arrived = new Set(heard.all);
        return sent.all.filter((line) => !arrived.has(line)).length < lines;
      },
      PATIENCE_MS,
    );
  }

  #downWithin(lines: number): Promise<void> {
    const { said, shown } = this;
    return shown.until(
      `alice to see all but ${lines - 1}`,
      () => {
        const arrived = new Set(shown.all.map(({ line }) => line));
        return said.all.filter((line) => !arrived.has(line)).length < lines;
      },
      PATIENCE_MS,
    );
  }
}
