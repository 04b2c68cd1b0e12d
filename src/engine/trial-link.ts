// SPDX-License-Identifier: MIT
//
// The link of a trial, beside that of the account, and the certificate it shows.

import type { MakeLink } from './dialer.js';
import { Dialer } from './dialer.js';
import type { TrialEffect, TrialInput } from './effects.js';
import { IdentityError, readIdentity } from './identity.js';

export class TrialLink {
  readonly #dialer: Dialer;
  #turn = 0;

  /** @param caFile the account's setting */
  constructor(
    private readonly input: (input: TrialInput) => void,
    private readonly caFile: () => string,
    makeLink: MakeLink | undefined,
  ) {
    this.#dialer = new Dialer(input, makeLink);
  }

  run(effect: TrialEffect): void {
    switch (effect.type) {
      case 'read-identity':
        return void this.#read(effect, ++this.#turn);
      case 'dial':
        this.#dialer.settings.caFile = this.caFile();
        return this.#dialer.dial(effect.dial);
      case 'start-tls':
        return this.#dialer.startTls();
      case 'write':
        return this.#dialer.write(effect.text);
      case 'close':
        return this.#dialer.close(effect.how);
    }
  }

  close(): void {
    this.#turn++;
    this.#dialer.close('reset');
  }

  async #read(files: Extract<TrialEffect, { type: 'read-identity' }>, turn: number): Promise<void> {
    try {
      const { identity, material } = await readIdentity(files);
      if (turn !== this.#turn) return;
      this.#dialer.settings.material = material;
      this.input({ type: 'identity', identity });
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      const { fault, passphrase } = error;
      if (turn === this.#turn) this.input({ type: 'identity-failed', fault, passphrase });
    }
  }
}
