// SPDX-License-Identifier: MIT

import type { TlsFacts } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { Session } from '../core/session.js';
import type { Online } from '../core/session-output.js';
import { Link_State as State } from '../contract/engine_pb.js';
import type { AskSecret_What } from '../contract/engine_pb.js';
import { errorMessage } from '../features/error.js';
import type { EventBody } from '../features/feature.js';
import { askSecret, askTrust, link } from './bodies.js';
import type { Context } from './context.js';
import { RELEASED } from './link-faults.js';

/** What the host is told of the link, and what it shows because of that. */
export class LinkTeller {
  /** The host shows the account as signed in. */
  shown = false;
  /** The address of the WebSocket that the account's link is; nothing where it is TCP. */
  webSocket: string | undefined;
  private last: Online | undefined;

  constructor(
    private readonly context: Context,
    private readonly session: Session,
  ) {}

  /** Of the last link that carried a session; empty for one in clear. */
  get tlsVersion(): string {
    return this.last?.tlsVersion ?? '';
  }

  connecting(): void {
    this.tell({ state: State.CONNECTING });
  }

  step(step: number, steps: number, stepText: string): void {
    if (!this.shown) {
      this.tell({ state: State.CONNECTING, step, steps, stepText });
    }
  }

  /** A session that the host can use is there. */
  online(online: Online, attached: boolean): void {
    this.last = online;
    if (this.webSocket !== undefined) {
      const text = `Connected over WebSocket, as nothing else was possible: ${this.webSocket}`;
      this.context.log('info', 'link', text);
    }
    this.onlineAgain(attached);
  }

  /** @param aside what was tried besides, and why in vain */
  triedAside(aside: string | undefined): void {
    if (aside !== undefined) this.context.log('info', 'link', `No way over WebSocket: ${aside}`);
  }

  /**
   * What is known already, for a host that joins late or because the disk changed.
   * @param cause why nothing can be kept at present
   */
  onlineAgain(attached: boolean, cause?: Fault): void {
    const { last } = this;
    if (last === undefined) {
      return;
    }
    this.shown = attached;
    this.tell({
      state: State.ONLINE,
      resumed: last.how === 'resumed',
      jid: last.jid.toString(),
      tlsVersion: last.tlsVersion,
      mechanism: last.mechanism,
      channelBinding: last.binding,
      session: this.session.management?.id ?? '',
      webSocket: this.webSocket ?? '',
      ...(cause === undefined ? {} : { error: errorMessage(cause) }),
    });
  }

  interrupted(cause: Fault, retryInMs: number): void {
    this.tell({ state: State.INTERRUPTED, error: errorMessage(cause), retryInMs });
  }

  failed(cause: Fault): void {
    this.shown = false;
    this.tell({ state: State.FAILED, error: errorMessage(cause) });
  }

  /** The last word to a host that left; it is told although nobody is attached any more. */
  detached(): void {
    this.context.effect({ type: 'tell', body: this.farewell() });
  }

  farewell(): EventBody {
    this.shown = false;
    return link({ state: State.DETACHED });
  }

  /** Nobody is attached and nobody asked: so the host can tell this from an answer to a Detach. */
  released(): EventBody {
    return link({ state: State.DETACHED, error: errorMessage(RELEASED) });
  }

  /** @param where a server that is not trusted, so that others of the domain are tried first */
  passedBy(sha256: string, where: string): void {
    const text = `${where} showed a certificate that is not trusted (SHA-256 ${sha256}). Nothing was sent there; another server of the domain is tried first.`;
    this.context.log('warning', 'link', text);
  }

  untrusted(domain: string, facts: TlsFacts, reasons: readonly string[], text: string): void {
    this.context.tell(askTrust(domain, facts, reasons, text));
  }

  /** @param cause why the last secret was no good */
  secretWanted(what: AskSecret_What, cause?: Fault): void {
    this.context.tell(askSecret(what, cause));
  }

  private tell(init: Parameters<typeof link>[0]): void {
    this.context.tell(link(init));
  }
}
