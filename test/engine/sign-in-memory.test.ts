// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  Attach_AuthMethod as AuthMethod,
  AttachSchema,
  CommandSchema,
  Link_State as State,
} from '../../src/contract/engine_pb.js';
import type { TlsFacts } from '../../src/core/effects.js';
import { Account } from '../../src/engine/account.js';
import type { AccountEffect, AccountInput } from '../../src/engine/effects.js';
import { SIGN_IN } from '../../src/engine/sign-in-memory.js';
import { ScramServer } from '../support/scram-server.js';
import { nodeTools } from '../support/tools.js';
import { Lone } from './lone-account.js';

const facts: TlsFacts = {
  protocol: 'TLSv1.3',
  names: { dns: ['home.example'], srv: [], xmppAddr: [] },
  sha256: '00'.repeat(32),
  notBefore: 0,
  notAfter: 1e15,
  chain: [],
  bindings: { 'tls-exporter': Buffer.from('channel') },
};
const HEADER =
  "<?xml version='1.0'?><stream:stream from='home.example' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const xmlns = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const refusal = `<failure ${xmlns}><not-authorized/></failure>`;

const bound = { mechanism: 'SCRAM-SHA-1-PLUS', authMethod: 'auto', binding: 'tls-exporter' };
const file = (memory: object): string => `${JSON.stringify(memory)}\n`;

/** An account at a server whose words the test says. */
class Stage {
  readonly effects: AccountEffect[] = [];
  readonly account: Account;

  /** @param saved what the file held at the start */
  constructor(saved?: string, authMethod = AuthMethod.AUTO) {
    const caches = new Map(saved === undefined ? [] : [[SIGN_IN, saved]]);
    const random = (count: number): Uint8Array => new Uint8Array(count);
    this.account = new Account(
      { program: 'Test' },
      nodeTools,
      random,
      new Uint8Array(),
      caches,
      (e) => this.effects.push(e),
    );
    const value = create(AttachSchema, {
      jid: 'alice@home.example',
      password: 'pencil',
      authMethod,
    });
    const command = create(CommandSchema, { body: { case: 'attach', value } });
    this.give({ type: 'command', command });
    this.give({ type: 'compacted' });
  }

  give(input: AccountInput): void {
    const before = this.effects.length;
    this.account.input(input, { now: 1000, wall: 1e12 });
    // The disk is well.
    for (const effect of this.effects.slice(before)) {
      if (effect.type === 'append') this.give({ type: 'flushed', append: effect.append });
    }
  }

  says(text: string): void {
    this.give({ type: 'link-bytes', bytes: nodeTools.utf8(text) });
  }

  /** A link with TLS, and an offer on it. */
  link(...mechanisms: string[]): void {
    this.give({ type: 'link-open', direct: true });
    this.give({ type: 'tls-ready', facts });
    const names = mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('');
    this.says(
      `${HEADER}<stream:features><mechanisms ${xmlns}>${names}</mechanisms></stream:features>`,
    );
  }

  /** Lets the account in, as a server does that knows the password. */
  letIn(): void {
    const server = new ScramServer('sha1', 'pencil', Buffer.from('channel'));
    this.says(`<challenge ${xmlns}>${server.first(this.sent('auth'))}</challenge>`);
    const derive = this.effects.findLast((effect) => effect.type === 'derive');
    if (derive?.type !== 'derive') throw new Error('nothing is derived');
    this.give({ type: 'derived', ticket: derive.ticket, key: server.salted });
    this.says(`<success ${xmlns}>${server.final(this.sent('response'))}</success>`);
  }

  /** The data of the last element of that name. */
  sent(name: string): string {
    const found = this.written.findLast((text) => text.startsWith(`<${name} `));
    return />([^<]*)</.exec(found ?? '')?.[1] ?? '';
  }

  get written(): string[] {
    return this.effects.flatMap((e) => (e.type === 'write' ? [e.text] : []));
  }

