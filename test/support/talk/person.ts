// SPDX-License-Identifier: MIT
import { engineOf } from '../../interop/kills-processes.js';
import type { HostEvent, HostEventOf, Json } from '../../native/host-events.js';
import { PurpleHost, type HostOptions } from '../../native/host.js';
import { eventually } from '../observed.js';
import type { Workspace } from '../workspace.js';
import { Attendance } from './attendance.js';
import { ALICE, PASSWORDS } from './names.js';
import type { Talk, Typed } from './record.js';
import { Screen } from './screen.js';
import type { Where } from './where.js';

export const PROTOCOLS = ['prpl-jabber', 'prpl-steadfast'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Equipment {
  protocol: Protocol;
  where: Where;
  /** Of her account. */
  options: Json;
  hostOptions: HostOptions | undefined;
}

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
  /** What each of her hosts told. */
  readonly stories: HostEvent[][] = [];
  #last = 0;
  #disabled = false;
  readonly #screen: Screen;
  readonly #attendance: Attendance;

  private constructor(
    private readonly workspace: Workspace,
    private readonly equipment: Equipment,
    private readonly talk: Talk,
  ) {
    this.#screen = new Screen(talk);
    this.#attendance = new Attendance(
      equipment.where.join !== undefined,
      () => void this.#connect(),
      () => void this.#join(),
    );
    workspace.atEnd(() => this.#attendance.stop());
    this.#alive = this.#live();
  }

  static async start(workspace: Workspace, equipment: Equipment, talk: Talk): Promise<Person> {
    const person = new Person(workspace, equipment, talk);
    await person.#alive;
    return person;
  }

  /** The host shows her account as online, and the room as entered where there is one. */
  get present(): boolean {
    return this.#attendance.present;
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
    const { online } = this.#attendance;
    const typed: Typed = { line: ++this.#last, at: Date.now(), outcome: 'refused', online };
    const text = `up ${typed.line}${more}`;
    this.#screen.texts[typed.line] = text;
    this.talk.typed.push(typed);
    // Pidgin's entry does nothing then, nor in a room that was left, and keeps the text.
    if (!this.present) return;
    typed.outcome = await this.#enter(text);
    // The host may have gone offline before it read the line; its news comes before its answer.
    if (typed.outcome === 'refused') typed.online = this.#attendance.online;
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
    this.#attendance.stop();
    await this.#theHost().quit();
  }

  async #startAfter(gone: Promise<unknown>): Promise<void> {
    this.#attendance.gone();
    this.#alive = gone.then(() => this.#live());
    await gone;
  }

  async #enter(html: string): Promise<Typed['outcome']> {
    const host = this.#theHost();
    const { where } = this.equipment;
    const from = host.now;
    const took = (answered: boolean): boolean =>
      where.took(host.events.all.slice(from), html, answered);
    try {
      await where.type(host, this.#account, html);
      return took(true) ? 'accepted' : 'refused';
    } catch (error) {
      if (took(false)) return 'accepted';
      return String(error).includes('the host ended') ? 'unsure' : 'refused';
    }
  }

  async #live(): Promise<void> {
    const life = this.stories.length;
    this.#attendance.gone();
    const { protocol, options, hostOptions } = this.equipment;
    const host = await PurpleHost.start(this.workspace, hostOptions);
    this.#host = host;
    this.stories.push(host.events.all);
    host.events.each((event) => this.#told(host, event, life));
    const made = await host.run('account-new', { username: `${ALICE}/desk`, protocol });
    this.#account = made.account;
    const settings = { options, password: PASSWORDS.alice, remember: true };
    await host.run('account-set', { account: this.#account, ...settings });
    await host.run('account-enable', { account: this.#account, enabled: true });
    await eventually('alice to be online', () => this.present, SIGN_ON_MS).catch(() =>
      this.talk.remarks.push(`not online ${SIGN_ON_MS / 1000} s after its start`),
    );
  }

  async #connect(): Promise<void> {
    const account = this.#account;
    await this.#host?.run('account-connect', { account, connected: true }).catch(() => undefined);
  }

  async #join(): Promise<void> {
    const { where } = this.equipment;
    await where.join?.(this.#theHost(), this.#account).catch(() => undefined);
  }

  #told(host: PurpleHost, event: HostEvent, life: number): void {
    if (tellsOnline(event)) this.talk.online.push(Date.now());
    this.#attendance.told(event);
    if (event.event === 'connection-error' && event.fatal) this.#disable(event.text);
    if (event.event === 'request') this.#answer(host, event);
    if (event.event === 'write') this.#screen.wrote(event, life);
    if (event.event === 'notify')
      this.#screen.failed(event.secondary ?? event.primary ?? event.kind);
  }

  #disable(text: string): void {
    this.#disabled = true;
    this.talk.remarks.push(`the account was disabled: ${text}`);
  }

  /** The server's certificate is not one that libpurple trusts: she accepts it, once. */
  #answer(host: PurpleHost, { request, actions = [] }: HostEventOf<'request'>): void {
    const action = actions.findIndex((name) => /accept/i.test(name));
    if (action >= 0) void host.run('answer', { request, action }).catch(() => undefined);
  }

  #theHost(): PurpleHost {
    if (this.#host === undefined) throw new Error('the host was not started yet');
    return this.#host;
  }
}
