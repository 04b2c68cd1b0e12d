// SPDX-License-Identifier: MIT
//
// Commands that are done when the server says so. One whose answer was lost with its session is done
// again in the next: all of them can be done twice and mean the same.

import type { Fault } from '../core/errors.js';
import type { Answer, FeatureHost } from './feature.js';

interface Errand {
  readonly id: string;
  readonly attempt: (done: (answer: Answer) => void) => void;
  readonly forgives: (fault: Fault) => boolean;
  underWay: boolean;
}

export class Errands {
  readonly #host: FeatureHost;
  /** In the order of the commands. */
  readonly #open = new Map<string, Errand>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /**
   * Answers the command `id` with Accepted or Refused once the server has answered the attempt.
   * @param attempt asks the server; called again in a later session when no answer came in this one
   * @param forgives an error that means that there was nothing left to do
   */
  add(
    id: string,
    attempt: (done: (answer: Answer) => void) => void,
    forgives: (fault: Fault) => boolean = () => false,
  ): void {
    if (this.#open.has(id)) return;
    const errand = { id, attempt, forgives, underWay: false };
    this.#open.set(id, errand);
    if (this.#host.online) this.#run(errand);
  }

  /** Signed in: what could not be asked, or was not answered, is asked now. */
  resume(): void {
    for (const errand of [...this.#open.values()]) {
      if (!errand.underWay) this.#run(errand);
    }
  }

  #run(errand: Errand): void {
    errand.underWay = true;
    errand.attempt((answer) => {
      errand.underWay = false;
      this.#answered(errand, answer);
    });
  }

  #answered(errand: Errand, answer: Answer): void {
    const failed = answer.type === 'error' ? answer.fault : undefined;
    // While the link is away no silence means anything: the answer may be on the server's side still.
    const silence = failed?.kind === 'timeout' && !this.#host.online;
    if (failed?.kind === 'link' || failed?.kind === 'stream' || silence) return;
    this.#open.delete(errand.id);
    if (failed === undefined || errand.forgives(failed)) this.#host.accept(errand.id);
    else this.#host.refuse(errand.id, failed);
  }
}
