// SPDX-License-Identifier: MIT
//
// One document of a domain's web server, over HTTPS and nothing else: from that very host, whose
// certificate must be good for it; no redirect is followed, and neither size nor time is the server's choice.

import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Lookup } from './addresses.js';
import type { LinkTimeouts } from './dialing.js';
import { Race } from './race.js';
import type { Secured } from './tcp.js';
import type { TlsContext } from './tls.js';
import type { LinkFault, Proxy, Target, TlsFacts } from './types.js';
import { linkFault } from './types.js';

/** Bytes of a document, and of the header before it. */
const longest = 64 * 1024;
const longestHeader = 16 * 1024;

export interface HostMetaOptions {
  readonly domain: string;
  readonly context: TlsContext;
  readonly lookup: Lookup;
  readonly timeouts: LinkTimeouts;
  readonly httpsPort: number;
  readonly proxy: Proxy | undefined;
}

/** One of these comes, once. */
export interface HostMetaHandlers {
  read(document: Uint8Array): void;
  /** There is no verified connection with the web server. */
  unreachable(fault: LinkFault): void;
  /** It answers, but gives no document. */
  refused(fault: LinkFault): void;
}

export class HostMeta {
  readonly #race: Race;
  #raw: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(
    private readonly options: HostMetaOptions,
    private readonly path: string,
    private readonly handlers: HostMetaHandlers,
  ) {
    const { domain, context, lookup, timeouts, httpsPort, proxy } = options;
    const target: Target = { host: domain, port: httpsPort, direct: true, http: path };
    this.#race = new Race(
      {
        ...{ domain, certificate: false, leaf: undefined, ...timeouts },
        // Whoever serves the domain's web pages may be somebody else than its XMPP server.
        context: context.anonymous,
        addressesOf: () => lookup(proxy?.host ?? domain),
        trusts: (facts) => isServedFor(facts, domain),
        ...(proxy === undefined ? {} : { proxy }),
      },
      {
        won: (raw, secure) => this.#connected(raw, secure),
        distrusted: () => undefined,
        lost: (fault) => this.#end(() => handlers.unreachable(fault)),
      },
    );
    this.#race.add([target], true);
  }

  cancel(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#race.cancel();
    // Not the TLS socket: see Link.
    this.#raw?.destroy();
  }

  #connected(raw: Socket, secure: Secured | undefined): void {
    if (this.#over || secure === undefined) return;
    this.#raw = raw;
    secure.socket.on('error', () => this.#fail('the connection broke'));
    if (!isServedFor(secure.facts, this.options.domain)) {
      return this.#end(() => this.handlers.unreachable(untrusted(this.options.domain)));
    }
    this.#timer = setTimeout(() => this.#fail('it is too slow'), this.options.timeouts.hostMetaMs);
    this.#ask(secure.socket);
  }

  #ask(secure: TLSSocket): void {
    const asked = request({
      createConnection: () => secure,
      path: this.path,
      maxHeaderSize: longestHeader,
      headers: {
        host: this.options.domain,
        accept: 'application/xrd+xml, application/jrd+json, application/json',
        connection: 'close',
      },
    });
    asked.on('error', () => this.#fail('the answer is none of HTTP'));
    asked.on('close', () => this.#fail('the connection broke'));
    asked.on('response', (response) => this.#answered(response));
    asked.end();
  }

  #answered(response: IncomingMessage): void {
    const { statusCode = 0 } = response;
    // A redirect is one of these: whom it would lead to has not been asked for.
    if (statusCode !== 200) return this.#fail(`it answers ${String(statusCode)}`);
    const parts: Uint8Array[] = [];
    let length = 0;
    response.on('data', (part: Uint8Array) => {
      parts.push(part);
      length += part.length;
      if (length > longest) this.#fail('the document is too long');
    });
    response.on('error', () => this.#fail('the connection broke'));
    response.on('end', () => this.#end(() => this.handlers.read(Buffer.concat(parts))));
  }

  #fail(why: string): void {
    this.#end(() => this.handlers.refused(refused(this.options.domain, why)));
  }

  #end(tell: () => void): void {
    if (this.#over) return;
    this.cancel();
    tell();
  }
}

/** A web server is known by its DNS-ID alone (RFC 9110 §4.3.4), by a chain to an authority, and today. */
function isServedFor({ chainError, names }: TlsFacts, domain: string): boolean {
  const ours = domain.toLowerCase();
  return chainError === undefined && names.dns.some((name) => covers(name.toLowerCase(), ours));
}

/** A wildcard is the whole first label and stands for one, above at least two (RFC 6125 §6.4.3). */
function covers(name: string, host: string): boolean {
  if (!name.includes('*')) return name === host;
  const parent = name.slice(1);
  const dot = host.indexOf('.');
  return /^(\.[a-z0-9_-]+){2,}$/.test(parent) && dot > 0 && host.slice(dot) === parent;
}

function untrusted(domain: string): LinkFault {
  return linkFault(
    'tls',
    'host-meta-untrusted',
    `The web server of ${domain} has no certificate for that name that is trusted here, so it was asked for nothing. Trying again.`,
  );
}

function refused(domain: string, why: string): LinkFault {
  return linkFault(
    'link',
    'host-meta-refused',
    `The web server of ${domain} does not say where a WebSocket is: ${why}. Trying again.`,
  );
}
