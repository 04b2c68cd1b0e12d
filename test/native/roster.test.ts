// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Contact_Subscription,
  Error_Kind,
  Link_State,
  Show,
  Subscribe_Action,
  Subscription_What,
} from '../../src/contract/engine_pb.js';
import { Stage } from './stage.js';

const BOB = 'bob@home.example';
const CAROL = 'carol@home.example';
const { NONE, TO, FROM, BOTH, REMOVE } = Contact_Subscription;

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

describe('presence', () => {
  const phone = {
    resource: 'phone <1>',
    show: Show.AWAY,
    status: 'a & b',
    priority: 5,
    client: 'C <2>',
  };

  test.each([
    [Show.AVAILABLE, 'available'],
    [Show.CHAT, 'freeforchat'],
    [Show.AWAY, 'away'],
    [Show.XA, 'extended_away'],
    [Show.DND, 'dnd'],
  ])('show %i is status %s', async (show, status) => {
    await roster([{ jid: BOB, subscription: BOTH }]);
    await stage.tell(number, {
      case: 'presence',
      value: { jid: BOB, resources: [{ ...phone, show }] },
    });
    expect((await stage.buddies(account))[0]).toMatchObject({
      online: true,
      status,
      message: 'a & b',
    });
  });

  test('texts are escaped where HTML is shown', async () => {
    await roster([{ jid: BOB, subscription: BOTH }]);
    await stage.tell(number, { case: 'presence', value: { jid: BOB, resources: [phone] } });
    const buddy = (await stage.buddies(account))[0];
    expect(buddy?.statusText).toBe('a &amp; b');
    expect(buddy?.tooltip).toContainEqual({
      label: 'Status (phone &lt;1&gt;)',
      value: 'Away: a &amp; b, on C &lt;2&gt;',
    });
  });

  test('the first resource counts, all are in the tooltip, none means offline', async () => {
    await roster([{ jid: BOB, subscription: BOTH }]);
    const idleSinceTimeMs = BigInt(Date.now() - 60_000);
    await stage.tell(number, {
      case: 'presence',
      value: {
        jid: BOB,
        resources: [{ resource: 'a', show: Show.DND, idleSinceTimeMs }, { resource: 'b' }],
      },
    });
    const online = (await stage.buddies(account))[0];
    expect(online).toMatchObject({ status: 'dnd', idle: true });
    expect(online?.tooltip?.filter(({ label }) => label?.startsWith('Status'))).toHaveLength(2);
    await stage.tell(number, { case: 'presence', value: { jid: BOB, status: 'bye' } });
    expect((await stage.buddies(account))[0]).toMatchObject({
      online: false,
      idle: false,
      message: 'bye',
    });
  });

  test('of 10 contacts survives an outage and a resumed session', async () => {
    await roster([{ jid: BOB, subscription: BOTH }]);
    await stage.tell(number, { case: 'presence', value: { jid: BOB, resources: [phone] } });
    await stage.tell(number, {
      case: 'link',
      value: { state: Link_State.INTERRUPTED, error: { text: 'Gone <for> now.' } },
    });
    const during = (await stage.buddies(account))[0];
    expect(during?.online).toBe(true);
    expect(during?.tooltip).toContainEqual({ label: 'Connection', value: 'Gone &lt;for&gt; now.' });
    stage.engine.online(number, true);
    expect(stage.host.all('buddy-offline')).toEqual([]);
  });

  test.each([
    [NONE, false, 'Not authorized', 'not-authorized'],
    [NONE, true, 'Waiting for authorization', 'not-authorized'],
    [FROM, false, 'Not authorized', 'not-authorized'],
    [TO, false, null, null],
    [BOTH, false, null, null],
  ])(
    'subscription %i (ask %s) of an offline contact shows %s',
    async (subscription, ask, text, emblem) => {
      await roster([{ jid: BOB, subscription, ask }]);
      expect((await stage.buddies(account))[0]).toMatchObject({ statusText: text, emblem });
    },
  );

  test.each([
    ['available', Show.AVAILABLE, 1],
    ['freeforchat', Show.CHAT, 1],
    ['away', Show.AWAY, 0],
    ['extended_away', Show.XA, 0],
    ['dnd', Show.DND, 0],
  ])('our status %s is announced', async (status, show, priority) => {
    const after = stage.engine.now;
    await stage.host.run('status', { account, status, message: 'back <b>soon</b> &amp; well' });
    const { body } = await stage.engine.next('setPresence', () => true, after);
    expect(body.value).toMatchObject({ show, priority, status: 'back soon & well' });
  });

  test('being idle is announced with its beginning, and its end', async () => {
    await stage.host.run('idle', { account, seconds: 300 });
    const { body } = await stage.engine.next(
      'setPresence',
      (command) => command.body.value.idleSinceTimeMs > 0n,
    );
    expect(Math.abs(Date.now() - 300_000 - Number(body.value.idleSinceTimeMs))).toBeLessThan(
      30_000,
    );
    const after = stage.engine.now;
    await stage.host.run('idle', { account, seconds: 0 });
    await stage.engine.next(
      'setPresence',
      (command) => command.body.value.idleSinceTimeMs === 0n,
      after,
    );
  });
});

