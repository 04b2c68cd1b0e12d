// SPDX-License-Identifier: MIT
//
// One run with every kind of secret in it: two accounts sign in, talk, sign in again, and their engine crashes
// with the secrets in its mouth. None is found where another one could read it.

import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PurpleHost } from '../native/host.js';
import { ModelOnTls } from '../support/model-on-tls.js';
import { PROFILES } from '../support/model/profiles.js';
import { ModelServer } from '../support/model/server.js';
import { World } from '../support/model/world.js';
import { eventually } from '../support/observed.js';
import { Failing } from './failing.js';
import { forms, Hunt } from './hunt.js';

const DOMAIN = 'home.example';
const [ALICE, CAROL] = [`alice@${DOMAIN}`, `carol@${DOMAIN}`];
const PASSWORD = 'canary-"pass"<word>&\'s';
const PHRASE = 'canary-"phrase"<of>&\'key';
const TEXT = 'canary-of-what-was-said';

/** It is written beside, and takes the place of the last one. */
const TOKEN_FILE = /\/token(?:\.new)?$/;

/** Throws what is in a file, as a mistake of ours would that has it in its message. */
const crashing = (file: string): string => `const { readFileSync } = require('node:fs');
process.on('SIGUSR2', () => {
  throw new Error('crashed on purpose with ' + readFileSync(${JSON.stringify(file)}, 'utf8'));
});
`;

let failing: Failing;
let model: ModelServer;
let front: ModelOnTls;
let hunt: Hunt;
let crash: string;

beforeEach(async () => {
  failing = await Failing.open();
  const { workspace, authority } = failing;
  const sasl2 = { password: PASSWORD, bind: true, fast: true };
  model = new ModelServer(new World(1), DOMAIN, { ...PROFILES.strict, sasl2 });
  const certificate = await failing.certificate();
  front = await ModelOnTls.start(model, certificate, 'TLSv1.3', authority.certFile);
  workspace.atEnd(() => front.close());
  crash = workspace.write('crash-with', '');
  hunt = new Hunt(workspace, workspace.write('crashing.cjs', crashing(crash)));
});
afterEach(() => failing.close());

const engines = (): number[] =>
  failing.workspace
    .residents()
    .filter(({ command }) => command.includes('plugins/steadfast/engine.cjs'))
    .map(({ pid }) => pid);

/** Of everything below the engine's folder: the path and whether others may do anything with it. */
function modes(): [path: string, mode: string][] {
  const folder = failing.workspace.path('purple', 'steadfast');
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return ['', ...paths].flatMap((path): [string, string][] => {
    // What is replaced may be gone by now.
    const found = statSync(`${folder}/${path}`, { throwIfNoEntry: false });
    if (found === undefined) return [];
    const kind = found.isDirectory() ? 'folder' : 'file';
    return [[path, `${kind} ${(found.mode & 0o777).toString(8)}`]];
  });
}

const token = (): string => {
  const [path] = modes().find(([name]) => name.endsWith('/token')) ?? [];
  if (path === undefined) return '';
  const text = readFileSync(failing.workspace.path('purple', 'steadfast', path), 'utf8');
  return /secret-token:[^"]*/.exec(text)?.[0] ?? '';
};

async function enable(host: PurpleHost, account: number, enabled: boolean): Promise<void> {
  const after = host.now;
  await host.run('account-enable', { account, enabled });
  const kind = enabled ? 'connected' : 'disconnected';
  await host.next(kind, (event) => event.account === account, after);
}

test('password, passphrase, key, token and text of one run are found where they belong and nowhere else', async () => {
  const { workspace, authority } = failing;
  const mine = await authority.client([CAROL]);
  const keyFile = await authority.encryptKey(mine, PHRASE);
  const by = { ...failing.by({ ...mine, keyFile }), client_cert_passphrase: PHRASE };
  const host = await PurpleHost.start(workspace, { debug: true, env: hunt.env });
  const alice = await host.account(ALICE, failing.to(front.port));
  // Who does not want a password kept gets no token in its place.
  await host.run('account-set', { account: alice, password: PASSWORD, remember: true });
  await enable(host, alice, true);
  const carol = await host.account(CAROL, { ...failing.to(front.port), ...by });
  await enable(host, carol, true);
  await eventually('a token', () => token() !== '');

  // Alice comes back by the token, and says something.
  await enable(host, alice, false);
  await enable(host, alice, true);
  expect(model.received.join('')).toContain('mechanism="HT-SHA-256-EXPR"');
  await host.run('send', { account: alice, name: CAROL, html: TEXT });
  await host.next('write', ({ html, account }) => account === carol && html.includes(TEXT));

  const secret = token();
  workspace.write('crash-with', [PASSWORD, PHRASE, secret].join(' and '));
  expect(readFileSync(crash, 'utf8')).toContain(secret);
  const [engine = NaN] = engines();
  const after = host.now;
  process.kill(engine, 'SIGUSR2');
  const online = (): number =>
    host.all('debug', after).filter(({ text }) => text.includes('link online')).length;
  await eventually('both to be online again', () => online() >= 2);
  expect(engines()).not.toContain(engine);
  const places = hunt.places(host);
  expect(places.get('what the engine printed')).toContain('crashed on purpose with');

  const { d = '' } = createPrivateKey(readFileSync(mine.keyFile)).export({ format: 'jwk' });
  const pem = readFileSync(mine.keyFile, 'utf8').split('\n').slice(1, -2);
  const key = [...pem, d, Buffer.from(d, 'base64url').toString('latin1')];
  expect(pem.length).toBeGreaterThan(1);
  expect(hunt.found(host, [PASSWORD, PHRASE, ...key])).toEqual([]);
  // A server gives another one now and then.
  const tokens = [secret, token()];
  const atHome = hunt.found(host, [...tokens, TEXT]).map((hit) => hit.replace(/^.*? in /s, ''));
  const home = workspace.path('purple', 'steadfast');
  const belongs = [...new Set(atHome)].map((place) =>
    place.startsWith(home) ? place.replace(TOKEN_FILE, '/token').replace(/^.*[/]/, '') : place,
  );
  // The token has a file of its own, and the text is what hosts and journals are for.
  const where = ['all that the engine told the host', 'what the host showed and logged'];
  expect(belongs.filter((place) => ![...where, 'journal', 'token'].includes(place))).toEqual([]);
  expect(belongs).toEqual(expect.arrayContaining([...where, 'token']));
  for (const [place, text] of hunt.places(host))
    if (!TOKEN_FILE.test(place))
      for (const form of [...tokens.flatMap(forms), 'secret-token:1', 'secret-token:2'])
        expect(text.includes(form), place).toBe(false);
  const lines = host.all('debug').map(({ text: line }) => line);
  expect(lines.join('\n')).not.toContain(TEXT);
  expect(modes().filter(([, mode]) => mode !== 'file 600' && mode !== 'folder 700')).toEqual([]);
  await host.quit();
  await eventually('the engine to end', () => engines().length === 0);
});
