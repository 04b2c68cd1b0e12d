// SPDX-License-Identifier: MIT
//
// An Attach with another certificate than before: the session goes on, on a link that is signed in with it.

import { expect, it } from 'vitest';
import { Attach_AuthMethod as Method, Link_State as State } from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

const IDENTITY = { xmppAddr: ['alice@model.test'], notBefore: 0, notAfter: 8.64e15 };

function signedIn(): ModelAccount {
  const account = ModelAccount.signedIn({ external: 'alice' });
  account.engine.identity = IDENTITY;
  return account;
}

const attach = (account: ModelAccount, clientCert: string): void => {
  account.attach({ clientCert, online: true }, 5_000);
};

const links = (account: ModelAccount): string[] =>
  account
    .take('link')
    .map(({ state, mechanism, resumed }) =>
      [State[state], mechanism, resumed ? 'resumed' : ''].join(' ').trimEnd(),
    );

it('takes the session along, from the password to the certificate and back', () => {
  const account = signedIn();
  attach(account, '/new.pem');
  expect(links(account)).toEqual(['INTERRUPTED', 'ONLINE EXTERNAL resumed']);
  expect(account.wire()).toContain('resume');
  expect(account.engine.dialled.map(({ certificate }) => certificate)).toEqual([false, true]);
  // This server has PLAIN alone, which is less than before: it is taken only where it is asked for.
  account.attach({ authMethod: Method.PLAIN, online: true }, 5_000);
  expect(links(account).at(-1)).toBe('ONLINE PLAIN resumed');
  expect(account.engine.dialled.map(({ certificate }) => certificate)).toEqual([
    false,
    true,
    false,
  ]);
});

it('does not tell of the session by the old certificate as if the new one had signed in', () => {
  const account = signedIn();
  attach(account, '/old.pem');
  account.take('link');
  account.attach({ clientCert: '/new.pem', online: true }, 0);
  expect(links(account)).toEqual(['INTERRUPTED']);
  account.pass(5_000);
  expect(links(account)).toEqual(['ONLINE EXTERNAL resumed']);
});

it('is a sign-in as any for a host that does not show the account as online yet', () => {
  const account = signedIn();
  account.attach({ clientCert: '/new.pem' }, 5_000);
  const told = links(account);
  expect(told[0]).toBe('CONNECTING');
  expect(told.filter((link) => !link.startsWith('CONNECTING'))).toEqual([
    'ONLINE EXTERNAL resumed',
  ]);
});

it('loses and doubles nothing of what is written meanwhile', () => {
  const account = signedIn();
  account.send('before');
  account.attach({ clientCert: '/new.pem', online: true }, 1);
  account.send('meanwhile');
  account.pass(5_000);
  const sent = account.server.received.join('');
  for (const text of ['before', 'meanwhile']) {
    expect(sent.match(new RegExp(`<body>${text}</body>`, 'g'))).toHaveLength(1);
  }
});

it('leaves the link alone where nothing has changed', () => {
  const account = signedIn();
  attach(account, '');
  expect(links(account)).toEqual(['ONLINE PLAIN']);
  expect(account.engine.dialled).toHaveLength(1);
});

it('holds for an attempt that is under way, too', () => {
  const account = signedIn();
  account.engine.unreachable = true;
  account.cut();
  account.attach({ clientCert: '/new.pem', online: true }, 1);
  account.engine.unreachable = false;
  account.pass(10_000);
  expect(links(account).at(-1)).toBe('ONLINE EXTERNAL resumed');
});

it('is used for the next link when the certificate comes while there is none', () => {
  const account = signedIn();
  account.engine.unreachable = true;
  account.cut();
  account.pass(60_000);
  attach(account, '/new.pem');
  account.engine.unreachable = false;
  account.pass(10_000);
  expect(links(account).at(-1)).toBe('ONLINE EXTERNAL resumed');
});
