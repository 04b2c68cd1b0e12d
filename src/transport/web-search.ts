// SPDX-License-Identifier: MIT
//
// Where a domain has WebSockets for XMPP, as its web server says (XEP-0156): the host-meta document in its
// two forms, one after the other.

import type { Lookup } from './addresses.js';
import type { LinkTimeouts } from './dialing.js';
import { HostMeta } from './host-meta.js';
import type { SearchHandlers } from './search.js';
import type { TlsContext } from './tls.js';
import type { LinkFault, Proxy } from './types.js';
import { linkFault } from './types.js';
import { webSocketTarget } from './web-address.js';

/** The forms of the document (RFC 6415 §2 and appendix A), and the paths they are at. */
const forms = {
  xrd: '/.well-known/host-meta',
  jrd: '/.well-known/host-meta.json',
} as const;
export type HostMetaForm = keyof typeof forms;

/** Reads the addresses of WebSockets out of a document; none out of one that is broken. Never throws. */
export type ReadHostMeta = (form: HostMetaForm, document: Uint8Array) => readonly string[];

/** Of a domain that names more of them the first ones are tried. */
const mostTargets = 4;

export interface WebSearchOptions {
  readonly domain: string;
  readonly context: TlsContext;
  readonly lookup: Lookup;
  readonly timeouts: LinkTimeouts;
  readonly readHostMeta: ReadHostMeta;
  /** Where the web server listens. */
  readonly httpsPort: number;
  readonly proxy: Proxy | undefined;
}

export class WebSearch {
  #asking: HostMeta | undefined;
  #over = false;

  constructor(
    private readonly options: WebSearchOptions,
    private readonly handlers: SearchHandlers,
  ) {
    this.#ask('xrd');
  }

  cancel(): void {
    this.#over = true;
    this.#asking?.cancel();
  }

  #ask(form: HostMetaForm): void {
    this.#asking = new HostMeta(this.options, forms[form], {
      read: (document) => this.#read(form, document),
      // Who cannot be reached for the one form cannot be for the other.
      unreachable: (fault) => this.#fail(fault),
      refused: (fault) => this.#next(form, fault),
    });
  }

  #read(form: HostMetaForm, document: Uint8Array): void {
    const named = this.options.readHostMeta(form, document);
    const targets = named.map(webSocketTarget).filter((target) => target !== undefined);
    if (targets.length === 0) return this.#next(form, noWebSocket(this.options.domain));
    if (!this.#over) this.handlers.found(targets.slice(0, mostTargets), true);
  }

  #next(form: HostMetaForm, fault: LinkFault): void {
    if (this.#over) return;
    if (form === 'xrd') this.#ask('jrd');
    else this.#fail(fault);
  }

  #fail(fault: LinkFault): void {
    if (!this.#over) this.handlers.failed(fault);
  }
}

function noWebSocket(domain: string): LinkFault {
  return linkFault(
    'link',
    'no-websocket',
    `The web server of ${domain} names no WebSocket (wss) for XMPP. Trying again.`,
  );
}
