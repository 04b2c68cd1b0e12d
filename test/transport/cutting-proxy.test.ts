// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/observed.js';

/** One end of a connection: all that it read, and how it was told of the end. */
class End {
  text = '';
  ended = false;
  closed = false;

  constructor(readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => (this.text += text));
    socket.on('end', () => (this.ended = true));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => undefined); // 'close' follows
  }

  reads(text: string): Promise<void> {
    return eventually(`“${text}” in “${this.text}”`, () => this.text === text);
  }
}

const ends: End[] = [];
let server: Server;
let proxy: CuttingProxy;
let served: End[];

beforeEach(async () => {
  served = [];
  server = createServer((socket) => {
    const end = new End(socket);
    served.push(end);
    ends.push(end);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await CuttingProxy.start((server.address() as AddressInfo).port);
});
afterEach(() => {
  proxy.close();
  for (const { socket } of ends.splice(0)) socket.destroy();
  server.close();
});

/** A client and its twin in the server, with a word exchanged. */
async function pair(): Promise<{ client: End; twin: End }> {
  const before = served.length;
  const client = new End(connect(proxy.port, '127.0.0.1'));
  ends.push(client);
  client.socket.write('hello');
  await eventually('a twin', () => served.length > before);
  const twin = served[before];
  if (twin === undefined) throw new Error('no twin');
  await twin.reads('hello');
  return { client, twin };
}

test('what is in the latency of a link goes down with a reset', async () => {
  const { client, twin } = await pair();
  proxy.latencyMs = 50;
  client.socket.write(' and more');
  await proxy.news.next('the bytes', ({ link }) => link.bytes.up === 'hello and more'.length);
  proxy.cut('rst');
  await eventually('both to close', () => client.closed && twin.closed);
  expect([client.ended, twin.ended]).toEqual([false, false]);
  expect(twin.text).toBe('hello');
});

test('an orderly end is told behind the bytes that are still under way', async () => {
  const { client, twin } = await pair();
  proxy.latencyMs = 50;
  twin.socket.end('farewell');
  await client.reads('farewell');
  await eventually('the end', () => client.ended);
});

test('nothing overtakes on a line that becomes faster', async () => {
  const { client, twin } = await pair();
  const bytes = async (text: string): Promise<void> => {
    client.socket.write(text);
    const amount = 'hello'.length + text.length;
    await proxy.news.next('the bytes', ({ link }) => link.bytes.up >= amount);
  };
  proxy.latencyMs = 100;
  await bytes(' slow');
  proxy.latencyMs = 0;
  await bytes(' fast');
  await twin.reads('hello slow fast');
});

test('what stalled arrives late, in order, and then the end', async () => {
  const { client, twin } = await pair();
  proxy.stall();
  client.socket.write(' one');
  client.socket.end(' two');
  await proxy.news.next('the bytes', ({ link }) => link.bytes.up === 'hello one two'.length);
  expect(twin.text).toBe('hello');
  await proxy.heal();
  await twin.reads('hello one two');
  await eventually('the end', () => twin.ended);
});

test('a link that was forgotten carries nothing and tells no end, and new ones work', async () => {
  const { client, twin } = await pair();
  proxy.forget('down');
  twin.socket.write('unheard');
  client.socket.write(' still there?');
  await twin.reads('hello still there?');
  twin.socket.destroy();
  const other = await pair();
  other.twin.socket.write('welcome');
  await other.client.reads('welcome');
  expect(client).toMatchObject({ text: '', ended: false, closed: false });
  expect(proxy.links.map(({ whole }) => whole)).toEqual([false, true]);
});

test('new links are refused while open ones go on', async () => {
  const { client, twin } = await pair();
  proxy.refuse();
  const refused = new End(connect(proxy.port, '127.0.0.1'));
  await eventually('the refusal', () => refused.closed);
  twin.socket.write('here');
  await client.reads('here');
  await proxy.accept();
  await pair();
});
