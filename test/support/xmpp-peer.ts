// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readFileSync } from 'node:fs';
import { Observed } from './observed.js';
import { PeerScram, type ScramHash } from './peer-scram.js';
import { escapeXml, PeerReader, type Node } from './peer-xml.js';

export interface PeerOptions {
  domain: string;
  user: string;
  password: string;
  port: number;
  /** PEM file of the authority that the server's certificate must come from. */
  caFile: string;
  hash?: ScramHash;
  resource?: string;
}

export interface Received {
  from: string;
  id: string | undefined;
  body: string;
  /** Brought from the offline store, by its <delay/> (XEP-0203). */
  delayed: boolean;
}

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const STREAMS = 'http://etherx.jabber.org/streams';
const encode = (text: string): string => Buffer.from(text).toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString();

/**
 * The other side of a talk: a small XMPP client of the tests' own that shares no code with the
 * engine, so that what it received is evidence.
 */
export class XmppPeer {
  readonly stanzas = new Observed<Node>();
  readonly messages = new Observed<Received>();
  /** What it answers to a message, if anything; set by the test. */
  answer: ((message: Received) => string | undefined) | undefined;
  readonly #options: PeerOptions;
  readonly #incoming = new Observed<Node>();
  #seen = 0;
  #socket: Socket;
  #jid = '';
  #ids = 0;

  private constructor(options: PeerOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
  }

  /** Signs in over STARTTLS with SCRAM and sends its presence. */
  static async connect(options: PeerOptions): Promise<XmppPeer> {
    const socket = connectTcp(options.port, '127.0.0.1');
    await once(socket, 'connect');
    const peer = new XmppPeer(options, socket);
    await peer.#negotiate();
    peer.#incoming.all.slice(peer.#seen).forEach((node) => peer.#take(node));
    peer.send('<presence/>');
    return peer;
  }

  /** The full JID that the server bound. */
  get jid(): string {
    return this.#jid;
  }

  /** Writes XML as it is. */
  send(xml: string): void {
    this.#socket.write(xml);
  }

  /** Sends a message and returns its id. */
  say(to: string, body: string, more = '', type = 'chat'): string {
    const id = `peer-${++this.#ids}`;
    const text = escapeXml(body);
    this.send(
      `<message to='${escapeXml(to)}' id='${id}' type='${type}'><body>${text}</body>${more}</message>`,
    );
    return id;
  }

  /** Ends the stream and waits for the server's end. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    this.#socket.end("<presence type='unavailable'/></stream:stream>");
    const timer = setTimeout(() => this.#socket.destroy(), 3000);
    // Not by "once" of events: an error before the end is an end, too.
    await new Promise((resolve) => this.#socket.once('close', resolve));
    clearTimeout(timer);
  }

  async #negotiate(): Promise<void> {
    const { user, password, hash = 'sha1', domain } = this.#options;
    this.#header();
    await this.#expect('features', STREAMS);
    this.send(`<starttls xmlns='${TLS}'/>`);
    await this.#expect('proceed', TLS);
    this.#socket.removeAllListeners('data');
    const ca = readFileSync(this.#options.caFile);
    this.#socket = connectTls({ socket: this.#socket, servername: domain, ca });
    await once(this.#socket, 'secureConnect');
    this.#header();
    await this.#expect('features', STREAMS);
    const scram = new PeerScram(hash, user, password);
    const mechanism = `SCRAM-SHA-${hash.slice(3)}`;
    this.send(`<auth xmlns='${SASL}' mechanism='${mechanism}'>${encode(scram.first)}</auth>`);
    const challenge = await this.#expect('challenge', SASL);
    this.send(
      `<response xmlns='${SASL}'>${encode(scram.final(decode(challenge.text)))}</response>`,
    );
    const success = await this.#expect('success', SASL);
    if (!scram.verifies(decode(success.text))) throw new Error('the server signature is wrong');
    this.#header();
    await this.#expect('features', STREAMS);
    const resource = escapeXml(this.#options.resource ?? 'peer');
    this.send(
      `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    );
    const bound = await this.#expect('iq', 'jabber:client');
    this.#jid = bound.children[0]?.childText('jid') ?? '';
  }

  /** Opens a stream, the first one or a restarted one, with a reader of its own. */
  #header(): void {
    const reader = new PeerReader({
      header: () => undefined,
      stanza: (node) => {
        if (this.#jid === '') this.#incoming.add(node);
        else this.#take(node);
      },
    });
    this.#socket.removeAllListeners('data');
    this.#socket.setEncoding('utf8').on('data', (text: string) => reader.write(text));
    this.#socket.on('error', () => undefined); // 'close' follows, and waits time out
    this.send(
      `<?xml version='1.0'?><stream:stream to='${this.#options.domain}' version='1.0' xmlns='jabber:client' xmlns:stream='${STREAMS}'>`,
    );
  }

  async #expect(name: string, xmlns: string): Promise<Node> {
    const at = this.#seen++;
    const node = await this.#incoming.next(`<${name}/> for the peer`, () => true, { after: at });
    if (node.name === name && node.xmlns === xmlns) return node;
    throw new Error(`the peer expected <${name}/> and got ${JSON.stringify(node)}`);
  }

  #take(node: Node): void {
    if (node.name === 'message') this.#message(node);
    if (node.name === 'iq') this.#iq(node);
    const { from, type } = node.attrs;
    if (node.name === 'presence' && type === 'subscribe' && from !== undefined)
      this.send(`<presence to='${escapeXml(from)}' type='subscribed'/>`);
    this.stanzas.add(node);
  }

  #message(node: Node): void {
    const body = node.childText('body');
    if (body === undefined || node.attrs.type === 'error') return;
    const delayed = node.child('delay', 'urn:xmpp:delay') !== undefined;
    const message = { from: node.attrs.from ?? '', id: node.attrs.id, body, delayed };
    this.messages.add(message);
    const answer = this.answer?.(message);
    if (answer !== undefined) this.say(message.from, answer);
  }

  /** RFC 6120 §8.2.3: each get and set is answered; this peer knows none. */
  #iq({ attrs }: Node): void {
    if (attrs.type !== 'get' && attrs.type !== 'set') return;
    const to = attrs.from === undefined ? '' : `to='${escapeXml(attrs.from)}'`;
    this.send(
      `<iq ${to} id='${escapeXml(attrs.id ?? '')}' type='error'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
  }
}
