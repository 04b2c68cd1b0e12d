// SPDX-License-Identifier: MIT
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Observed } from './observed.js';
import { freePort } from './ports.js';

/** `up` is what the client writes, `down` what the server writes. */
export type Direction = 'up' | 'down';

export interface LinkNews {
  link: Link;
  news: 'opened' | 'bytes' | 'closed';
  direction?: Direction;
  /** As performance.now() tells it. */
  at: number;
}

type Mode = 'pass' | 'hold' | 'drop';

const BOTH: readonly Direction[] = ['up', 'down'];

/** One client connection and its twin to the server. */
export class Link {
  readonly bytes = { up: 0, down: 0 };
  readonly #recorded: Record<Direction, Buffer[]> = { up: [], down: [] };
  /** What waits to be carried on: bytes, and at last the end. */
  readonly #held: Record<Direction, (() => void)[]> = { up: [], down: [] };
  readonly #proxy: CuttingProxy;
  readonly #ends: Record<Direction, Socket>;
  readonly #forgotten = new Set<Direction>();
  /** What is on its way, each with the time at which it arrives. */
  readonly #under: Record<Direction, { act: () => void; dueMs: number }[]> = { up: [], down: [] };
  #closed = false;

  constructor(proxy: CuttingProxy, client: Socket, server: Socket) {
    this.#proxy = proxy;
    // Keyed by the direction in which an end is written to.
    this.#ends = { up: server, down: client };
    for (const socket of [client, server]) socket.setNoDelay(true);
    client.on('data', (bytes: Buffer) => this.#arrived('up', bytes));
    server.on('data', (bytes: Buffer) => this.#arrived('down', bytes));
    client.on('end', () => this.#ended('up'));
    server.on('end', () => this.#ended('down'));
    client.on('close', (failed: boolean) => this.#gone('up', failed));
    server.on('close', (failed: boolean) => this.#gone('down', failed));
    for (const socket of [client, server]) socket.on('error', () => undefined); // 'close' follows
  }

  get open(): boolean {
    return !this.#closed;
  }

  /** Forgotten in no direction. */
  get whole(): boolean {
    return this.#forgotten.size === 0;
  }

  /** All bytes that went by in one direction, held ones included. */
  recorded(direction: Direction): Buffer {
    return Buffer.concat(this.#recorded[direction]);
  }

  /** Ends both connections at once: a reset, or an orderly end of both directions. */
  cut(how: 'rst' | 'fin'): void {
    for (const direction of BOTH) {
      const end = this.#ends[direction];
      if (how === 'rst') end.resetAndDestroy();
      else end.end(() => end.destroy());
    }
  }

  /** Carries nothing any more in these directions (both without one), and says so to nobody. */
  forget(...directions: Direction[]): void {
    for (const direction of directions.length > 0 ? directions : BOTH) {
      this.#forgotten.add(direction);
      this.#held[direction].length = 0;
    }
  }

  /** Passes on what was held while the proxy was stalled. */
  release(direction: Direction): void {
    for (const act of this.#held[direction].splice(0)) this.#carry(direction, act);
  }

  #arrived(direction: Direction, bytes: Buffer): void {
    this.bytes[direction] += bytes.length;
    this.#recorded[direction].push(bytes);
    const { slice } = this.#proxy;
    this.#carry(direction, () => {
      const end = this.#ends[direction];
      if (!slice) end.write(bytes);
      else for (const byte of bytes) end.write(Buffer.of(byte));
    });
    this.#proxy.news.add({ link: this, news: 'bytes', direction, at: performance.now() });
  }

  /** Now, later or never, as the line is. What comes in one direction stays in its order. */
  #carry(direction: Direction, act: () => void): void {
    const mode = this.#forgotten.has(direction) ? 'drop' : this.#proxy.mode[direction];
    if (mode === 'hold') this.#held[direction].push(act);
    if (mode !== 'pass') return; // a dead line carries no FIN either
    this.#delay(direction, act);
  }

  /** Nothing overtakes what was sent before it, although the line may have become faster. */
  #delay(direction: Direction, act: () => void): void {
    const under = this.#under[direction];
    const { latencyMs } = this.#proxy;
    if (latencyMs === 0 && under.length === 0) return act();
    const dueMs = Math.max(performance.now() + latencyMs, under.at(-1)?.dueMs ?? 0);
    under.push({ act, dueMs });
    if (under.length === 1) this.#wait(direction);
  }

  #wait(direction: Direction): void {
    const under = this.#under[direction];
    const first = under[0];
    if (first === undefined) return;
    setTimeout(() => {
      under.shift();
      first.act();
      this.#wait(direction);
    }, first.dueMs - performance.now());
  }

  #ended(direction: Direction): void {
    this.#carry(direction, () => void this.#ends[direction].end());
  }

  /** The end that writes in this direction is closed, by a reset perhaps. */
  #gone(direction: Direction, reset: boolean): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#proxy.news.add({ link: this, news: 'closed', at: performance.now() });
    }
    // After a reset nothing is sent again that had not arrived.
    if (reset) this.#held[direction].length = 0;
    this.#carry(direction, () => this.#ends[direction].destroySoon());
  }
}