  /** The mechanisms begun, in order. */
  get begun(): string[] {
    return this.written.flatMap((text) => /mechanism="([^"]*)"/.exec(text)?.[1] ?? []);
  }

  get saved(): string[] {
    return this.effects.flatMap((e) => (e.type === 'save' && e.name === SIGN_IN ? [e.text] : []));
  }

  get logged(): string[] {
    return this.effects.flatMap((e) =>
      e.type === 'log' && e.category === 'sign-in' ? [`${e.level} ${e.text}`] : [],
    );
  }

  get dials(): number {
    return this.effects.filter(({ type }) => type === 'dial').length;
  }

  /** Ends that the host was told of. */
  get failures(): (string | undefined)[] {
    return this.effects.flatMap((e) =>
      e.type === 'tell' && e.body.case === 'link' && e.body.value.state === State.FAILED
        ? [e.body.value.error?.condition]
        : [],
    );
  }
}

const plus = ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'];

describe('how an account signed in', () => {
  it('is kept once, and said', () => {
    const stage = new Stage();
    stage.link(...plus);
    stage.letIn();
    expect(stage.saved).toEqual([file({ pin: bound })]);
    expect(stage.logged).toEqual([
      'info From now on the least is SCRAM-SHA-1-PLUS, bound to the connection (tls-exporter).',
    ]);
    const again = new Stage(stage.saved[0]);
    again.link(...plus);
    again.letIn();
    expect(again.begun).toEqual(['SCRAM-SHA-1-PLUS']);
    expect(again.saved).toEqual([]);
  });

  it('is the least that is taken later', () => {
    const stage = new Stage(file({ pin: bound }));
    stage.link('PLAIN');
    expect(stage.failures).toEqual(['downgrade']);
    expect(stage.begun).toEqual([]);
  });

  it('is no more than what the person now allows', () => {
    const stage = new Stage(file({ pin: bound }), AuthMethod.SCRAM);
    stage.link('SCRAM-SHA-1');
    stage.letIn();
    expect(stage.saved).toEqual([file({ pin: { mechanism: 'SCRAM-SHA-1', authMethod: 'scram' } })]);
  });

  it.each([
    ['nothing', ''],
    ['half of it', file({ pin: bound }).slice(0, 30)],
    ['no object', 'null'],
    ['no mechanism', file({ pin: { ...bound, mechanism: 7 } })],
    ['a binding that is none', file({ pin: { ...bound, binding: 'x' } })],
    ['a setting that is none', file({ pin: { ...bound, authMethod: 'x' } })],
    ['a case that is none', file({ unbound: 7 })],
  ])('is learned anew, with a word, from a file that holds %s', (_, text) => {
    const stage = new Stage(text);
    expect(stage.logged).toEqual([expect.stringMatching(/^warning .*cannot be read/)]);
    stage.link(...plus);
    stage.letIn();
    expect(stage.saved).toEqual([file({ pin: bound })]);
  });
});

describe('a sign-in by certificate', () => {
  /** The server has passwords in clear and certificates alone. @returns the account, let in by its way */
  function letIn(lone: Lone, way: 'PLAIN' | 'EXTERNAL'): Lone {
    lone.secured();
    lone.offers('EXTERNAL', 'PLAIN');
    lone.says(`<success ${xmlns}/>`);
    expect(lone.written).toContain(`mechanism="${way}"`);
    return lone;
  }
  const byPassword = (lone: Lone): Lone => {
    lone.attach({ clientCert: '', online: true });
    return letIn(lone, 'PLAIN');
  };
  const byCertificate = (lone: Lone): Lone => {
    lone.attach({ online: true });
    lone.identity(1e15);
    return letIn(lone, 'EXTERNAL');
  };

  it('is the least from then on, where the host came with the certificate', () => {
    const first = byCertificate(new Lone());
    expect(first.caches.get(SIGN_IN)).toContain('"EXTERNAL"');
    const second = new Lone(first.caches);
    second.attach({ clientCert: '', online: true });
    second.secured();
    second.offers('EXTERNAL', 'PLAIN');
    expect(second.failures).toEqual(['downgrade']);
    expect(second.written).not.toContain('PLAIN');
  });

  it('to which a host changed that is killed before that is on its disk, does not lock the account out', () => {
    const first = byCertificate(byPassword(new Lone()));
    expect(first.caches.get(SIGN_IN)).toBeUndefined();
    byPassword(new Lone(first.caches));
    // A host that has kept it comes with it, and then it counts.
    expect(byCertificate(new Lone(first.caches)).caches.get(SIGN_IN)).toContain('"EXTERNAL"');
  });
});

