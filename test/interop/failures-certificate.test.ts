// SPDX-License-Identifier: MIT
import { symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HostEventOf } from '../native/host-events.js';
import type { PurpleHost } from '../native/host.js';
import { fingerprint, type Certificate } from '../support/certificates.js';
import { eventually } from '../support/observed.js';
import { projectPath } from '../support/project.js';
import { freePort, listens } from '../support/ports.js';
import { run, Running } from '../support/processes.js';
import { ALICE, Failing, otherwiseShown, PASSWORD, Reason, type Options } from './failing.js';

let failing: Failing;
beforeEach(async () => {
  failing = await Failing.open();
});
afterEach(() => failing.close());

const OVER = { fromDays: -9, toDays: -1 };

/** OpenSSL's own server, which says by alert that it refuses a certificate; Node's only hangs up. */
async function alertingServer(): Promise<number> {
  const { certFile, keyFile } = await failing.certificate();
  const port = await freePort();
  const server = new Running('openssl', [
    ...['s_server', '-accept', `127.0.0.1:${port}`, '-quiet', '-tls1_3'],
    ...['-cert', certFile, '-key', keyFile],
    ...['-CAfile', failing.authority.certFile, '-Verify', '1', '-verify_return_error'],
  ]);
  failing.workspace.atEnd(async () => void (await server.stop()));
  await eventually('OpenSSL to listen', () => listens(port));
  return port;
}

interface Arranged {
  options: Options;
  dials: () => number;
}

async function onProsody(certificate: Certificate): Promise<Arranged> {
  const [{ port, links }] = await failing.prosody();
  const options = { ...failing.to(port), ...failing.by(certificate) };
  return { options, dials: () => links.length };
}

describe('a client certificate that does not do is told once, and for good', () => {
  interface Row {
    what: string;
    arrange: () => Promise<Arranged>;
    reason: number;
    words: RegExp[];
    /** How often the server was dialled for it. */
    dials: number;
  }

  const rows: Row[] = [
    {
      what: 'by an authority the server does not know, refused in SASL',
      arrange: async () => onProsody(await (await failing.stranger()).client([ALICE])),
      ...{ reason: Reason.AUTHENTICATION_FAILED, dials: 1 },
      words: [/did not accept your certificate for this account/],
    },
    {
      what: 'by an authority the server does not know, refused by an alert after the handshake',
      arrange: async () => {
        const { port, links } = await failing.relay(await alertingServer());
        const mine = await (await failing.stranger()).client([ALICE]);
        const direct = { connection_security: 'old_ssl' };
        const options = { ...failing.to(port), ...failing.by(mine), ...direct };
        return { options, dials: () => links.length };
      },
      ...{ reason: Reason.AUTHENTICATION_FAILED, dials: 1 },
      words: [/refused the certificate you sign in with \(unknown ca\)/, /until it is replaced/],
    },
    {
      what: 'of another account',
      arrange: async () => onProsody(await failing.authority.client(['mallory@home.example'])),
      ...{ reason: Reason.INVALID_SETTINGS, dials: 0 },
      words: [/belongs to another account than alice@home\.example/, /Nothing was sent/],
    },
    {
      what: 'that has expired',
      arrange: async () => onProsody(await failing.authority.client([ALICE], OVER)),
      ...{ reason: Reason.INVALID_SETTINGS, dials: 0 },
      words: [/client certificate has expired/, /Nothing was sent/],
    },
    {
      what: 'whose file is not there',
      arrange: () => {
        const missing = failing.workspace.path('no-such.pem');
        return onProsody({ certFile: missing, keyFile: missing });
      },
      ...{ reason: Reason.INVALID_SETTINGS, dials: 0 },
      words: [/There is no file .*no-such\.pem/],
    },
    {
      what: 'with the key of another',
      arrange: async () => {
        const { certFile } = await failing.authority.client([ALICE]);
        const { keyFile } = await failing.authority.client([ALICE]);
        return onProsody({ certFile, keyFile });
      },
      ...{ reason: Reason.INVALID_SETTINGS, dials: 0 },
      words: [/key in .* does not belong to the certificate/],
    },
  ];

  test.each(rows.map((row) => [row.what, row] as const))(
    '%s',
    async (_, { arrange, reason, words, dials }) => {
      const { options, dials: dialled } = await arrange();
      const { host, error } = await failing.fail(options);
      expect(error).toMatchObject({ reason, fatal: true });
      for (const word of words) expect(error.text).toMatch(word);
      expect(otherwiseShown(host)).toEqual([]);
      expect(dialled()).toBe(dials);
    },
  );
});

test('a server without TLS 1.3 is told apart, and is shown neither certificate nor password', async () => {
  const mechanisms = ['EXTERNAL', 'SCRAM-SHA-1', 'PLAIN'];
  const server = await failing.scripted({ maxVersion: 'TLSv1.2', mechanisms });
  const mine = await failing.authority.client([ALICE]);
  const { host, error } = await failing.fail({ ...failing.to(server.port), ...failing.by(mine) });
  expect(error).toMatchObject({ reason: Reason.NETWORK, fatal: false });
  expect(error.text).toMatch(/does not offer TLS 1\.3.*EXTERNAL.* needs it/);
  expect(otherwiseShown(host)).toEqual([]);
  expect(server.dials).toHaveLength(1);
  expect(server.dials[0]).toMatchObject({ certificate: undefined, payloads: [], secret: '' });
});