/**
 * A TCP relay on loopback whose links can be cut, stalled, swallowed, slowed and sliced. Links that
 * are opened while a direction is held or dropped are accepted and hear nothing, as through a
 * firewall that lost its state.
 */
export class CuttingProxy {
  readonly links: Link[] = [];
  readonly news = new Observed<LinkNews>();
  readonly mode: Record<Direction, Mode> = { up: 'pass', down: 'pass' };
  readonly port: number;
  latencyMs = 0;
  /** Every byte goes in a write of its own. */
  slice = false;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
  }

  /** Relays to `target` on loopback. */
  static async start(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(await freePort(), target);
    await proxy.accept();
    return proxy;
  }

  get openLinks(): Link[] {
    return this.links.filter((link) => link.open);
  }

  /** Cuts every open link; new ones are accepted unless refuse() was called. */
  cut(how: 'rst' | 'fin' = 'rst'): void {
    for (const link of this.openLinks) link.cut(how);
  }

  /** Keeps the bytes of a direction (both without one) back until heal(). */
  stall(...directions: Direction[]): void {
    this.#set('hold', directions);
  }

  /** Throws the bytes of a direction (both without one) away: what was sent never arrives. */
  swallow(...directions: Direction[]): void {
    this.#set('drop', directions);
  }

  /**
   * A firewall that lost its state: what is open now carries nothing any more in these directions
   * (both without one) and is never told; new connections work.
   */
  forget(...directions: Direction[]): void {
    for (const link of this.openLinks) link.forget(...directions);
  }

  /** New connections are refused; open links go on. */
  refuse(): void {
    const server = this.#server;
    this.#server = undefined;
    // close() calls back only when the last connection has ended; not listening any more is enough.
    server?.close();
  }

  /** New connections are taken (again). */
  async accept(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ allowHalfOpen: true }, (client) => this.#opened(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.#server = server;
  }

  /** Everything as at the start; held bytes go on. */
  async heal(): Promise<void> {
    for (const direction of BOTH) {
      this.mode[direction] = 'pass';
      for (const link of this.links) link.release(direction);
    }
    await this.accept();
  }

  close(): void {
    this.refuse();
    for (const socket of this.#sockets) socket.destroy();
  }

  #set(mode: 'hold' | 'drop', directions: Direction[]): void {
    for (const direction of directions.length > 0 ? directions : BOTH) this.mode[direction] = mode;
  }

  #opened(client: Socket): void {
    const server = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    const link = new Link(this, client, server);
    this.links.push(link);
    this.news.add({ link, news: 'opened', at: performance.now() });
  }
}
