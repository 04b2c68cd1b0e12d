// SPDX-License-Identifier: MIT
//
// What real servers make of channel binding, and what is kept of it from one sign-in to the next.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccountOptions } from '../../bindings/node/index.js';
import { Ejabberd } from '../support/ejabberd.js';
import { Prosody } from '../support/prosody.js';
import { House, type EventOf } from './sign-in-house.js';
import { PASSWORD, type TlsVersion } from './sign-in-story.js';

const HOME = 'home.example';
const JID = `alice@${HOME}`;

let house: House;
beforeEach(async () => {
  house = await House.open();
});
afterEach(() => house.close());

/** Signs in at that port and off again; how the link came to rest, and what was logged of it. */
async function visit(
  port: number,
  options: Partial<AccountOptions> = {},
): Promise<{ link: EventOf<'link'>; logged: string[] }> {
  const before = house.events.all.length;
  const guest = await house.guest(port, { jid: JID, password: PASSWORD, ...options });
  const link = await guest.settled();
  await guest.leave();
  const logged = house.events.all.slice(before).flatMap((event) => {
    return event.type === 'log' && event.category === 'sign-in' ? [event.text] : [];
  });
  return { link, logged };
}

/** What the account's folder has of it. */
function kept(): unknown {
  const state = house.workspace.path('state');
  const files = readdirSync(state, { recursive: true, encoding: 'utf8' });
  const [path, ...more] = files
    .filter((name) => basename(name) === 'sign-in')
    .map((name) => join(state, name));
  if (path === undefined || more.length > 0) throw new Error('there is no such file, or two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  return JSON.parse(readFileSync(path, 'utf8'));
}

test('ejabberd under TLS 1.3 refuses what is right: it is asked once, and never again', async () => {
  const server = await Ejabberd.start(house.workspace, {
    domains: { [HOME]: { users: { alice: PASSWORD } } },
    authority: house.authority,
  });
  const { starttls: port } = server.ports['TLSv1.3'];
  const first = await visit(port);
  expect(first.link).toMatchObject({ mechanism: 'SCRAM-SHA-512', channelBinding: '' });
  expect(first.logged).toEqual([
    expect.stringMatching(/refused SCRAM-SHA-512-PLUS, bound .*tls-exporter.*once more without/),
    expect.stringMatching(/^Signed in without channel binding/),
    expect.stringMatching(/the least is SCRAM-SHA-512\.$/),
  ]);
  expect(kept()).toMatchObject({ pin: { mechanism: 'SCRAM-SHA-512' }, unbound: /./ });
  const second = await visit(port);
  expect(second.link).toMatchObject({ state: 'online', mechanism: 'SCRAM-SHA-512' });
  expect(second.logged).toEqual([expect.stringMatching(/^Signed in without channel binding/)]);
  // With TLS 1.2 it can bind, so nothing is left out there.
  const other = await visit(server.ports['TLSv1.2'].starttls);
  expect(other.link).toMatchObject({
    mechanism: 'SCRAM-SHA-512-PLUS',
    channelBinding: 'tls-unique',
  });
});

test('a wrong password is told as one, with binding and without', async () => {
  const server = await Ejabberd.start(house.workspace, {
    domains: { [HOME]: { users: { alice: PASSWORD } } },
    authority: house.authority,
  });
  for (const tls of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { link } = await visit(server.ports[tls].starttls, { password: 'wrong' });
    expect(link).toMatchObject({
      state: 'failed',
      error: { condition: 'not-authorized', retry: 'never' },
    });
  }
});

test('Prosody that could bind and cannot any more is refused until the person says otherwise', async () => {
  const serve = (tls: TlsVersion): Promise<Prosody> =>
    Prosody.start(house.workspace, {
      users: { alice: PASSWORD, bob: PASSWORD },
      authority: house.authority,
      tls,
    });
  const [able, unable] = [await serve('TLSv1.2'), await serve('TLSv1.3')];
  const first = await visit(able.port);
  expect(first.link).toMatchObject({
    mechanism: 'SCRAM-SHA-1-PLUS',
    channelBinding: 'tls-unique',
  });
  const refused = await visit(unable.port);
  expect(refused.link).toMatchObject({
    state: 'failed',
    error: { condition: 'downgrade', retry: 'never' },
  });
  expect(refused.link.error?.text).toMatch(
    /it was SCRAM-SHA-1-PLUS, bound .*tls-unique.*now it is SCRAM-SHA-1\..*choose “Password \(SCRAM\)”/,
  );
  expect(unable.sights.all.filter(({ event }) => event === 'authenticated')).toEqual([]);
  const allowed = await visit(unable.port, { authMethod: 'scram' });
  expect(allowed.link).toMatchObject({ state: 'online', mechanism: 'SCRAM-SHA-1' });
  expect(kept()).toEqual({ pin: { mechanism: 'SCRAM-SHA-1', authMethod: 'scram' } });
});
