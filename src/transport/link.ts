// SPDX-License-Identifier: MIT

import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Lookup } from './addresses.js';
import { lookup } from './addresses.js';
import type { DialingHandlers, LinkTimeouts } from './dialing.js';
import { Dialing } from './dialing.js';
import { errorCode, lostFault, noCertificate, otherCertificate, tlsFault } from './faults.js';
import type { Environment } from './proxy-environment.js';
import type { SrvResolver } from './resolver.js';
import { newResolver } from './resolver.js';
import type { Pick } from './srv.js';
import type { TlsContext } from './tls.js';
import { onlyTo, openTls, tlsFacts } from './tls.js';
import type { DialRequest, LinkFault, Target, TlsFacts } from './types.js';
import { linkFault } from './types.js';
import { webSocketUri } from './web-address.js';
import type { ReadHostMeta } from './web-search.js';
import { WebSocketPipe } from './web-socket.js';

export interface LinkHandlers {
  /**
   * TCP is open; with `direct`, `ready` follows in the same tick.
   * @param rest where else to try should this one fail before it is `ready`
   * @param target the place that was reached
   */
  open(direct: boolean, rest: readonly Target[], target: Target): void;
  /** Before `open`: this place is passed by as its certificate is not trusted, and another one is tried. */
  distrusted(target: Target, facts: TlsFacts): void;
  /** A handshake is complete: to close now is to show the server nothing of ours. */
  ready(facts: TlsFacts): void;
  /** As they come; over WebSocket each time one whole message. */
  bytes(bytes: Uint8Array): void;
  /** Comes once and last. Without a fault the peer ended the link in order. */
  closed(fault?: LinkFault): void;
}

export interface LinkOptions {
  readonly dial: DialRequest;
  readonly context: TlsContext;
  readonly resolver?: SrvResolver;
  readonly lookup?: Lookup;
  readonly pick?: Pick;
  readonly timeouts?: Partial<LinkTimeouts>;
  readonly environment?: Environment;
  /** Without it host-meta is of no use. */
  readonly readHostMeta?: ReadHostMeta;
  /**
   * Whether to be content with the certificate of a place with direct TLS. Where nobody is left to be tried, one
   * that is not trusted comes to `ready` all the same, to be judged there. Without it the first one does.
   */
  readonly trusts?: (facts: TlsFacts) => boolean;
  /** Where the domain’s web server is asked for host-meta, if not at 443. */
  readonly httpsPort?: number;
}

const usualTimeouts: LinkTimeouts = {
  silenceMs: 3000,
  handshakeMs: 10_000,
  proxyMs: 45_000,
  hostMetaMs: 5000,
  giveWayMs: 500,
};
/** A peer that does not answer our end with its own within this time is cut off. */
const lingerMs = 5000;

/**
 * One dial and the link that comes of it. No handler is called before the constructor returned, nor
 * after `close`.
 */
export class Link {
  readonly #timeouts: LinkTimeouts;
  readonly #dialing: Dialing;
  #raw: Socket | undefined;
  #secure: TLSSocket | undefined;
  /** Where the target is a WebSocket. */
  #pipe: WebSocketPipe | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Bytes may be written: open in clear, or TLS is complete and its facts were told. */
  #writable = false;
  #corked = false;
  #over = false;
  /** Only our own listeners: Node's sockets live by their own ones for the same events. */
  #unlisten: () => unknown = () => undefined;

