// SPDX-License-Identifier: MIT
//
// What real servers say to a certificate that they do not let in, without our own checks before it, and what we
// make of that: as far as they tell the reasons apart, so do we.

import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { saslFailure } from '../../src/core/sasl/failure.js';
import { Authority, type Certificate } from '../support/certificates.js';
import { withClientCerts } from '../support/client-certs.js';
import { Ejabberd } from '../support/ejabberd.js';
import { answerToExternal } from '../support/external-answer.js';
import { readOne } from '../support/negotiating.js';
import { projectPath } from '../support/project.js';
import { patchedSasl2 } from '../support/prosody-sasl2.js';
import { Prosody, type ProsodyOptions } from '../support/prosody.js';
import { House } from './sign-in-house.js';

const DOMAIN = 'home.example';
const ALICE = `alice@${DOMAIN}`;
const PASSWORD = 'open sesame';

let house: House;
const ports = new Map<string, number>();
const certificates = new Map<string, Certificate>();

beforeAll(async () => {
  house = await House.open();
  const { workspace, authority } = house;
  const users = { alice: PASSWORD, bob: PASSWORD, banned: PASSWORD };
  const certificate = await authority.server({ dns: [DOMAIN] });
  const modules = [patchedSasl2(workspace), projectPath('test/support/prosody')];
  const prosodies: [string, Partial<ProsodyOptions>][] = [
    ['mod_client_certs', withClientCerts(workspace)],
    [
      'mod_auth_ccert',
      {
        modules: ['sasl2', 'sasl2_bind2'],
        global: { authentication: 'ccert', plugin_paths: modules },
      },
    ],
  ];
  for (const [name, more] of prosodies) {
    const options = { domain: DOMAIN, authority, users, certificate, ...more };
    ports.set(name, (await Prosody.start(workspace, options)).directTlsPort);
  }
  const domains = { [DOMAIN]: { users } };
  const ejabberd = await Ejabberd.start(workspace, {
    ...{ authority, domains, modules: ['steadfast_ban'] },
  });
  ports.set('ejabberd', ejabberd.ports['TLSv1.3'].direct);

  const stranger = await Authority.create(workspace.path('stranger'), 'Stranger');
  const at = (fromDays: number, toDays: number) => authority.client([ALICE], { fromDays, toDays });
  const all: [string, () => Promise<Certificate>][] = [
    ['alice’s', () => authority.client([ALICE])],
    ['nobody’s, who has no account', () => authority.client([`nobody@${DOMAIN}`])],
    ['banned’s', () => authority.client([`banned@${DOMAIN}`])],
    ['bob’s, for alice', () => authority.client([`bob@${DOMAIN}`])],
    ['without a name', () => authority.client([])],
    ['by an unknown authority', () => stranger.client([ALICE])],
    ['that has expired', () => at(-9, -1)],
    ['that is not valid yet', () => at(3, 9)],
    ['for servers only', () => authority.client([ALICE], {}, { extendedKeyUsage: 'serverAuth' })],
  ];
  for (const [name, make] of all) certificates.set(name, await make());
});
afterAll(() => house.close());

async function toldOf(server: string, which: string, sasl2: boolean): Promise<string> {
  const certificate = certificates.get(which) ?? expect.unreachable();
  const said = await answerToExternal({
    ...{ port: ports.get(server) ?? 0, domain: DOMAIN, caFile: house.authority.certFile },
    ...{ certificate, authzid: which.endsWith('for alice') ? ALICE : '', sasl2 },
  });
  if (said.startsWith('<success')) return 'let in';
  if (said.startsWith('<stream:error')) return 'the stream ends';
  return said.startsWith('<') ? saslFailure(readOne(said), 'external').condition : said;
}

const CCERT = 'mod_auth_ccert';
const CERTS = 'mod_client_certs';
/** Server, certificate, and what is told by RFC 6120. */
const rows: readonly (readonly [string, string, string])[] = [
  // Who has a certificate of its authority has an account.
  [CCERT, 'alice’s', 'let in'],
  [CCERT, 'nobody’s, who has no account', 'let in'],
  [CCERT, 'banned’s', 'let in'],
  [CCERT, 'bob’s, for alice', 'not-authorized'],
  [CCERT, 'without a name', 'account-disabled'],
  [CCERT, 'by an unknown authority', 'account-disabled'],
  [CCERT, 'that has expired', 'certificate-expired'],
  [CCERT, 'that is not valid yet', 'certificate-expired'],
  [CCERT, 'for servers only', 'account-disabled'],
  // It knows certificates and no authorities, and has one word for all it does not know.
  [CERTS, 'alice’s', 'not-authorized'],
  [CERTS, 'nobody’s, who has no account', 'not-authorized'],
  [CERTS, 'bob’s, for alice', 'not-authorized'],
  [CERTS, 'without a name', 'not-authorized'],
  [CERTS, 'by an unknown authority', 'not-authorized'],
  [CERTS, 'that has expired', 'not offered'],
  [CERTS, 'that is not valid yet', 'not offered'],
  ['ejabberd', 'alice’s', 'let in'],
  ['ejabberd', 'nobody’s, who has no account', 'let in'],
  // It bans by another password.
  ['ejabberd', 'banned’s', 'let in'],
  ['ejabberd', 'bob’s, for alice', 'certificate-wrong-account'],
  ['ejabberd', 'without a name', 'certificate-wrong-account'],
  ['ejabberd', 'by an unknown authority', 'certificate-refused'],
  ['ejabberd', 'that has expired', 'certificate-expired'],
  ['ejabberd', 'that is not valid yet', 'certificate-not-yet-valid'],
  ['ejabberd', 'for servers only', 'certificate-refused'],
];

describe('a certificate', () => {
  it.each(rows)('by %s, %s: %s', async (server, which, told) => {
    expect(await toldOf(server, which, false)).toBe(told);
  });

  const again = rows.filter(([server]) => server === CCERT);
  it.each(again)('by the SASL2 of %s, %s: as by RFC 6120', async (server, which, told) => {
    // The module does not know what to do with the answer of another name.
    const expected = told === 'certificate-expired' ? 'the stream ends' : told;
    expect(await toldOf(server, which, true)).toBe(expected);
  });
});

test.each([
  [CERTS, `nobody@${DOMAIN}`, 'nobody’s, who has no account', /no such account/],
  [CCERT, ALICE, 'by an unknown authority', /disabled the account, or it cannot verify/],
  ['ejabberd', ALICE, 'by an unknown authority', /its authority.*“unable to verify/],
])('%s tells %s, who comes with one %s, in words', async (server, jid, which, words) => {
  const { certFile, keyFile } = certificates.get(which) ?? expect.unreachable();
  const own = { clientCert: certFile, clientKey: keyFile };
  const guest = await house.guest(ports.get(server) ?? 0, { jid, security: 'old_ssl', ...own });
  const link = await guest.settled();
  expect(link).toMatchObject({ state: 'failed', error: { kind: 'sasl', retry: 'never' } });
  expect(link.error?.text).toMatch(words);
  expect(guest.proxy.links).toHaveLength(1);
  await guest.leave();
});
