// SPDX-License-Identifier: MIT
//
// An entry of the inbox that ends every host it is given to is not given for ever.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  Detach_How as How,
  EventSchema,
  MessageState_State as State,
} from '../../src/contract/engine_pb.js';
import type { Message } from '../../src/contract/engine_pb.js';
import { encodeJournal } from '../../src/delivery/journal.js';
import type { JournalRecord, Transaction } from '../../src/delivery/records.js';
import { ModelAccount } from '../support/model-account.js';
import { nodeTools } from '../support/tools.js';

const FILE = 'set-aside';
const { signedIn } = ModelAccount;

/** What the host was given, whole or not. */
const given = (account: ModelAccount): string[] =>
  account.take('message').map(({ body, setAside }) => (setAside ? `(${body})` : body));

type EventBody = NonNullable<MessageInitShape<typeof EventSchema>['body']>;

/** As the journal has it. */
function encoded(body: EventBody): string {
  const bytes = toBinary(EventSchema, create(EventSchema, { body }));
  return Buffer.from(bytes).toString('base64');
}
const readable = (body: string): string =>
  encoded({ case: 'message', value: { from: 'bob@b', body } });

const STEPS = {
  /** The host dies, and the next one attaches. */
  dies: (account: ModelAccount) => {
    account.hostDies();
    account.attach();
  },
  /** The engine dies under a host that lives and has taken nothing. */
  engine: (account: ModelAccount) => {
    account.restart();
    account.attach();
  },
  /** The user signs off, and on again. */
  off: (account: ModelAccount) => {
    account.detach(How.SIGN_OFF);
    STEPS.engine(account);
  },
  /** The account is left, the host dies, and the next one attaches. */
  left: (account: ModelAccount) => {
    account.detach(How.PARK);
    STEPS.dies(account);
  },
  /** The host dies while the account is signing off. */
  quits: (account: ModelAccount) => {
    account.detach(How.SIGN_OFF, 1);
    STEPS.dies(account);
  },
  takes: (account: ModelAccount) => {
    account.handled(1);
  },
  /** Somebody writes on. */
  more: (account: ModelAccount) => {
    account.receive('more');
  },
} as const;

type Steps = readonly (keyof typeof STEPS)[];

function lived(steps: Steps): ModelAccount {
  const account = signedIn();
  account.receive('one');
  account.receive('two');
  for (const step of steps) STEPS[step](account);
  return account;
}

describe('what a host is given that starts after', () => {
  it.each<[Steps, readonly string[]]>([
    [['dies'], ['one', 'two']],
    [
      ['dies', 'dies'],
      ['()', 'two'],
    ],
    [
      ['dies', 'more', 'dies'],
      ['()', 'two', 'more'],
    ],
    // Hosts that did not die; but neither did they take it.
    [
      ['off', 'off', 'off'],
      ['one', 'two'],
    ],
    [
      ['left', 'left', 'left'],
      ['one', 'two'],
    ],
    [
      ['quits', 'quits', 'quits'],
      ['one', 'two'],
    ],
    [
      ['engine', 'engine', 'engine'],
      ['one', 'two'],
    ],
    [
      ['dies', 'off'],
      ['one', 'two'],
    ],
    [
      ['dies', 'engine', 'off', 'dies'],
      ['()', 'two'],
    ],
    // The one behind it is another.
    [['takes', 'dies'], ['two']],
    [['dies', 'takes', 'dies'], ['two']],
    [['dies', 'takes', 'dies', 'dies'], ['()']],
    // The line that it was set aside is no better: it is not tried again, and what follows is.
    [['dies', 'dies', 'dies'], ['two']],
    [['dies', 'dies', 'dies', 'dies'], ['two']],
    [['dies', 'dies', 'dies', 'dies', 'dies'], ['()']],
    [['dies', 'dies', 'takes', 'dies'], ['two']],
    [
      ['dies', 'dies', 'off'],
      ['()', 'two'],
    ],
  ])('%j is %j', (steps, expected) => {
    expect(given(lived(steps))).toEqual(expected);
  });
});

describe('a message that was set aside', () => {
  const account = signedIn();
  account.receive('the text', 'the-id');
  const [original] = account.take('message');
  const at = account.world.clock().wall;
  STEPS.dies(account);
  const [again] = account.take('message');
  account.hostDies();
  account.attach({ folder: '/home/alice/state' });
  const [aside] = account.take('message');

  it('tells its source and its time, and where it is kept, and nothing of what it says', () => {
    expect({ ...aside, $typeName: '' }).toEqual({
      ...{ $typeName: '', inbox: original?.inbox, type: original?.type, id: '', body: '' },
      ...{ from: 'bob@model.test/b', xhtml: '', subject: '', maybeShown: false, late: false },
      ...{ outgoing: false, to: '', receiptRequested: false, setAside: true },
      privateMessage: false,
      occupantId: '',
      ...{ sentTimeMs: aside?.sentTimeMs, keptIn: '/home/alice/state/set-aside' },
    });
    expect(again?.maybeShown).toBe(true);
    expect(Math.abs(Number(aside?.sentTimeMs) - at)).toBeLessThan(1_000);
  });

  it('is in the file as it came', () => {
    const file = account.disk.caches.get(FILE) ?? '';
    const line = JSON.parse(file) as Record<string, unknown>;
    const event = fromBinary(EventSchema, Buffer.from(String(line.event), 'base64'));
    expect(line).toMatchObject({ number: 1, from: 'bob@model.test/b' });
    expect(Math.abs(Date.parse(String(line.time)) - at)).toBeLessThan(1_000);
    expect(event.body.value).toMatchObject({ body: 'the text', id: 'the-id' });
    expect(file.endsWith('\n')).toBe(true);
  });

  it('is taken like another', () => {
    account.handled(1);
    STEPS.engine(account);
    expect(given(account)).toEqual([]);
  });
});