type Prompt = HostEventOf<'request'>;

async function press(host: PurpleHost, prompt: Prompt, label: string): Promise<void> {
  const action = (prompt.actions ?? []).findIndex((name) => name.includes(label));
  expect(action).toBeGreaterThanOrEqual(0);
  await host.run('answer', { request: prompt.request, action });
}

/**
 * What libpurple shows of the certificate behind its own button, and the prompt that it puts in the
 * place of the one whose button was pressed.
 */
async function view(host: PurpleHost, prompt: Prompt): Promise<{ text: string; prompt: Prompt }> {
  const after = host.now;
  await press(host, prompt, 'View');
  const again = await host.next('request', ({ primary }) => primary === prompt.primary, after);
  const shown = await host.next('request', ({ primary }) => primary !== prompt.primary, after);
  await press(host, shown, 'Close');
  return { text: (shown.secondary ?? '').replaceAll(':', '').toLowerCase(), prompt: again };
}

describe('a server certificate that is not trusted is put to the person, and nothing is sent', () => {
  test.each<[string, RegExp, () => Promise<Certificate>]>([
    [
      'an unknown authority',
      /not trusted because no certificate that can verify it/,
      async () => (await failing.stranger()).server({ dns: ['home.example'] }),
    ],
    [
      'another name',
      /claims to be from "evil\.example" instead/,
      () => failing.authority.server({ dns: ['evil.example'], commonName: 'evil.example' }),
    ],
    [
      'a validity that is over',
      /has expired/,
      () => failing.authority.server({ dns: ['home.example'] }, OVER),
    ],
  ])('%s; rejected, that is the one lasting error', async (_, words, issue) => {
    const certificate = await issue();
    const server = await failing.scripted({ certificate });
    const begun = await failing.signIn(failing.to(server.port));
    const prompt = await begun.host.next('request');
    expect(prompt.primary).toBe('Accept certificate for home.example?');
    expect(prompt.secondary).toMatch(words);
    expect(begun.host.all('connection-error')).toEqual([]);
    await press(begun.host, prompt, 'Reject');
    const { host, error } = await failing.outcome(begun);
    expect(error).toMatchObject({ reason: Reason.CERT_UNTRUSTED, fatal: true });
    expect(error.text).toMatch(/certificate was not accepted, so nothing was sent/);
    expect(otherwiseShown(host)).toEqual([prompt]);
    expect(server.dials).toHaveLength(1);
    expect(server.dials[0]).toMatchObject({ payloads: [], secret: '' });
  });

  test('with its SHA-256 at hand; accepted, it signs in and is not asked about again', async () => {
    const certificate = await (await failing.stranger()).server({ dns: ['home.example'] });
    const [{ port, links }] = await failing.prosody({ certificate });
    const { host, account } = await failing.signIn(failing.to(port));
    const seen = await view(host, await host.next('request'));
    expect(seen.text).toContain(`sha256 ${fingerprint(certificate.certFile)}`);
    expect(host.all('connection-error')).toEqual([]);
    await press(host, seen.prompt, 'Accept');
    await host.next('connected');
    expect(links).toHaveLength(2);

    const after = host.now;
    await host.run('account-enable', { account, enabled: false });
    await host.next('disconnected', undefined, after);
    // libpurple forgets a password that it was not told to keep.
    await host.run('account-set', { account, password: PASSWORD });
    await host.run('account-enable', { account, enabled: true });
    await host.next('connected', undefined, after);
    expect(host.all('request', after)).toEqual([]);
    expect(host.all('connection-error')).toEqual([]);
    expect(host.all('notify')).toEqual([]);
  });

  test('where nobody can be asked it is refused with its SHA-256 and the option for it', async () => {
    // A plugin that is found first hides the later one of the same file name: here, those for TLS.
    const without = failing.workspace.makeFolder('without-tls');
    const folder = (await run('pkg-config', ['--variable=plugindir', 'purple'])).trim();
    for (const name of ['ssl.so', 'ssl-nss.so', 'ssl-gnutls.so'])
      symlinkSync(`${folder}/psychic.so`, `${without}/${name}`);
    const certificate = await (await failing.stranger()).server({ dns: ['home.example'] });
    const server = await failing.scripted({ certificate });
    const plugins = [without, projectPath('build', 'plugins')];
    const { host, error } = await failing.fail(failing.to(server.port), { plugins });
    expect(error).toMatchObject({ reason: Reason.CERT_UNTRUSTED, fatal: true });
    expect(error.text).toMatch(/issued by an authority unknown here.*Nothing was sent/);
    expect(error.text).toContain(`pin_sha256 to ${fingerprint(certificate.certFile)}`);
    expect(otherwiseShown(host)).toEqual([]);
    expect(server.dials).toHaveLength(1);
    expect(server.dials[0]).toMatchObject({ payloads: [], secret: '' });
  });

  test('the SHA-256 in the option pin_sha256 lets it in without a question', async () => {
    const certificate = await (await failing.stranger()).server({ dns: ['home.example'] });
    const [{ port, links }] = await failing.prosody({ certificate });
    const pin = { pin_sha256: fingerprint(certificate.certFile) };
    const { host } = await failing.signIn({ ...failing.to(port), ...pin });
    await host.next('connected');
    expect(host.all('request')).toEqual([]);
    expect(links).toHaveLength(1);
  });
});
