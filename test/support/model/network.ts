// SPDX-License-Identifier: MIT

import type { Buffer } from 'node:buffer';
import type { Chance } from './chance.js';
import type { World } from './world.js';

export interface End {
  bytes(bytes: Uint8Array): void;
  /** @param cut not in order: reset, or lost */
  closed(cut: boolean): void;
}

/** What TLS says of the client's end of a connection. */
export interface Channel {
  /** In the client's certificate, where one was shown and its authority is known (XEP-0178 §2). */
  readonly addresses: readonly string[];
  /** What both ends are known by, by type (RFC 5929, RFC 9266); none where that is not to be had. */
  readonly bindings: Readonly<Partial<Record<string, Buffer>>>;
}

/** What a server needs of a connection. */
export interface ServerLink {
  toClient(bytes: Uint8Array): void;
  serverCloses(): void;
  /** Where TLS is real, once it is complete. */
  channel?(): Channel;
  /** What the client has shown in TLS, DER. */
  readonly certificate?: Uint8Array | undefined;
}

type Side = 'client' | 'server';

/** One TCP connection: bytes in order, some time later, until it is cut at any of them. */
export class ModelLink implements ServerLink {
  certificate: Uint8Array | undefined;
  private readonly ends: Record<Side, End | undefined> = { client: undefined, server: undefined };
  private cutAt: number | undefined;
  /** What goes there vanishes, and nobody is told. */
  private readonly hole: Record<Side, boolean> = { client: false, server: false };
  /** The piece in which a cut falls has gone its way, as far as it came. */
  private readonly torn: Record<Side, boolean> = { client: false, server: false };
  private readonly lastArrival: Record<Side, number> = { client: 0, server: 0 };

  constructor(
    private readonly world: World,
    private readonly latencyMs: number,
    private readonly chance: Chance = world.chance,
  ) {}

  connect(client: End, server: End): void {
    this.ends.client = client;
    this.ends.server = server;
  }

  toServer(bytes: Uint8Array): void {
    this.carry('server', bytes);
  }

  toClient(bytes: Uint8Array): void {
    this.carry('client', bytes);
  }

  /**
   * The client lets go, and the server learns of it behind what was sent before. At a reset the
   * kernels may throw that away, or may have delivered it.
   */
  clientCloses(how: 'end' | 'reset'): void {
    this.ends.client = undefined;
    if (how === 'reset' && this.chance.happens(0.5)) {
      this.cutAt ??= this.world.now;
    }
    this.carry('server', 'close');
  }

  serverCloses(): void {
    this.ends.server = undefined;
    this.carry('client', 'close');
  }

  /**
   * Cut: what is in flight is lost from some byte on. Each side learns of it, or never (a link that is
   * half open until a timeout finds out).
   */
  cut(tellClient: boolean, tellServer: boolean): void {
    const { client, server } = this.ends;
    this.cutAt ??= this.world.now;
    if (tellClient) {
      this.world.after(this.latencyMs, () => client?.closed(true));
    }
    if (tellServer) {
      this.world.after(this.latencyMs, () => server?.closed(true));
    }
  }

  /** From now on this side hears nothing, while what it writes arrives. */
  deafen(side: Side = 'client'): void {
    this.hole[side] = true;
  }

  private carry(to: Side, what: Uint8Array | 'close'): void {
    const { chance } = this;
    const sent = this.world.now;
    const closing = what === 'close';
    if (!closing) {
      this.world.carried(what);
    }
    if ((this.cutAt !== undefined && !closing) || this.hole[to]) {
      return;
    }
    // Never before what was sent earlier: TCP keeps the order.
    const delay = this.latencyMs + chance.between(0, this.latencyMs);
    const arrival = Math.max(this.lastArrival[to], sent + delay);
    this.lastArrival[to] = arrival;
    this.world.after(arrival - sent, () => {
      const end = this.ends[to];
      const lost = this.cutAt !== undefined && arrival > this.cutAt;
      if (closing) {
        end?.closed(false);
      } else if (lost) {
        this.tear(to, what);
      } else {
        this.deliver(to, what);
      }
    });
  }

  /** What was under way when the link was cut arrives up to some byte, and nothing behind that. */
  private tear(to: Side, bytes: Uint8Array): void {
    if (!this.torn[to]) {
      this.torn[to] = true;
      this.ends[to]?.bytes(bytes.subarray(0, this.chance.between(0, bytes.length)));
    }
  }

  /** Now and then in two pieces, wherever that falls. */
  private deliver(to: Side, bytes: Uint8Array): void {
    const cut = this.chance.happens(0.1) ? this.chance.between(1, bytes.length) : bytes.length;
    this.ends[to]?.bytes(bytes.subarray(0, cut));
    if (cut < bytes.length) {
      this.ends[to]?.bytes(bytes.subarray(cut));
    }
  }
}
