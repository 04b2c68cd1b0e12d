// SPDX-License-Identifier: MIT
//
// A message that makes the server end the stream: found, given up with its text, and no other with it.
import { describe, expect, it } from 'vitest';
import { MessageState_State as State } from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

const { signedIn } = ModelAccount;

const TEXTS = ['one', 'two', 'poison', 'three', 'four'];

function sendAll(account: ModelAccount): void {
  account.engine.unreachable = true;
  account.cut();
  for (const text of TEXTS) account.send(text);
  account.engine.unreachable = false;
  account.told.length = 0;
  account.pass(10 * 60_000);
}

const ends = (account: ModelAccount) =>
  Object.fromEntries(TEXTS.map((text, n) => [text, account.standing(`id-${String(n + 1)}`)]));
const arrived = (account: ModelAccount) =>
  [...(account.server.offline.get('bob@model.test') ?? [])].map(
    ({ text }) => /<body>(.*)<.body>/.exec(text)?.[1],
  );
const ALL_BUT_ONE = {
  one: 'AT_SERVER',
  two: 'AT_SERVER',
  poison: 'FAILED',
  three: 'AT_SERVER',
  four: 'AT_SERVER',
};

describe.each([
  ['is resumed', {}],
  ['is lost each time, on a server without stream management', { plain: true }],
  ['is lost each time, on a server with an archive', { archive: true, silent: true }],
])('a message that ends the stream, in a session that %s', (_, options) => {
  it.each([
    ['with a name for it', 'policy-violation'],
    ['without a word', undefined],
    ['with a name that says nothing', 'undefined-condition'],
  ])('%s is given up alone', (__, condition) => {
    const account = signedIn(options);
    account.send('control', 'control');
    account.server.poison = { word: 'poison', ...(condition === undefined ? {} : { condition }) };
    sendAll(account);
    expect(ends(account)).toEqual(ALL_BUT_ONE);
    expect(new Set(arrived(account))).toEqual(new Set(['control', 'one', 'two', 'three', 'four']));
  });
});

describe('a message that ends the stream', () => {
  it('is quoted to the person', () => {
    const account = signedIn();
    account.server.poison = { word: 'poison', condition: 'policy-violation' };
    sendAll(account);
    const failed = account.take('messageState').filter(({ state }) => state === State.FAILED);
    expect(failed.map(({ body, error }) => [body, error?.condition])).toEqual([
      ['poison', 'policy-violation'],
    ]);
  });

  it('by name costs three sign-ins at most', () => {
    const account = signedIn();
    account.server.poison = { word: 'poison', condition: 'policy-violation' };
    account.engine.dialled.length = 0;
    account.send('poison');
    account.pass(10 * 60_000);
    expect(account.engine.dialled.length).toBeLessThanOrEqual(3);
  });

  it('arrives in order with the others when it is none at last', () => {
    const account = signedIn();
    account.server.poison = { word: 'poison' };
    account.send('one');
    account.send('poison');
    account.pass(1_500);
    account.server.poison = undefined;
    account.send('two');
    account.pass(60_000);
    expect(arrived(account)).toEqual(['one', 'poison', 'two']);
  });
});

describe('a text that is longer than the server takes (XEP-0478)', () => {
  const options = { maxBytes: 2_000 };

  it('is refused at once, and nothing of it is sent', () => {
    const account = signedIn(options);
    account.send('x'.repeat(2_000));
    account.send('short');
    expect(account.take('refused').map(({ error }) => error?.condition)).toEqual(['too-large']);
    expect(account.server.received.join('')).not.toContain('xxx');
    expect(account.standing('id-2')).toBe('AT_SERVER');
  });

  it('is told as failed, with its text, when the server says so only after it was accepted', () => {
    const account = new ModelAccount(options);
    account.engine.unreachable = true;
    account.attach();
    account.send('ü'.repeat(1_000));
    account.send('short');
    account.engine.unreachable = false;
    account.attach();
    account.pass(20_000);
    const failed = account.take('messageState').filter(({ state }) => state === State.FAILED);
    expect(failed.map(({ body }) => body.length)).toEqual([1_000]);
    expect(account.standing('id-2')).toBe('AT_SERVER');
    expect(account.server.received.join('')).not.toContain('üü');
  });
});

describe('no message is blamed', () => {
  it.each(['system-shutdown', 'conflict', 'resource-constraint'])('for %s', (condition) => {
    const account = signedIn();
    account.server.poison = { word: 'innocent', condition };
    account.send('innocent');
    account.pass(5 * 60_000);
    account.server.poison = undefined;
    account.attach({ online: true });
    account.pass(5 * 60_000);
    expect(account.standing('id-1')).toBe('AT_SERVER');
  });

  it('for links that break again and again', () => {
    const account = signedIn();
    for (let n = 0; n < 8; n++) {
      account.engine.link?.deafen();
      account.send('innocent', 'id-1');
      account.cut();
      account.pass(3_000);
    }
    account.pass(60_000);
    expect(account.standing('id-1')).toBe('AT_SERVER');
  });
});
