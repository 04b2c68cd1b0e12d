// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountOptions } from '../../bindings/node/index.js';
import { CertificateFiles, PKCS12 } from '../support/certificate-files.js';
import { fingerprint, KEYS } from '../support/certificates.js';
import type { Authority, Certificate } from '../support/certificates.js';
import { Ejabberd } from '../support/ejabberd.js';
import { eventually } from '../support/observed.js';
import { Prosody } from '../support/prosody.js';
import { House } from './sign-in-house.js';

const HOME = 'home.example';
const PASSPHRASE = 'canary-phrase';
const kinds = ['rsa2048', 'p256', 'p384', 'p521', 'ed25519'] as const;
type Kind = (typeof kinds)[number];
type Files = Pick<AccountOptions, 'clientCert' | 'clientKey' | 'clientCertPassphrase'>;

let house: House;
let files: CertificateFiles;
let below: Authority;
let prosody: Prosody;
let prosody12: Prosody;
let ejabberd: Ejabberd;
const made = new Map<Kind | 'chain', Certificate>();

function by(kind: Kind | 'chain'): Certificate {
  const certificate = made.get(kind);
  if (certificate === undefined) throw new Error(`no certificate of kind ${kind}`);
  return certificate;
}

beforeAll(async () => {
  house = await House.open();
  files = new CertificateFiles(house.workspace.makeFolder('files'));
  const { authority } = house;
  for (const kind of kinds)
    made.set(kind, await authority.client([`${kind}@${HOME}`], {}, { key: [...KEYS[kind]] }));
  below = await authority.below(house.workspace.path('below'));
  made.set('chain', await below.client([`chain@${HOME}`]));
  const names = [...kinds, 'chain'];
  const users = Object.fromEntries(names.map((name) => [name, null]));
  prosody = await Prosody.start(house.workspace, { users, authority, tls: 'TLSv1.3' });
  prosody12 = await Prosody.start(house.workspace, { users, authority, tls: 'TLSv1.2' });
  // It knows no account without a password; that it has one does not matter to who signs in here.
  const passwords = Object.fromEntries(names.map((name) => [name, 'never used']));
  ejabberd = await Ejabberd.start(house.workspace, {
    domains: { [HOME]: { users: passwords } },
    authority,
  });
});
afterAll(() => house.close());

const forms: Record<string, (kind: Kind) => Promise<Files>> = {
  PEM: (kind) => Promise.resolve({ clientCert: by(kind).certFile, clientKey: by(kind).keyFile }),
  'PKCS#8, locked': async (kind) => ({
    clientCert: by(kind).certFile,
    clientKey: await files.pkcs8Key(by(kind), PASSPHRASE, ['-v2', 'aes-256-cbc']),
    clientCertPassphrase: PASSPHRASE,
  }),
  'the traditional form, locked': async (kind) => ({
    clientCert: by(kind).certFile,
    clientKey: await files.traditionalKey(by(kind), PASSPHRASE),
    clientCertPassphrase: PASSPHRASE,
  }),
  'PKCS#12 of today': (kind) => pkcs12(kind, 'of today (AES, SHA-256)'),
  'PKCS#12 of Windows and old browsers': (kind) =>
    pkcs12(kind, 'of Windows 7 to 10 and old browsers (RC2-40, 3DES, SHA-1)'),
};

async function pkcs12(kind: Kind, how: keyof typeof PKCS12): Promise<Files> {
  const clientCert = await files.pkcs12(by(kind), PASSPHRASE, PKCS12[how]);
  return { clientCert, clientCertPassphrase: PASSPHRASE };
}

/** Signs in, and off again. @returns what the engine told of it */
async function signIn(port: number, user: string, more: Partial<AccountOptions>): Promise<object> {
  const guest = await house.guest(port, { jid: `${user}@${HOME}`, ...more });
  const link = await guest.settled();
  const { links } = guest.proxy;
  await guest.leave();
  return { ...link, dials: links.length };
}

/** The mechanisms by which ejabberd let it in so far. */
function logins(kind: Kind): string[] {
  const all = ejabberd.logins().filter(({ jid }) => jid === `${kind}@${HOME}`);
  return all.map(({ mechanism }) => mechanism);
}

