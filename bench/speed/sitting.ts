// SPDX-License-Identifier: MIT
import { engineOf } from '../../test/interop/kills-processes.js';
import type { Json } from '../../test/native/host-events.js';
import { PurpleHost } from '../../test/native/host.js';
import type { Workspace } from '../../test/support/workspace.js';
import type { XmppPeer } from '../../test/support/xmpp-peer.js';
import type { Protocol } from '../../test/support/talk/person.js';
import { each, memory, used, type Used } from './usage.js';

/** A bound for broken code. */
const PATIENCE_MS = 120_000;

export interface Login {
  protocol: Protocol;
  /** Bare, and the password. */
  jid: string;
  password: string;
  options: Json;
}

/** A host with an account that is not enabled yet. */
export async function sitDown(
  workspace: Workspace,
  { protocol, jid, password, options }: Login,
): Promise<{ host: PurpleHost; account: number }> {
  const host = await PurpleHost.start(workspace, { profile: protocol });
  // The server's certificate is not one that libpurple trusts: it is accepted.
  host.events.each((event) => {
    if (event.event !== 'request') return;
    const action = (event.actions ?? []).findIndex((name) => /accept/i.test(name));
    if (action >= 0) void host.run('answer', { request: event.request, action });
  });
  const { account } = await host.run('account-new', { username: `${jid}/desk`, protocol });
  await host.run('account-set', { account, options, password, remember: true });
  return { host, account };
}

/** One person in a libpurple host of her own, and bob, who is the clock of it all. */
export class Sitting {
  private constructor(
    private readonly host: PurpleHost,
    private readonly account: number,
    private readonly login: Login,
    private readonly bob: XmppPeer,
  ) {}

  static async begin(workspace: Workspace, login: Login, bob: XmppPeer): Promise<Sitting> {
    const { host, account } = await sitDown(workspace, login);
    return new Sitting(host, account, login, bob);
  }

  get hasEngine(): boolean {
    return this.login.protocol === 'prpl-steadfast';
  }

  async signIn(): Promise<void> {
    await this.host.run('account-enable', { account: this.account, enabled: true });
    await this.host.next('connected');
  }

  /** Bob can reach her from now on. */
  async greeted(): Promise<void> {
    for (let greeting = 1; greeting < 100; greeting++) {
      const text = `hello ${greeting}`;
      this.bob.say(this.login.jid, text);
      const shown = this.host.next('write', ({ html }) => html === text);
      const wait = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500));
      if ((await Promise.race([shown, wait])) !== undefined) return;
    }
  }

  used(): Promise<Used> {
    return used(this.host.pid, this.hasEngine);
  }

  async memory(): Promise<{ now: number; peak: number }> {
    return memory(await engineOf(this.host.pid));
  }

  /** Bob says so many lines at once; what each cost. */
  async hears(lines: number, name: string): Promise<Used> {
    const before = await this.used();
    const { shown } = await this.silent(lines, name);
    for (let line = 1; line <= lines; line++) this.bob.say(this.login.jid, `${name} ${line}`);
    await shown;
    return each(before, await this.used(), lines);
  }

  /** The same, but each line is said when the one before was shown. */
  async converses(lines: number, name: string): Promise<Used> {
    const before = await this.used();
    for (let line = 1; line <= lines; line++) {
      const after = this.host.now;
      this.bob.say(this.login.jid, `${name} ${line}`);
      await this.host.next('write', ({ html }) => html === `${name} ${line}`, after);
    }
    return each(before, await this.used(), lines);
  }

  /** She types so many lines, each when the host has taken the one before; until bob has them. */
  async types(lines: number, name: string, to: string): Promise<Used> {
    const before = await this.used();
    const heard = this.bob.messages.all.length;
    for (let line = 1; line <= lines; line++)
      await this.host.run('send', { account: this.account, name: to, html: `${name} ${line}` });
    const all = (): boolean => this.bob.messages.all.length >= heard + lines;
    await this.bob.messages.until(`bob to hear ${name}`, all, PATIENCE_MS);
    return each(before, await this.used(), lines);
  }

  /**
   * Prints nothing of what comes in but the last of so many lines. Resolves at once with what
   * resolves when that is there.
   */
  async silent(lines: number, name: string, number = lines): Promise<{ shown: Promise<void> }> {
    const after = this.host.now;
    await this.host.run('quiet', { lines: lines - 1 });
    const there = (): boolean =>
      this.host.events.all
        .slice(after)
        .some((event) => event.event === 'write' && event.html === `${name} ${number}`);
    return { shown: this.host.events.until(`${name} ${number}`, there, PATIENCE_MS) };
  }

  async redraw(begin: boolean): Promise<{ longestMs?: number; latestMs?: number }> {
    return this.host.run('redraw', { begin });
  }

  async quit(): Promise<void> {
    await this.host.quit();
  }
}
