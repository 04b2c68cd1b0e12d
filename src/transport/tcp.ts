// SPDX-License-Identifier: MIT

import * as net from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  alpnFault,
  connectFault,
  errorCode,
  noCertificate,
  otherCertificate,
  tlsFault,
} from './faults.js';
import { Tunnel } from './proxy.js';
import { proxyHungUp, proxyLate, proxyUnreachable } from './proxy-faults.js';
import type { Alpn, TlsContext } from './tls.js';
import { onlyTo, openTls, tlsFacts } from './tls.js';
import type { LinkFault, Proxy, Target, TlsFacts } from './types.js';
import { linkFault } from './types.js';

const keepAliveMs = 30_000;

export interface AttemptOptions {
  readonly target: Target;
  /** Where TCP goes: an address of the target, or of the proxy. */
  readonly address: string;
  readonly proxy?: Proxy;
  readonly domain: string;
  readonly context: TlsContext;
  readonly certificate: boolean;
  /** As in the dial. */
  readonly leaf: string | undefined;
  /** Without a byte of the other side, in TCP and again in direct TLS. */
  readonly silenceMs: number;
  /** For the proxy to open the way, which with Tor means to build a circuit. */
  readonly proxyMs: number;
  /** For direct TLS as a whole, once the server has begun to answer. */
  readonly handshakeMs: number;
}

/** TLS is complete, and nobody has judged yet with whom. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly facts: TlsFacts;
}

/** Called at most once in all; `connected` in the very tick in which TCP, or direct TLS, is complete. */
export interface AttemptHandlers {
  connected(raw: net.Socket, secure: Secured | undefined): void;
  failed(fault: LinkFault): void;
}

/** One try at one address of a target. */
export class Attempt {
  readonly #raw: net.Socket;
  #timer: NodeJS.Timeout;
  #open = false;
  #over = false;

  constructor(
    private readonly options: AttemptOptions,
    private readonly handlers: AttemptHandlers,
  ) {
    const { address, target, proxy } = options;
    this.#raw = net.connect({
      host: address,
      port: proxy?.port ?? target.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    });
    this.#timer = this.#awaitSigns();
    // Stays for good: an error after the end of the attempt must not escape.
    this.#raw.on('error', (error) => this.#fail(this.#connectFault(errorCode(error))));
    this.#raw.once('connect', () => {
      if (this.#over) return;
      if (proxy === undefined) this.#reached();
      else this.#throughProxy(proxy);
    });
  }

  /** The server can be reached, and TLS with it is being set up. */
  get open(): boolean {
    return this.#open && !this.#over;
  }

  cancel(): void {
    this.#settle();
    this.#raw.destroy();
  }

  get #alpn(): Alpn {
    return this.options.target.http === undefined ? 'xmpp-client' : 'http/1.1';
  }

  #throughProxy(proxy: Proxy): void {
    const tunnel = new Tunnel(proxy, this.options.target);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(proxyLate(proxy)), this.options.proxyMs);
    const closed = (): void => this.#fail(proxyHungUp(proxy));
    const heard = (bytes: Uint8Array): void => {
      if (this.#over) return;
      const step = tunnel.take(bytes);
      if (step.type === 'failed') this.#fail(step.fault);
      if (step.type === 'send') this.#raw.write(step.bytes);
      if (step.type !== 'open') return;
      // From here on the bytes are the server's, and are read by whoever takes the link.
      this.#raw.off('data', heard).off('end', closed).off('close', closed).pause();
      this.#reached();
    };
    this.#raw.on('data', heard).once('end', closed).once('close', closed);
    this.#raw.write(tunnel.begin());
  }

  #reached(): void {
    if (!this.options.target.direct) {
      this.#settle();
      return this.handlers.connected(this.#raw, undefined);
    }
    this.#open = true;
    clearTimeout(this.#timer);
    this.#timer = this.#awaitSigns();
    const { context, domain, leaf } = this.options;
    const only = onlyTo(leaf, () => this.#fail(otherCertificate));
    const secure = openTls(this.#raw, { context, domain, alpn: this.#alpn, only });
    secure.on('error', (error) => this.#fail(this.#tlsFault(errorCode(error))));
    secure.once('close', () => this.#fail(this.#tlsFault('ECONNRESET')));
    secure.once('secureConnect', () => this.#secure(secure));
  }

  #secure(secure: TLSSocket): void {
    if (this.#over) return;
    const protocol = secure.alpnProtocol;
    // Many servers know nothing of ALPN and answer none; another protocol is another service.
    if (typeof protocol === 'string' && protocol !== this.#alpn) {
      return this.#fail(alpnFault(protocol));
    }
    const facts = tlsFacts(secure);
    if (facts === undefined) return this.#fail(noCertificate);
    this.#settle();
    this.handlers.connected(this.#raw, { socket: secure, facts });
  }

  #awaitSigns(): NodeJS.Timeout {
    const { silenceMs, handshakeMs } = this.options;
    const before = this.#raw.bytesRead;
    return setTimeout(() => {
      if (this.#raw.bytesRead === before) return this.#fail(this.#late());
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

  #connectFault(code: string): LinkFault {
    const { proxy, target, domain } = this.options;
    return proxy === undefined ? connectFault(code, target, domain) : proxyUnreachable(proxy, code);
  }

  #tlsFault(code: string): LinkFault {
    const { certificate, leaf } = this.options;
    return tlsFault(code, { secure: false, certificate, tls12: leaf !== undefined });
  }

  #late(): LinkFault {
    if (!this.#open) return this.#connectFault('ETIMEDOUT');
    return linkFault(
      'timeout',
      'tls-timeout',
      'The server did not finish setting up TLS in time. Trying again.',
    );
  }
}
