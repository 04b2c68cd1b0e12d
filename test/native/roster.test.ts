// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Contact_Subscription,
  Error_Kind,
  Subscribe_Action,
} from '../../src/contract/engine_pb.js';
import { Stage } from './stage.js';

const BOB = 'bob@home.example';
const CAROL = 'carol@home.example';
const { BOTH, REMOVE } = Contact_Subscription;

let stage: Stage;
let account: number;
let number: number;

beforeEach(async () => {
  stage = await Stage.set();
  ({ account, number } = await stage.signIn());
});
afterEach(() => stage.close());

interface ContactInit {
  jid: string;
  name?: string;
  subscription?: Contact_Subscription;
  ask?: boolean;
  groups?: string[];
}

function roster(contacts: ContactInit[], part = { begin: true, end: true }): Promise<void> {
  return stage.tell(number, { case: 'roster', value: { contacts, ...part } });
}

const push = (contact: ContactInit): Promise<void> =>
  roster([contact], { begin: false, end: false });

/** `name@group`, sorted. */
async function shown(): Promise<string[]> {
  return (await stage.buddies(account)).map(({ name, group }) => `${name} in ${group}`).sort();
}

describe("the server's roster", () => {
  test('is shown with names and groups, a contact in two groups twice', async () => {
    await roster([
      { jid: BOB, name: 'Bob', subscription: BOTH, groups: ['Work', 'Friends'] },
      { jid: CAROL, subscription: BOTH },
    ]);
    expect(await shown()).toEqual([`${BOB} in Friends`, `${BOB} in Work`, `${CAROL} in Buddies`]);
    expect((await stage.buddies(account)).map(({ alias }) => alias).sort()).toEqual([
      'Bob',
      'Bob',
      null,
    ]);
  });

  test('in parts: who is named in none of them is gone at the end, not before', async () => {
    await roster([{ jid: BOB }, { jid: CAROL }]);
    await roster([{ jid: 'dave@home.example' }], { begin: true, end: false });
    expect(await shown()).toHaveLength(3);
    await roster([{ jid: CAROL }], { begin: false, end: true });
    expect(await shown()).toEqual([`${CAROL} in Buddies`, 'dave@home.example in Buddies']);
  });

  test('moves a buddy, removes one from a group, and takes one away', async () => {
    await roster([
      { jid: BOB, groups: ['A'] },
      { jid: CAROL, groups: ['A', 'B'] },
    ]);
    await push({ jid: BOB, groups: ['C'] });
    await push({ jid: CAROL, groups: ['B'] });
    expect(await shown()).toEqual([`${BOB} in C`, `${CAROL} in B`]);
    await push({ jid: BOB, subscription: REMOVE });
    expect(await shown()).toEqual([`${CAROL} in B`]);
  });

  test('laying it over the list sends nothing back', async () => {
    await roster([{ jid: BOB, name: 'Bob', groups: ['A'] }]);
    await push({ jid: BOB, name: 'Robert', groups: ['B', 'C'] });
    await push({ jid: BOB, subscription: REMOVE });
    for (const kind of ['setContact', 'removeContact', 'subscribe'] as const)
      expect(stage.engine.all(kind)).toEqual([]);
  });

  test('a name given here stays when the server has none, but not when it is taken away', async () => {
    await roster([{ jid: BOB, name: 'Bob' }]);
    await roster([{ jid: BOB }]);
    expect((await stage.buddies(account))[0]?.alias).toBe('Bob');
    await push({ jid: BOB });
    expect((await stage.buddies(account))[0]?.alias).toBeNull();
  });

  test('a group name with control characters is one group all the same', async () => {
    await roster([{ jid: BOB, groups: ['A\u0007B', ' AB '] }]);
    await push({ jid: BOB, groups: ['A\u0007B'] });
    expect(await shown()).toEqual([`${BOB} in AB`]);
  });
});

