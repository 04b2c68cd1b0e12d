// SPDX-License-Identifier: MIT
//
// Happy eyeballs (RFC 8305) over the targets of a domain and the addresses of each: started in order
// (RFC 2782), a little apart; the first that can be talked to wins and the others are closed. Direct TLS can
// be talked to once its certificate is trusted.

import type { Socket } from 'node:net';
import type { Lookup } from './addresses.js';
import { connectFault, errorCode } from './faults.js';
import { unknownProxy } from './proxy-faults.js';
import type { AttemptOptions, Secured } from './tcp.js';
import { Attempt } from './tcp.js';
import type { LinkFault, Target, TlsFacts } from './types.js';
import { linkFault } from './types.js';

/** RFC 8305 §5: how long an attempt may go without result before the next one starts beside it. */
const apartMs = 250;

export interface RaceOptions extends Omit<AttemptOptions, 'target' | 'address'> {
  /** Addresses to connect to for a target: its own, or its proxy's. */
  readonly addressesOf: (target: Target) => ReturnType<Lookup>;
  /** An open STARTTLS target waits this long for TLS that is being set up with one before it. */
  readonly giveWayMs: number;
  /** Whether a certificate is good enough to end the race. */
  readonly trusts: (facts: TlsFacts) => boolean;
}

/** `won` or `lost` once in all; `won` in the very tick in which TCP, or direct TLS, is complete. */
export interface RaceHandlers {
  /**
   * Who wins is trusted, or there is nobody better.
   * @param rest the other targets that are not known to be of no use, in order
   */
  won(raw: Socket, secure: Secured | undefined, rest: readonly Target[], target: Target): void;
  /** Others are tried before this one is thought of again. */
  distrusted(target: Target, facts: TlsFacts): void;
  lost(fault: LinkFault): void;
}

interface Runner {
  readonly target: Target;
  state: 'new' | 'looked-up' | 'found' | 'over';
  addresses: string[];
  readonly attempts: Set<Attempt>;
  timer?: NodeJS.Timeout;
}

export class Race {
  readonly #runners: Runner[] = [];
  /** No further targets will come. */
  #complete = false;
  /** An attempt is due that waits for an address. */
  #owed = true;
  #timer: NodeJS.Timeout | undefined;
  #reserve: { readonly runner: Runner; readonly raw: Socket } | undefined;
  /** The first that was not trusted, until it is tried again for want of a better one. */
  #stranger: { readonly runner: Runner; readonly address: string } | undefined;
  #firstTlsFault: LinkFault | undefined;
  #lastFault: LinkFault | undefined;
  #over = false;

  constructor(
    private readonly options: RaceOptions,
    private readonly handlers: RaceHandlers,
  ) {}

