// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CommandSchema,
  Detach_How as How,
  GoodbyeSchema,
  HandledSchema,
  Link_State as State,
  LinkSchema,
} from '../../src/contract/engine_pb.js';
import type { Command, Event } from '../../src/contract/engine_pb.js';
import type { AccountEffect, AccountInput } from '../../src/engine/effects.js';
import { Engine, contractVersion } from '../../src/engine/engine.js';
import { Observed } from '../support/observed.js';

/** A scripted account: keeps its inputs, and ends when it is signed off. */
class Scripted {
  readonly inputs = new Observed<AccountInput>();
  /** Its sign-off takes until `end`. */
  slow = false;
  constructor(readonly out: (effect: AccountEffect) => void) {}
  input(input: AccountInput): void {
    this.inputs.add(input);
    if (this.detached(How.SIGN_OFF) && !this.slow) this.end();
  }
  end(): void {
    const value = create(LinkSchema, { state: State.DETACHED });
    this.out({ type: 'ended', last: { case: 'link', value } });
  }
  deadline(): undefined {
    return undefined;
  }
  detached(how: How): boolean {
    return this.bodies().some((body) => body.case === 'detach' && body.value.how === how);
  }
  bodies(): Command['body'][] {
    return this.inputs.all.flatMap((i) => (i.type === 'command' ? [i.command.body] : []));
  }
}

let folder: string;
let events: Observed<Event>;
let accounts: Observed<Scripted>;
let exits: Observed<number>;
let engine: Engine;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steadfast-engine-'));
  for (const name of ['a', 'b']) mkdirSync(join(folder, name));
  events = new Observed();
  accounts = new Observed();
  exits = new Observed();
  engine = new Engine({
    program: 'Steadfast test',
    send: (event) => events.add(event),
    exit: (code) => exits.add(code),
    make: (_program, _journal, _caches, out) => {
      const account = new Scripted(out);
      accounts.add(account);
      return account;
    },
  });
});
afterEach(async () => {
  await engine.hostGone();
  rmSync(folder, { recursive: true });
});

function give(body: Command['body'], account = 0, id = ''): void {
  engine.command(create(CommandSchema, { account, id, body }));
}
function hello(version = contractVersion): void {
  const value = { program: 'test', version, stateFolder: folder };
  engine.command(create(CommandSchema, { body: { case: 'hello', value } }));
}
function attach(account: number, name: string): void {
  const value = { jid: 'a@example.org', folder: join(folder, name) };
  engine.command(create(CommandSchema, { account, body: { case: 'attach', value } }));
}
function detach(account: number, how: How): void {
  engine.command(create(CommandSchema, { account, body: { case: 'detach', value: { how } } }));
}
async function running(n = 1): Promise<Scripted> {
  await accounts.until('an account', () => accounts.all.length >= n);
  const account = accounts.all[n - 1];
  if (account === undefined) throw new Error('no account');
  await account.inputs.next('attach', (i) => i.type === 'command');
  return account;
}
/** Dealt with: all that was told so far, but for the last `less`. */
function handled(less: number): void {
  const value = create(HandledSchema, { seq: (events.all.at(-1)?.seq ?? 0) + less });
  give({ case: 'handled', value });
}
const goodbyes = (): unknown[] =>
  events.all.flatMap(({ body }) => (body.case === 'goodbye' ? [body.value.reason] : []));
const told = (): AccountEffect => ({
  type: 'tell',
  body: { case: 'link', value: create(LinkSchema, {}) },
});

describe('the first words', () => {
  it('are a Hello with our version, and events count from 1', () => {
    expect(events.all).toMatchObject([
      { seq: 1, account: 0, body: { case: 'hello', value: { version: contractVersion } } },
    ]);
  });

  it.each<[string, () => void, string]>([
    ['another version', () => hello(contractVersion + 1), 'version'],
    ['no Hello', () => attach(1, 'a'), 'no-hello'],
    ['a command we do not know', () => (hello(), give({ case: undefined })), 'unknown-command'],
    ['a second Hello', () => (hello(), hello()), 'second-hello'],
  ])('of a host with %s are answered by Goodbye and the end', async (_title, act, condition) => {
    act();
    expect(goodbyes()).toMatchObject([{ condition }]);
    await exits.next('the exit', () => true);
    expect(accounts.all).toEqual([]);
  });
});

describe('attaching', () => {
  it.each(['../elsewhere', '.', 'a/../..', '/etc'])(
    'with the folder %s outside the state folder is refused',
    (name) => {
      hello();
      const path = name.startsWith('/') ? name : `${folder}/${name}`;
      const value = { jid: 'a@example.org', folder: path };
      engine.command(create(CommandSchema, { account: 1, body: { case: 'attach', value } }));
      expect(events.all.at(-1)).toMatchObject({
        account: 1,
        body: { case: 'link', value: { error: { condition: 'bad-folder' } } },
      });
    },
  );

  it('keeps accounts apart, each event under its own number', async () => {
    hello();
    attach(1, 'a');
    attach(2, 'b');
    for (const account of [await running(1), await running(2)]) account.out(told());
    const numbers = events.all.flatMap(({ body, account }) =>
      body.case === 'link' ? [account] : [],
    );
    expect(numbers.sort()).toEqual([1, 2]);
  });

  it('again finds the parked account, also under a new number', async () => {
    hello();
    attach(1, 'a');
    const account = await running();
    detach(1, How.PARK);
    attach(7, 'a');
    expect(account.bodies().map((body) => body.case)).toEqual(['attach', 'detach', 'attach']);
    account.out(told());
    expect(events.all.at(-1)?.account).toBe(7);
  });

  it('while the signed-off account closes its files starts a new one', async () => {
    hello();
    attach(1, 'a');
    await running();
    detach(1, How.SIGN_OFF);
    attach(1, 'a');
    const next = await running(2);
    expect(next.bodies().map((body) => body.case)).toEqual(['attach']);
  });

  it('is not needed for a Detach to have its last Link', () => {
    hello();
    detach(3, How.SIGN_OFF);
    expect(events.all.at(-1)).toMatchObject({
      account: 3,
      body: { case: 'link', value: { state: State.DETACHED } },
    });
  });

  it('is needed before a command, which is refused otherwise', () => {
    hello();
    const value = { to: 'b@example.org', body: 'x' };
    engine.command(
      create(CommandSchema, { account: 3, id: 'm1', body: { case: 'sendMessage', value } }),
    );
    expect(events.all.at(-1)).toMatchObject({
      account: 3,
      body: { case: 'refused', value: { id: 'm1', error: { condition: 'not-attached' } } },
    });
  });
});

