// SPDX-License-Identifier: MIT
import { expect } from 'vitest';
import type { BusHost } from '../support/bus-host.js';
import { eventually } from '../support/observed.js';
import type { AccountSettings } from '../support/profile.js';
import type { Home } from './home.js';
import { alice } from './person.js';

/** alice with a password and a server whose authority nobody told her of. */
export function stranger(home: Home): AccountSettings {
  const { connect_server = '', port = 0 } = home.byPassword;
  return { ...alice({ connect_server, port }), password: home.password };
}

/** The server was told nothing of an account yet. */
export function nothingTold({ server }: Home): void {
  expect(server.sights.all.filter(({ user }) => user === 'alice')).toEqual([]);
  expect(server.log()).not.toContain('SCRAM-SHA-1 authentication');
}

/** Signs off and on again, to see that the answer is remembered. */
export async function signInAgain(home: Home, host: BusHost, account: number): Promise<void> {
  await host.setStatus('offline');
  await home.server.sights.next('alice to leave', ({ event, user }) => {
    return event === 'unbound' && user === 'alice';
  });
  await eventually('her to be offline', async () => !(await host.connected(account)));
  await host.setStatus('available');
  await host.signedOn(account);
}
