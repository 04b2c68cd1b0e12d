// SPDX-License-Identifier: MIT
import { engineOf } from '../../interop/kills-processes.js';
import type { HostEvent, HostEventOf, Json } from '../../native/host-events.js';
import { PurpleHost, type HostOptions } from '../../native/host.js';
import { eventually } from '../observed.js';
import type { Workspace } from '../workspace.js';
import { lineIn, type Talk, type Typed } from './record.js';
import { Redial } from './redial.js';
import { ALICE, BOB, PASSWORDS } from './server.js';

export const PROTOCOLS = ['prpl-jabber', 'prpl-steadfast'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** How long a person who has just started the program looks at it before typing all the same. */
const SIGN_ON_MS = 60_000;

/** `connected` is told once a sign-on; a session that goes on within it is only in our debug lines. */
function tellsOnline(event: HostEvent): boolean {
  if (event.event === 'debug') return /^\[\d+\] link online:/.test(event.text);
  return event.event === 'connected';
}

/** Alice: she types into a libpurple host, and looks at what it shows her. */
export class Person {
  #host: PurpleHost | undefined;
  #alive: Promise<void>;
  #account = 0;
  /** The text of each line. */
  readonly #texts: string[] = [];
  /** What each of her hosts told. */
  readonly stories: HostEvent[][] = [];
  #last = 0;
  #online = false;
  #disabled = false;
  readonly #redial = new Redial(() => void this.#connect());

  private constructor(
    private readonly workspace: Workspace,
    readonly protocol: Protocol,
    private readonly options: Json,
    private readonly talk: Talk,
    private readonly hostOptions: HostOptions,
  ) {
    workspace.atEnd(() => this.#redial.stop());
    this.#alive = this.#live();
  }

  static async start(
    workspace: Workspace,
    protocol: Protocol,
    options: Json,
    talk: Talk,
    hostOptions: HostOptions = {},
  ): Promise<Person> {
    const person = new Person(workspace, protocol, options, talk, hostOptions);
    await person.#alive;
    return person;
  }

  /** What the host shows of her account. */
  get online(): boolean {
    return this.#online;
  }

  /** An error took the account away that only a person can mend. */
  get disabled(): boolean {
    return this.#disabled;
  }

  get lines(): number {
    return this.#last;
  }

  /** Whether her host has shown this text. */
  saw(text: string): boolean {
    return this.#theHost()
      .all('write')
      .some(({ html }) => html === text);
  }

  /** Types the next line, as soon as there is a host. */
  async type(more = ''): Promise<void> {
    await this.#alive;
    const online = this.#online;
    const typed: Typed = { line: ++this.#last, at: Date.now(), outcome: 'refused', online };
    const text = `up ${typed.line}${more}`;
    this.#texts[typed.line] = text;
    this.talk.typed.push(typed);
    // Pidgin's entry does nothing then, and keeps the text.
    if (!online) return;
    typed.outcome = await this.#enter(text);
    // The host may have gone offline before it read the line; its news comes before its answer.
    if (typed.outcome === 'refused') typed.online = this.#online;
  }

  /** Kills the host and starts it again; resolves when it is gone. */
  kill(): Promise<unknown> {
    return this.#startAfter(this.#theHost().kill());
  }

  /** Quits the host as a person does and starts it again; resolves when it has quit. */
  quitAndStart(): Promise<unknown> {
    return this.#startAfter(this.#theHost().quit());
  }

  async killEngine(): Promise<void> {
    await this.signalEngine('SIGKILL');
  }

  async signalEngine(signal: NodeJS.Signals): Promise<void> {
    process.kill(await engineOf(this.#theHost().pid), signal);
  }

  /** To the process of her host; 0 if there is none. */
  get hostPid(): number {
    return this.#host?.pid ?? 0;
  }

  async quit(): Promise<void> {
    this.#redial.stop();
    await this.#theHost().quit();
  }

  async #startAfter(gone: Promise<unknown>): Promise<void> {
    this.#redial.stop();
    this.#online = false;
    this.#alive = gone.then(() => this.#live());
    await gone;
  }

  async #enter(html: string): Promise<Typed['outcome']> {
    const host = this.#theHost();
    const from = host.now;
    const echoed = (): boolean =>
      host.all('write', from).some((line) => line.html === html && line.flags.includes('send'));
    try {
      await host.run('send', { account: this.#account, name: BOB, html });
      return echoed() ? 'accepted' : 'refused';
    } catch (error) {
      if (echoed()) return 'accepted';
      return String(error).includes('the host ended') ? 'unsure' : 'refused';
    }
  }

  async #live(): Promise<void> {
    const life = this.stories.length;
    this.#online = false;
    const host = await PurpleHost.start(this.workspace, this.hostOptions);
    this.#host = host;
    this.stories.push(host.events.all);
    host.events.each((event) => this.#told(host, event, life));
    const { protocol } = this;
    const made = await host.run('account-new', { username: `${ALICE}/desk`, protocol });
    this.#account = made.account;
    const settings = { options: this.options, password: PASSWORDS.alice, remember: true };
    await host.run('account-set', { account: this.#account, ...settings });
    await host.run('account-enable', { account: this.#account, enabled: true });
    await eventually('alice to be online', () => this.#online, SIGN_ON_MS).catch(() =>
      this.talk.remarks.push(`not online ${SIGN_ON_MS / 1000} s after its start`),
    );
  }

  async #connect(): Promise<void> {
    const account = this.#account;
    await this.#host?.run('account-connect', { account, connected: true }).catch(() => undefined);
  }

  #told(host: PurpleHost, event: HostEvent, life: number): void {
    if (tellsOnline(event)) this.talk.online.push(Date.now());
    if (event.event === 'connected') {
      this.#online = true;
      this.#redial.connected();
    }
    if (event.event === 'disconnected') this.#online = false;
    if (event.event === 'connection-error') this.#failed(event);
    if (event.event === 'request') this.#answer(host, event);
    if (event.event === 'write') this.#wrote(event, life);
    if (event.event === 'notify') this.#failure(event.secondary ?? event.primary ?? event.kind);
  }

  #failed({ fatal, text }: HostEventOf<'connection-error'>): void {
    if (!fatal) return this.#redial.failed();
    this.#disabled = true;
    this.talk.remarks.push(`the account was disabled: ${text}`);
  }

  /** The server's certificate is not one that libpurple trusts: she accepts it, once. */
  #answer(host: PurpleHost, { request, actions = [] }: HostEventOf<'request'>): void {
    const action = actions.findIndex((name) => /accept/i.test(name));
    if (action >= 0) void host.run('answer', { request, action }).catch(() => undefined);
  }

  #wrote({ html, flags }: HostEventOf<'write'>, life: number): void {
    const { talk } = this;
    const at = Date.now();
    const line = flags.includes('recv') ? lineIn(html, 'down') : undefined;
    if (line !== undefined) talk.shown.push({ line, at, life, marked: false });
    if (flags.includes('error')) this.#failure(html);
    if (!flags.includes('system')) return;
    const last = talk.shown.at(-1);
    if (html.includes('may have been shown before') && last !== undefined) last.marked = true;
    if (html.includes('without proof')) talk.doubts++;
  }

  #failure(text: string): void {
    const number = Number(/\bup (\d+)\b/.exec(text)?.[1] ?? 0);
    const quoted = text.includes(this.#texts[number] ?? ' ');
    this.talk.told.push({ text: text.slice(0, 200), line: quoted ? number : undefined });
  }

  #theHost(): PurpleHost {
    if (this.#host === undefined) throw new Error('the host was not started yet');
    return this.#host;
  }
}
