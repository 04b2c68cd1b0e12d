// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Contact_Subscription,
  Link_State,
  Show,
  Subscribe_Action,
  Subscription_What,
} from '../../src/contract/engine_pb.js';
import { Stage } from './stage.js';

const BOB = 'bob@home.example';
const CAROL = 'carol@home.example';
const { NONE, TO, FROM, BOTH } = Contact_Subscription;

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

  test('that was there before its contact is shown with it, in every group', async () => {
    await stage.tell(number, { case: 'presence', value: { jid: BOB, resources: [phone] } });
    await roster([{ jid: BOB, subscription: BOTH, groups: ['A'] }]);
    await push({ jid: BOB, subscription: BOTH, groups: ['A', 'B'] });
    expect(await stage.buddies(account)).toMatchObject([
      { online: true, status: 'away' },
      { online: true, status: 'away' },
    ]);
  });

  test('that is no news is not announced again', async () => {
    await roster([{ jid: BOB, subscription: BOTH }]);
    for (const client of ['', 'Known now 1.0'])
      await stage.tell(number, {
        case: 'presence',
        value: { jid: BOB, resources: [{ ...phone, client }] },
      });
    expect(stage.host.all('buddy-online')).toHaveLength(1);
    expect(stage.host.all('buddy-status')).toEqual([]);
    expect(JSON.stringify((await stage.buddies(account))[0]?.tooltip)).toContain('Known now');
  });

  test('survives an outage and a resumed session', async () => {
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

  test('is shown as far as it is known when the engine dies meanwhile', async () => {
    await stage.host.run('info', { account, name: BOB });
    await stage.engine.next('queryContact');
    stage.engine.die();
    const { rows } = await stage.host.next('userinfo');
    expect(rows).toContainEqual({ label: 'XMPP address', value: BOB });
  });

  test('is shown at once while there is no link', async () => {
    await stage.tell(number, { case: 'link', value: { state: Link_State.INTERRUPTED } });
    await stage.host.run('info', { account, name: BOB });
    const { rows } = await stage.host.next('userinfo');
    expect(rows).toContainEqual({ label: 'Status', value: 'Offline' });
  });
});
