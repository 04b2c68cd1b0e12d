// SPDX-License-Identifier: MIT

import * as net from 'node:net';
import type { TLSSocket } from 'node:tls';
import { alpnFault, connectFault, errorCode, otherCertificate, tlsFault } from './faults.js';
import type { TlsContext } from './tls.js';
import { alpnName, onlyTo, openTls } from './tls.js';
import type { LinkFault, Target } from './types.js';
import { linkFault } from './types.js';

/** How long one address may keep the next one of the same host waiting. */
const familyTimeoutMs = 1000;
const keepAliveMs = 30_000;

export interface AttemptOptions {
  readonly target: Target;
  readonly domain: string;
  readonly context: TlsContext;
  readonly certificate: boolean;
  /** As in the dial. */
  readonly leaf: string | undefined;
  /** Without a byte of the server, in TCP and again in direct TLS. */
  readonly silenceMs: number;
  /** For direct TLS as a whole, once the server has begun to answer. */
  readonly handshakeMs: number;
}

/** Called at most once in all; `connected` in the very tick in which TCP, or direct TLS, is complete. */
export interface AttemptHandlers {
  connected(raw: net.Socket, secure: TLSSocket | undefined): void;
  failed(fault: LinkFault): void;
}

/** One try at one target. */
export class Attempt {
  readonly #raw: net.Socket;
  #timer: NodeJS.Timeout;
  #over = false;

  constructor(
    private readonly options: AttemptOptions,
    private readonly handlers: AttemptHandlers,
  ) {
    const { host, port } = options.target;
    this.#raw = net.connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: familyTimeoutMs,
    });
    this.#timer = this.#awaitSigns();
    // Stays for good: an error after the end of the attempt must not escape.
    this.#raw.on('error', (error) => this.#fail(this.#connectFault(error)));
    this.#raw.once('connect', () => this.#tcpOpen());
  }

  cancel(): void {
    this.#settle();
    this.#raw.destroy();
  }

  #tcpOpen(): void {
    if (this.#over) return;
    if (!this.options.target.direct) {
      this.#settle();
      return this.handlers.connected(this.#raw, undefined);
    }
    clearTimeout(this.#timer);
    this.#timer = this.#awaitSigns();
    const { context, domain, leaf } = this.options;
    const only = onlyTo(leaf, () => this.#fail(otherCertificate));
    const secure = openTls(this.#raw, { context, domain, direct: true, only });
    secure.on('error', (error) => this.#fail(this.#tlsFault(errorCode(error))));
    secure.once('close', () => this.#fail(this.#tlsFault('ECONNRESET')));
    secure.once('secureConnect', () => this.#secure(secure));
  }

  #secure(secure: TLSSocket): void {
    if (this.#over) return;
    const protocol = secure.alpnProtocol;
    // Many servers know nothing of ALPN and answer none; another protocol is another service.
    if (typeof protocol === 'string' && protocol !== alpnName) {
      return this.#fail(alpnFault(protocol));
    }
    this.#settle();
    this.handlers.connected(this.#raw, secure);
  }

  #awaitSigns(): NodeJS.Timeout {
    const { silenceMs, handshakeMs } = this.options;
    return setTimeout(() => {
      if (this.#raw.bytesRead === 0) return this.#fail(this.#late());
      const rest = Math.max(0, handshakeMs - silenceMs);
      this.#timer = setTimeout(() => this.#fail(this.#late()), rest);
    }, silenceMs);
  }

  #settle(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #fail(fault: LinkFault): void {
    if (this.#over) return;
    this.cancel();
    this.handlers.failed(fault);
  }

  #connectFault(error: unknown): LinkFault {
    return connectFault(errorCode(error), this.options.target, this.options.domain);
  }

  #tlsFault(code: string): LinkFault {
    const { certificate, leaf } = this.options;
    return tlsFault(code, { secure: false, certificate, tls12: leaf !== undefined });
  }

  #late(): LinkFault {
    if (this.#raw.connecting)
      return connectFault('ETIMEDOUT', this.options.target, this.options.domain);
    return linkFault(
      'timeout',
      'tls-timeout',
      'The server did not finish setting up TLS in time. Trying again.',
    );
  }
}
