// SPDX-License-Identifier: MIT
import { Client, type AccountOptions, type Event } from '../../bindings/node/index.js';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Observed } from '../support/observed.js';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer, type PeerOptions } from '../support/xmpp-peer.js';

export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

/** Fills texts, so that so many bytes on the wire can only be them. */
const FILLING = '.'.repeat(400);

/**
 * libsteadfast with its engine, as they are shipped, and bob in a client that shares no code with
 * them. Many accounts live in it, each with a link of its own to a server.
 */
export class House {
  readonly workspace = new Workspace();
  readonly events = new Observed<Event>();
  #authority: Authority | undefined;
  #client: Client | undefined;
  /** Bob's sessions, the present one last. */
  readonly #bobs: XmppPeer[] = [];
  #guests = 0;

  static async open(): Promise<House> {
    const house = new House();
    process.env.STEADFAST_ENGINE = projectPath('build', 'plugins', 'steadfast', 'engine.cjs');
    process.env.STEADFAST_NODE = process.execPath;
    house.#authority = await Authority.create(house.workspace.path('ca'));
    const library = projectPath('build', 'lib', 'libsteadfast.so.0');
    const client = new Client(library, 'Interop 1.0', house.workspace.path('state'));
    house.#client = client;
    house.workspace.atEnd(() => client.close());
    void (async () => {
      for await (const event of client) house.events.add(event);
    })();
    return house;
  }

  get authority(): Authority {
    return there(this.#authority, 'the house');
  }

  get client(): Client {
    return there(this.#client, 'the house');
  }

  get bob(): XmppPeer {
    return there(this.#bobs.at(-1), 'bob');
  }

  /** Signs bob in; again after the server was gone. */
  async inviteBob(options: PeerOptions): Promise<void> {
    const bob = await XmppPeer.connect(options);
    this.workspace.atEnd(() => bob.close());
    this.#bobs.push(bob);
  }

  /** Each copy of a text that bob received from somebody, in all his sessions. */
  atBob(from: string): string[] {
    const all = this.#bobs.flatMap(({ messages }) => messages.all);
    return all.filter((message) => bareOf(message.from) === from).map(({ body }) => body);
  }

  /** A relay to a port of a server, for one guest. */
  async relay(port: number): Promise<CuttingProxy> {
    const proxy = await CuttingProxy.start(port);
    this.workspace.atEnd(() => proxy.close());
    return proxy;
  }

  /** An account that signs in through a relay to that port. @param resource that it asks for, if any */
  async guest(port: number, options: AccountOptions, resource = 'desk'): Promise<Guest> {
    const proxy = await this.relay(port);
    const guest = new Guest(this, ++this.#guests, options.jid, proxy);
    const jid = resource === '' ? options.jid : `${options.jid}/${resource}`;
    guest.attach({ ...options, jid });
    return guest;
  }

  async close(): Promise<void> {
    await this.workspace.close();
    delete process.env.STEADFAST_ENGINE;
    delete process.env.STEADFAST_NODE;
  }
}

/** One account of the house. */
export class Guest {
  /** What it said and what bob said to it, in order; the other side is to see just this. */
  readonly said: string[] = [];
  readonly told: string[] = [];
  #mark = 0;

  constructor(
    readonly house: House,
    readonly account: number,
    readonly jid: string,
    readonly proxy: CuttingProxy,
  ) {}

  /** Signs in through its relay. */
  attach(options: AccountOptions): void {
    const { client, authority } = this.house;
    client.attach(this.account, {
      ...{ connectServer: '127.0.0.1', port: this.proxy.port, caFile: authority.certFile },
      ...options,
    });
  }

  /** From now on only later news count. */
  mark(): void {
    this.#mark = this.house.events.all.length;
  }

  async next<T extends Event['type']>(
    type: T,
    fits: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    const found = await this.house.events.next(
      `${type} for ${this.jid}`,
      (event) => event.account === this.account && event.type === type && fits(event as EventOf<T>),
      { after: this.#mark, withinMs: 60_000 },
    );
    return found as EventOf<T>;
  }

  /** The next time its link comes to rest: signed in or given up. */
  settled(): Promise<EventOf<'link'>> {
    return this.next('link', ({ state }) => state === 'online' || state === 'failed');
  }

  /** Signs off, also from a link that never came about. */
  async leave(): Promise<void> {
    this.mark();
    this.house.client.detach(this.account);
    await this.next('link', ({ state }) => state === 'detached');
  }

  /** @returns the id of the text */
  say(text: string): string {
    this.said.push(text + FILLING);
    const { client, bob } = this.house;
    return client.sendMessage(this.account, bareOf(bob.jid), text + FILLING);
  }

  hear(text: string): void {
    this.told.push(text + FILLING);
    this.house.bob.say(this.jid, text + FILLING);
  }

  state(id: string, state: EventOf<'message-state'>['state']): Promise<EventOf<'message-state'>> {
    return this.next('message-state', (event) => event.id === id && event.state === state);
  }

  /** Bob gets to see its presence. */
  async befriend(): Promise<void> {
    const { bob, client } = this.house;
    bob.send(`<presence to='${this.jid}' type='subscribe'/>`);
    await this.next('subscription', ({ what }) => what === 'requested');
    client.subscribe(this.account, bareOf(bob.jid), 'approve');
    await this.seenByBob(undefined);
  }

  /** Waits until bob has been sent a presence of that type from its resource. */
  async seenByBob(type: 'unavailable' | undefined): Promise<void> {
    await this.house.bob.stanzas.next(
      `presence of ${this.jid}`,
      ({ name, attrs }) =>
        name === 'presence' && attrs.from === `${this.jid}/desk` && attrs.type === type,
    );
  }

  /** One text each way that has left its sender and does not arrive while this link lives. */
  async lose(word: string): Promise<string> {
    const { proxy } = this;
    proxy.swallow('up');
    proxy.stall('down');
    const [link] = proxy.openLinks;
    const { up, down } = { ...link?.bytes };
    const id = this.say(word);
    this.hear(word);
    const grown = (now = 0, before = 0): boolean => now - before > FILLING.length;
    await proxy.news.until('the texts on the wire', () => {
      return grown(link?.bytes.up, up) && grown(link?.bytes.down, down);
    });
    return id;
  }

  /** Resolves once all that was said has arrived, both ways. */
  async arrived(): Promise<void> {
    const { bob, events } = this.house;
    await bob.messages.until(`${this.jid} at bob`, () => this.atBob.length >= this.said.length);
    await events.until(`bob at ${this.jid}`, () => this.here.length >= this.told.length);
  }

  /** What bob got from here, each copy. */
  get atBob(): string[] {
    return this.house.atBob(this.jid);
  }

  /** What came here, each copy. */
  get here(): string[] {
    return this.house.events.all.flatMap((event) =>
      event.type === 'message' && event.account === this.account ? [event.body] : [],
    );
  }
}

export function bareOf(jid: string): string {
  return jid.split('/')[0] ?? '';
}

function there<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Error(`${what} is not there yet`);
  return thing;
}
