// SPDX-License-Identifier: MIT
import { PurpleHost } from '../native/host.js';
import type { HostEventOf, Json } from '../native/host-events.js';
import type { Chance } from '../support/model/chance.js';
import type { CuttingProxy } from '../support/cutting-proxy.js';
import { Observed } from '../support/observed.js';
import type { Workspace } from '../support/workspace.js';
import type { XmppPeer } from '../support/xmpp-peer.js';
import { ALICE } from './home.js';
import { ended, engineOf } from './kills-processes.js';

/** A bound for broken code: a full gap comes at 1,000 a second or more. */
const PATIENCE_MS = 180_000;
/** Bob goes on talking: one live line for so many of the gap that were shown, and some at each event. */
const LIVE_EACH = 20;
const LIVE_AT_ONCE = 5;

/** What the story needs of a server, whichever it is. */
export interface GapServer {
  workspace: Workspace;
  proxy: CuttingProxy;
  bob: XmppPeer;
  /** Alice's options, and her password. */
  options: Json;
  password: string;
  /** Puts "gap FROM" to "gap TO" into alice's archive while she is away. */
  fill: (from: number, to: number) => Promise<void>;
}

interface Shown {
  kind: 'gap' | 'live';
  number: number;
  /** Marked as coming behind younger ones. */
  late: boolean;
  /** When, ms. */
  at: number;
}

export interface GapResult {
  lost: number[];
  doubled: string[];
  /** Behind a higher number of its own kind, or of the gap and behind a live one without a mark. */
  disordered: string[];
  late: number;
  /** Lines that bob said meanwhile. */
  live: number;
  /** Links that alice had, the first included. */
  links: number;
  /** At worst the host worked so long without drawing; and drew so much later than it wanted. */
  longestMs: number;
  latestMs: number;
  /** From the first of the gap to the last; without the time in which there was no link. */
  tookMs: number;
  linkedMs: number;
}

/** Alice is away, her archive fills, and she comes back over a link that is cut again and again. */
export class Gap {
  readonly #shown = new Observed<Shown>();
  #live = 0;

  constructor(
    private readonly server: GapServer,
    private readonly size: number,
  ) {}

  /** @param cuts how often, while the gap is being shown */
  async play(cuts: number, chance: Chance): Promise<GapResult> {
    const { server, size } = this;
    await server.fill(0, 0);
    await this.#visit(async () => this.#until('what she had read before', 'gap', 1));
    await server.fill(1, size);
    let redraw = {};
    await this.#visit(async (host) => {
      await host.run('redraw', { begin: true });
      await this.#cutAt(this.#moments(cuts, chance), chance);
      await this.#until('the whole gap', 'gap', size + 1);
      this.#say();
      await this.#until('all that bob said', 'live', this.#live);
      redraw = await host.run('redraw');
    });
    return { ...this.#account(), ...(redraw as { longestMs: number; latestMs: number }) };
  }

  /** Signs in, in a host of its own, and quits it afterwards. */
  async #visit(stay: (host: PurpleHost) => Promise<void>): Promise<void> {
    const { workspace, options, password } = this.server;
    const host = await PurpleHost.start(workspace);
    host.events.each((event) => {
      if (event.event === 'write') this.#wrote(event);
    });
    const account = await host.account(`${ALICE}/desk`, options, password);
    await host.run('account-enable', { account, enabled: true });
    await host.next('connected');
    const engine = await engineOf(host.pid);
    await stay(host);
    await host.quit();
    await ended(engine);
  }

  /** Numbers of the gap; each is shown before the last page is asked for. */
  #moments(cuts: number, chance: Chance): number[] {
    const part = Math.floor((this.size * 0.9) / cuts);
    return Array.from({ length: cuts }, (_, cut) => cut * part + chance.between(1, part));
  }

  async #cutAt(moments: readonly number[], chance: Chance): Promise<void> {
    const { proxy } = this.server;
    this.#say();
    for (const moment of moments) {
      await this.#until(`${moment} of the gap`, 'gap', moment + 1);
      // What is on its way at that moment is not in the server's hands any more.
      this.#say();
      proxy.cut(chance.pick(['rst', 'fin'] as const));
      this.#say();
    }
  }

  #say(lines = LIVE_AT_ONCE): void {
    for (let line = 0; line < lines; line++) this.server.bob.say(ALICE, `live ${++this.#live}`);
  }

  #wrote({ html, flags }: HostEventOf<'write'>): void {
    const found = /^(gap|live) (\d+)$/.exec(html);
    if (found === null) return;
    const [, kind, number] = found;
    const late = flags.includes('delayed');
    this.#shown.add({
      ...{ kind: kind as Shown['kind'], number: Number(number), late },
      at: performance.now(),
    });
    if (kind === 'gap' && this.#shown.all.length % LIVE_EACH === 0) this.#say(1);
  }

  #until(what: string, kind: Shown['kind'], count: number): Promise<void> {
    let seen = 0;
    let found = 0;
    const { all } = this.#shown;
    const holds = (): boolean => {
      for (; seen < all.length; seen++) if (all[seen]?.kind === kind) found++;
      return found >= count;
    };
    return this.#shown.until(`${what} to be shown`, holds, PATIENCE_MS);
  }

  #account(): Omit<GapResult, 'longestMs' | 'latestMs'> {
    const { all } = this.#shown;
    const seen = new Set<string>();
    const doubled: string[] = [];
    const disordered: string[] = [];
    const highest = { gap: -1, live: 0 };
    for (const { kind, number, late } of all) {
      const name = `${kind} ${number}`;
      if (seen.has(name)) doubled.push(name);
      else if (number < highest[kind] || (kind === 'gap' && highest.live > 0 && !late))
        disordered.push(name);
      seen.add(name);
      highest[kind] = Math.max(highest[kind], number);
    }
    const numbers = Array.from({ length: this.size + 1 }, (_, number) => number);
    const times = all
      .filter(({ kind, number }) => kind === 'gap' && number > 0)
      .map(({ at }) => at);
    const [first, last] = [Math.min(...times.slice(0, 1)), Math.max(...times.slice(-1))];
    return {
      lost: numbers.filter((number) => !seen.has(`gap ${number}`)),
      ...{ doubled, disordered, live: this.#live, links: this.server.proxy.links.length },
      late: all.filter(({ late }) => late).length,
      tookMs: last - first,
      linkedMs: last - first - this.#unlinkedMs(first, last),
    };
  }

  #unlinkedMs(first: number, last: number): number {
    let away = 0;
    let since: number | undefined;
    for (const { news, at } of this.server.proxy.news.all) {
      if (at < first || at > last) continue;
      if (news === 'closed') since ??= at;
      if (news === 'opened' && since !== undefined) {
        away += at - since;
        since = undefined;
      }
    }
    return away;
  }
}
