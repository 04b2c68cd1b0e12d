// SPDX-License-Identifier: MIT
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const LOWEST = 20_000;
const HIGHEST = 32_000;

/** One file for each port that was given, with the process that has it: several of them run at a time. */
const CLAIMS = join(tmpdir(), `steadfast-ports-${String(userInfo().uid)}`);
const claim = (port: number): string => join(CLAIMS, String(port));

/** Whether the process that has the port is gone; one that has not said yet which it is is not. */
function abandoned(port: number): boolean {
  try {
    const pid = Number(readFileSync(claim(port), 'utf8'));
    return pid > 0 && !existsSync(`/proc/${String(pid)}`);
  } catch {
    return false;
  }
}

/** Workers of tests end without a word, so each sweeps up what those before it have left. */
function sweep(): void {
  mkdirSync(CLAIMS, { recursive: true, mode: 0o700 });
  for (const port of readdirSync(CLAIMS).map(Number))
    if (abandoned(port)) rmSync(claim(port), { force: true });
}

sweep();

function claimed(port: number): boolean {
  try {
    writeFileSync(claim(port), String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

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
 * A loopback TCP port that nobody listens on, given to no other process of the tests, and to none twice.
 * It lies below the range from which the kernel takes the ports of outgoing connections, so that a listener
 * can be closed and opened again on it.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 500; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (claimed(port) && (await bindable(port))) return port;
  }
  throw new Error('no free loopback port');
}

/** Does somebody listen on this port of 127.0.0.1, or on the socket of this path? */
export function listens(place: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const address =
      typeof place === 'string' ? { path: place } : { port: place, host: '127.0.0.1' };
    const socket = connect(address);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
