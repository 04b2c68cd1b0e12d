// SPDX-License-Identifier: MIT
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';
import { MESSAGE, type BusHost } from '../support/bus-host.js';
import { eventually } from '../support/observed.js';
import type { AccountSettings } from '../support/profile.js';
import { projectPath } from '../support/project.js';
import { ALICE, BOB, type Home } from './home.js';

/** Somebody at the keyboard of a libpurple program, with the conversation with bob in front. */
export interface Person {
  home: Home;
  host: BusHost;
  account: number;
  /** Real keys into the entry box. */
  type(text: string): Promise<void>;
  /** The key that sends what was typed. */
  enter(): Promise<void>;
  /** A picture of what the screen shows, as build/screenshots/NAME.png. */
  picture(name: string): Promise<void>;
}

const STATES = 'http://jabber.org/protocol/chatstates';

/** Libpurple's news of an account or a contact that goes, comes again or is away. */
const UNREST =
  /^(SigningO(n|ff)|SignedO(n|ff)|Account(Connecting|SignedO(n|ff)|StatusChanged)|ConnectionError|SavedstatusChanged|Buddy(SignedO(n|ff)|StatusChanged|IdleChanged))$/;

/** alice, who signs in through the link that can be cut. */
export function alice(options: NonNullable<AccountSettings['options']>): AccountSettings {
  return { name: `${ALICE}/desk`, protocol: 'prpl-steadfast', options };
}

/** The file of a picture; its folder exists. */
export function pictureFile(name: string): string {
  const file = projectPath('build/screenshots', `${name}.png`);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

/** The status id and message that the contact list has of bob. */
export async function bobInList({ host, account }: Person): Promise<[string, string]> {
  const buddy = await host.number('FindBuddy', account, BOB);
  if (buddy === 0) return ['', ''];
  const presence = await host.number('BuddyGetPresence', buddy);
  const status = await host.number('PresenceGetActiveStatus', presence);
  const id = String(await host.call('StatusGetId', status));
  return [id, String(await host.call('StatusGetAttrString', status, 'message'))];
}

/** Libpurple keeps lines as HTML; here is what a person reads. */
export function plain(html: string): string {
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(\w+);/g, (entity, name: string) => names[name] ?? entity);
}

/** The texts of the conversation's lines that have all of these flags, oldest first. */
export async function lines({ host, account }: Person, flags: number): Promise<string[]> {
  const shown = await host.shown(account, BOB);
  return shown.filter((line) => (line.flags & flags) === flags).map(({ html }) => plain(html));
}

export async function showsLine(person: Person, flags: number, text: string): Promise<void> {
  await eventually(
    `a line with “${text}”`,
    async () => (await lines(person, flags)).some((line) => line.includes(text)),
    60_000,
  );
}

/** alice writes to bob with real keys. */
export async function write(person: Person, text: string): Promise<void> {
  await person.type(text);
  await person.enter();
  await showsLine(person, MESSAGE.send, text);
}

/** What bob has received, oldest first. */
export function heard({ home }: Person): string[] {
  return home.bob.messages.all.map(({ body }) => body);
}

/** bob says something with a client that takes part in chat states (XEP-0085 §5.1). */
export async function bobSays(person: Person, text: string): Promise<void> {
  person.home.bob.say(ALICE, text, `<active xmlns='${STATES}'/>`);
  await showsLine(person, MESSAGE.receive, text);
}

export function bobIs({ home }: Person, state: 'composing' | 'paused' | 'active'): void {
  home.bob.send(`<message to='${ALICE}' type='chat'><${state} xmlns='${STATES}'/></message>`);
}

/** Resolves when the conversation has bob typing (PURPLE_TYPING is 1), or no longer. */
export async function bobSeenTyping({ host, account }: Person, typing: boolean): Promise<void> {
  const im = await host.number('ConversationGetImData', await host.conversation(account, BOB));
  await eventually(`bob ${typing ? '' : 'not '}typing`, async () => {
    return ((await host.number('ConvImGetTypingState', im)) === 1) === typing;
  });
}

/** Resolves when bob's client was told that alice is typing. */
export async function toldComposing({ home }: Person, after: number): Promise<void> {
  const composing = await home.bob.stanzas.next(
    'alice composing',
    (stanza) => stanza.child('composing', STATES) !== undefined,
    { after },
  );
  expect(composing.attrs.from).toBe(`${ALICE}/desk`);
  expect(composing.childText('body', 'jabber:client')).toBeUndefined();
}

/** Names of the signals, since the given one, that a calm account does not send. */
export async function unrest({ host }: Person, after: number): Promise<string[]> {
  // Signals come on the same connection as answers, and in order.
  await host.call('CoreGetVersion');
  const members = host.signals.all.slice(after).map(({ member }) => member);
  return members.filter((member) => UNREST.test(member));
}
