// SPDX-License-Identifier: MIT
//
// What others and their servers send to do harm. Each of these did once.

import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  CommandSchema,
  Detach_How as How,
  DetachSchema,
  MessageState_State as State,
} from '../../src/contract/engine_pb.js';
import type { Message } from '../../src/contract/engine_pb.js';
import type { FeatureHost } from '../../src/features/feature.js';
import { ModelAccount } from '../support/model-account.js';

const { signedIn } = ModelAccount;

/** Somebody's stanza for alice, as her server passes it on. */
function deliver(account: ModelAccount, name: string, attributes: string, content: string): void {
  account.says(
    `<${name} xmlns='jabber:client' from='mallory@evil.test/x' ${attributes}>${content}</${name}>`,
  );
  account.pass(500);
}

const many = Array.from({ length: 130 }, (_, n) => ` a${String(n)}='1'`).join('');
const harmful: [title: string, content: string][] = [
  ['130 attributes', `<x${many}/>`],
  ['130 elements within each other', `${'<x>'.repeat(130)}${'</x>'.repeat(130)}`],
  ['more than a mebibyte', 'x'.repeat(1_100_000)],
];

describe('a message that is too large or too complex locks nobody out', () => {
  it.each(harmful)('%s', (_title, content) => {
    const account = signedIn();
    deliver(account, 'message', "type='chat' id='p'", `<body>hi</body>${content}`);
    account.receive('a friend writes');
    account.pass(30 * 60_000);
    // It was acknowledged, so the server does not send it again.
    account.cut();
    account.pass(10_000);
    const bodies = account.told.flatMap(({ case: which, value }) =>
      which === 'message' ? [(value as Message).body] : [],
    );
    expect(bodies).toEqual([
      expect.stringMatching(/^A message from mallory@evil\.test was too large or too complex/),
      'a friend writes',
    ]);
    expect(account.links()).toEqual(['INTERRUPTED reset', 'ONLINE']);
  });
});

describe('a request that is too large or too complex', () => {
  it.each(harmful)('is answered as an unknown one: %s', (_title, content) => {
    const account = signedIn();
    const ping = "<ping xmlns='urn:xmpp:ping'/>";
    deliver(account, 'iq', "type='get' id='q'", `${ping}<x xmlns='urn:x'>${content}</x>`);
    const answer = account.server.received.find((text) => text.includes('id="q"'));
    expect(answer).toContain('to="mallory@evil.test/x"');
    expect(answer).toContain('<service-unavailable ');
  });
});

describe('a message that crosses the sign-off is not lost', () => {
  it.each([
    ['without stream management, which will not send it again', true, 1],
    ['without stream management, though the host says Goodbye right behind its Detach', true, 2],
    ['with stream management, which keeps it', false, 1],
  ])('on a server %s', (_title, plain, times) => {
    const account = signedIn({ plain });
    const value = create(DetachSchema, { how: How.SIGN_OFF });
    const detach = create(CommandSchema, { body: { case: 'detach', value } });
    for (let n = 0; n < times; n++) account.engine.command(detach);
    account.receive('crossing');
    account.pass(2_000);
    account.restart();
    account.attach();
    account.pass(2_000);
    expect(account.take('message').map(({ body }) => body)).toEqual(['crossing']);
  });
});

it('a server that acknowledges what was not sent is told so (XEP-0198 §6), and no text is lost', () => {
  const account = signedIn();
  const [session] = account.server.sessions.values();
  const sent = session?.handled;
  session?.connection?.write("<a xmlns='urn:xmpp:sm:3' h='999'/>");
  account.pass(500);
  account.send('typed meanwhile');
  account.pass(30_000);
  const received = account.server.received.join('');
  const count = `<handled-count-too-high xmlns="urn:xmpp:sm:3" h="999" send-count="${String(sent)}"/>`;
  expect(received).toContain(count);
  expect(received.match(/typed meanwhile/g)).toHaveLength(1);
});

describe('another client that takes our resource', () => {
  /** Signed in, with the server's session. */
  function displaced() {
    const account = signedIn();
    const session = () => [...account.server.sessions.values()][0] ?? expect.unreachable();
    const displace = (): string => {
      const { jid } = session();
      account.server.end(session(), true);
      return jid;
    };
    return { account, session, displace };
  }

  it('is left alone for 30 s, and then we come under another one', () => {
    const { account, session, displace } = displaced();
    const ours = displace();
    account.pass(29_000);
    expect(account.links()).toEqual(['INTERRUPTED conflict']);
    expect(account.server.sessions.size).toBe(0);
    account.pass(5_000);
    expect(account.links()).toEqual(['ONLINE']);
    expect(session().jid).toMatch(new RegExp(`^${ours}-\\d+$`));
  });

  it('costs no text: what the server had not got is sent once in the new session', () => {
    const { account, displace } = displaced();
    displace();
    account.send('typed meanwhile');
    account.pass(40_000);
    expect(account.take('messageState').at(-1)?.state).toBe(State.AT_SERVER);
    expect(account.server.received.join('').match(/typed meanwhile/g)).toHaveLength(1);
  });

  it('has the other one still asked for after a cut', () => {
    const { account, session, displace } = displaced();
    displace();
    account.pass(40_000);
    const { jid } = session();
    account.server.end(session(), false);
    account.pass(10_000);
    expect(session().jid).toBe(jid);
  });

  it('and then takes the other one too makes us stop, and says so', () => {
    const { account, displace } = displaced();
    displace();
    account.pass(40_000);
    account.links();
    displace();
    account.pass(600_000);
    expect(account.links()).toEqual(['FAILED conflict']);
    expect(account.server.sessions.size).toBe(0);
  });

  it('and another one days later do not add up: we give way again, and come under a third one', () => {
    const { account, session, displace } = displaced();
    const ours = displace();
    account.pass(40_000);
    account.pass(2 * 3_600_000);
    account.links();
    const second = displace();
    account.pass(40_000);
    expect(account.links()).toEqual(['INTERRUPTED conflict', 'ONLINE']);
    expect(session().jid).toMatch(new RegExp(`^${ours}-\\d+$`));
    expect(session().jid).not.toBe(second);
  });
});

it('a peer who makes us wait for very much at once does not end the engine', () => {
  const account = signedIn();
  const { host } = Reflect.get(account.engine, 'account') as unknown as { host: FeatureHost };
  const done: number[] = [];
  for (let n = 0; n < 1_000_000; n += 1) host.later(1_000, () => done.push(n));
  account.pass(2_000);
  expect(done).toHaveLength(1_000_000);
});
