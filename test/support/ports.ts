// SPDX-License-Identifier: MIT
import { createServer } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 32_000;
const given = new Set<number>();

function bindable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/**
 * A loopback TCP port that nobody listens on, never given twice by one process. It lies below the
 * range from which the kernel takes the ports of outgoing connections, so that a listener can be
 * closed and opened again on it.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 500; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (given.has(port) || !(await bindable(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error('no free loopback port');
}
