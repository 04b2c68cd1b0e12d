// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { MessageState_State as State } from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

const BOB = 'bob@model.test/phone';

const { signedIn } = ModelAccount;

function deliver(account: ModelAccount, text: string): void {
  account.says(text);
  account.pass(500);
}

/** Somebody says that he has a text. */
function confirm(account: ModelAccount, id: string, from = BOB, marker = false): void {
  const element = marker
    ? `<displayed xmlns='urn:xmpp:chat-markers:0' id='${id}'/>`
    : `<received xmlns='urn:xmpp:receipts' id='${id}'/>`;
  deliver(
    account,
    `<message xmlns='jabber:client' type='chat' from='${from}'>${element}</message>`,
  );
}

const news = (account: ModelAccount) =>
  account
    .take('messageState')
    .map(({ state, displayed }) => State[state] + (displayed ? ' displayed' : ''));

describe('a text that a receipt (XEP-0184) comes for', () => {
  it.each([BOB, 'bob@model.test/other', 'bob@model.test'])('from %s is delivered', (from) => {
    const account = signedIn();
    const id = account.send('hello');
    confirm(account, id, from);
    expect(news(account)).toEqual(['AT_SERVER', 'DELIVERED']);
  });

  it.each(['eve@model.test/x', 'model.test', 'alice@model.test', 'bob@other.test'])(
    'from %s stays as it is',
    (from) => {
      const account = signedIn();
      const id = account.send('hello');
      confirm(account, id, from);
      expect(news(account)).toEqual(['AT_SERVER']);
    },
  );

  it('is told as displayed when a marker says so (XEP-0333)', () => {
    const account = signedIn();
    const id = account.send('hello');
    confirm(account, id);
    confirm(account, id, BOB, true);
    expect(news(account)).toEqual(['AT_SERVER', 'DELIVERED', 'DELIVERED displayed']);
  });

  it('stays delivered when the server confirms it later, in another session', () => {
    const account = signedIn();
    const id = account.send('hello');
    confirm(account, id);
    account.cut();
    account.pass(10_000);
    account.restart();
    account.attach();
    account.pass(10_000);
    expect(news(account)).toEqual([]);
    expect(account.server.received.filter((text) => text.includes('hello'))).toHaveLength(1);
  });
});

describe('a receipt that is asked of the account', () => {
  it.each([
    [BOB, ['message']],
    ['eve@model.test/x', []],
  ])('by %s is given when the host has taken the text, if at all', (from, given) => {
    const account = signedIn();
    deliver(
      account,
      "<iq xmlns='jabber:client' type='set' id='p'><query xmlns='jabber:iq:roster'><item jid='bob@model.test' subscription='from'/></query></iq>",
    );
    const request = "<request xmlns='urn:xmpp:receipts'/>";
    deliver(
      account,
      `<message xmlns='jabber:client' type='chat' id='i' from='${from}'><body>x</body>${request}</message>`,
    );
    expect(account.take('message')).toMatchObject([{ body: 'x', receiptRequested: true }]);
    expect(account.wire()).not.toContain('message');
    account.handled(1);
    expect(account.wire().filter((name) => name === 'message')).toEqual(given);
  });
});

describe('a receipt that is owed', () => {
  it('is given for what a host took from an engine that died before it heard of that', () => {
    const account = signedIn();
    account.says(
      `<iq type='set' id='push'><query xmlns='jabber:iq:roster'><item jid='${BOB}' subscription='both'/></query></iq>`,
    );
    const request = "<request xmlns='urn:xmpp:receipts'/>";
    deliver(
      account,
      `<message from='${BOB}/desk' type='chat' id='asked'><body>hi</body>${request}</message>`,
    );
    const [message] = account.take('message');
    account.pass(2_000);
    account.restart();
    account.attach({ inboxTaken: message?.inbox ?? 0 });
    account.pass(10_000);
    const given = account.server.received.filter((text) => text.includes('<received'));
    expect(given).toHaveLength(1);
    expect(given[0]).toContain('id="asked"');
  });
});