describe('what the person changes', () => {
  test('adding sends contact and request', async () => {
    await stage.host.run('buddy-add', {
      account,
      name: `${BOB}/phone`,
      group: 'Work',
      alias: 'Bob',
      text: 'hi',
    });
    const { body } = await stage.engine.next('setContact');
    expect(body.value).toMatchObject({ jid: BOB, name: 'Bob', groups: ['Work'] });
    const subscribe = await stage.engine.next('subscribe');
    expect(subscribe.body.value).toMatchObject({
      jid: BOB,
      action: Subscribe_Action.REQUEST,
      text: 'hi',
    });
  });

  test('adding a contact that is seen already asks for nothing', async () => {
    await roster([{ jid: BOB, subscription: BOTH, groups: ['Work'] }]);
    await stage.host.run('buddy-add', { account, name: BOB, group: 'Friends' });
    const { body } = await stage.engine.next('setContact');
    expect([...body.value.groups].sort()).toEqual(['Friends', 'Work']);
    expect(stage.engine.all('subscribe')).toEqual([]);
  });

  test('what is no address is not added', async () => {
    await stage.host.run('buddy-add', { account, name: 'no body@x', group: 'Work' });
    expect(await stage.host.next('notify')).toMatchObject({ kind: 'error' });
    expect(stage.engine.all('setContact')).toEqual([]);
  });

  test('removing from one of two groups keeps the contact, from the last removes it', async () => {
    await roster([{ jid: BOB, name: 'Bob', groups: ['A', 'B'] }]);
    const first = (await shown())[0]?.endsWith('in A') === true ? 'A' : 'B';
    await stage.host.run('buddy-remove', { account, name: BOB });
    const { body } = await stage.engine.next('setContact');
    expect(body.value.groups).toHaveLength(1);
    expect(body.value.name).toBe('Bob');
    await push({ jid: BOB, name: 'Bob', groups: [...body.value.groups] });
    await stage.host.run('buddy-remove', { account, name: BOB });
    expect((await stage.engine.next('removeContact')).body.value.jid).toBe(BOB);
    expect(['A', 'B']).toContain(first);
  });

  test('renaming, moving, and renaming a group', async () => {
    await roster([{ jid: BOB, name: 'Bob', groups: ['A'] }]);
    await stage.host.run('buddy-alias', { account, name: BOB, alias: 'Robert' });
    const alias = await stage.engine.next('setContact');
    expect(alias.body.value).toMatchObject({ jid: BOB, name: 'Robert', groups: ['A'] });
    await push({ jid: BOB, name: 'Robert', groups: ['A'] });
    await stage.host.run('buddy-move', { account, name: BOB, group: 'B' });
    const move = await stage.engine.next('setContact', ({ body }) =>
      body.value.groups.includes('B'),
    );
    expect(move.body.value).toMatchObject({ name: 'Robert', groups: ['B'] });
    await push({ jid: BOB, name: 'Robert', groups: ['B'] });
    await stage.host.run('group-rename', { group: 'B', name: 'C' });
    const rename = await stage.engine.next('setContact', ({ body }) =>
      body.value.groups.includes('C'),
    );
    expect(rename.body.value).toMatchObject({ name: 'Robert', groups: ['C'] });
  });

  describe('before the server has answered', () => {
    const setContacts = async (count: number) => {
      const all = () => stage.engine.all('setContact');
      await stage.engine.commands.until(`${count} changes`, () => all().length === count);
      return all().map(({ id, body }) => ({
        id,
        name: body.value.name,
        groups: body.value.groups,
      }));
    };
    beforeEach(async () => {
      stage.engine.accepting = false;
      await roster([{ jid: BOB, name: 'Bob', subscription: BOTH, groups: ['A'] }]);
    });

    test('a second change builds on the first', async () => {
      await stage.host.run('buddy-alias', { account, name: BOB, alias: 'Robert' });
      await stage.host.run('buddy-move', { account, name: BOB, group: 'B' });
      await stage.host.run('buddy-move', { account, name: BOB, group: 'C' });
      expect(await setContacts(3)).toMatchObject([
        { name: 'Robert', groups: ['A'] },
        { name: 'Robert', groups: ['B'] },
        { name: 'Robert', groups: ['C'] },
      ]);
    });

    test('a push of the first does not undo the second, nor does the answer that comes late', async () => {
      await stage.host.run('buddy-alias', { account, name: BOB, alias: 'Robert' });
      await stage.host.run('buddy-move', { account, name: BOB, group: 'B' });
      const [first, second] = await setContacts(2);
      await push({ jid: BOB, name: 'Robert', subscription: BOTH, groups: ['A'] });
      await stage.host.run('buddy-alias', { account, name: BOB, alias: 'Rob' });
      expect((await setContacts(3))[2]).toMatchObject({ name: 'Rob', groups: ['B'] });
      await push({ jid: BOB, name: 'Robert', subscription: BOTH, groups: ['B'] });
      // Another client of the account, before our own answers.
      await push({ jid: BOB, name: 'Bobby', subscription: BOTH, groups: ['B'] });
      for (const one of [first, second, (await setContacts(3))[2]])
        await stage.tell(number, { case: 'accepted', value: { id: one?.id ?? '' } });
      await stage.host.run('buddy-move', { account, name: BOB, group: 'D' });
      expect((await setContacts(4))[3]).toMatchObject({ name: 'Rob', groups: ['D'] });
    });

    test('an answer that overtakes its push counts as one', async () => {
      await stage.host.run('buddy-alias', { account, name: BOB, alias: 'Robert' });
      const [first] = await setContacts(1);
      await stage.tell(number, { case: 'accepted', value: { id: first?.id ?? '' } });
      await stage.host.run('buddy-move', { account, name: BOB, group: 'B' });
      expect((await setContacts(2))[1]).toMatchObject({ name: 'Robert', groups: ['B'] });
    });

    test('a refused change is taken back, here and in the next one', async () => {
      await stage.host.run('buddy-alias', { account, name: BOB, alias: 'Robert' });
      const [first] = await setContacts(1);
      const error = { kind: Error_Kind.STANZA, condition: 'not-allowed', text: 'No.' };
      await stage.tell(number, { case: 'refused', value: { id: first?.id ?? '', error } });
      expect((await stage.buddies(account))[0]?.alias).toBe('Bob');
      await stage.host.run('buddy-move', { account, name: BOB, group: 'B' });
      expect((await setContacts(2))[1]).toMatchObject({ name: 'Bob', groups: ['B'] });
    });

    test('a refused removal brings the contact back', async () => {
      await stage.host.run('buddy-remove', { account, name: BOB });
      const { id } = await stage.engine.next('removeContact');
      expect(await shown()).toEqual([]);
      const error = { kind: Error_Kind.STANZA, condition: 'not-allowed', text: 'No.' };
      await stage.tell(number, { case: 'refused', value: { id, error } });
      expect(await shown()).toEqual([`${BOB} in A`]);
    });

    test("a contact that was added stays over the server's list", async () => {
      await stage.host.run('buddy-add', { account, name: CAROL, group: 'Work' });
      await roster([{ jid: BOB, name: 'Bob', subscription: BOTH, groups: ['A'] }]);
      expect(await shown()).toEqual([`${BOB} in A`, `${CAROL} in Work`]);
    });
  });

  test('a refused change is told', async () => {
    stage.engine.accepting = false;
    await stage.host.run('buddy-add', { account, name: BOB, group: 'Work' });
    const { id } = await stage.engine.next('setContact');
    const error = {
      kind: Error_Kind.STANZA,
      condition: 'not-allowed',
      text: 'The server said no.',
    };
    await stage.tell(number, { case: 'refused', value: { id, error } });
    expect(stage.host.all('notify')).toMatchObject([
      { kind: 'error', secondary: 'The server said no.' },
    ]);
  });
});
