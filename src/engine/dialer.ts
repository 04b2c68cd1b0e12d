// SPDX-License-Identifier: MIT
//
// The one link of an account at a time, as the account's effects and inputs speak of it.

import type { CloseHow, Dial, LinkInput } from '../core/effects.js';
import { readHostMeta } from '../core/host-meta.js';
import { judgeCertificate } from '../core/server-identity.js';
import { Link } from '../transport/link.js';
import type { LinkHandlers, LinkOptions } from '../transport/link.js';
import type { TlsContext } from '../transport/tls.js';
import { tlsContext } from '../transport/tls.js';
import type { ClientMaterial, DialRequest, LinkFault, Target } from '../transport/types.js';
import { webSocketUri } from '../transport/web-address.js';
import type { Fault } from '../core/errors.js';
import { IdentityError, readTrustAnchors } from './identity.js';
import { tools } from './tools-node.js';
import { WebWay } from './web-way.js';

/** The link as the driver needs it; tests give a fake. */
export interface LinkLike {
  write(text: string): void;
  startTls(): void;
  close(how: CloseHow): void;
}
/** What the transport is asked for, and which certificate it is to be content with. */
export type LinkRequest = DialRequest & Pick<Dial, 'pin'>;
export type MakeLink = (dial: LinkRequest, context: TlsContext, handlers: LinkHandlers) => LinkLike;

const realLink: MakeLink = (dial, context, handlers) =>
  new Link(linkOptions(dial, context), handlers);

/** What a real link needs. It is content with the certificate that the session will trust, too. */
export function linkOptions(dial: LinkRequest, context: TlsContext): LinkOptions {
  const { domain, pin } = dial;
  const account = { jid: { domain }, ...(pin === undefined ? {} : { pin }) };
  return {
    dial,
    context,
    readHostMeta: (form, document) => readHostMeta(form, document, tools),
    trusts: (facts) => judgeCertificate(facts, account, Date.now(), tools).trusted,
  };
}

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
  readonly #web = new WebWay();

  constructor(
    private readonly input: (input: LinkInput) => void,
    private readonly makeLink: MakeLink = realLink,
    private readonly now: () => number = () => performance.now(),
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
    const request = this.#requestOf(dial);
    const kept = dial.again === true ? this.#rest : [];
    this.#rest = kept;
    this.#reached = [];
    const usual = (before?: LinkFault): void =>
      this.#connect(request, context, turn, kept, (fault) => {
        // Not twice in one dial.
        const failed = (aside?: LinkFault): void => this.#failed(turn, fault, aside);
        if (before === undefined && this.#web.next(dial, fault, this.now())) byWeb(failed);
        else failed(before);
      });
    const byWeb = (instead: (aside: LinkFault) => void): void =>
      this.#connect({ ...request, hostMeta: true }, context, turn, kept, (aside) => {
        this.#web.unhelpful(aside, this.now());
        instead(aside);
      });
    if (this.#web.first(dial, this.now())) byWeb(usual);
    else usual();
  }

  /** @param failed called in place of the news that the link is gone, where it never was open */
  #connect(
    request: LinkRequest,
    context: TlsContext,
    turn: number,
    kept: readonly Target[],
    failed: (fault: LinkFault) => void,
  ): void {
    const tell = (input: LinkInput): void => {
      if (turn === this.#turn) this.input(input);
    };
    let uri: string | undefined;
    let open = false;
    this.#link = this.makeLink(request, context, {
      open: (direct, others, target) => {
        if (turn !== this.#turn) return;
        open = true;
        uri = webSocketUri(target);
        if (uri === undefined) this.#web.opened();
        this.#rest = [...others, ...kept];
        this.#reached = [target];
        const more = this.#rest.length === 0 ? {} : { more: true };
        tell({
          type: 'link-open',
          direct,
          ...more,
          ...(uri === undefined ? {} : { webSocket: uri }),
        });
      },
      distrusted: ({ host, port }, { sha256 }) =>
        tell({ type: 'link-distrusted', where: `${host}:${String(port)}`, sha256 }),
      ready: (facts) => {
        if (turn === this.#turn) this.#web.reached(uri === undefined ? 'usual' : 'web');
        tell({ type: 'tls-ready', facts });
      },
      bytes: (bytes) => tell({ type: 'link-bytes', bytes }),
      closed: (fault) => {
        if (turn !== this.#turn) return;
        this.#link = undefined;
        if (!open && fault !== undefined) return failed(fault);
        tell({ type: 'link-closed', ...(fault === undefined ? {} : { fault }) });
      },
    });
  }

  /** @param fault what is told: of the usual way, since who serves there knows more of it */
  #failed(turn: number, fault: LinkFault, aside: LinkFault | undefined): void {
    if (turn !== this.#turn) return;
    this.input({
      type: 'link-closed',
      fault,
      ...(aside === undefined ? {} : { aside: aside.text }),
    });
  }

  #requestOf(dial: Dial): LinkRequest {
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
