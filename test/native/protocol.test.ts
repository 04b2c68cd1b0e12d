// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtPath, projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';
import { PurpleHost } from './host.js';
import type { Protocol } from './host-events.js';

const OURS = 'prpl-steadfast';
const THEIRS = 'prpl-jabber';

let workspace: Workspace;
let host: PurpleHost;
let ours: Protocol;
let theirs: Protocol;

beforeAll(async () => {
  workspace = new Workspace();
  host = await PurpleHost.start(workspace);
  ours = await host.run('protocol', { protocol: OURS });
  theirs = await host.run('protocol', { protocol: THEIRS });
});

afterAll(() => workspace.close());

describe('what the protocol declares to libpurple', () => {
  test('libpurple finds it beside its own protocols and loads it', async () => {
    expect(await host.run('plugin', { plugin: OURS })).toMatchObject({
      found: true,
      loaded: true,
      name: 'XMPP (Steadfast)',
      path: builtPath('plugins', 'libsteadfast-purple.so'),
    });
    const { protocols } = await host.run('protocols');
    expect(protocols).toEqual(expect.arrayContaining([OURS, THEIRS]));
  });

  test('loading it starts no engine: every libpurple program loads every protocol', () => {
    expect(workspace.residents().filter(({ command }) => command.includes('engine'))).toEqual([]);
  });

  test('name parts of an account and the icon are those of prpl-jabber', () => {
    expect(ours.splits).toEqual(theirs.splits);
    expect(ours.icon).toBe(theirs.icon);
  });

  test('status types keep the ids, attributes and defaults of prpl-jabber', () => {
    const known = new Map(theirs.statuses.map((status) => [status.id, status]));
    expect(ours.statuses.map(({ id }) => id)).toEqual([
      'available',
      'freeforchat',
      'away',
      'extended_away',
      'dnd',
      'offline',
    ]);
    for (const status of ours.statuses) {
      const same = known.get(status.id);
      const attrs = same?.attrs.filter(({ id }) => !id.startsWith('mood'));
      expect(status).toEqual({ ...same, attrs });
    }
  });

  test('options that prpl-jabber has too keep key, type and default', () => {
    const known = new Map(theirs.options.map((option) => [option.key, option]));
    const shared = ours.options.filter(({ key }) => known.has(key));
    expect(shared.map(({ key }) => key)).toEqual([
      'connection_security',
      'auth_plain_in_clear',
      'port',
      'connect_server',
    ]);
    for (const { key, type, value, choices } of shared)
      expect({ key, type, value, choices }).toMatchObject({
        type: known.get(key)?.type,
        value: known.get(key)?.value,
        choices: known.get(key)?.choices,
      });
  });

  test.each([
    ['auth_method', 'list', 'auto', undefined],
    ['client_cert', 'string', null, false],
    ['client_key', 'string', null, false],
    ['client_cert_passphrase', 'string', null, true],
    ['cert_tls12', 'bool', false, undefined],
    ['ca_file', 'string', null, false],
    ['pin_sha256', 'string', null, false],
    ['carbons', 'bool', true, undefined],
    ['archive', 'bool', true, undefined],
    ['archive_days', 'int', 3, undefined],
    ['receipts', 'bool', true, undefined],
    ['csi', 'bool', true, undefined],
    ['bookmarks', 'bool', true, undefined],
    ['bookmark_passwords', 'bool', false, undefined],
    ['queue_hours', 'int', 24, undefined],
  ])('the option %s is a %s with default %s', (key, type, value, masked) => {
    const option = ours.options.find((one) => one.key === key);
    expect(option).toMatchObject({ key, type, value });
    expect(option?.masked).toBe(masked);
  });

  test('an option is shown only if it does something', () => {
    const keys = ours.options.map(({ key }) => key);
    for (const later of ['ft_proxies', 'bosh_url']) expect(keys).not.toContain(later);
  });

  test('the struct has its size, offline contacts can be written to, libpurple sends no pings', () => {
    expect(ours.operations).toEqual({ keepalive: false, offlineMessage: true, structSize: true });
  });

  test('rooms have topics, nicks of their own and invitations with a text, as in prpl-jabber', () => {
    const [UNIQUE_CHATNAME, CHAT_TOPIC, INVITE_MESSAGE] = [0x4, 0x8, 0x800];
    const rooms = UNIQUE_CHATNAME | CHAT_TOPIC;
    expect(ours.flags & (rooms | INVITE_MESSAGE)).toBe(rooms | INVITE_MESSAGE);
    expect(theirs.flags & rooms).toBe(rooms);
  });

  test('the plugin tells the version of the package', () => {
    const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as {
      version: string;
    };
    const header = readFileSync(projectPath('native', 'shim.h'), 'utf8');
    expect(header).toContain(`#define SHIM_VERSION "${version}"`);
    const library = readFileSync(projectPath('bindings', 'c', 'steadfast.h'), 'utf8');
    const [major, minor, micro] = version.split('.');
    expect(library).toContain(`#define STEAD_VERSION "${version}"`);
    expect(library).toContain(
      `#define STEAD_VERSION_MAJOR ${major}\n#define STEAD_VERSION_MINOR ${minor}\n#define STEAD_VERSION_MICRO ${micro}\n`,
    );
  });
});

describe('normal names are those of prpl-jabber, so buddies, logs and icons are found again', () => {
  test.each([
    'alice@home.example',
    'Alice@HOME.example/Laptop',
    'alice@home.example/',
    'alice@home.example/a/b@c',
    'home.example',
    'HOME.Example/x',
    'Ünï@Exämple.DE',
    'Straße@home.example',
    'ſK@home.example',
    'ΣΊΣΥΦΟΣ@home.example',
    'ﬁ@home.example',
    'ａｂｃ@home.example',
    '李@例子.example',
    'a@[::1]',
    'a@127.0.0.1',
    'a@home.example.',
    'A\u0301@home.example',
    '@home.example',
    'alice@',
    '/x',
    '',
    'a b@home.example',
    'a"b@home.example',
    "a'b@home.example",
    'a&b@home.example',
    'a:b@home.example',
    'a<b>@home.example',
    'a@b@home.example',
    'a@home_x.example',
    'a@home example',
    'a@home,example',
    'a%b@home.example',
  ])('%s', same);

  test.each([1023, 1024, 3000])('a user name of %i letters', (length) =>
    same(`${'a'.repeat(length)}@home.example`),
  );

  async function same(text: string): Promise<void> {
    const known = await host.run('normalize', { protocol: THEIRS, text });
    expect(await host.run('normalize', { protocol: OURS, text })).toEqual(known);
  }
});
