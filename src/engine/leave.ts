// SPDX-License-Identifier: MIT

import type { Context } from './context.js';
import type { LinkTeller } from './link-teller.js';

/** Why an account comes to its end, and what the host hears when it has. */
export class Leave {
  private why: 'sign-off' | 'release' | undefined;

  constructor(
    private readonly context: Context,
    private readonly teller: LinkTeller,
  ) {}

  get underWay(): boolean {
    return this.why !== undefined;
  }

  begin(why: 'sign-off' | 'release'): void {
    this.why = why;
  }

  /** A host that is back before its sign-off is done gets the last word of that all the same. */
  overtaken(): void {
    if (this.why === 'sign-off') {
      this.teller.detached();
    }
    this.why = undefined;
  }

  done(): void {
    const last = this.why === 'sign-off' ? this.teller.farewell() : this.teller.released();
    this.why = undefined;
    this.context.effect({ type: 'ended', last });
  }
}
