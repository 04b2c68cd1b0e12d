// SPDX-License-Identifier: MIT
//
// The one link of an account at a time, as the account's effects and inputs speak of it.

import type { CloseHow, Dial, LinkInput } from '../core/effects.js';
import { Link } from '../transport/link.js';
import type { LinkHandlers } from '../transport/link.js';
import type { TlsContext } from '../transport/tls.js';
import { tlsContext } from '../transport/tls.js';
import type { ClientMaterial, DialRequest, Target } from '../transport/types.js';
import type { Fault } from '../core/errors.js';
import { IdentityError, readTrustAnchors } from './identity.js';

/** The link as the driver needs it; tests give a fake. */
export interface LinkLike {
  write(text: string): void;
  startTls(): void;
  close(how: CloseHow): void;
}
export type MakeLink = (dial: DialRequest, context: TlsContext, handlers: LinkHandlers) => LinkLike;

const realLink: MakeLink = (dial, context, handlers) => new Link({ dial, context }, handlers);

/** What a dial needs beside its target, as the settings last gave it. */
export interface TlsSettings {
  /** Path of further trust anchors; empty for none. */
  caFile: string;
  material: ClientMaterial | undefined;
}

export class Dialer {
  readonly settings: TlsSettings = { caFile: '', material: undefined };
  #link: LinkLike | undefined;
  /** Rises with each dial and close, so that late news of an old link finds no one. */
  #turn = 0;
  /** The place that the last dial reached. */
  #reached: readonly Target[] = [];
  /** Where the last dial could have gone as well. */
  #rest: readonly Target[] = [];

  constructor(
    private readonly input: (input: LinkInput) => void,
    private readonly makeLink: MakeLink = realLink,
  ) {}

  /** Lets an older link go first. Nothing is told before this returned. */
  dial(dial: Dial): void {
    this.close('reset');
    void this.#open(dial, this.#turn);
  }

  startTls(): void {
    this.#link?.startTls();
  }

  write(text: string): void {
    this.#link?.write(text);
  }

  close(how: CloseHow): void {
    this.#turn++;
    this.#link?.close(how);
    this.#link = undefined;
  }

  async #open(dial: Dial, turn: number): Promise<void> {
    const context = await this.#context(dial);
    if (turn !== this.#turn) return;
    if ('condition' in context) return this.input({ type: 'link-closed', fault: context });
    const tell = (input: LinkInput): void => {
      if (turn !== this.#turn) return;
      if (input.type === 'link-closed') this.#link = undefined;
      this.input(input);
    };
    const request = this.#requestOf(dial);
    const kept = dial.again === true ? this.#rest : [];
    this.#rest = kept;
    this.#reached = [];
    this.#link = this.makeLink(request, context, {
      open: (direct, others, target) => {
        const rest = [...others, ...kept];
        if (turn === this.#turn) {
          this.#rest = rest;
          this.#reached = [target];
        }
        tell({ type: 'link-open', direct, ...(rest.length === 0 ? {} : { more: true }) });
      },
      ready: (facts) => tell({ type: 'tls-ready', facts }),
      bytes: (bytes) => tell({ type: 'link-bytes', bytes }),
      closed: (fault) => tell({ type: 'link-closed', ...(fault === undefined ? {} : { fault }) }),
    });
  }

  #requestOf(dial: Dial): DialRequest {
    // Never raced against others: what was verified in one place says nothing of another.
    if (dial.again === true) return { ...dial, targets: this.#reached };
    return dial.rest === true ? { ...dial, targets: this.#rest } : dial;
  }

  /** Read anew for each dial: a person mends the file and expects the next try to see it. */
  async #context({ certificate, leaf }: Dial): Promise<TlsContext | Fault> {
    const { caFile, material } = this.settings;
    try {
      const ca = caFile === '' ? undefined : await readTrustAnchors(caFile);
      return tlsContext({
        ...(certificate && material !== undefined ? { client: material } : {}),
        ...(ca === undefined ? {} : { ca }),
        tls12: leaf !== undefined,
      });
    } catch (error) {
      if (error instanceof IdentityError) return error.fault;
      throw error;
    }
  }
}
