// SPDX-License-Identifier: MIT
//
// Server × TLS × mechanism × binding × form of the certificate, every cell run: first what each server
// makes of a way to sign in, then what an account comes to there.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountOptions } from '../../bindings/node/index.js';
import type { Certificate } from '../support/certificates.js';
import { knock } from '../support/knock.js';
import { House } from './sign-in-house.js';
import { PASSWORD, type TlsVersion } from './sign-in-story.js';
import { FORMS } from './sign-in-table-forms.js';
import { CALLER, DOMAIN, STARTS, usersFor, type Ports } from './sign-in-table-house.js';
import { answerOf, SERVERS, VERSIONS, WAYS, type ServerName } from './sign-in-table.js';
import { comesTo, PROOFS, type Proof } from './sign-in-table-accounts.js';

let house: House;
let certificate: Certificate;
const serving = new Map<ServerName, Ports>();

const cells = SERVERS.flatMap((server) => VERSIONS.map((tls) => ({ server, tls })));
/** An account of its own for each cell: none may know from another what its server had to offer. */
const userOf = (cell: number, name: string): string =>
  `guest-${String(cell)}-${String([...PROOFS.keys()].indexOf(name))}`;

beforeAll(async () => {
  house = await House.open();
  certificate = await house.authority.client([`${CALLER}@${DOMAIN}`]);
  const guests = cells.flatMap((_, cell) => [...PROOFS.keys()].map((name) => userOf(cell, name)));
  const users = usersFor([CALLER, ...guests]);
  for (const server of SERVERS)
    serving.set(server, await STARTS[server](house.workspace, house.authority, users));
});
afterAll(() => house.close());

const portOf = (server: ServerName, tls: TlsVersion): number => serving.get(server)?.[tls] ?? NaN;

describe.each(cells.map((cell, at) => ({ ...cell, at })))(
  '$server over $tls',
  ({ server, tls, at }) => {
    test.each(
      WAYS.map((way) => {
        const { is, because } = answerOf(server, tls, way);
        const { profile, mechanism, binding } = way;
        const dress = profile === undefined ? '' : ` in ${profile}`;
        const how = mechanism + dress + (binding === undefined ? '' : ` by ${binding}`);
        return [how, is, because === undefined ? '' : `, since ${because}`, way] as const;
      }),
    )('%s: %s%s', async (_how, is, _because, way) => {
      const port = portOf(server, tls);
      const caller = { user: CALLER, password: PASSWORD, domain: DOMAIN };
      const { certFile: caFile } = house.authority;
      const shown = way.mechanism === 'EXTERNAL' ? { certificate } : {};
      expect(await knock({ ...caller, ...way, ...shown, port, caFile, tls })).toBe(is);
    });

    test.each(
      [...PROOFS.keys()].map((name) => {
        const { end, because } = comesTo(server, tls, name);
        return [name, end, because === undefined ? '' : `, since ${because}`] as const;
      }),
    )('an account with %s: %s%s', async (name, end) => {
      const jid = `${userOf(at, name)}@${DOMAIN}`;
      const proof: Proof | undefined = PROOFS.get(name);
      const form = proof?.form === undefined ? {} : await FORMS[proof.form]?.(house.authority, jid);
      const options: AccountOptions = { ...proof?.options, ...form, jid, security: 'old_ssl' };
      const guest = await house.guest(portOf(server, tls), options);
      let link = await guest.settled();
      if (proof?.again === true && link.state === 'online') {
        await guest.leave();
        guest.mark();
        guest.attach({ ...options, jid: `${jid}/desk` });
        link = await guest.settled();
      }
      const { state, mechanism, channelBinding, tlsVersion, error } = link;
      const bound = channelBinding === '' ? '' : `, bound to ${channelBinding}`;
      if (state === 'online') expect(tlsVersion).toBe(tls);
      expect(
        state === 'online' ? `online by ${mechanism}${bound}` : `fails: ${error?.condition ?? ''}`,
      ).toBe(end);
      // Nothing is tried in another's place; a server that hung up is only dialled again.
      const times = proof?.again === true && state === 'online' ? 2 : 1;
      const dials = times * (proof?.dials ?? 1);
      if (error?.retry !== 'later') expect(guest.proxy.links).toHaveLength(dials);
      await guest.leave();
    });
  },
);