describe('a server that refuses to bind', () => {
  /** What its refusal leaves in the file. */
  function learned(): { stage: Stage; text: string } {
    const stage = new Stage();
    stage.link(...plus);
    stage.says(refusal);
    stage.letIn();
    return { stage, text: stage.saved[0] ?? '' };
  }

  it('lets in on the same stream without, which is logged and kept', () => {
    const { stage, text } = learned();
    expect(stage.begun).toEqual(plus);
    expect(JSON.parse(text)).toEqual({
      pin: { mechanism: 'SCRAM-SHA-1', authMethod: 'auto' },
      unbound: expect.any(String) as string,
    });
    expect(stage.logged).toEqual([
      expect.stringMatching(/^warning The server refused SCRAM-SHA-1-PLUS/),
      expect.stringMatching(/^warning Signed in without channel binding/),
      'info From now on the least is SCRAM-SHA-1.',
    ]);
    expect(stage.failures).toEqual([]);
  });

  it('is not asked to another time, and the log says so', () => {
    const stage = new Stage(learned().text);
    stage.link(...plus);
    stage.letIn();
    expect(stage.begun).toEqual(['SCRAM-SHA-1']);
    expect(stage.saved).toEqual([]);
    expect(stage.logged).toEqual([
      expect.stringMatching(/^warning Signed in without channel binding/),
    ]);
  });

  it('is asked once more when it offers something else', () => {
    const stage = new Stage(learned().text);
    stage.link(...plus, 'PLAIN');
    stage.letIn();
    expect(stage.begun).toEqual(['SCRAM-SHA-1-PLUS']);
    expect(stage.saved).toEqual([file({ pin: bound })]);
  });

  it('and hangs up is dialled once more, at once, without a word to the host', () => {
    const stage = new Stage();
    stage.link(...plus);
    stage.says(`${refusal}</stream:stream>`);
    expect(stage.failures).toEqual([]);
    expect(stage.dials).toBe(2);
    stage.link(...plus);
    expect(stage.begun).toEqual([...plus, 'SCRAM-SHA-1']);
    stage.letIn();
    expect(stage.saved).toHaveLength(1);
  });

  it('and hangs up again is told as that, and nothing is kept', () => {
    const stage = new Stage();
    stage.link(...plus);
    stage.says(`${refusal}</stream:stream>`);
    stage.link(...plus);
    stage.says('</stream:stream>');
    expect(stage.failures).toEqual(['closed']);
    expect(stage.dials).toBe(2);
    expect(stage.saved).toEqual([]);
  });

  it('and refuses the password, too, is told as a wrong password, and nothing is kept', () => {
    const stage = new Stage();
    stage.link(...plus);
    stage.says(refusal);
    stage.says(refusal);
    expect(stage.failures).toEqual(['not-authorized']);
    expect(stage.dials).toBe(1);
    expect(stage.saved).toEqual([]);
  });

  it('though it bound before is not let off', () => {
    const stage = new Stage(file({ pin: bound }));
    stage.link(...plus);
    stage.says(refusal);
    expect(stage.begun).toEqual(['SCRAM-SHA-1-PLUS']);
    expect(stage.failures).toEqual(['not-authorized']);
  });
});
