// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext, type SecureVersion } from 'node:tls';
import type { Certificate } from './certificates.js';
import { Observed } from './observed.js';
import { PeerReader, type Node } from './peer-xml.js';

/** What it is to do; without a word it offers STARTTLS and then SCRAM, and refuses everybody. */
export interface Script {
  certificate: Certificate;
  domain?: string;
  /** Takes connections and never says anything. */
  silent?: boolean;
  /** False leaves STARTTLS out of the features, as a thief on the way would (default true). */
  starttls?: boolean;
  /** TLS comes first (XEP-0368). */
  direct?: boolean;
  /** What follows `<proceed/>` in clear, in the same segment, as from a network that puts it there. */
  behindProceed?: string;
  /** The newest version of TLS spoken. */
  maxVersion?: SecureVersion;
  /** Names of SASL mechanisms (default `SCRAM-SHA-1`). */
  mechanisms?: string[];
  /** What the sign-in ends with: a condition of RFC 6120 §6.5. */
  verdict?: string;
}

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const STREAMS = 'http://etherx.jabber.org/streams';

/** One connection to the server. */
export class Dialled {
  /** Every byte that came before TLS, as text. */
  clear = '';
  /** Every byte that came inside TLS. */
  secret = '';
  /** As Node names it; undefined while there is no TLS. */
  tls: string | undefined;
  /** Subject of the certificate we were shown. */
  certificate: string | undefined;
  /** Contents of `<auth/>` and `<response/>`, as they came: base64. */
  readonly payloads: string[] = [];
  ended = false;
}

/**
 * An XMPP server for what real ones cannot be made to do. It shares no code with the engine; it
 * knows no accounts and lets nobody in.
 */
export class ScriptedServer {
  readonly dials: Dialled[] = [];
  /** Told at each change of a connection. */
  readonly news = new Observed<Dialled>();
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number, script: Script) {
    this.#server = server;
    this.port = port;
    const context = createSecureContext({
      cert: readFileSync(script.certificate.certFile),
      key: readFileSync(script.certificate.keyFile),
      ...(script.maxVersion === undefined ? {} : { maxVersion: script.maxVersion }),
    });
    server.on('connection', (socket) => this.#connected(socket, script, context));
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return new ScriptedServer(server, address.port, script);
  }

  /** Everything it saw, of all connections. */
  get clear(): string {
    return this.dials.map(({ clear }) => clear).join('');
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(socket: Socket, script: Script, context: SecureContext): void {
    const dialled = new Dialled();
    const told = (): void => this.news.add(dialled);
    this.dials.push(dialled);
    this.#sockets.add(socket);
    socket.on('error', () => undefined); // a reset is told by 'close', as any end
    socket.once('close', () => {
      this.#sockets.delete(socket);
      dialled.ended = true;
      told();
    });
    told();
    new Talk(socket, dialled, script, context, told).begin();
  }
}

/** What is said on one connection. */
class Talk {
  #socket: Socket;
  #reader: PeerReader | undefined;

  constructor(
    socket: Socket,
    private readonly dialled: Dialled,
    private readonly script: Script,
    private readonly context: SecureContext,
    private readonly told: () => void,
  ) {
    this.#socket = socket;
  }

  begin(): void {
    if (this.script.direct === true) this.#secure();
    else this.#listen((text) => (this.dialled.clear += text));
  }

  #listen(keep: (text: string) => void): void {
    this.#reader = new PeerReader({
      header: () => this.#greet(),
      stanza: (node) => this.#answer(node),
    });
    this.#socket.on('data', (bytes: Buffer) => {
      keep(bytes.toString('latin1'));
      this.told();
      if (this.script.silent === true) return;
      if (bytes.includes('</stream:stream>')) this.#socket.end('</stream:stream>');
      else this.#reader?.write(bytes.toString());
    });
    this.#socket.on('end', () => this.#socket.end());
  }

  #greet(): void {
    const { domain = 'home.example', mechanisms = ['SCRAM-SHA-1'], starttls = true } = this.script;
    const offered = mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('');
    const features =
      starttls && this.dialled.tls === undefined
        ? `<starttls xmlns='${TLS}'><required/></starttls>`
        : `<mechanisms xmlns='${SASL}'>${offered}</mechanisms>`;
    this.#socket.write(
      `<?xml version='1.0'?><stream:stream from='${domain}' id='s1' version='1.0' ` +
        `xmlns='jabber:client' xmlns:stream='${STREAMS}'>` +
        `<stream:features>${features}</stream:features>`,
    );
  }

  #answer(node: Node): void {
    if (node.xmlns === TLS && node.name === 'starttls') return this.#upgrade();
    if (node.xmlns !== SASL) return;
    this.dialled.payloads.push(node.text);
    this.told();
    if (node.name === 'auth' && (node.attrs.mechanism ?? '').startsWith('SCRAM'))
      this.#challenge(node.text);
    else this.#socket.write(this.#failure());
  }

  /** RFC 5802 §5: the server-first message, whose nonce goes on where the client's ends. */
  #challenge(first: string): void {
    const nonce = /r=([^,]*)/.exec(Buffer.from(first, 'base64').toString())?.[1] ?? '';
    const salt = Buffer.from('a salt of ours').toString('base64');
    const text = Buffer.from(`r=${nonce}server,s=${salt},i=4096`).toString('base64');
    this.#socket.write(`<challenge xmlns='${SASL}'>${text}</challenge>`);
  }

  #failure(): string {
    const { verdict = 'not-authorized' } = this.script;
    return `<failure xmlns='${SASL}'><${verdict}/></failure>`;
  }

  #upgrade(): void {
    const { behindProceed = '' } = this.script;
    this.#socket.removeAllListeners('data').removeAllListeners('end');
    this.#socket.write(`<proceed xmlns='${TLS}'/>${behindProceed}`);
    this.#secure();
  }

  #secure(): void {
    const raw = this.#socket;
    const secure = new TLSSocket(raw, {
      isServer: true,
      requestCert: true,
      rejectUnauthorized: false,
      secureContext: this.context,
    });
    secure.on('error', () => undefined);
    secure.on('secure', () => {
      this.dialled.tls = secure.getProtocol() ?? '';
      this.dialled.certificate = secure.getPeerX509Certificate()?.subject;
      this.told();
    });
    this.#socket = secure;
    this.#listen((text) => (this.dialled.secret += text));
  }
}
