// SPDX-License-Identifier: MIT
//
// A WebSocket (RFC 6455) for XMPP (RFC 7395) on a TLS channel that is there already.

import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { errorCode, unknownCode } from './faults.js';
import type { LinkFault } from './types.js';
import { linkFault } from './types.js';

/** RFC 7395 §3.1. */
const subprotocol = 'xmpp';
/** Bytes. More in one message than the stream's own limit lets through ends the link in any case. */
const longestMessage = 16 * 1024 * 1024;

/** `closed` comes once and last, and not after `end`. */
export interface WebSocketHandlers {
  message(bytes: Uint8Array): void;
  /** Without a fault it was closed in order. */
  closed(fault?: LinkFault): void;
}

export class WebSocketPipe {
  #socket: WebSocket | undefined;
  /** What is written before it is open. */
  #waiting: string[] | undefined = [];
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(
    private readonly uri: string,
    private readonly handshakeMs: number,
    private readonly handlers: WebSocketHandlers,
  ) {}

  /** Asks for it. @param secure the server’s certificate has been judged */
  begin(secure: TLSSocket): void {
    const socket = new WebSocket(this.uri, [subprotocol], {
      createConnection: () => secure,
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: longestMessage,
    });
    this.#socket = socket;
    // The package's own limit works only on sockets that it opens.
    this.#timer = setTimeout(() => this.#close(late), this.handshakeMs);
    socket.on('error', (error) => this.#close(this.fault(error) ?? failed));
    socket.on('unexpected-response', (_request, response) => this.#close(refused(response)));
    socket.on('close', (code) => this.#close(closeFault(code)));
    socket.on('message', (data, binary) => this.#message(data, binary));
    socket.on('open', () => {
      clearTimeout(this.#timer);
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      for (const text of waiting) socket.send(text);
    });
  }

  /** One message. */
  write(text: string): void {
    if (this.#over) return;
    if (this.#waiting !== undefined) this.#waiting.push(text);
    else this.#socket?.send(text);
  }

  /**
   * Closes it in order (RFC 6455 §7.1.2); what was written before goes out.
   * @returns false when it has not begun, so that there is nothing to close
   */
  end(): boolean {
    this.drop();
    this.#socket?.close(1000);
    return this.#socket !== undefined;
  }

  /** Nothing is told from now on. */
  drop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  /** @returns what it means where WebSocket itself is what went wrong; the same comes over the TLS socket */
  fault(error: Error): LinkFault | undefined {
    const code = errorCode(error);
    if (code.startsWith('WS_ERR_')) return brokenFault(code);
    if (code !== unknownCode) return undefined;
    return error.message.includes('subprotocol') ? notForXmpp : failed;
  }

  #message(data: RawData, binary: boolean): void {
    if (this.#over) return;
    if (binary || !Buffer.isBuffer(data)) this.#close(notText);
    else this.handlers.message(data);
  }

  #close(fault: LinkFault | undefined): void {
    if (this.#over) return;
    this.drop();
    this.handlers.closed(fault);
  }
}

const failed = linkFault(
  'link',
  'websocket-failed',
  'The server did not open a WebSocket: its answer is none of WebSocket’s. Trying again.',
);
const late = linkFault(
  'timeout',
  'websocket-timeout',
  'The server did not open a WebSocket in time. Trying again.',
);
const notForXmpp = linkFault(
  'link',
  'websocket-not-xmpp',
  'The server’s WebSocket does not speak XMPP (its subprotocol is another one, or none). Trying again.',
);
const notText = linkFault(
  'link',
  'websocket-broken',
  'The server sent something over WebSocket that is no text. The connection is made again.',
);

function refused({ statusCode = 0 }: IncomingMessage): LinkFault {
  return linkFault(
    'link',
    'websocket-refused',
    `The server did not open a WebSocket: it answered ${String(statusCode)}. Trying again.`,
  );
}

/** @param code of ws: which rule of RFC 6455 was broken */
function brokenFault(code: string): LinkFault {
  const what = code
    .replace(/^WS_ERR_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
  return linkFault(
    'link',
    'websocket-broken',
    `The server broke the rules of WebSocket (${what}). The connection is made again.`,
  );
}

/** RFC 6455 §7.4.1: done, or going away; 1005 is a close that gives no reason. */
const inOrder = new Set([1000, 1001, 1005]);

function closeFault(code: number): LinkFault | undefined {
  if (inOrder.has(code)) return undefined;
  return linkFault(
    'link',
    'connection-lost',
    `The server closed the WebSocket (${String(code)}). Connecting again.`,
  );
}
