// SPDX-License-Identifier: MIT
//
// From a dial to the targets for the race, as they become known.

import type { SrvResolver } from './resolver.js';
import type { Pick, SrvAnswer } from './srv.js';
import { chooseTargets, namedTargets, orderRecords, proxiedTargets, services } from './srv.js';
import type { DialRequest, LinkFault, Target } from './types.js';

/** A late answer to one question holds back what another one brought for no longer than this. */
const graceMs = 250;

export interface SearchHandlers {
  /** @param complete no more will come */
  found(targets: readonly Target[], complete: boolean): void;
  failed(fault: LinkFault): void;
}

/** One look for the servers of a domain. Where nothing is asked, `found` comes a turn later. */
export class Search {
  readonly #answers: SrvAnswer[] = [];
  #early: readonly SrvAnswer[] = [];
  #open = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dial: DialRequest,
    private readonly resolver: SrvResolver,
    private readonly pick: Pick,
    private readonly handlers: SearchHandlers,
  ) {
    void Promise.resolve().then(() => this.#start());
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.resolver.cancel();
  }

  #start(): void {
    const { host, proxy, domain, targets } = this.dial;
    if (targets !== undefined) return this.handlers.found(targets, true);
    if (host !== undefined) return this.handlers.found(namedTargets(this.dial, host), true);
    // Not even SRV is asked beside a proxy: who asks, and for what, is seen on the way (RFC 7686).
    if (proxy !== undefined || isOnion(domain))
      return this.handlers.found(proxiedTargets(this.dial), true);
    const asked = services(this.dial.tls);
    this.#open = asked.length;
    for (const { name, direct } of asked) {
      void this.resolver.resolve(`${name}.${domain}`, direct).then((answer) => this.#heard(answer));
    }
  }

  #heard(answer: SrvAnswer): void {
    this.#answers.push(answer);
    if (--this.#open === 0) return this.#finish();
    const usable = offers(this.#answers);
    if (usable.length > 0) this.#timer = setTimeout(() => this.#begin(), graceMs);
  }

  #begin(): void {
    this.#early = [...this.#answers];
    const targets = chooseTargets(this.dial, this.#early, this.pick);
    if (Array.isArray(targets)) this.handlers.found(targets, false);
  }

  #finish(): void {
    clearTimeout(this.#timer);
    if (this.#early.length > 0) {
      const late = offers(this.#answers.slice(this.#early.length));
      const targets = orderRecords(late, this.pick).map(({ host, port, direct }) => ({
        host,
        port,
        direct,
      }));
      return this.handlers.found(targets, true);
    }
    const targets = chooseTargets(this.dial, this.#answers, this.pick);
    if (Array.isArray(targets)) this.handlers.found(targets, true);
    else this.handlers.failed(targets);
  }
}

/** RFC 7686 §2: DNS must not be asked for what is below this name. */
export function isOnion(host: string): boolean {
  return /\.onion\.?$/i.test(host);
}

function offers(answers: readonly SrvAnswer[]) {
  const records = answers.flatMap((answer) => ('records' in answer ? answer.records : []));
  return records.filter(({ host, port }) => host !== '' && port > 0);
}
