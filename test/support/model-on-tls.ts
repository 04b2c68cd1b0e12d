// SPDX-License-Identifier: MIT
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext, type SecureVersion } from 'node:tls';
import type { Certificate } from './certificates.js';
import type { Channel, End } from './model/network.js';
import type { ModelServer } from './model/server.js';

/** How often the model's clock is set to the real one. */
const TICK_MS = 5;

/**
 * The model server on real TCP and TLS, for programs that dial: one port for STARTTLS and one for direct
 * TLS (XEP-0368), both on loopback. Its virtual time follows the clock.
 */
export class ModelOnTls {
  readonly #context: SecureContext;
  readonly #authority: X509Certificate | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #servers: Server[] = [];
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;

  private constructor(
    private readonly model: ModelServer,
    certificate: Certificate,
    version: SecureVersion,
    clients: string | undefined,
  ) {
    this.#authority =
      clients === undefined ? undefined : new X509Certificate(readFileSync(clients));
    this.#context = createSecureContext({
      ...(clients === undefined ? {} : { ca: readFileSync(clients) }),
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
   * @param clients file of the authority of clients' certificates, which are asked for where it is given
   */
  static async start(
    model: ModelServer,
    certificate: Certificate,
    version: SecureVersion = 'TLSv1.3',
    clients?: string,
  ): Promise<ModelOnTls> {
    const front = new ModelOnTls(model, certificate, version, clients);
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
    const options = { context: this.#context, direct, authority: this.#authority };
    new Conversation(this.model, raw, options, () => this.#follow());
  }
}

interface Secured {
  readonly context: SecureContext;
  /** TLS comes first. */
  readonly direct: boolean;
  /** Of certificates of clients, which are asked for where it is given. */
  readonly authority: X509Certificate | undefined;
}

/** One connection: the model's bytes out, the client's bytes in, and TLS between when it is asked for. */
class Conversation {
  #stream: Socket;
  #told: Channel | undefined;
  readonly #end: End;

  constructor(
    model: ModelServer,
    private readonly raw: Socket,
    private readonly secured: Secured,
    private readonly follow: () => void,
  ) {
    this.#stream = raw;
    const link = {
      toClient: (bytes: Uint8Array) => this.#write(bytes),
      serverCloses: () => void this.#stream.end(),
      channel: () => this.#channel(),
    };
    const { direct } = secured;
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
    const { context, authority } = this.secured;
    const secure = new TLSSocket(this.raw, {
      ...{ isServer: true, secureContext: context, requestCert: authority !== undefined },
      // Whoever shows none, or a stranger's, is offered less.
      rejectUnauthorized: false,
    });
    secure.on('error', () => this.raw.destroy());
    this.#stream = secure;
    this.#listen(secure);
  }

  #channel(): Channel {
    const stream = this.#stream;
    if (!(stream instanceof TLSSocket)) return { addresses: [], bindings: {} };
    // Asked for once: Node.js tells the chain that was shown no second time.
    return (this.#told ??= channelOf(stream, this.secured.authority));
  }

  #listen(stream: Socket): void {
    stream.on('data', (bytes: Buffer) => {
      this.follow();
      this.#end.bytes(bytes);
    });
  }
}

/** RFC 9266 §2 and RFC 5929 §3, §4, as the server has them: the first Finished is the client's. */
function channelOf(tls: TLSSocket, authority: X509Certificate | undefined): Channel {
  const own = tls.getX509Certificate()?.raw ?? Buffer.alloc(0);
  const unique = tls.getProtocol() === 'TLSv1.2' ? tls.getPeerFinished() : undefined;
  const shown = tls.getPeerX509Certificate();
  const known = shown !== undefined && authority !== undefined && vouches(authority, shown);
  return {
    addresses: known ? addressesIn(shown.subjectAltName ?? '') : [],
    bindings: {
      'tls-exporter': tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
      'tls-server-end-point': createHash('sha256').update(own).digest(),
      ...(unique === undefined ? {} : { 'tls-unique': unique }),
    },
  };
}

/** Whether the chain that was shown leads to the authority. */
function vouches(authority: X509Certificate, shown: X509Certificate): boolean {
  if (shown.checkIssued(authority)) return shown.verify(authority.publicKey);
  const { issuerCertificate: above } = shown;
  if (above === undefined || above === shown || !shown.verify(above.publicKey)) return false;
  return vouches(authority, above);
}

/** As OpenSSL writes them; none of ours has a comma in it. */
function addressesIn(names: string): string[] {
  return names.split(', ').flatMap((name) => /^othername:XmppAddr:+(.*)$/.exec(name)?.[1] ?? []);
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}
