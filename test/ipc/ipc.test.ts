// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import type { Server } from 'node:net';
import { Socket, createServer, connect } from 'node:net';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandSchema, EventSchema } from '../../src/contract/engine_pb.js';
import type { Command, Event } from '../../src/contract/engine_pb.js';
import { decodeCommand } from '../../src/ipc/codec.js';
import { ContractError, FrameReader, frame, largestFrame } from '../../src/ipc/frames.js';
import { Peer } from '../../src/ipc/peer.js';
import { Observed } from '../support/observed.js';

function message(id: string, body = 'hello'): Command {
  return create(CommandSchema, {
    account: 1,
    id,
    body: { case: 'sendMessage', value: { to: 'bob@example.org', body } },
  });
}
const encoded = (command: Command): Uint8Array => toBinary(CommandSchema, command);

function logEvent(seq: number, text = ''): Event {
  return create(EventSchema, { seq, body: { case: 'log', value: { text } } });
}

describe('frames', () => {
  it('come out whole wherever the stream is cut', () => {
    const frames = ['a', 'bcd', 'e'.repeat(300)].map((text) => Buffer.from(text));
    const stream = Buffer.concat(frames.map(frame));
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = new FrameReader();
      const out = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
      expect(out.map((f) => Buffer.from(f).toString())).toEqual(frames.map(String));
    }
  });

  it('come out whole when the bytes come one by one', () => {
    const reader = new FrameReader();
    const stream = Buffer.concat([frame(Buffer.from('abc')), frame(Buffer.from('d'))]);
    const out = [...stream].flatMap((byte) => reader.push(Uint8Array.of(byte)));
    expect(out.map((f) => Buffer.from(f).toString())).toEqual(['abc', 'd']);
  });

  it.each([
    ['0 bytes', 0],
    ['one byte above the cap', largestFrame + 1],
    ['2^32 - 1 bytes', 0xffffffff],
  ])('of %s end the connection at their head', (_title, length) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(length);
    expect(() => new FrameReader().push(head)).toThrow(ContractError);
  });

  it('are not made when they would be too long or empty', () => {
    expect(() => frame(new Uint8Array())).toThrow(ContractError);
    expect(() => frame(new Uint8Array(largestFrame + 1))).toThrow(ContractError);
  });
});

describe('a command', () => {
  it('is read as it was written', () => {
    expect(decodeCommand(encoded(message('m1')))).toEqual(message('m1'));
  });

  it.each([
    ['U+0000 in a text', encoded(message('m1', 'a\0b')), 'bad-string'],
    ['U+0000 in its id', encoded(message('m\0')), 'bad-string'],
    ['bytes that are no UTF-8', spoilt(), 'bad-message'],
    ['a cut end', encoded(message('m1')).subarray(0, 9), 'bad-message'],
  ])('with %s breaks the contract', (_title, bytes, condition) => {
    expect(() => decodeCommand(bytes)).toThrow(expect.objectContaining({ condition }));
  });

  it('with U+0000 in a list deep inside breaks the contract', () => {
    const value = { jid: 'a@b', groups: ['fine', 'ba\0d'] };
    const command = create(CommandSchema, { body: { case: 'setContact', value } });
    expect(() => decodeCommand(encoded(command))).toThrow(ContractError);
  });

  function spoilt(): Uint8Array {
    const bytes = encoded(message('m1', 'hello')).slice();
    bytes[bytes.length - 1] = 0xff;
    return bytes;
  }
});

describe('the host at the other end', () => {
  let server: Server;
  let host: Socket;
  let engineSide: Socket;

  beforeEach(async () => {
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    const accepted = once(server, 'connection');
    host = connect(address.port, '127.0.0.1');
    const [socket] = (await accepted) as [unknown];
    if (!(socket instanceof Socket)) throw new Error('no socket');
    engineSide = socket;
  });
  afterEach(() => {
    host.destroy();
    engineSide.destroy();
    server.close();
  });

  function peer(): { peer: Peer; news: Observed<string> } {
    const news = new Observed<string>();
    const made = new Peer(engineSide, {
      command: ({ id, body }) =>
        news.add(body.case === 'handled' ? `handled ${body.value.seq}` : `command ${id}`),
      broken: ({ condition }) => news.add(`broken ${condition}`),
      gone: () => news.add('gone'),
    });
    return { peer: made, news };
  }

  it('is heard in order, and its end once', async () => {
    const { news } = peer();
    host.write(Buffer.concat([frame(encoded(message('m1'))), frame(encoded(message('m2')))]));
    host.end();
    await news.next('the end', (line) => line === 'gone');
    expect(news.all).toEqual(['command m1', 'command m2', 'gone']);
  });

  it('is heard once where it says several times in a row how far it is', async () => {
    const { news } = peer();
    const handled = (seq: number): Command =>
      create(CommandSchema, { body: { case: 'handled', value: { seq } } });
    const said = [handled(1), handled(2), message('m1'), handled(3), message('m2'), handled(5)];
    host.write(Buffer.concat([...said.map((c) => frame(encoded(c))), frame(Buffer.of(0x22, 9))]));
    await news.next('the breach', (line) => line.startsWith('broken'));
    const expected = ['handled 2', 'command m1', 'handled 3', 'command m2', 'handled 5'];
    expect(news.all).toEqual([...expected, 'broken bad-message']);
  });

  it('is not read on once it broke the contract', async () => {
    const { news } = peer();
    const bad = frame(encoded(message('m\0')));
    host.write(Buffer.concat([frame(encoded(message('m1'))), bad, frame(encoded(message('m2')))]));
    await news.next('the breach', (line) => line.startsWith('broken'));
    host.write(frame(encoded(message('m3'))));
    host.end();
    await once(engineSide, 'close');
    expect(news.all.filter((line) => line !== 'gone')).toEqual(['command m1', 'broken bad-string']);
  });

  it('gets the events of one turn in one piece and all of them in order, at any pace', async () => {
    const { peer: sender } = peer();
    const seqs: number[] = [];
    const reader = new FrameReader();
    for (let seq = 1; seq <= 500; seq++) sender.send(logEvent(seq, 'x'.repeat(20_000)));
    expect(sender.waitingBytes).toBeGreaterThan(1_000_000);
    host.on('data', (bytes: Buffer) => {
      for (const f of reader.push(bytes)) seqs.push(fromBinary(EventSchema, f).seq);
    });
    const finished = once(host, 'end');
    sender.end(() => undefined);
    await finished;
    expect(seqs).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
  });

  it('writes nothing before the turn is over, then everything at once', async () => {
    const { peer: sender } = peer();
    for (let seq = 1; seq <= 10; seq++) sender.send(logEvent(seq));
    expect(engineSide.bytesWritten).toBe(0);
    const [first] = (await once(host, 'data')) as [Buffer];
    expect(new FrameReader().push(first)).toHaveLength(10);
  });

  it('may be gone already when the engine says its last word', async () => {
    const { peer: sender, news } = peer();
    host.destroy();
    await news.next('the end', (line) => line === 'gone');
    sender.send(logEvent(1));
    await new Promise<void>((done) => sender.end(done));
    expect(news.all).toEqual(['gone']);
  });
});