describe('subscriptions', () => {
  const request = {
    case: 'subscription',
    value: { jid: CAROL, what: Subscription_What.REQUESTED, text: 'It is <me>', nick: 'Carol' },
  } as const;

  test.each([
    [true, Subscribe_Action.APPROVE],
    [false, Subscribe_Action.DENY],
  ])('a request is put to the person once; answered %s', async (ok, action) => {
    await stage.tell(number, request);
    await stage.tell(number, request);
    expect(stage.host.all('request')).toMatchObject([
      { kind: 'authorize', primary: CAROL, secondary: 'It is <me>', alias: 'Carol', onList: false },
    ]);
    await stage.host.run('answer', { request: stage.host.all('request')[0]?.request, ok });
    expect((await stage.engine.next('subscribe')).body.value).toMatchObject({ jid: CAROL, action });
  });

  test('an open request is closed with the connection', async () => {
    await stage.tell(number, request);
    const { request: open } = await stage.host.next('request');
    await stage.host.run('account-connect', { account, connected: false });
    await stage.host.next('request-closed', (event) => event.request === open);
    await expect(stage.host.run('answer', { request: open })).rejects.toThrow('no such request');
  });

  test.each([
    [BOTH, 'Cancel Presence Notification', Subscribe_Action.DENY],
    [BOTH, 'Unsubscribe', Subscribe_Action.CANCEL],
    [NONE, '(Re-)Request authorization', Subscribe_Action.REQUEST],
  ])('with subscription %i the menu has: %s', async (subscription, choose, action) => {
    await roster([{ jid: BOB, subscription }]);
    const { menu } = await stage.host.run('buddy-menu', { account, name: BOB, choose });
    expect(menu).toContain(choose);
    expect((await stage.engine.next('subscribe')).body.value).toMatchObject({ jid: BOB, action });
  });
});

describe('the info of a contact', () => {
  test('shows what is known and what its clients answer, all escaped', async () => {
    await roster([{ jid: BOB, name: 'B <o> b', subscription: BOTH }]);
    await stage.tell(number, {
      case: 'presence',
      value: { jid: BOB, resources: [{ resource: 'r<1>' }] },
    });
    await stage.host.run('info', { account, name: BOB });
    await stage.engine.next('queryContact');
    const answer = {
      resource: 'r<1>',
      software: 'S <x>',
      version: '1',
      os: 'O & s',
      utcOffset: '+02:00',
    };
    await stage.tell(number, { case: 'contactInfo', value: { jid: BOB, ...answer } });
    expect(stage.host.all('userinfo')).toEqual([]);
    await stage.tell(number, { case: 'contactInfo', value: { jid: BOB, done: true } });
    const { rows } = await stage.host.next('userinfo');
    const text = JSON.stringify(rows);
    expect(text).not.toMatch(/<[a-z]/);
    expect(rows).toContainEqual({ label: 'Name', value: 'B &lt;o&gt; b' });
    expect(rows).toContainEqual({ label: 'Software (r&lt;1&gt;)', value: 'S &lt;x&gt; 1' });
    expect(rows).toContainEqual({ label: 'Time zone (r&lt;1&gt;)', value: '+02:00' });
  });

  test('is shown at once while there is no link', async () => {
    await stage.tell(number, { case: 'link', value: { state: Link_State.INTERRUPTED } });
    await stage.host.run('info', { account, name: BOB });
    const { rows } = await stage.host.next('userinfo');
    expect(rows).toContainEqual({ label: 'Status', value: 'Offline' });
  });
});