  constructor(
    private readonly options: LinkOptions,
    private readonly handlers: LinkHandlers,
  ) {
    const { resolver = newResolver(), pick = (max) => randomInt(max + 1) } = options;
    this.#timeouts = { ...usualTimeouts, ...options.timeouts };
    const { environment = process.env, ...rest } = options;
    this.#dialing = new Dialing(
      {
        ...rest,
        resolver,
        pick,
        environment,
        readHostMeta: options.readHostMeta ?? (() => []),
        httpsPort: options.httpsPort ?? 443,
        trusts: options.trusts ?? (() => true),
        lookup: options.lookup ?? lookup,
        timeouts: this.#timeouts,
      },
      {
        won: (...won) => this.#adopt(...won),
        distrusted: (...who) => this.handlers.distrusted(...who),
        lost: (fault) => this.#lost(fault),
      },
    );
  }

  /**
   * Sends when TLS is not half-way; what comes between `startTls` and `ready` is thrown away.
   * @param text over WebSocket one message
   */
  write(text: string): void {
    const stream = this.#secure ?? this.#raw;
    if (!this.#writable || this.#over || stream === undefined) return;
    if (!this.#corked) {
      // What one turn writes leaves as one segment and one TLS record.
      this.#corked = true;
      stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        stream.uncork();
      });
    }
    if (this.#pipe === undefined) stream.write(text);
    else this.#pipe.write(text);
  }

  /** Upgrades in place (RFC 6120 §5); bytes read from now on belong to TLS. */
  startTls(): void {
    const raw = this.#raw;
    if (this.#over || raw === undefined || this.#secure !== undefined) return;
    this.#writable = false;
    this.#unlisten();
    const { dial, context } = this.options;
    const only = onlyTo(dial.leaf, () => this.#lost(otherCertificate));
    const secure = openTls(raw, { context, domain: dial.domain, only });
    this.#secure = secure;
    this.#timer = setTimeout(() => this.#lost(handshakeLate), this.#timeouts.handshakeMs);
    secure.on('error', (error) => this.#lost(this.#tlsFault(errorCode(error))));
    secure.once('close', () => this.#lost(this.#tlsFault('ECONNRESET')));
    secure.once('secureConnect', () => {
      clearTimeout(this.#timer);
      if (!this.#over) this.#show(secure, tlsFacts(secure));
    });
  }

  /** Lets the link, or the attempt, go. `reset` throws away what has not left yet. */
  close(how: 'end' | 'reset'): void {
    if (this.#over) return;
    this.#finish();
    if (how === 'reset') this.#reset();
    else this.#end();
  }

  #adopt(...[raw, secure, rest, target]: Parameters<DialingHandlers['won']>): void {
    this.#raw = raw;
    this.#secure = secure?.socket;
    this.#writable = secure === undefined;
    this.#pipe = this.#pipeTo(target);
    this.handlers.open(secure !== undefined, rest, target);
    if (this.#over) return;
    raw.on('error', (error) => this.#lost(lostFault(errorCode(error))));
    if (secure === undefined) return this.#listen(raw);
    secure.socket.on('error', (error: Error) =>
      this.#lost(this.#pipe?.fault(error) ?? this.#tlsFault(errorCode(error))),
    );
    this.#show(secure.socket, secure.facts);
  }

  /** Runs inside 'secureConnect': a reset in this tick goes out before the client's own flight does. */
  #show(secure: TLSSocket, facts: TlsFacts | undefined): void {
    if (facts === undefined) return this.#lost(noCertificate);
    this.#writable = true;
    this.handlers.ready(facts);
    if (this.#over) return;
    if (this.#pipe === undefined) this.#listen(secure);
    else this.#pipe.begin(secure);
  }

  #pipeTo(target: Target): WebSocketPipe | undefined {
    const uri = webSocketUri(target);
    if (uri === undefined) return undefined;
    return new WebSocketPipe(uri, this.#timeouts.handshakeMs, {
      message: (bytes) => this.handlers.bytes(bytes),
      closed: (fault) => this.#lost(fault),
    });
  }

  #listen(stream: Socket): void {
    const data = (bytes: Uint8Array): void => this.handlers.bytes(bytes);
    const ended = (): void => this.#lost(undefined);
    stream.on('data', data).once('end', ended).once('close', ended);
    // A talk with a proxy left it paused.
    stream.resume();
    this.#unlisten = () => stream.off('data', data).off('end', ended).off('close', ended);
    this.#writable = true;
  }

  #tlsFault(code: string): LinkFault {
    const secure = this.#writable;
    const { certificate, leaf } = this.options.dial;
    return tlsFault(code, { secure, certificate, tls12: leaf !== undefined });
  }

  #lost(fault: LinkFault | undefined): void {
    if (this.#over) return;
    this.#finish();
    if (fault === undefined) this.#end();
    else this.#reset();
    this.handlers.closed(fault);
  }

  #finish(): void {
    this.#over = true;
    this.#unlisten();
    clearTimeout(this.#timer);
    this.#dialing.cancel();
  }

  /**
   * RST, so that the server knows at once that this link is dead. Only the raw socket is touched: to
   * destroy the TLS socket as well would send its close first, or (inside 'secureConnect') crash Node.
   */
  #reset(): void {
    this.#pipe?.drop();
    if (this.#raw?.destroyed === false) this.#raw.resetAndDestroy();
  }

  #end(): void {
    const stream = this.#secure ?? this.#raw;
    const raw = this.#raw;
    if (stream === undefined || raw === undefined) return;
    if (this.#pipe?.end() !== true) {
      stream.resume();
      stream.end();
    }
    const cut = setTimeout(() => raw.destroy(), lingerMs);
    raw.once('close', () => clearTimeout(cut));
  }
}

const handshakeLate = linkFault(
  'timeout',
  'tls-timeout',
  'The server did not finish setting up TLS in time. Trying again.',
);
