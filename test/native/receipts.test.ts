// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  Contact_Subscription,
  Link_State,
  MessageState_State,
} from '../../src/contract/engine_pb.js';
import { Stage } from './stage.js';

const [BOB, CAROL] = ['bob@home.example', 'carol@home.example'];

let stage: Stage;
let account: number;
let number: number;

beforeEach(async () => {
  stage = await Stage.set();
  ({ account, number } = await stage.signIn());
  const contacts = [BOB, CAROL].map((jid) => ({ jid, subscription: Contact_Subscription.BOTH }));
  await stage.tell(number, { case: 'roster', value: { contacts, begin: true, end: true } });
});
afterEach(() => stage.close());

function delivered(id: string, displayed = false, to = BOB): Promise<void> {
  const value = { id, to, displayed, state: MessageState_State.DELIVERED };
  return stage.tell(number, { case: 'messageState', value });
}

/** What the tooltips say, without the time. */
async function said(name = BOB): Promise<string | undefined> {
  const buddy = (await stage.buddies(account)).find((one) => one.name === name);
  const row = buddy?.tooltip?.find(({ label }) => label === 'Last message');
  expect(row?.value ?? '00:00').toMatch(/(^| )\d\d:\d\d$/);
  return row?.value?.split(' ')[0];
}

test('a receipt is told in the tooltip of its contact, and by no line', async () => {
  expect(await said()).toBeUndefined();
  await stage.host.run('send', { account, name: BOB, html: 'hello' });
  const { id } = await stage.engine.next('sendMessage');
  await delivered(id);
  expect(await said()).toBe('delivered');
  expect(await said(CAROL)).toBeUndefined();
  expect(stage.host.all('write')).toMatchObject([{ html: 'hello', flags: ['send'] }]);
});

test('a receipt for a text to one device is told of the contact', async () => {
  await delivered('a', false, `${BOB}/phone`);
  expect(await said()).toBe('delivered');
});

test('of one text the most that was said holds, whatever comes last', async () => {
  await delivered('a');
  await delivered('a', true);
  expect(await said()).toBe('displayed');
  await delivered('a');
  expect(await said()).toBe('displayed');
});

test('the next text begins anew', async () => {
  await delivered('a', true);
  await delivered('b');
  expect(await said()).toBe('delivered');
});

test('it outlives an outage, but not the sign-off', async () => {
  await delivered('a');
  await stage.tell(number, { case: 'link', value: { state: Link_State.INTERRUPTED } });
  expect(await said()).toBe('delivered');
  const [after, before] = [stage.engine.now, stage.host.now];
  await stage.host.run('account-connect', { account, connected: false });
  // Told of an account that is closed: nobody is there to remember it.
  await delivered('b');
  await stage.host.run('account-connect', { account });
  await stage.engine.next('attach', () => true, after);
  stage.engine.online(number);
  await stage.host.next('connected', () => true, before);
  expect(await said()).toBeUndefined();
});
