// SPDX-License-Identifier: MIT
//
// Run inside a network namespace of its own by test/interop/proxy-dns.test.ts: the only name server there
// is one of ours on 127.0.0.1, which knows nothing and counts. Prints one JSON line for each dial.

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Link } from '../../src/transport/link.js';
import { tlsContext } from '../../src/transport/tls.js';
import type { Proxy } from '../../src/transport/types.js';

const [certFile = '', keyFile = '', dataFolder = ''] = process.argv.slice(2);
let questions = 0;

/** Answers NXDOMAIN (RFC 1035 §4.1.1) to everything. */
async function nameServer(): Promise<void> {
  const server = createSocket('udp4');
  server.on('message', (question, from) => {
    questions++;
    const answer = Buffer.from(question);
    answer.writeUInt16BE(0x8183, 2);
    server.send(answer, from.port, from.address);
  });
  server.bind(53, '127.0.0.1');
  await once(server, 'listening');
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port;
}

async function tlsServer(): Promise<number> {
  const server = createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

/** Speaks each kind of proxy, and connects everybody to the one server, whatever name was asked for. */
async function anyProxy(to: number): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (heard: Buffer) => {
      if (heard[0] === 5 && heard.length <= 4) return void socket.write(Buffer.of(5, 0));
      if (heard[0] === 5) return join(socket, to, Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
      if (heard[0] === 4) return join(socket, to, Buffer.of(0, 90, 0, 0, 0, 0, 0, 0));
      join(socket, to, Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

function join(socket: Socket, to: number, answer: Buffer): void {
  socket.removeAllListeners('data');
  const server = connect(to, '127.0.0.1', () => {
    socket.write(answer);
    socket.pipe(server).pipe(socket);
  });
  server.on('error', () => socket.destroy());
}

/** Debian's own, as a client without any network behind it; it gives up on each request after 2 s. */
async function tor(port: number): Promise<() => void> {
  const args = ['--ignore-missing-torrc', '-f', '/nonexistent', '--DataDirectory', dataFolder];
  const process = spawn(
    'setpriv',
    [
      '--pdeathsig',
      'KILL',
      '--',
      'tor',
      ...args,
      '--SocksPort',
      `127.0.0.1:${String(port)} ExtendedErrors`,
      '--SocksTimeout',
      '2',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  await new Promise<void>((resolve) => {
    process.stdout.on('data', (bytes: Buffer) => {
      said += String(bytes);
      if (said.includes('Opened Socks listener connection')) resolve();
    });
  });
  return () => void process.kill();
}

interface Told {
  title: string;
  /** `ready`, or the fault's condition. */
  end: string;
  text: string;
  questions: number;
}

function dial(title: string, domain: string, proxy?: Proxy): Promise<Told> {
  questions = 0;
  return new Promise((resolve) => {
    const told = (end: string, text = ''): void => resolve({ title, end, text, questions });
    const link: Link = new Link(
      {
        dial: {
          domain,
          tls: 'direct',
          certificate: false,
          ...(proxy === undefined ? {} : { proxy }),
        },
        context: tlsContext({}),
      },
      {
        open: () => undefined,
        distrusted: () => undefined,
        ready: () => {
          link.close('reset');
          told('ready');
        },
        bytes: () => undefined,
        closed: (fault) => told(fault?.condition ?? 'closed', fault?.text),
      },
    );
  });
}

await nameServer();
const port = await anyProxy(await tlsServer());
const through = (kind: Proxy['kind'], at = port): Proxy => ({
  ...{ kind, host: '127.0.0.1', port: at, user: '', password: '' },
});
const lines: Told[] = [await dial('direct', 'home.example')];
for (const kind of ['socks5', 'tor', 'socks4', 'http'] as const)
  lines.push(await dial(kind, 'home.example', through(kind)));
lines.push(await dial('onion without proxy', 'abc.onion'));
const torPort = 19_050;
const stop = await tor(torPort);
lines.push(await dial('real tor', 'home.example', through('tor', torPort)));
lines.push(await dial('real tor, onion', 'abc.onion', through('tor', torPort)));
stop();
for (const line of lines) process.stdout.write(`${JSON.stringify(line)}\n`);
process.exit(0);
