// SPDX-License-Identifier: MIT
//
// A web server of the test's own: documents, and WebSockets (RFC 6455) whose every byte a test can choose.
// The handshake and the frames are written here; nothing of the engine's is used.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';
import type { Certificate } from './certificates.js';
import { Observed } from './observed.js';

export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface WebOptions {
  readonly certificate: Certificate;
  /** What is answered by path: a document, or whatever the function makes of it. All else is 404. */
  readonly documents?: Record<string, string | ((response: ServerResponse) => void)>;
  /** The path of the WebSocket (default `/ws`). */
  readonly path?: string;
  /** The subprotocol that is answered (default `xmpp`); empty for none. */
  readonly protocol?: string;
  /** Answers an upgrade in another way. */
  readonly upgrade?: (socket: Socket) => void;
  readonly maxVersion?: SecureVersion;
  readonly alpn?: string[];
}

/** A frame as it goes over the line. */
export function frame(opcode: number, payload: Uint8Array | string, last = true): Buffer {
  const body = Buffer.from(payload as string);
  const first = (last ? 0x80 : 0) | opcode;
  if (body.length < 126) return Buffer.concat([Buffer.of(first, body.length), body]);
  if (body.length < 65_536) {
    return Buffer.concat([Buffer.of(first, 126, body.length >> 8, body.length & 0xff), body]);
  }
  const long = Buffer.alloc(10);
  long.set([first, 127]);
  long.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([long, body]);
}

/** One WebSocket, from the server's side. */
export class WebSocketFace {
  /** Texts as they came; `close 1000` for a close. */
  readonly heard = new Observed<string>();
  #held = Buffer.alloc(0);

  constructor(
    readonly socket: Socket,
    readonly request: IncomingMessage,
  ) {
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', () => undefined); // told by 'close'
    socket.once('close', () => this.heard.add('gone'));
  }

  send(text: string): void {
    this.socket.write(frame(OPCODE.text, text));
  }

  close(code = 1000): void {
    this.socket.write(frame(OPCODE.close, Buffer.of(code >> 8, code & 0xff)));
  }

  /** RFC 6455 §5.2; what a client sends is masked. */
  #take(bytes: Buffer): void {
    this.#held = Buffer.concat([this.#held, bytes]);
    for (;;) {
      const held = this.#held;
      if (held.length < 2) return;
      const [first = 0, second = 0] = held;
      const short = second & 0x7f;
      const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (held.length < 6 + wide) return;
      const length =
        wide === 0 ? short : wide === 2 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2));
      const start = 6 + wide;
      if (held.length < start + length) return;
      const mask = held.subarray(start - 4, start);
      const payload = Buffer.from(held.subarray(start, start + length));
      for (let at = 0; at < length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
      this.#held = held.subarray(start + length);
      if ((second & 0x80) === 0) this.heard.add('unmasked');
      this.#hear(first & 0x0f, payload);
    }
  }

  #hear(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.text) this.heard.add(payload.toString());
    else if (opcode === OPCODE.close) {
      this.heard.add(
        `close ${payload.length < 2 ? 'without a code' : String(payload.readUInt16BE())}`,
      );
      this.socket.end(frame(OPCODE.close, payload.subarray(0, 2)));
    } else this.heard.add(`opcode ${String(opcode)} ${payload.toString()}`);
  }
}

export class WebServer {
  /** `GET /path for host, SNI name, certificate of nobody`, as they came. */
  readonly asked = new Observed<string>();
  /** Told at the end of each connection: how many there are still. */
  readonly ended = new Observed<number>();
  readonly faces = new Observed<WebSocketFace>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly options: WebOptions) {
    const { certificate, maxVersion, alpn } = options;
    this.#server = createServer({
      key: readFileSync(certificate.keyFile),
      cert: readFileSync(certificate.certFile),
      requestCert: true,
      rejectUnauthorized: false,
      ...(maxVersion === undefined ? {} : { maxVersion }),
      ...(alpn === undefined ? {} : { ALPNProtocols: alpn }),
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.ended.add(this.#sockets.size);
      });
    });
    this.#server.on('tlsClientError', () => this.asked.add('TLS failed'));
    this.#server.on('request', (request, response) => this.#answer(request, response));
    this.#server.on('upgrade', (request, socket) => this.#upgrade(request, socket as Socket));
  }

  static async start(options: WebOptions): Promise<WebServer> {
    const server = new WebServer(options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  #note(request: IncomingMessage): void {
    const socket = request.socket as TLSSocket & { servername?: string | false };
    const subject = socket.getPeerX509Certificate()?.subject ?? 'nobody';
    const { host = '' } = request.headers;
    const named = String(socket.servername);
    this.asked.add(`GET ${request.url ?? ''} for ${host}, SNI ${named}, certificate of ${subject}`);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#note(request);
    const document = this.options.documents?.[request.url ?? ''];
    if (typeof document === 'function') return document(response);
    if (document === undefined) response.statusCode = 404;
    response.end(document);
  }

  #upgrade(request: IncomingMessage, socket: Socket): void {
    this.#note(request);
    const { path = '/ws', protocol = 'xmpp', upgrade } = this.options;
    if (upgrade !== undefined) return upgrade(socket);
    if (request.url !== path) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    const key = request.headers['sec-websocket-key'] ?? '';
    const accept = createHash('sha1')
      .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    const lines = [
      'HTTP/1.1 101 Switching Protocols',
      ...['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`],
      ...(protocol === '' ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    this.faces.add(new WebSocketFace(socket, request));
  }
}
