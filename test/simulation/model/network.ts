// SPDX-License-Identifier: MIT

import type { World } from './world.js';

export interface End {
  bytes(bytes: Uint8Array): void;
  /** @param cut not in order: reset, or lost */
  closed(cut: boolean): void;
}

/** One TCP connection: bytes in order, some time later, until it is cut at any of them. */
export class ModelLink {
  private client: End | undefined;
  private server: End | undefined;
  private cutAt: number | undefined;
  private deaf = false;
  private lastArrival = { client: 0, server: 0 };

  constructor(
    private readonly world: World,
    private readonly latencyMs: number,
  ) {}

  connect(client: End, server: End): void {
    this.client = client;
    this.server = server;
  }

  toServer(bytes: Uint8Array): void {
    this.carry('server', (end) => {
      end.bytes(bytes);
    });
  }

  toClient(bytes: Uint8Array): void {
    this.carry('client', (end) => {
      end.bytes(bytes);
    });
  }

  /** The client lets go: the server reads what was sent before, then learns of it. */
  clientCloses(how: 'end' | 'reset'): void {
    this.client = undefined;
    if (how === 'reset') {
      this.cutAt ??= this.world.now;
    }
    this.carry(
      'server',
      (end) => {
        end.closed(false);
      },
      true,
    );
  }

  serverCloses(): void {
    this.server = undefined;
    this.carry('client', (end) => {
      end.closed(false);
    });
  }

  /**
   * Cut: what is in flight is lost from some byte on. Each side learns of it, or never (a link that is
   * half open until a timeout finds out).
   */
  cut(tellClient: boolean, tellServer: boolean): void {
    const { client, server } = this;
    this.cutAt = this.world.now;
    if (tellClient) {
      this.world.after(this.latencyMs, () => client?.closed(true));
    }
    if (tellServer) {
      this.world.after(this.latencyMs, () => server?.closed(true));
    }
  }

  /** From now on the client hears nothing, while what it writes arrives. */
  deafen(): void {
    this.deaf = true;
  }

  private carry(to: 'client' | 'server', deliver: (end: End) => void, close = false): void {
    const sent = this.world.now;
    if ((this.cutAt !== undefined && !close) || (to === 'client' && this.deaf)) {
      return;
    }
    const { chance } = this.world;
    // Never before what was sent earlier: TCP keeps the order.
    const arrival = Math.max(
      this.lastArrival[to],
      sent + this.latencyMs + chance.between(0, this.latencyMs),
    );
    this.lastArrival[to] = arrival;
    this.world.after(arrival - sent, () => {
      // What was under way when the link was cut arrives or not, but nothing behind a gap does.
      const lost = this.cutAt !== undefined && arrival > this.cutAt && !close;
      const end = to === 'client' ? this.client : this.server;
      if (!lost && end !== undefined) {
        deliver(end);
      }
    });
  }
}
