// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext, type SecureVersion } from 'node:tls';
import type { Certificate } from './certificates.js';
import type { End } from './model/network.js';
import type { ModelServer } from './model/server.js';

/** How often the model's clock is set to the real one. */
const TICK_MS = 5;

/**
 * The model server on real TCP and TLS, for programs that dial: one port for STARTTLS and one for direct
 * TLS (XEP-0368), both on loopback. Its virtual time follows the clock.
 */
export class ModelOnTls {
  readonly #context: SecureContext;
  readonly #sockets = new Set<Socket>();
  readonly #servers: Server[] = [];
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;

  private constructor(
    private readonly model: ModelServer,
    certificate: Certificate,
    version: SecureVersion,
  ) {
    this.#context = createSecureContext({
      cert: readFileSync(certificate.certFile),
      key: readFileSync(certificate.keyFile),
      minVersion: version,
      maxVersion: version,
    });
    this.#timer = setInterval(() => this.#follow(), TICK_MS);
  }

  /**
   * @param certificate what it shows
   * @param version the one version of TLS that it speaks
   */
  static async start(
    model: ModelServer,
    certificate: Certificate,
    version: SecureVersion = 'TLSv1.3',
  ): Promise<ModelOnTls> {
    const front = new ModelOnTls(model, certificate, version);
    for (const direct of [false, true]) {
      const server = createServer({ noDelay: true }, (socket) => front.#connected(socket, direct));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      front.#servers.push(server);
    }
    return front;
  }

  get port(): number {
    return portOf(this.#servers[0]);
  }

  get directTlsPort(): number {
    return portOf(this.#servers[1]);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((done) => server.close(done))));
  }

  #follow(): void {
    this.model.world.run(performance.now() - this.#began);
  }

  #connected(raw: Socket, direct: boolean): void {
    this.#sockets.add(raw);
    raw.once('close', () => this.#sockets.delete(raw));
    raw.on('error', () => undefined); // a reset is told by 'close', as any end
    new Conversation(this.model, raw, this.#context, direct, () => this.#follow());
  }
}

/** One connection: the model's bytes out, the client's bytes in, and TLS between when it is asked for. */
class Conversation {
  #stream: Socket;
  readonly #end: End;

  constructor(
    model: ModelServer,
    private readonly raw: Socket,
    private readonly context: SecureContext,
    direct: boolean,
    private readonly follow: () => void,
  ) {
    this.#stream = raw;
    const link = {
      toClient: (bytes: Uint8Array) => this.#write(bytes),
      serverCloses: () => void this.#stream.end(),
    };
    this.#end = model.accept(link, direct);
    raw.once('close', () => this.#end.closed(true));
    if (direct) this.#secure();
    else this.#listen(raw);
  }

  #write(bytes: Uint8Array): void {
    this.#stream.write(bytes);
    // Behind these words the next byte of the client is TLS (RFC 6120 §5.4.2.3).
    if (this.#stream === this.raw && Buffer.from(bytes).includes('<proceed ')) this.#secure();
  }

  #secure(): void {
    this.raw.removeAllListeners('data');
    const secure = new TLSSocket(this.raw, { isServer: true, secureContext: this.context });
    secure.on('error', () => this.raw.destroy());
    this.#stream = secure;
    this.#listen(secure);
  }

  #listen(stream: Socket): void {
    stream.on('data', (bytes: Buffer) => {
      this.follow();
      this.#end.bytes(bytes);
    });
  }
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}
