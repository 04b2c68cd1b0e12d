// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CommandSchema,
  ErrorSchema,
  Link_State,
  LinkSchema,
  Proxy_Type,
} from '../../src/contract/engine_pb.js';
import type { Command } from '../../src/contract/engine_pb.js';
import type { AccountEffect, AccountInput } from '../../src/engine/effects.js';
import type { LinkHandlers } from '../../src/transport/link.js';
import type { Observed } from '../support/observed.js';
import { command, dial, facts, place, Stage } from './driver-stage.js';

const types = (inputs: Observed<AccountInput>): string[] => inputs.all.map(({ type }) => type);

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe('the start', () => {
  it('hands over journal and caches, then the commands that came meanwhile, in order', async () => {
    stage.fs.files.set('/f/journal', Buffer.from('old'));
    stage.fs.files.set('/f/roster', Buffer.from('r'));
    const driver = stage.start();
    driver.command(command('one'));
    driver.command(command('two'));
    await stage.inputs.until('both', () => stage.inputs.all.length === 2);
    expect(stage.made).toEqual({ journal: 'old', caches: new Map([['roster', 'r']]) });
    const bodies = stage.inputs.all.map((i) => (i.type === 'command' ? i.command.body.value : ''));
    expect(bodies).toMatchObject([{ body: 'one' }, { body: 'two' }]);
  });

  it('tells a folder that cannot be opened, and carries on once it can', async () => {
    vi.useFakeTimers();
    try {
      stage.fs.fail('open', 'EACCES');
      const driver = stage.start();
      driver.command(command());
      await vi.advanceTimersByTimeAsync(4999);
      expect(stage.told).toMatchObject([
        { case: 'link', value: { error: { condition: 'disk-forbidden' } } },
      ]);
      expect(stage.inputs.all).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(types(stage.inputs)).toEqual(['command']);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the link', () => {
  /** A driver whose account dials at its first command. */
  async function dialled(answer: Stage['answer'] = () => []): Promise<LinkHandlers> {
    stage.answer = (input) => (input.type === 'command' ? [dial] : answer(input));
    stage.start().command(command());
    await stage.calls.next('the link', (call) => call.startsWith('link'));
    const [handlers] = stage.handlers;
    if (handlers === undefined) throw new Error('no link');
    return handlers;
  }

  it('is closed in the very tick in which its handshake turns out bad', async () => {
    const handlers = await dialled((input) =>
      input.type === 'tls-ready' ? [{ type: 'close', how: 'reset' }] : [],
    );
    handlers.open(true, [], place);
    handlers.ready(facts);
    expect(stage.calls.all).toEqual(['link 1', 'reset 1']);
  });

  it('does what the account wants in the order it says', async () => {
    const handlers = await dialled((input) =>
      input.type === 'link-open'
        ? [{ type: 'write', text: 'a' }, { type: 'start-tls' }, { type: 'write', text: 'b' }]
        : [],
    );
    handlers.open(false, [], place);
    expect(stage.calls.all).toEqual(['link 1', 'write a', 'start-tls', 'write b']);
  });

  it('is not heard any more once it was let go or another was dialled', async () => {
    const old = await dialled();
    stage.out({ type: 'close', how: 'end' });
    old.bytes(Buffer.from('late'));
    old.closed();
    stage.out(dial);
    await stage.calls.next('the second', (call) => call === 'link 2');
    old.ready(facts);
    expect(types(stage.inputs)).toEqual(['command']);
    stage.handlers[1]?.closed();
    expect(types(stage.inputs)).toEqual(['command', 'link-closed']);
  });

  it('goes again to the very place that was reached, and later to what was left over', async () => {
    const others = [1, 2].map((n) => ({ host: 'b.example', port: n, direct: true }));
    const to = { domain: 'example.org', tls: 'either', certificate: true } as const;
    (await dialled()).open(false, others, place);
    stage.out({ type: 'dial', dial: { ...to, again: true } });
    await stage.calls.next('the second', (call) => call === 'link 2');
    stage.handlers[1]?.open(false, [], place);
    stage.out({ type: 'dial', dial: { ...to, rest: true } });
    await stage.calls.next('the third', (call) => call === 'link 3');
    expect(stage.requests.map(({ targets }) => targets)).toEqual([undefined, [place], others]);
    expect(stage.inputs.all.at(-1)).toMatchObject({ type: 'link-open', more: true });
  });

  it('never comes of a dial that was given up before it began', async () => {
    stage.answer = (input) =>
      input.type === 'command' ? [dial, { type: 'close', how: 'reset' }, dial] : [];
    stage.start().command(command());
    await stage.calls.next('a link', (call) => call.startsWith('link'));
    expect(stage.handlers).toHaveLength(1);
  });

  it('cannot be had with trust anchors that are missing, which is told in words', async () => {
    stage.answer = (input) =>
      input.type === 'command' && input.command.body.case === 'attach' ? [dial] : [];
    const value = { caFile: '/nowhere/ca.pem' };
    stage.start().command(create(CommandSchema, { body: { case: 'attach', value } }));
    const closed = await stage.inputs.next('closed', ({ type }) => type === 'link-closed');
    expect(closed).toMatchObject({ fault: { kind: 'usage', condition: 'file-missing' } });
  });
});

describe('effects and their answers', () => {
  it('appends are flushed and told; an account is never entered while at work', async () => {
    stage.answer = (input) =>
      input.type === 'command'
        ? [
            { type: 'append', append: 1, bytes: Buffer.from('a') },
            { type: 'append', append: 2, bytes: Buffer.from('b') },
          ]
        : [];
    stage.start().command(command());
    const flushed = await stage.inputs.next('flushed', ({ type }) => type === 'flushed');
    expect(flushed).toEqual({ type: 'flushed', append: 2 });
    expect(stage.fs.text('/f/journal')).toBe('ab');
  });

  it('a full disk is told for the first append that did not fit', async () => {
    stage.answer = (input) =>
      input.type === 'command' ? [{ type: 'append', append: 1, bytes: Buffer.from('a') }] : [];
    stage.fs.room = 0;
    stage.start().command(command());
    const failed = await stage.inputs.next('failed', ({ type }) => type === 'append-failed');
    expect(failed).toMatchObject({ append: 1, fault: { condition: 'disk-full' } });
  });

  it('keys are derived as RFC 7677 §3 says', async () => {
    stage.answer = (input) =>
      input.type === 'command'
        ? [
            {
              type: 'derive',
              ticket: 7,
              derivation: {
                ...{ hash: 'sha256', password: 'pencil', iterations: 4096 },
                salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
              },
            },
          ]
        : [];
    stage.start().command(command());
    const derived = await stage.inputs.next('derived', ({ type }) => type === 'derived');
    expect(derived).toMatchObject({ ticket: 7 });
    const key = derived.type === 'derived' ? Buffer.from(derived.key).toString('base64') : '';
    expect(key).toBe('xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0=');
  });

  it('a certificate that cannot be read is told, with whether a passphrase would help', async () => {
    const files = { cert: '/nowhere/a.pem', key: '', passphrase: '' };
    stage.answer = (input) =>
      input.type === 'command' ? [{ type: 'read-identity', ...files }] : [];
    stage.start().command(command());
    const told = await stage.inputs.next('the answer', ({ type }) => type === 'identity-failed');
    expect(told).toMatchObject({ passphrase: false, fault: { condition: 'file-missing' } });
  });

  it('log lines lose every secret the host gave', async () => {
    const value = { password: 'canary-1', clientCertPassphrase: 'canary-2' };
    stage.answer = () => [
      { type: 'log', level: 'debug', category: 'stream', text: 'canary-1, canary-2' },
    ];
    stage.start().command(create(CommandSchema, { body: { case: 'attach', value } }));
    await stage.inputs.next('the command', ({ type }) => type === 'command');
    expect(stage.told).toMatchObject([
      { case: 'log', value: { category: 'stream', text: '[redacted], [redacted]' } },
    ]);
  });

  it('log lines lose what the account calls a secret', async () => {
    stage.answer = () => [
      { type: 'secret', text: 'fast-1234' },
      { type: 'log', level: 'debug', category: 'stream', text: 'by fast-1234' },
    ];
    stage.start().command(command());
    await stage.inputs.next('the command', ({ type }) => type === 'command');
    expect(stage.told).toMatchObject([{ case: 'log', value: { text: 'by [redacted]' } }]);
  });

  it('log lines lose a proxy’s password, alone and as Basic sends it', async () => {
    const basic = Buffer.from('al:canary-3').toString('base64');
    stage.answer = () => [
      { type: 'log', level: 'debug', category: 'link', text: `canary-3, ${basic}, canary-4` },
    ];
    const driver = stage.start();
    const proxy = (password: string) => ({ host: 'p.example', user: 'al', password });
    const attach = { case: 'attach', value: { proxy: proxy('canary-3') } } as const;
    const setProxy = { case: 'setProxy', value: { proxy: proxy('canary-4') } } as const;
    for (const body of [attach, setProxy]) driver.command(create(CommandSchema, { body }));
    await stage.inputs.until('both', () => stage.inputs.all.length >= 2);
    expect(stage.told.at(-1)).toMatchObject({
      value: { text: '[redacted], [redacted], [redacted]' },
    });
  });

  it('and that of a proxy that the environment names', async () => {
    const basic = Buffer.from('al:can/ary-5').toString('base64');
    vi.stubEnv('https_proxy', 'http://al:can%2Fary-5@p.example:3128');
    const text = `can/ary-5, ${basic}, can%2Fary-5`;
    stage.answer = () => [{ type: 'log', level: 'debug', category: 'link', text }];
    const value = { proxy: { type: Proxy_Type.ENVIRONMENT } };
    stage.start().command(create(CommandSchema, { body: { case: 'attach', value } }));
    await stage.inputs.next('the command', () => true);
    vi.unstubAllEnvs();
    expect(stage.told.at(-1)).toMatchObject({
      value: { text: '[redacted], [redacted], [redacted]' },
    });
  });

  it('are taken out of the words of a server that says them back', async () => {
    stage.redactor.add('sesame');
    const error = create(ErrorSchema, { text: 'The server says: “not sesame”' });
    const value = create(LinkSchema, { error });
    stage.answer = () => [{ type: 'tell', body: { case: 'link', value } }];
    stage.start().command(command());
    await stage.inputs.next('the command', () => true);
    expect(stage.told).toMatchObject([
      { value: { error: { text: 'The server says: “not [redacted]”' } } },
    ]);
  });
});

describe('a host that leaves an account whose folder cannot be opened', () => {
  const body = (name: 'attach' | 'detach'): Command =>
    create(CommandSchema, { body: { case: name, value: {} } });
  const states = (): string[] =>
    stage.told.flatMap(({ case: name, value }) =>
      name === 'link'
        ? [Link_State[value.state] + (value.error === undefined ? '' : ' with error')]
        : [],
    );

  it('is answered, and the account ends', async () => {
    stage.fs.fail('open', 'EACCES');
    const driver = stage.start();
    driver.command(body('attach'));
    driver.command(body('detach'));
    await stage.calls.next('the end', (call) => call === 'ended');
    expect(states()).toEqual(['DETACHED', 'DETACHED with error']);
    expect(driver.command(body('attach'))).toBe(false);
  });

  it('and comes back at once is answered before it is told why it cannot be served', async () => {
    stage.fs.fail('open', 'EACCES');
    const driver = stage.start();
    for (const name of ['attach', 'detach', 'attach'] as const) driver.command(body(name));
    await vi.waitUntil(() => states().length === 2);
    expect(states()).toEqual(['DETACHED', 'FAILED with error']);
  });
});

describe('time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ticks come at the deadline, and at an earlier one that is asked for later', async () => {
    const start = performance.now();
    stage.deadline = start + 10_000;
    const driver = stage.start();
    driver.command(command());
    await vi.advanceTimersByTimeAsync(1000);
    stage.deadline = start + 3000;
    driver.command(command());
    await vi.advanceTimersByTimeAsync(1999);
    expect(types(stage.inputs)).toEqual(['command', 'command']);
    stage.deadline = undefined;
    await vi.advanceTimersByTimeAsync(2);
    expect(types(stage.inputs)).toEqual(['command', 'command', 'tick']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stage.inputs.all).toHaveLength(3);
  });
});

describe('the end', () => {
  it('comes after what was appended before it is on disk, and takes no more commands', async () => {
    stage.answer = (input) =>
      input.type === 'command'
        ? [
            { type: 'append', append: 1, bytes: Buffer.from('last') },
            { type: 'ended', last: { case: 'link', value: create(LinkSchema, {}) } },
          ]
        : [];
    const driver = stage.start();
    driver.command(command());
    await stage.calls.next('the end', (call) => call === 'ended');
    // Behind its last word another program may open the journal.
    expect(stage.calls.all.at(-2)).toBe('told with “last” on disk');
    expect(driver.command(command())).toBe(false);
  });

  it('without a host parks the account, flushes, and writes no closing tag', async () => {
    stage.answer = (input) => {
      if (input.type !== 'command') return [];
      return input.command.body.case === 'detach'
        ? [{ type: 'append', append: 1, bytes: Buffer.from('parked') }]
        : [dial];
    };
    const driver = stage.start();
    driver.command(command());
    await stage.calls.next('the link', (call) => call === 'link 1');
    await driver.abandon();
    expect(stage.fs.text('/f/journal')).toBe('parked');
    expect(stage.calls.all).toEqual(['link 1']);
  });

  it.each([
    [true, 'that died', 'died, '],
    [false, 'that went', ''],
  ])(
    'tells of a host (%s) %s ahead of its detach, and flushes what follows',
    async (died, _, word) => {
      let append = 0;
      const writes = (text: string): AccountEffect => ({
        ...{ type: 'append', append: ++append, bytes: Buffer.from(text) },
      });
      stage.answer = (input) =>
        input.type === 'host-died'
          ? [writes('died, ')]
          : [writes(append === 0 ? 'lived, ' : 'left')];
      const driver = stage.start();
      driver.command(command());
      await stage.inputs.next('the command', () => true);
      await driver.abandon(died);
      expect(stage.fs.text('/f/journal')).toBe(`lived, ${word}left`);
    },
  );
});
