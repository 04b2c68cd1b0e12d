// SPDX-License-Identifier: MIT

import type { Lookup } from './addresses.js';
import { unfit } from './proxy.js';
import type { Environment } from './proxy-environment.js';
import { environmentProxy } from './proxy-environment.js';
import type { RaceHandlers, RaceOptions } from './race.js';
import { Race } from './race.js';
import type { SrvResolver } from './resolver.js';
import { isOnion, Search } from './search.js';
import type { SearchHandlers } from './search.js';
import type { Pick } from './srv.js';
import type { TlsContext } from './tls.js';
import type { DialRequest, LinkFault, Proxy, Target } from './types.js';
import { linkFault } from './types.js';
import { WebSearch } from './web-search.js';
import type { ReadHostMeta } from './web-search.js';

export interface LinkTimeouts {
  /** Without a byte of the server, in TCP and again in direct TLS. */
  readonly silenceMs: number;
  /** For a whole TLS handshake. */
  readonly handshakeMs: number;
  /** For a proxy to open the way, once it is reached. */
  readonly proxyMs: number;
  /** For a document of host-meta, once TLS with the web server is complete. */
  readonly hostMetaMs: number;
  /** For TLS under way to be done, when another target is ready for STARTTLS. */
  readonly giveWayMs: number;
}

export interface DialingOptions {
  readonly dial: DialRequest;
  readonly context: TlsContext;
  readonly resolver: SrvResolver;
  readonly lookup: Lookup;
  readonly pick: Pick;
  readonly timeouts: LinkTimeouts;
  readonly environment: Environment;
  readonly readHostMeta: ReadHostMeta;
  readonly httpsPort: number;
  readonly trusts: RaceOptions['trusts'];
}

/** None is called before the constructor returned. */
export type DialingHandlers = RaceHandlers;

/** From a dial to an open connection, or the reason why there is none. */
export class Dialing {
  #search: { cancel(): void } | undefined;
  #race: Race | undefined;
  /** Why a target that was found is not tried. */
  #unfit: LinkFault | undefined;
  #someFit = false;
  #over = false;

  constructor(
    private readonly options: DialingOptions,
    private readonly handlers: DialingHandlers,
  ) {
    // Even what is refused at once is told a turn later, so that no handler runs inside the constructor.
    void Promise.resolve().then(() => this.#begin());
  }

  cancel(): void {
    this.#over = true;
    this.#search?.cancel();
    this.#race?.cancel();
  }

  #begin(): void {
    if (this.#over) return;
    const { proxy, fault } = this.#proxy();
    if (fault !== undefined) return this.#lost(fault);
    const race = this.#newRace(proxy);
    this.#race = race;
    this.#search = this.#newSearch(proxy, {
      found: (targets, complete) => {
        const fit = targets.filter((target) => this.#fits(target, proxy));
        this.#someFit ||= fit.length > 0;
        if (complete && !this.#someFit && this.#unfit !== undefined) this.#lost(this.#unfit);
        else race.add(fit, complete);
      },
      failed: (fault) => this.#lost(fault),
    });
  }

  #newSearch(proxy: Proxy | undefined, handlers: SearchHandlers): { cancel(): void } {
    const { resolver, pick, timeouts, ...rest } = this.options;
    const { proxy: _chosen, ...dial } = this.options.dial;
    const through = proxy === undefined ? dial : { ...dial, proxy };
    if (dial.hostMeta !== true || dial.targets !== undefined)
      return new Search(through, resolver, pick, handlers);
    const fault = unreachable({ host: dial.domain, port: 443, direct: true }, proxy, dial.domain);
    if (fault !== undefined) {
      handlers.failed(fault);
      return { cancel: () => undefined };
    }
    const times = proxy === undefined ? timeouts : patient(timeouts);
    return new WebSearch({ ...rest, domain: dial.domain, timeouts: times, proxy }, handlers);
  }

  /** One that cannot be reached must not keep us from the others: anybody may write such a record. */
  #fits(target: Target, proxy: Proxy | undefined): boolean {
    const { host, domain } = this.options.dial;
    const fault = unreachable(target, proxy, host ?? domain);
    this.#unfit ??= fault;
    return fault === undefined;
  }

  #proxy(): { proxy?: Proxy; fault?: LinkFault } {
    const { dial, environment } = this.options;
    if (dial.proxy === undefined) return {};
    if (dial.proxy !== 'environment') return { proxy: dial.proxy };
    const found = environmentProxy(environment, dial.host ?? dial.domain);
    if (found === undefined) return {};
    return 'condition' in found ? { fault: found } : { proxy: found };
  }

  #newRace(proxy: Proxy | undefined): Race {
    const { dial, context, timeouts, lookup, trusts } = this.options;
    const { domain, certificate, leaf } = dial;
    const common = { domain, certificate, leaf, context, trusts };
    const addressesOf = (target: Target) => lookup(proxy?.host ?? target.host);
    const times = proxy === undefined ? timeouts : patient(timeouts);
    return new Race(
      { ...common, ...times, addressesOf, ...(proxy === undefined ? {} : { proxy }) },
      {
        won: (...won) => {
          this.cancel();
          this.handlers.won(...won);
        },
        distrusted: (...who) => this.handlers.distrusted(...who),
        lost: (fault) => this.#lost(fault),
      },
    );
  }

  #lost(fault: LinkFault): void {
    if (this.#over) return;
    this.cancel();
    this.handlers.lost(fault);
  }
}

/** Behind a proxy the server may be the whole of Tor away. */
function patient(times: LinkTimeouts): LinkTimeouts {
  return { ...times, silenceMs: Math.max(times.silenceMs, times.handshakeMs) };
}

/** @param named what the target was found by */
function unreachable(
  target: Target,
  proxy: Proxy | undefined,
  named: string,
): LinkFault | undefined {
  if (proxy !== undefined) return unfit(proxy, target);
  if (!isOnion(target.host)) return undefined;
  return linkFault(
    'usage',
    'onion-without-tor',
    `${target.host} can be reached through Tor only. Choose a Tor proxy in the account’s settings. Nothing was sent.`,
    // What DNS says now it may not say the next time, nor may it have been the domain that said it.
    { by: 'us', retry: isOnion(named) ? 'never' : 'later' },
  );
}
