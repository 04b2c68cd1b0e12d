// SPDX-License-Identifier: MIT
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { freePort } from './ports.js';
import { eventually } from './observed.js';

const LISTEN = `require('node:net').createServer().listen(
  { port: Number(process.argv[1]), host: '127.0.0.1', backlog: 1 }, () => console.log('listening'))`;

/** States of /proc/net/tcp: those in which our side has let go, or is listening. */
const LET_GO = new Set(['06', '07', '0A']);

/** How many sockets of this machine are, or try to be, connected to a loopback port. */
export function socketsTo(port: number): number {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , to, state = '']) => to === remote && !LET_GO.has(state)).length;
}

/**
 * A loopback port that answers a connection with nothing at all, as a firewall that drops what it does not
 * like: the process that listens there is stopped, and its queue is full.
 */
export class BlackHole {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly filling: readonly Socket[],
  ) {}

  static async open(): Promise<BlackHole> {
    const port = await freePort();
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const child = spawn(process.execPath, ['-e', LISTEN, String(port)], { stdio: [...stdio] });
    if (child.stdout === null) throw new Error('no output');
    await once(child.stdout, 'data');
    child.kill('SIGSTOP');
    const filling: Socket[] = [];
    // The kernel takes one more than the backlog, and then lets nobody in.
    await eventually('the queue to be full', async () => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      filling.push(socket);
      return !(await opens(socket));
    });
    return new BlackHole(port, child, filling);
  }

  /** Those who try to get in, beside the ones that fill the queue. */
  get knocking(): number {
    return socketsTo(this.port) - this.filling.filter(({ destroyed }) => !destroyed).length;
  }

  async close(): Promise<void> {
    for (const socket of this.filling) socket.destroy();
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

/** On loopback a connection is there at once, or the kernel has dropped what asked for it. */
function opens(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 300);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
