// SPDX-License-Identifier: MIT
//
// How long it takes when the first server that DNS names is of no use, and what is left open of it.

import type { SrvResolver } from '../../src/transport/resolver.js';
import { BlackHole, socketsTo } from '../../test/support/black-hole.js';
import type { CuttingProxy } from '../../test/support/cutting-proxy.js';
import { freePort } from '../../test/support/ports.js';
import { watch } from '../../test/transport/watched-link.js';

export interface Dead {
  /** Seconds from the dial to verified TLS with the second server. */
  readonly seconds: number;
  /** The same without a dead one before it. */
  readonly alone: number;
  /** Sockets that still are, or try to be, connected to the dead one when the other is there. */
  readonly left: number;
}

/** What DNS says: all of the same service, the dead one first. */
const answering = (ports: readonly number[]): SrvResolver => ({
  resolve: (_name, direct) =>
    Promise.resolve({
      records: direct
        ? ports.map((port, priority) => ({
            ...{ host: '127.0.0.1', port, direct, priority, weight: 0 },
          }))
        : [],
    }),
  cancel: () => undefined,
});

async function dial(domain: string, ca: string, ports: readonly number[]): Promise<number> {
  const began = performance.now();
  const watched = watch(
    { domain, tls: 'direct' },
    { ca, resolver: answering(ports), trusts: ({ names }) => names.dns.includes(domain) },
  );
  await watched.ready();
  const took = performance.now() - began;
  watched.link.close('reset');
  return took / 1000;
}

async function behind(
  port: number,
  left: () => number,
  ...[domain, ca, good]: [string, string, CuttingProxy]
): Promise<Dead> {
  const alone = await dial(domain, ca, [good.port]);
  const seconds = await dial(domain, ca, [port, good.port]);
  return { seconds, alone, left: left() };
}

/** Nobody listens on the first one's port. */
export async function refused(domain: string, ca: string, good: CuttingProxy): Promise<Dead> {
  const port = await freePort();
  return behind(port, () => socketsTo(port), domain, ca, good);
}

/** @param relay to the first one, who shows a certificate for another name */
export async function untrusted(
  ...[domain, ca, good, relay]: [string, string, CuttingProxy, CuttingProxy]
): Promise<Dead> {
  return behind(relay.port, () => socketsTo(relay.port), domain, ca, good);
}

/** What is sent to the first one vanishes. */
export async function swallowed(domain: string, ca: string, good: CuttingProxy): Promise<Dead> {
  const hole = await BlackHole.open();
  try {
    return await behind(hole.port, () => hole.knocking, domain, ca, good);
  } finally {
    await hole.close();
  }
}
