// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprint, type Certificate } from '../support/certificates.js';
import { Prosody } from '../support/prosody.js';
import { House, type Guest } from './sign-in-house.js';
import { offered } from './offered.js';
import * as story from './sign-in-story.js';
import type { Cell, TlsVersion } from './sign-in-story.js';

const HOME = 'home.example';
const BOB = { user: 'bob', password: 'correct horse' };

/** Prosody offers SCRAM by the one hash with which it keeps all passwords of a host. */
const servers = [
  { hash: 'SHA-1', tls: 'TLSv1.2' },
  { hash: 'SHA-1', tls: 'TLSv1.3' },
  { hash: 'SHA-256', tls: 'TLSv1.2' },
  { hash: 'SHA-256', tls: 'TLSv1.3' },
] as const;

/** The cells that are not there, each with the reason. */
const lacking = {
  'SHA-1': [['SCRAM-SHA-256', 'a host keeps passwords by one hash']],
  'SHA-256': [['SCRAM-SHA-1', 'a host keeps passwords by one hash']],
  both: [['SCRAM-SHA-512', 'no store of Prosody 0.12 knows that hash']],
} as const;

function cells(hash: string, tls: TlsVersion): Cell[] {
  const found: Cell[] = [];
  for (const path of story.paths) {
    const add = (mechanism: string, more: Partial<Cell> = {}): void =>
      void found.push({
        mechanism,
        path,
        tls,
        domain: HOME,
        user: `guest${found.length}`,
        ...more,
      });
    // Prosody 0.12 binds to tls-unique, and therefore offers -PLUS under TLS 1.2 only.
    if (tls === 'TLSv1.2') add(`SCRAM-${hash}-PLUS`, { binding: 'tls-unique' });
    else add(`SCRAM-${hash}`);
    // EXTERNAL needs TLS 1.3 with us: see the refusals below.
    if (tls === 'TLSv1.3') {
      add('EXTERNAL');
      add('EXTERNAL', { alsoNamed: `bob@${HOME}` });
    }
  }
  return found;
}

interface Setting {
  hash: 'SHA-1' | 'SHA-256';
  tls: TlsVersion;
  hibernationMs?: number;
}

async function serve(house: House, all: Cell[], setting: Setting): Promise<Prosody> {
  const users: Record<string, string | null> = { [BOB.user]: BOB.password };
  for (const { user, mechanism } of all)
    users[user] = mechanism === 'EXTERNAL' ? null : story.PASSWORD;
  const { authority } = house;
  const server = await Prosody.start(house.workspace, { users, authority, ...setting });
  await inviteBob(house, server, setting);
  return server;
}

function inviteBob(house: House, { port }: Prosody, { hash }: Setting): Promise<void> {
  const how = { hash: hash === 'SHA-256' ? 'sha256' : 'sha1' } as const;
  return house.inviteBob({ ...BOB, ...how, domain: HOME, port, caFile: house.authority.certFile });
}

function portOf(server: Prosody, { path }: Pick<Cell, 'path'>): number {
  return path === 'STARTTLS' ? server.port : server.directTlsPort;
}

describe.each(servers)('Prosody with passwords in $hash and $tls', (setting) => {
  const all = cells(setting.hash, setting.tls);
  let house: House;
  let server: Prosody;
  let certificates: Map<Cell, Certificate>;
  const sessions = new Map<Guest, string>();
  beforeAll(async () => {
    house = await House.open();
    certificates = await story.certify(house, all);
    server = await serve(house, all, setting);
  });
  afterAll(() => house.close());

  test.concurrent.each(all.map((cell) => [story.titleOf(cell), cell] as const))(
    'lets in by %s, talks, and resumes after a cut',
    async (_title, cell) => {
      const certificate = certificates.get(cell);
      const guest = await house.guest(portOf(server, cell), story.optionsOf(cell, certificate));
      const session = await story.expectSignedIn(guest, cell);
      const login = await server.sights.next('the login', ({ event, user }) => {
        return event === 'authenticated' && user === cell.user;
      });
      expect(login).toMatchObject({ mechanism: cell.mechanism, tls: cell.tls });
      expect(login.certificate).toBe(certificate && fingerprint(certificate.certFile));
      await story.expectTalk(guest, 'hello');
      await story.expectResumed(guest, session);
      sessions.set(guest, session);
    },
  );

  test.each([...lacking[setting.hash], ...lacking.both])('offers no %s: %s', async (mechanism) => {
    const names = await offered(server.directTlsPort, HOME, house.authority.certFile);
    expect(names).toContain(`SCRAM-${setting.hash}`);
    expect(names).not.toContain(mechanism);
  });

  test('restarted costs them their sessions, but no text', async () => {
    expect(sessions.size).toBe(all.length);
    const gone = async (): Promise<void> => {
      await server.stop();
      story.cutAll(sessions.keys());
    };
    const back = async (): Promise<void> => {
      await server.restart();
      await inviteBob(house, server, setting);
      await story.healAll(sessions.keys());
    };
    await story.expectFresh(sessions, { gone, back });
  });

  if (setting.tls === 'TLSv1.3') return;
  test.each(story.paths)('is refused EXTERNAL over %s, in words', async (path) => {
    const user = path === 'STARTTLS' ? 'careful' : 'cautious';
    const cell = { mechanism: 'EXTERNAL', path, tls: setting.tls, user, domain: HOME };
    const certificate = (await story.certify(house, [cell])).get(cell);
    const guest = await house.guest(portOf(server, cell), story.optionsOf(cell, certificate));
    expect(await story.expectRefusal(guest)).toMatchObject({
      error: { condition: 'tls13-required', retry: 'later' },
    });
    expect(server.sights.all.filter(({ certificate }) => certificate !== undefined)).toEqual([]);
  });
});

test('Prosody that let sessions expire costs no text', async () => {
  const house = await House.open();
  try {
    const setting = { hash: 'SHA-256', tls: 'TLSv1.3', hibernationMs: 1000 } as const;
    const all = cells(setting.hash, setting.tls);
    const certificates = await story.certify(house, all);
    const server = await serve(house, all, setting);
    const guests = new Map<Guest, string>();
    for (const cell of all) {
      const options = story.optionsOf(cell, certificates.get(cell));
      const guest = await house.guest(portOf(server, cell), options);
      guests.set(guest, await story.expectSignedIn(guest, cell));
    }
    await story.expectExpired(guests);
  } finally {
    await house.close();
  }
});
