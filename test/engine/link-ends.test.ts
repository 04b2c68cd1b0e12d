// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  AttachSchema,
  CommandSchema,
  Detach_How,
  DetachSchema,
  Link_State,
  SecretAnswerSchema,
} from '../../src/contract/engine_pb.js';
import type { Command } from '../../src/contract/engine_pb.js';
import type { TlsFacts } from '../../src/core/effects.js';
import { Account } from '../../src/engine/account.js';
import type { AccountEffect, AccountInput } from '../../src/engine/effects.js';
import { ModelAccount } from '../support/model-account.js';
import { nodeTools } from '../support/tools.js';

const HEADER =
  "<?xml version='1.0'?><stream:stream from='home.example' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const SCRAM =
  "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>";

const facts: TlsFacts = {
  protocol: 'TLSv1.3',
  names: { dns: ['home.example'], srv: [], xmppAddr: [] },
  sha256: '00'.repeat(32),
  notBefore: 0,
  notAfter: 1e15,
  chain: [],
};

const full = {
  kind: 'store',
  condition: 'disk-full',
  text: 'The disk is full.',
  by: 'us',
  retry: 'later',
} as const;

let effects: AccountEffect[];
let account: Account;
beforeEach(() => {
  effects = [];
  const random = (count: number): Uint8Array => new Uint8Array(count);
  account = new Account({ program: 'Test' }, nodeTools, random, new Uint8Array(), new Map(), (e) =>
    effects.push(e),
  );
});

function give(input: AccountInput): void {
  account.input(input, { now: 1000, wall: 1e12 });
}

function command(body: Command['body']): void {
  give({ type: 'command', command: create(CommandSchema, { body }) });
}

function attach(password = ''): void {
  command({
    case: 'attach',
    value: create(AttachSchema, { jid: 'alice@home.example', password }),
  });
}

function serverSays(...features: string[]): void {
  const text = `${HEADER}<stream:features>${features.join('')}</stream:features>`;
  give({ type: 'link-bytes', bytes: new TextEncoder().encode(text) });
}

const written = (): string[] => effects.flatMap((e) => (e.type === 'write' ? [e.text] : []));

/** Ends of the sign-in that the host was told of, by condition. */
const failures = (): (string | undefined)[] =>
  effects.flatMap((e) =>
    e.type === 'tell' && e.body.case === 'link' && e.body.value.state === Link_State.FAILED
      ? [e.body.value.error?.condition]
      : [],
  );

describe('a sign-in that ends', () => {
  it('for want of STARTTLS has written nothing in clear but the stream header', () => {
    attach('secret');
    give({ type: 'compacted' });
    give({ type: 'link-open', direct: false });
    serverSays(SCRAM);
    expect(failures()).toEqual(['starttls-missing']);
    expect(written()).toHaveLength(1);
    expect(written()[0]).toMatch(/^<\?xml version='1\.0'\?><stream:stream [^<]*>$/);
  });

  it('because the person closed the password prompt is told as that, and once', () => {
    attach();
    give({ type: 'compacted' });
    give({ type: 'link-open', direct: false });
    serverSays(STARTTLS);
    const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    give({ type: 'link-bytes', bytes: new TextEncoder().encode(proceed) });
    give({ type: 'tls-ready', facts });
    serverSays(SCRAM);
    expect(failures()).toEqual([]);
    command({ case: 'secretAnswer', value: create(SecretAnswerSchema, { cancelled: true }) });
    expect(failures()).toEqual(['cancelled']);
  });

  it.each(['dialing', 'negotiating'])('because the disk is full is told as that, %s', (when) => {
    attach('secret');
    if (when === 'negotiating') give({ type: 'link-open', direct: false });
    give({ type: 'compacted', fault: full });
    expect(failures()).toEqual(['disk-full']);
    expect(effects.filter(({ type }) => type === 'close')).toHaveLength(1);
  });
});

describe('an account that is enabled again while it signs off', () => {
  it('signs in afresh when that is done', () => {
    const model = new ModelAccount();
    model.attach();
    model.take('link');
    const value = create(DetachSchema, { how: Detach_How.SIGN_OFF });
    model.engine.command(create(CommandSchema, { body: { case: 'detach', value } }));
    model.attach();
    model.pass(10_000);
    // Each Detach has its last word, this one although it was overtaken.
    const links = model.links();
    expect(links[0]).toBe('DETACHED');
    expect(links.slice(1).filter((state) => state !== 'CONNECTING')).toEqual(['ONLINE']);
    expect(model.wire().filter((name) => name === '/')).toHaveLength(1);
  });
});
