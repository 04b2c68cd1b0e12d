// SPDX-License-Identifier: MIT
import { expect } from 'vitest';
import type { AccountOptions } from '../../bindings/node/index.js';
import type { Certificate } from '../support/certificates.js';
import type { EventOf, Guest, House } from './sign-in-house.js';

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';
export const paths = ['STARTTLS', 'direct TLS'] as const;
export type Path = (typeof paths)[number];

/** One way in: what a server and an account are set up for, and so what has to come of it. */
export interface Cell {
  mechanism: string;
  /** What the sign-in is bound to; absent for nothing. */
  binding?: 'tls-unique';
  path: Path;
  tls: TlsVersion;
  user: string;
  domain: string;
  /** EXTERNAL only: who else is named in the certificate, before the account itself. */
  alsoNamed?: string;
}

export const PASSWORD = 'open sesame';

export function jidOf({ user, domain }: Cell): string {
  return `${user}@${domain}`;
}

export function titleOf({ mechanism, path, tls, domain, alsoNamed }: Cell): string {
  const names = alsoNamed === undefined ? '' : ', two names in the certificate';
  return `${mechanism} over ${path} with ${tls} at ${domain}${names}`;
}

/** The certificates of the cells that sign in by one, made one after the other. */
export async function certify(house: House, cells: Cell[]): Promise<Map<Cell, Certificate>> {
  const made = new Map<Cell, Certificate>();
  for (const cell of cells.filter(({ mechanism }) => mechanism === 'EXTERNAL')) {
    const names = [cell.alsoNamed, jidOf(cell)].filter((name) => name !== undefined);
    made.set(cell, await house.authority.client(names));
  }
  return made;
}

/** The options of an account: all but the two ways in are left to the engine's own choice. */
export function optionsOf(cell: Cell, certificate: Certificate | undefined): AccountOptions {
  return {
    jid: jidOf(cell),
    security: cell.path === 'STARTTLS' ? 'require_tls' : 'old_ssl',
    ...(certificate === undefined
      ? { password: PASSWORD }
      : { clientCert: certificate.certFile, clientKey: certificate.keyFile }),
  };
}

/** What a guest is in after signing in; asserts that it is what the cell says. */
export async function expectSignedIn(guest: Guest, cell: Cell): Promise<string> {
  const link = await guest.settled();
  expect(link).toMatchObject({
    ...{ state: 'online', resumed: false, jid: `${jidOf(cell)}/desk` },
    ...{ mechanism: cell.mechanism, tlsVersion: cell.tls, channelBinding: cell.binding ?? '' },
  });
  expect(link.session).not.toBe('');
  return link.session;
}

/**
 * A text and then an answer, and nothing that nobody said. (A server may put a text that crosses the
 * first presence of a session into its offline store and leave it there.)
 */
export async function expectTalk(guest: Guest, word: string): Promise<void> {
  guest.say(`${word} <&> Grüße 👋`);
  await guest.arrived();
  guest.hear(`${word} "zurück"`);
  await guest.arrived();
  expect(guest.atBob).toEqual(guest.said);
  expect(guest.here).toEqual(guest.told);
}

/** The link is cut with a text under way in each direction; the same session goes on. */
export async function expectResumed(guest: Guest, session: string): Promise<void> {
  await guest.lose('cut off');
  guest.mark();
  guest.proxy.cut();
  await guest.proxy.heal();
  expect(await guest.settled()).toMatchObject({ state: 'online', resumed: true, session });
  await guest.arrived();
  await expectTalk(guest, 'after the cut');
}

/** How sessions come to their end at the server. */
export interface End {
  /** Ends them; no link is open behind it. */
  gone: () => Promise<void>;
  /** Makes the server ready for new ones, and bob with it. */
  back: () => Promise<void>;
  /** The server knows nothing of the sessions afterwards, so its archive is no proof of what it lacks. */
  readonly doubts?: boolean;
}

/**
 * With texts under way in both directions, and others said meanwhile. The server tells how far it had
 * got, or its archive does: no doubt is left, and nothing is missed.
 */
export async function expectFresh(
  guests: ReadonlyMap<Guest, string>,
  { gone, back, doubts = false }: End,
): Promise<void> {
  const lost = new Map<Guest, string>();
  await Promise.all(
    [...guests.keys()].map(async (guest) => {
      lost.set(guest, await guest.lose('last words'));
      guest.mark();
    }),
  );
  await gone();
  for (const guest of guests.keys()) guest.say('while it was gone');
  await back();
  for (const [guest, session] of guests) {
    const link = await guest.settled();
    expect(link).toMatchObject({ state: 'online', resumed: false });
    expect(link.session).not.toBe(session);
    await guest.arrived();
    const told = await guest.state(lost.get(guest) ?? '', 'at-server');
    expect(told.maybeTwice, `${guest.jid} doubts`).toBe(doubts);
    await expectTalk(guest, 'in the new session');
  }
}

/** Ends all links; new ones are refused until healAll(). */
export function cutAll(guests: Iterable<Guest>): void {
  for (const { proxy } of guests) {
    proxy.refuse();
    proxy.cut();
  }
}

export async function healAll(guests: Iterable<Guest>): Promise<void> {
  for (const { proxy } of guests) await proxy.heal();
}

/** The links are gone for longer than the server keeps their sessions, as bob can see. */
export async function expectExpired(guests: ReadonlyMap<Guest, string>): Promise<void> {
  for (const guest of guests.keys()) {
    await guest.befriend();
    await expectTalk(guest, 'hello');
  }
  const gone = async (): Promise<void> => {
    cutAll(guests.keys());
    for (const guest of guests.keys()) await guest.seenByBob('unavailable');
  };
  const back = (): Promise<void> => healAll(guests.keys());
  await expectFresh(guests, { gone, back });
}

/** EXTERNAL needs TLS 1.3 with us: below it the certificate would be seen before the server is known. */
export async function expectRefusal(guest: Guest): Promise<EventOf<'link'>> {
  const link = await guest.settled();
  expect(link).toMatchObject({ state: 'failed', error: { kind: 'tls' } });
  expect(link.error?.text).toMatch(/TLS 1\.3/);
  expect(guest.proxy.links).toHaveLength(1);
  return link;
}