const online = { state: 'online', mechanism: 'EXTERNAL', dials: 1, tlsVersion: 'TLSv1.3' };

// The traditional form is older than Ed25519, so nobody has such a key in it.
const rows = kinds.flatMap((kind) =>
  Object.keys(forms)
    .filter((form) => kind !== 'ed25519' || !form.startsWith('the traditional'))
    .map((form) => [kind, form] as const),
);

describe('a certificate signs in over TLS 1.3', () => {
  test.each(rows)('%s in %s, on Prosody', async (kind, form) => {
    const before = prosody.sights.all.length;
    expect(await signIn(prosody.port, kind, (await forms[form]?.(kind)) ?? {})).toMatchObject(
      online,
    );
    const login = await prosody.sights.next(
      'the login',
      ({ event, user }) => event === 'authenticated' && user === kind,
      { after: before },
    );
    expect(login.certificate).toBe(fingerprint(by(kind).certFile));
  });

  test.each(rows)('%s in %s, on ejabberd', async (kind, form) => {
    const { starttls } = ejabberd.ports['TLSv1.3'];
    const before = logins(kind).length;
    expect(await signIn(starttls, kind, (await forms[form]?.(kind)) ?? {})).toMatchObject(online);
    // Its log comes a little later.
    await eventually('the login', () => logins(kind).length > before);
    expect(logins(kind).at(-1)).toBe('EXTERNAL');
  });

  test.each([
    ['Prosody', 'first', () => prosody.port],
    ['Prosody', 'last', () => prosody.port],
    ['ejabberd', 'first', () => ejabberd.ports['TLSv1.3'].starttls],
    ['ejabberd', 'last', () => ejabberd.ports['TLSv1.3'].starttls],
  ] as const)(
    'of an authority below the one that %s knows, the leaf %s',
    async (_, where, port) => {
      const chain = [by('chain').certFile, below.certFile].map((path) =>
        readFileSync(path, 'utf8'),
      );
      if (where === 'last') chain.reverse();
      const clientCert = files.write(`chain-${where}.pem`, chain.join(''));
      const clientKey = by('chain').keyFile;
      expect(await signIn(port(), 'chain', { clientCert, clientKey })).toMatchObject(online);
    },
  );
});

describe('on a server that has TLS 1.2 only', () => {
  const servers = [
    ['Prosody', 'STARTTLS', () => prosody12.port, 'require_tls'],
    ['Prosody', 'direct TLS', () => prosody12.directTlsPort, 'old_ssl'],
    ['ejabberd', 'STARTTLS', () => ejabberd.ports['TLSv1.2'].starttls, 'require_tls'],
    ['ejabberd', 'direct TLS', () => ejabberd.ports['TLSv1.2'].direct, 'old_ssl'],
  ] as const;

  // What Prosody 0.12 lists as curves for its own key counts for a client's certificate there, too.
  const refused = (server: string, kind: Kind): boolean => server === 'Prosody' && kind === 'p521';
  const cells = servers.flatMap(([server, path, port, security]) =>
    kinds.map((kind) => [kind, server, path, port, security] as const),
  );

  test.each(cells.filter(([kind, server]) => !refused(server, kind)))(
    'where it is allowed, %s is let in by %s over %s by a second link',
    async (kind, _server, _path, port, security) => {
      const more = { ...(await forms.PEM?.(kind)), security, certTls12: true };
      expect(await signIn(port(), kind, more)).toMatchObject({
        ...{ ...online, dials: 2, tlsVersion: 'TLSv1.2' },
      });
    },
  );

  test.each(cells.filter(([kind, server]) => refused(server, kind)))(
    '%s is refused by %s over %s, in words',
    async (kind, _server, _path, port, security) => {
      const more = { ...(await forms.PEM?.(kind)), security, certTls12: true };
      const told = await signIn(port(), kind, more);
      expect(told).toMatchObject({
        state: 'failed',
        error: { condition: 'certificate-refused', retry: 'later' },
      });
    },
  );

  test.each(servers)('where it is not, %s by %s is shown none', async (_n, _p, port, security) => {
    const more = { ...(await forms.PEM?.('p256')), security };
    const told = await signIn(port(), 'p256', more);
    expect(told).toMatchObject({ state: 'failed', error: { kind: 'tls' } });
  });
});