it('a failed text that was set aside is told as failed, without its words', () => {
  const account = signedIn();
  const id = account.send('my text');
  account.bounce(id);
  account.hostDies();
  account.attach();
  expect(account.take('messageState').at(-1)).toMatchObject({
    state: State.FAILED,
    body: 'my text',
  });
  account.hostDies();
  account.attach({ folder: '/f' });
  const [failed] = account.take('messageState');
  expect(failed).toMatchObject({
    id,
    state: State.FAILED,
    body: '',
    to: 'bob@model.test',
    inbox: 1,
  });
  expect(failed?.error).toMatchObject({ condition: 'set-aside' });
  expect(failed?.error?.text).toContain('/f/set-aside');
});

describe('the file of what was set aside', () => {
  const unread = (number: number, event = 'AAAA'): JournalRecord => ({
    ...{ type: 'inbox', number, event, at: 1_700_000_000_000 },
  });
  function withJournal(transactions: readonly Transaction[], saved?: string): ModelAccount {
    const account = new ModelAccount();
    account.disk.durable = encodeJournal(transactions, nodeTools);
    if (saved !== undefined) account.disk.caches.set(FILE, saved);
    account.restart();
    account.attach();
    return account;
  }
  const numbers = (account: ModelAccount): number[] =>
    (account.disk.caches.get(FILE) ?? '')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { number: number }).number);

  it('has the last twenty', () => {
    const many = Array.from({ length: 25 }, (_, i) => unread(i + 1));
    expect(numbers(withJournal([many]))).toEqual(many.slice(5).map((_, i) => i + 6));
  });

  it('has fewer where they are long, but the last one always', () => {
    const long = 'A'.repeat(5 * 1024 * 1024);
    expect(numbers(withJournal([[unread(1, long), unread(2)]]))).toEqual([1, 2]);
    expect(numbers(withJournal([[unread(1, long), unread(2, long)]]))).toEqual([2]);
    expect(numbers(withJournal([[unread(1), unread(2, long + long)]]))).toEqual([2]);
  });

  it('keeps what an earlier engine wrote, and has nothing twice', () => {
    const saved = '{"number":1,"from":"","time":"","event":""}\n';
    const account = withJournal([[unread(2)]], saved);
    STEPS.engine(account);
    expect(numbers(account)).toEqual([1, 2]);
  });
});

describe('an entry that cannot be read', () => {
  const link = encoded({ case: 'link', value: {} });

  it.each([
    ['bytes that are no event', 'AAAA'],
    ['no base64', '%'],
    ['nothing', ''],
    ['a field of a later release', 'mgcA'],
    ['an event that is no message', link],
  ])('%s is set aside at once, and what follows is given', (_, event) => {
    const account = new ModelAccount();
    const at = 1_700_000_000_000;
    account.disk.durable = encodeJournal(
      [
        [{ type: 'inbox', number: 1, event, at }],
        [{ type: 'inbox', number: 2, event: readable('two'), at }],
      ],
      nodeTools,
    );
    account.restart();
    account.attach();
    const messages: Message[] = account.take('message');
    expect(messages).toMatchObject([
      { inbox: 1, from: '', sentTimeMs: BigInt(at), setAside: true, keptIn: FILE, body: '' },
      { inbox: 2, from: 'bob@b', setAside: false, keptIn: '', body: 'two' },
    ]);
    account.handled(2);
    STEPS.engine(account);
    expect(given(account)).toEqual([]);
  });

  it('that another engine had given is taken by the host that says so', () => {
    const account = new ModelAccount();
    account.disk.durable = encodeJournal(
      [[{ type: 'inbox', number: 1, event: 'AAAA', at: 0 }]],
      nodeTools,
    );
    account.restart();
    account.attach({ inboxTaken: 1 });
    expect(account.links().at(-1)).toBe('ONLINE');
  });
});

describe('the journal of a release that counted no deaths', () => {
  it('is read, and counted on; of what it compacted no time is known', () => {
    const event = readable('compacted');
    const account = new ModelAccount();
    account.disk.durable = encodeJournal(
      [
        [{ type: 'inbox', number: 7, event, at: 0 }],
        [{ type: 'last-inbox', number: 9 }],
        [{ type: 'taken', number: 6 }],
      ],
      nodeTools,
    );
    account.restart();
    account.attach();
    expect(account.take('message')).toMatchObject([{ inbox: 7, body: 'compacted' }]);
    // The second of these had attached nothing yet.
    for (const _ of [1, 2]) account.hostDies();
    account.attach();
    expect(given(account)).toEqual(['compacted']);
    STEPS.dies(account);
    expect(account.take('message')).toMatchObject([{ inbox: 7, setAside: true, sentTimeMs: 0n }]);
    account.receive('new');
    expect(account.take('message')).toMatchObject([{ inbox: 10, body: 'new' }]);
  });
});