  /** @param complete these are the last ones; there must be one in all */
  add(targets: readonly Target[], complete: boolean): void {
    if (this.#over) return;
    for (const target of targets) {
      this.#runners.push({ target, state: 'new', addresses: [], attempts: new Set() });
    }
    this.#complete = complete;
    if (this.#owed) this.#step();
  }

  /** Closes everything that is under way. */
  cancel(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#reserve?.raw.destroy();
    for (const runner of this.#runners) {
      clearTimeout(runner.timer);
      for (const attempt of runner.attempts) attempt.cancel();
    }
  }

  /** Starts the next attempt in order, or what must come before it. */
  #step(): void {
    if (this.#over || this.#reserve !== undefined) return;
    clearTimeout(this.#timer);
    const ready = this.#runners.find(({ addresses }) => addresses.length > 0);
    const fresh = ready ?? this.#runners.find(({ state }) => state === 'new');
    this.#owed = ready === undefined;
    if (fresh === undefined) return this.#endIfOver();
    this.#timer = setTimeout(() => this.#step(), apartMs);
    if (ready === undefined) this.#find(fresh);
    else this.#attempt(ready);
  }

  #find(runner: Runner): void {
    runner.state = 'looked-up';
    const found = (addresses: readonly string[]): void => {
      if (this.#over || runner.state !== 'looked-up') return;
      if (addresses.length === 0) return failed(noAddress);
      clearTimeout(runner.timer);
      runner.state = 'found';
      runner.addresses = [...addresses];
      if (this.#owed) this.#step();
    };
    const failed = (error: unknown): void => {
      if (this.#over || runner.state !== 'looked-up') return;
      clearTimeout(runner.timer);
      const { proxy, domain } = this.options;
      const direct = (): LinkFault => connectFault(errorCode(error), runner.target, domain);
      this.#failed(runner, proxy === undefined ? direct() : unknownProxy(proxy));
    };
    runner.timer = setTimeout(() => failed(noAddress), this.options.silenceMs);
    this.options.addressesOf(runner.target).then(found, failed);
  }

  #attempt(runner: Runner): void {
    const address = runner.addresses.shift();
    if (address === undefined) return;
    const attempt: Attempt = new Attempt(
      { ...this.options, target: runner.target, address },
      {
        connected: (raw, secure) => {
          runner.attempts.delete(attempt);
          if (secure !== undefined) this.#judge(runner, address, raw, secure);
          else if (this.#someSetsUpTls(runner)) this.#keep(runner, address, raw);
          else this.#won(runner, raw, undefined);
        },
        failed: (fault) => {
          runner.attempts.delete(attempt);
          this.#failed(runner, fault);
        },
      },
    );
    runner.attempts.add(attempt);
  }

  /** To close the link in this tick is to show the server nothing of ours. */
  #judge(runner: Runner, address: string, raw: Socket, secure: Secured): void {
    const { facts } = secure;
    if (this.options.trusts(facts) || !this.#someLeft()) return this.#won(runner, raw, secure);
    raw.destroy();
    this.#stranger ??= { runner, address };
    this.handlers.distrusted(runner.target, facts);
    this.#failed(runner, distrust(runner.target));
  }

  /** Somebody may still do better than who is there. */
  #someLeft(): boolean {
    const open = ({ state, addresses, attempts }: Runner): boolean =>
      state === 'new' || state === 'looked-up' || addresses.length > 0 || attempts.size > 0;
    return !this.#complete || this.#reserve !== undefined || this.#runners.some(open);
  }

  #someSetsUpTls(runner: Runner): boolean {
    const before = this.#runners.slice(0, this.#runners.indexOf(runner));
    return before.some(({ attempts }) => [...attempts].some(({ open }) => open));
  }

  /** A healthy server on a slow network must not lose to the one behind it, only because TLS takes longer. */
  #keep(runner: Runner, address: string, raw: Socket): void {
    if (this.#reserve !== undefined) {
      raw.destroy();
      // Its time may come yet.
      runner.addresses.unshift(address);
      return;
    }
    this.#reserve = { runner, raw };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#takeReserve(), this.options.giveWayMs);
    // Dead while it waits: it was never written to, so only its end can be seen.
    raw.once('close', () => {
      if (this.#reserve?.raw !== raw) return;
      this.#reserve = undefined;
      this.#failed(runner, connectFault('ECONNRESET', runner.target, this.options.domain));
    });
  }

  #takeReserve(): void {
    const reserve = this.#reserve;
    if (reserve === undefined || this.#over) return;
    this.#reserve = undefined;
    this.#won(reserve.runner, reserve.raw, undefined);
  }

  #failed(runner: Runner, fault: LinkFault): void {
    if (this.#over) return;
    if (fault.kind === 'tls') this.#firstTlsFault ??= fault;
    this.#lastFault = fault;
    if (runner.addresses.length === 0 && runner.attempts.size === 0) runner.state = 'over';
    if (this.#reserve === undefined) this.#step();
    else if (!this.#someSetsUpTls(this.#reserve.runner)) this.#takeReserve();
  }

  #won(winner: Runner, raw: Socket, secure: Secured | undefined): void {
    if (this.#over) return;
    const rest = this.#runners.filter(({ state }) => state !== 'over');
    const stranger = this.#stranger?.runner;
    // Whoever comes behind one that is not trusted either was passed by already.
    if (secure === undefined && stranger?.state === 'over') rest.push(stranger);
    this.cancel();
    const others = rest.filter((runner) => runner !== winner).map(({ target }) => target);
    this.handlers.won(raw, secure, others, winner.target);
  }

  /** A server that answered and did not fit tells more than one that did not answer. */
  #endIfOver(): void {
    const fault = this.#firstTlsFault ?? this.#lastFault;
    if (!this.#complete || fault === undefined) return;
    if (this.#runners.some(({ state }) => state !== 'over')) return;
    if (this.#stranger !== undefined) return this.#returnTo(this.#stranger);
    this.cancel();
    this.handlers.lost(fault);
  }

  /** Nobody is left who would do better. */
  #returnTo({ runner, address }: { runner: Runner; address: string }): void {
    this.#stranger = undefined;
    runner.addresses = [address];
    runner.state = 'found';
    this.#step();
  }
}

/** A person may want to trust it: that is for who judges the winner to ask. */
function distrust({ host, port }: Target): LinkFault {
  return linkFault(
    'tls',
    'certificate-untrusted',
    `The certificate of ${host}:${port} is not trusted. Nothing was sent to it.`,
  );
}

const noAddress = Object.assign(new Error('no address'), { code: 'EAI_AGAIN' });
