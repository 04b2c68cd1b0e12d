// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Certificate } from '../support/certificates.js';
import { Ejabberd, type EjabberdDomain } from '../support/ejabberd.js';
import { eventually } from '../support/observed.js';
import { House, type Guest } from './sign-in-house.js';
import * as story from './sign-in-story.js';
import type { Cell, TlsVersion } from './sign-in-story.js';

const HOME = 'home.example';
const BOB = { user: 'bob', password: 'correct horse' };
/** A domain for each way in which ejabberd keeps passwords; bob lives where they are in clear. */
const HASHES: Record<string, EjabberdDomain['hash']> = {
  'sha1.example': 'sha',
  'sha256.example': 'sha256',
  'sha512.example': 'sha512',
  [HOME]: undefined,
};

const versions: TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];
const byPassword: [domain: string, mechanism: string][] = [
  ['sha1.example', 'SCRAM-SHA-1'],
  ['sha256.example', 'SCRAM-SHA-256'],
  ['sha512.example', 'SCRAM-SHA-512'],
  // All three are offered here, and the strongest is taken.
  [HOME, 'SCRAM-SHA-512'],
];

function cells(): Cell[] {
  const found: Cell[] = [];
  for (const path of story.paths) {
    for (const tls of versions)
      for (const [domain, name] of byPassword) {
        // Under TLS 1.3 it offers -PLUS too, but takes only what is not defined there: what is right is
        // refused, and we go on without binding.
        const bound = tls === 'TLSv1.2' ? ({ binding: 'tls-unique' } as const) : {};
        const mechanism = tls === 'TLSv1.2' ? `${name}-PLUS` : name;
        found.push({ mechanism, path, tls, domain, user: `guest${found.length}`, ...bound });
      }
    // EXTERNAL needs TLS 1.3 with us: see the refusals below.
    for (const alsoNamed of [undefined, `bob@${HOME}`]) {
      const rest = alsoNamed === undefined ? {} : { alsoNamed };
      const user = `guest${found.length}`;
      found.push({ mechanism: 'EXTERNAL', path, tls: 'TLSv1.3', domain: HOME, user, ...rest });
    }
  }
  return found;
}

const all = cells();

async function serve(house: House, hibernationMs?: number): Promise<Ejabberd> {
  const domains = Object.entries(HASHES).map(([domain, hash]): [string, EjabberdDomain] => {
    const users = Object.fromEntries(
      all.filter((cell) => cell.domain === domain).map(({ user }) => [user, story.PASSWORD]),
    );
    if (domain === HOME) users[BOB.user] = BOB.password;
    return [domain, { users, ...(hash === undefined ? {} : { hash }) }];
  });
  const server = await Ejabberd.start(house.workspace, {
    ...{ domains: Object.fromEntries(domains), authority: house.authority },
    ...(hibernationMs === undefined ? {} : { hibernationMs }),
  });
  await inviteBob(house, server);
  return server;
}

function inviteBob(house: House, server: Ejabberd): Promise<void> {
  const { starttls: port } = server.ports['TLSv1.3'];
  return house.inviteBob({ ...BOB, domain: HOME, port, caFile: house.authority.certFile });
}

function portOf(server: Ejabberd, { path, tls }: Pick<Cell, 'path' | 'tls'>): number {
  return server.ports[tls][path === 'STARTTLS' ? 'starttls' : 'direct'];
}

describe('ejabberd', () => {
  let house: House;
  let server: Ejabberd;
  let certificates: Map<Cell, Certificate>;
  const sessions = new Map<Guest, string>();
  beforeAll(async () => {
    house = await House.open();
    certificates = await story.certify(house, all);
    server = await serve(house);
  });
  afterAll(() => house.close());

  test.concurrent.each(all.map((cell) => [story.titleOf(cell), cell] as const))(
    'lets in by %s, talks, and resumes after a cut',
    async (_title, cell) => {
      const options = story.optionsOf(cell, certificates.get(cell));
      const guest = await house.guest(portOf(server, cell), options);
      const session = await story.expectSignedIn(guest, cell);
      const jid = story.jidOf(cell);
      await eventually('the login in the log', () =>
        server.logins().some((login) => login.jid === jid && login.mechanism === cell.mechanism),
      );
      await story.expectTalk(guest, 'hello');
      await story.expectResumed(guest, session);
      sessions.set(guest, session);
    },
  );

  test('restarted costs them their sessions, but no text', async () => {
    expect(sessions.size).toBe(all.length);
    const gone = async (): Promise<void> => {
      await server.stop();
      story.cutAll(sessions.keys());
    };
    const back = async (): Promise<void> => {
      await server.restart();
      await inviteBob(house, server);
      await story.healAll(sessions.keys());
    };
    // It knows nothing of a session after a restart, and drops what it had not brought over: when
    // it ends it stops its modules first, and only then the streams. Its archive alone has it; but a
    // server that forgets may have forgotten the end of that, too.
    await story.expectFresh(sessions, { gone, back, doubts: true });
  });

  test.each(story.paths)('without TLS 1.3 is refused EXTERNAL over %s, in words', async (path) => {
    const user = path === 'STARTTLS' ? 'careful' : 'cautious';
    const cell = { mechanism: 'EXTERNAL', path, tls: 'TLSv1.2', user, domain: HOME } as const;
    const options = story.optionsOf(cell, (await story.certify(house, [cell])).get(cell));
    const guest = await house.guest(portOf(server, cell), options);
    // It hangs up without an alert, so it might as well be restarting: that is tried again.
    expect(await story.expectRefusal(guest)).toMatchObject({ error: { retry: 'later' } });
  });
});

test('ejabberd that let sessions expire costs no text', async () => {
  const house = await House.open();
  try {
    const server = await serve(house, 1000);
    const cells = all.filter(({ mechanism }) => mechanism === 'EXTERNAL');
    const certificates = await story.certify(house, cells);
    const guests = new Map<Guest, string>();
    for (const cell of cells) {
      const options = story.optionsOf(cell, certificates.get(cell));
      const guest = await house.guest(portOf(server, cell), options);
      guests.set(guest, await story.expectSignedIn(guest, cell));
    }
    await story.expectExpired(guests);
  } finally {
    await house.close();
  }
});
