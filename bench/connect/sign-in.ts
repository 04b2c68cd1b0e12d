// SPDX-License-Identifier: MIT
//
// One account signs in through a relay that delays everything, and where it can, goes on after a cut.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AccountOptions } from '../../bindings/node/index.js';
import type { EventOf, Guest, House } from '../../test/interop/sign-in-house.js';
import type { CuttingProxy } from '../../test/support/cutting-proxy.js';
import { eventually } from '../../test/support/observed.js';
import { sitDown } from '../speed/sitting.js';
import { hasSasl2, type Cell } from './cells.js';
import { taken, type Taken } from './flights.js';
import { DOMAIN, PASSWORD, userOf } from './house.js';

export interface Outcome {
  /** With nothing known of the server. */
  readonly first: Taken;
  /** Later, after a sign-off. */
  readonly online: Taken;
  /** Of ours alone. */
  readonly resumed?: Taken;
  /** As the account was told at its last sign-in; of prpl-jabber it is the only SCRAM that it has. */
  readonly mechanism: string;
}

/** What one link of a relay saw, by the time somebody was online over it. */
function over(proxy: CuttingProxy, at: number, rttMs: number): Taken {
  const link = proxy.links.at(-1);
  return taken(
    proxy.news.all.filter((one) => one.link === link),
    at,
    rttMs,
  );
}

export async function ours(
  house: House,
  cell: Cell,
  port: number,
  rttMs: number,
): Promise<Outcome> {
  const certificate =
    cell.by === 'EXTERNAL'
      ? await house.authority.client([`${userOf(cell)}@${DOMAIN}`])
      : undefined;
  const options: AccountOptions = {
    jid: `${userOf(cell)}@${DOMAIN}`,
    security: cell.path === 'STARTTLS' ? 'require_tls' : 'old_ssl',
    ...(certificate === undefined
      ? { password: PASSWORD }
      : { clientCert: certificate.certFile, clientKey: certificate.keyFile }),
  };
  // A resource of one's own is asked for in the old way alone.
  const guest = await house.guest(port, options, '');
  guest.proxy.latencyMs = rttMs / 2;
  const { at: first } = await online(guest, rttMs, false);
  if (hasSasl2(cell)) await archiveRead(guest);
  guest.mark();
  guest.proxy.cut();
  const { at: resumed } = await online(guest, rttMs, true);
  await guest.leave();
  guest.mark();
  guest.attach(options);
  const again = await online(guest, rttMs, false);
  await guest.leave();
  return { first, resumed, online: again.at, mechanism: again.link.mechanism };
}

/** Only then is Bind 2 asked for (docs/design/0010). */
async function archiveRead({ house, proxy }: Guest): Promise<void> {
  const state = house.workspace.path('state');
  const offers = (): string[] =>
    readdirSync(state, { recursive: true, encoding: 'utf8' })
      .filter((path) => basename(path) === 'offers')
      .map((path) => readFileSync(join(state, path), 'utf8'));
  const ours = new RegExp(`"place":"[^"]* ${proxy.port} .*"archive":true`);
  await eventually('the archive to be read', () => offers().some((text) => ours.test(text)));
}

async function online(
  guest: Guest,
  rttMs: number,
  resumed: boolean,
): Promise<{ at: Taken; link: EventOf<'link'> }> {
  const link = await guest.settled();
  const at = over(guest.proxy, performance.now(), rttMs);
  const state = link.state === 'online' && link.resumed === resumed;
  if (!state)
    throw new Error(`${guest.jid}: ${link.state}, ${link.error?.text ?? 'not as it was'}`);
  return { at, link };
}

/** Pidgin's own protocol, in a libpurple host without a screen; `online` is its signal signed-on. */
export async function theirs(
  house: House,
  cell: Cell,
  port: number,
  rttMs: number,
): Promise<Outcome> {
  const proxy = await house.relay(port);
  proxy.latencyMs = rttMs / 2;
  const { host, account } = await sitDown(house.workspace, {
    ...{ protocol: cell.protocol, jid: `${userOf(cell)}@${DOMAIN}`, password: PASSWORD },
    options: {
      ...{ connect_server: '127.0.0.1', port: proxy.port },
      connection_security: cell.path === 'STARTTLS' ? 'require_tls' : 'old_ssl',
    },
  });
  const outcomes: Taken[] = [];
  for (let time = 0; time < 2; time++) {
    const after = host.now;
    await host.run('account-enable', { account, enabled: true });
    await host.next('connected', () => true, after);
    outcomes.push(over(proxy, performance.now(), rttMs));
    await host.run('account-enable', { account, enabled: false });
    await host.next('disconnected', () => true, after);
  }
  await host.quit();
  const [first, online] = outcomes;
  if (first === undefined || online === undefined) throw new Error('not signed in');
  return { first, online, mechanism: 'SCRAM-SHA-1' };
}