describe('Handled', () => {
  it('becomes the inbox number of each account, for what it covers', async () => {
    hello();
    attach(1, 'a');
    const account = await running();
    for (const inbox of [11, 12, 13]) account.out({ ...told(), inbox } as AccountEffect);
    const last = events.all.at(-1)?.seq ?? 0;
    const handled = (seq: number): void =>
      engine.command(create(CommandSchema, { body: { case: 'handled', value: { seq } } }));
    handled(last - 1);
    handled(last - 1);
    handled(last + 5);
    const numbers = account
      .bodies()
      .flatMap((body) => (body.case === 'handled' ? [body.value.seq] : []));
    expect(numbers).toEqual([12, 13]);
  });

  it('for a younger event of another account takes nothing that was unread at a Detach', async () => {
    hello();
    attach(1, 'a');
    const first = await running(1);
    attach(2, 'b');
    const second = await running(2);
    first.out({ ...told(), inbox: 7 } as AccountEffect);
    detach(1, How.PARK);
    second.out({ ...told(), inbox: 3 } as AccountEffect);
    give({ case: 'handled', value: create(HandledSchema, { seq: events.all.at(-1)?.seq ?? 0 }) });
    const taken = (account: Scripted) =>
      account.bodies().flatMap((body) => (body.case === 'handled' ? [body.value.seq] : []));
    expect([taken(first), taken(second)]).toEqual([[], [3]]);
  });
});

describe('the end', () => {
  it('by Goodbye signs every account off, then says Goodbye without a reason', async () => {
    hello();
    attach(1, 'a');
    const account = await running();
    engine.command(create(CommandSchema, { body: { case: 'goodbye', value: {} } }));
    expect(await exits.next('the exit', () => true)).toBe(0);
    expect(account.detached(How.SIGN_OFF)).toBe(true);
    expect(goodbyes()).toEqual([undefined]);
  });

  it('by Goodbye waits for the accounts, though the host is gone', async () => {
    hello();
    attach(1, 'a');
    const account = await running();
    account.slow = true;
    give({ case: 'goodbye', value: create(GoodbyeSchema, {}) });
    await engine.hostGone();
    expect(exits.all).toEqual([]);
    account.end();
    expect(await exits.next('the exit', () => true)).toBe(0);
    expect(account.detached(How.PARK)).toBe(false);
  });

  it('of the host without a word parks every account and says nothing more', async () => {
    hello();
    attach(1, 'a');
    const account = await running();
    const before = events.all.length;
    await engine.hostGone();
    expect(account.detached(How.PARK)).toBe(true);
    expect(events.all).toHaveLength(before);
    expect(exits.all).toEqual([0]);
  });

  it.each<[string, () => void, number[]]>([
    ['at what was given first', () => handled(-2), [1]],
    ['at nothing, before it came to what was given first', () => undefined, []],
    ['at what is left of that', () => handled(-1), [2]],
    ['at nothing', () => handled(0), []],
    [
      'at what another account has',
      () => {
        detach(1, How.PARK);
        handled(-1);
      },
      [2],
    ],
    ['at nothing it was attached to', () => [1, 2].forEach((n) => detach(n, How.PARK)), []],
  ])(
    'of the host blames the one account with an event in its hands: %s',
    async (_, act, blamed) => {
      hello();
      attach(1, 'a');
      const first = await running(1);
      attach(2, 'b');
      const second = await running(2);
      for (const [account, inbox] of [
        [first, 7],
        [second, 3],
      ] as const)
        account.out({ ...told(), inbox } as AccountEffect);
      act();
      await engine.hostGone();
      const died = [first, second].map(({ inputs }) =>
        inputs.all.some((i) => i.type === 'host-died'),
      );
      expect(died.flatMap((is, i) => (is ? [i + 1] : []))).toEqual(blamed);
    },
  );

  it('by a breach of the contract blames no account', async () => {
    hello();
    attach(1, 'a');
    const account = await running();
    account.out({ ...told(), inbox: 7 } as AccountEffect);
    hello();
    await exits.next('the exit', () => true);
    expect(account.inputs.all.filter(({ type }) => type === 'host-died')).toEqual([]);
  });

  it('by a fault of ours tells a reason without secrets, and runs no account on', async () => {
    hello();
    attach(1, 'a');
    const account = await running();
    engine.redactor.add('canary');
    engine.crash(new Error('broke on canary'));
    expect(goodbyes()).toMatchObject([{ condition: 'internal-error' }]);
    expect(JSON.stringify(goodbyes(), (_key, v: unknown) => v)).not.toContain('canary');
    expect(exits.all).toEqual([70]);
    expect(account.bodies().map((body) => body.case)).toEqual(['attach']);
  });
});
