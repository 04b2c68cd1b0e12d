// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { createServer } from 'node:tls';
import type { Certificate } from '../support/certificates.js';
import { Observed } from '../support/observed.js';

export interface ServerOptions {
  readonly certificate: Certificate;
  readonly direct: boolean;
  /** Where to listen, if not at a free port of 127.0.0.1. */
  readonly host?: string;
  readonly port?: number;
  readonly maxVersion?: SecureVersion;
  readonly alpn?: string[];
  /** OpenSSL's `SSL_OP_…`. */
  readonly secureOptions?: number;
  /** What TLS 1.2 is spoken with. */
  readonly ciphers?: string;
  /** Refuse client certificates that this authority did not issue. */
  readonly clientCa?: string;
}

/** A server on loopback that answers the first bytes in clear with `<proceed/>`, and tells what it sees. */
export class TestServer {
  readonly seen = new Observed<string>();
  readonly secured: TLSSocket[] = [];
  readonly raw: Socket[] = [];
  readonly #tcp: Server;

  private constructor(options: ServerOptions) {
    const tls = createServer({
      key: readFileSync(options.certificate.keyFile),
      cert: readFileSync(options.certificate.certFile),
      requestCert: true,
      rejectUnauthorized: options.clientCa !== undefined,
      ...(options.clientCa === undefined ? {} : { ca: readFileSync(options.clientCa) }),
      ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
      ...(options.secureOptions === undefined ? {} : { secureOptions: options.secureOptions }),
      ...(options.ciphers === undefined ? {} : { ciphers: options.ciphers }),
      ...(options.alpn === undefined ? {} : { ALPNProtocols: options.alpn }),
    });
    tls.on('secureConnection', (socket) => this.#secure(socket));
    tls.on('tlsClientError', () => this.seen.add('tls failed'));
    this.#tcp = createTcpServer((raw) => {
      this.raw.push(raw);
      raw.on('error', (error: NodeJS.ErrnoException) => this.seen.add(`error ${error.code ?? ''}`));
      raw.once('close', () => this.seen.add('closed'));
      if (options.direct) return void tls.emit('connection', raw);
      raw.once('data', (bytes: Buffer) => {
        this.seen.add(`clear ${String(bytes)}`);
        raw.write('<proceed/>');
        tls.emit('connection', raw);
      });
    });
  }

  static async start(options: ServerOptions): Promise<TestServer> {
    const server = new TestServer(options);
    server.#tcp.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(server.#tcp, 'listening');
    return server;
  }

  get port(): number {
    const address = this.#tcp.address();
    if (typeof address !== 'object' || address === null) throw new Error('not listening');
    return address.port;
  }

  async close(): Promise<void> {
    for (const socket of this.raw) socket.destroy();
    await new Promise((done) => this.#tcp.close(done));
  }

  #secure(socket: TLSSocket): void {
    this.secured.push(socket);
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.seen.add(`error ${error.code ?? ''}`),
    );
    socket.on('data', (bytes: Buffer) => this.seen.add(`secret ${String(bytes)}`));
    socket.on('end', () => this.seen.add('end'));
    const client = socket.getPeerX509Certificate()?.subject ?? 'nobody';
    this.seen.add(`secure with ${client}, ALPN ${String(socket.alpnProtocol)}`);
  }
}
