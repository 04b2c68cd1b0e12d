// SPDX-License-Identifier: MIT

import { beforeEach, describe, expect, it } from 'vitest';
import { Acknowledgements } from '../../src/core/acknowledgements.js';
import { xml } from '../../src/core/xml.js';
import { jid, readOne } from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const OWN = 'alice@example.org/desk';

let drawn: number;
let written: string[];
let acks: Acknowledgements;
beforeEach(() => {
  drawn = 0;
  written = [];
  const random = (n: number) => new Uint8Array(n).fill(++drawn);
  acks = new Acknowledgements(nodeTools, random, (text) => written.push(text));
  acks.opened(0, false, jid(OWN), {}, 0);
});

/** The id of the ping that is written when bytes are to be confirmed. */
function ping(): string {
  acks.wrote(0, 1, 10);
  acks.proceed(0);
  const [text = ''] = written.splice(0);
  return String(readOne(text).attrs.id);
}

const answer = (id: string, type: string, from?: string) =>
  xml('iq', { xmlns: 'jabber:client', type, id, from, to: OWN });

describe('without stream management a pong confirms what was written before the ping', () => {
  it.each([
    ['of nobody, that is of our account', undefined],
    ['of our account', 'alice@example.org'],
    ['of ourselves', OWN],
    ['of our server', 'example.org'],
    ['of our server in another spelling', 'EXAMPLE.org'],
  ])('%s', (_, from) => {
    expect(acks.pong(answer(ping(), 'result', from))).toBe(1);
    acks.answered(0, 1);
    expect(acks.pong(answer(ping(), 'error', from))).toBe(2);
  });

  it.each([
    ['of a stranger', 'result', 'mallory@evil.example/x'],
    ['of a stranger, as a request', 'get', 'mallory@evil.example/x'],
    ['of a contact', 'error', 'bob@example.org'],
    ['of another client of ours', 'result', 'alice@example.org/phone'],
    ['of somebody at our server', 'result', 'example.org/mallory'],
    ['of a name like ours', 'result', 'alice@example.org.evil.example'],
    ['of an address that is none', 'result', '@@'],
    ['of an empty address', 'result', ''],
    ['of our server, but as a request', 'get', 'example.org'],
    ['of nobody, but as a request', 'set', undefined],
    ['of nobody and no type', '', undefined],
  ])('but not one %s, and the right one is still awaited', (_, type, from) => {
    const id = ping();
    expect(acks.pong(answer(id, type, from))).toBeUndefined();
    expect(acks.pong(answer(id, 'result'))).toBe(1);
  });

  it('but not one with another id, or the same a second time', () => {
    const id = ping();
    expect(acks.pong(answer('ack-1', 'result'))).toBeUndefined();
    expect(acks.pong(answer(id, 'result'))).toBe(1);
    expect(acks.pong(answer(id, 'result'))).toBeUndefined();
  });

  it('and each ping has an id of its own that was drawn', () => {
    const first = ping();
    acks.pong(answer(first, 'result'));
    acks.answered(0, 0);
    const second = ping();
    expect(drawn).toBe(2);
    expect(second).not.toBe(first);
    expect(nodeTools.fromBase64(first.slice('ack-'.length))).toHaveLength(12);
  });
});

describe('a link on which we say nothing', () => {
  it.each([
    ['that the server never takes for idle is asked for our own sake', {}, 60_000],
    ['is asked in time if the server takes it for idle sooner', { idleSeconds: 20 }, 10_000],
    [
      'is asked for our own sake if the server takes it for idle later',
      { idleSeconds: 1800 },
      60_000,
    ],
  ])('%s', (_, limits, at) => {
    acks.opened(0, true, jid(OWN), limits, 0);
    expect(acks.deadline()).toBe(at);
    acks.proceed(at);
    expect(written).toEqual(["<r xmlns='urn:xmpp:sm:3'/>"]);
  });
});
