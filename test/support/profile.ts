// SPDX-License-Identifier: MIT
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { escapeXml } from './peer-xml.js';
import { projectPath } from './project.js';
import type { Workspace } from './workspace.js';

export interface AccountSettings {
  /** The account's name, a full JID as a rule. */
  name: string;
  protocol: string;
  password?: string;
  /** By key; the type of the value is the type of the option. */
  options?: Record<string, string | number | boolean>;
  /** As the account editor's tab writes it down. */
  proxy?: { type: 'socks5'; host: string; port: number; username: string; password: string };
}

export interface HostOptions {
  /** Written into the profile before the host starts, enabled. */
  accounts?: AccountSettings[];
  /** Written into the contact list: rooms that Pidgin joins by itself at each sign-in, by their components. */
  rooms?: { account: AccountSettings; components: Record<string, string> }[];
  /** Folder of plugins; the build's by default. */
  plugins?: string;
  /** Names the files of this host; needed when a workspace has several. */
  name?: string;
  env?: Record<string, string | undefined>;
}

/** Ids under which the two UIs keep their settings of an account. */
const UIS = ['gtk-gaim', 'gnt-purple'];

function setting(name: string, value: string | number | boolean): string {
  const type = { string: 'string', number: 'int', boolean: 'bool' }[
    typeof value as 'string' | 'number' | 'boolean'
  ];
  const text = typeof value === 'boolean' ? String(Number(value)) : String(value);
  return `<setting name='${escapeXml(name)}' type='${type}'>${escapeXml(text)}</setting>`;
}

function account({ name, protocol, password, options = {}, proxy }: AccountSettings): string {
  const secret = password === undefined ? '' : `<password>${escapeXml(password)}</password>`;
  const settings = Object.entries(options).map(([key, value]) => setting(key, value));
  const enabled = UIS.map((ui) => `<settings ui='${ui}'>${setting('auto-login', true)}</settings>`);
  const way = Object.entries(proxy ?? {}).map(
    ([key, value]) => `<${key}>${escapeXml(String(value))}</${key}>`,
  );
  return [
    `<account><protocol>${escapeXml(protocol)}</protocol><name>${escapeXml(name)}</name>${secret}`,
    `<settings>${settings.join('')}</settings>${enabled.join('')}`,
    `${proxy === undefined ? '' : `<proxy>${way.join('')}</proxy>`}</account>`,
  ].join('');
}

function contacts(rooms: NonNullable<HostOptions['rooms']>): string {
  const chats = rooms.map(({ account: { name, protocol }, components }) => {
    const parts = Object.entries(components).map(
      ([key, value]) => `<component name='${escapeXml(key)}'>${escapeXml(value)}</component>`,
    );
    const of = `proto='${escapeXml(protocol)}' account='${escapeXml(name)}'`;
    return `<chat ${of}>${parts.join('')}${setting('gtk-autojoin', true)}</chat>`;
  });
  return `<purple version='1.0'><blist><group name='Chats'>${chats.join('')}</group></blist></purple>`;
}

/**
 * A libpurple profile that finds the build's plugins by a link, so that nothing has to be installed;
 * returns its folder. An existing one is used again, with its accounts.
 */
export function prepareProfile(workspace: Workspace, options: HostOptions): string {
  const profile = workspace.makeFolder(`${options.name ?? 'host'}.profile`);
  const plugins = `${profile}/plugins`;
  if (!existsSync(plugins)) symlinkSync(options.plugins ?? projectPath('build/plugins'), plugins);
  const accounts = `${profile}/accounts.xml`;
  if (options.accounts !== undefined && !existsSync(accounts)) {
    const all = options.accounts.map(account).join('\n');
    const xml = `<?xml version='1.0' encoding='UTF-8'?>\n<account version='1.0'>\n${all}\n</account>\n`;
    writeFileSync(accounts, xml, { mode: 0o600 });
  }
  const list = `${profile}/blist.xml`;
  if (options.rooms !== undefined && !existsSync(list)) {
    writeFileSync(list, `<?xml version='1.0' encoding='UTF-8'?>\n${contacts(options.rooms)}\n`);
  }
  return profile;
}
