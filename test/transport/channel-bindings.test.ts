// SPDX-License-Identifier: MIT
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasExtendedMasterSecret, serverEndPoint } from '../../src/transport/channel-bindings.js';
import type { ChannelBindings } from '../../src/transport/types.js';
import { Authority } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { run } from '../support/processes.js';
import type { ServerOptions } from './tls-server.js';
import { TestServer } from './tls-server.js';
import { startTls, watch } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-bindings-'));
let certificate: Certificate;

beforeAll(async () => {
  const ca = await Authority.create(folder);
  certificate = await ca.server({ dns: ['example.org'] });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** SSL_OP_NO_EXTENDED_MASTER_SECRET, for which Node has no name. */
const noExtendedMasterSecret = 1;

/** What our side and the server's have of one channel, in hex. */
async function bothSides(
  options: Partial<ServerOptions>,
): Promise<{ ours: ChannelBindings; exporter: string; finished: string }> {
  const direct = options.direct ?? true;
  const server = await TestServer.start({ certificate, direct, ...options });
  const dial = {
    host: '127.0.0.1',
    port: server.port,
    tls: direct ? 'direct' : 'starttls',
  } as const;
  const channel = watch(dial, direct ? {} : { on: startTls });
  onTestFinished(async () => {
    channel.link.close('reset');
    await server.close();
  });
  const { bindings } = await channel.ready();
  await server.seen.until('TLS at the server', () => server.secured.length === 1);
  const [socket] = server.secured;
  if (socket === undefined || bindings === undefined) throw new Error('there is no channel');
  const label = 'EXPORTER-Channel-Binding';
  return {
    ours: bindings,
    exporter: socket.exportKeyingMaterial(32, label, Buffer.alloc(0)).toString('hex'),
    finished: socket.getPeerFinished()?.toString('hex') ?? '',
  };
}

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('hex');

describe('both sides of a channel have the same', () => {
  it.each([
    ['TLS 1.3', {}, ['tls-exporter', 'tls-server-end-point']],
    ['TLS 1.3 behind STARTTLS', { direct: false }, ['tls-exporter', 'tls-server-end-point']],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, ['tls-exporter', 'tls-unique', 'tls-server-end-point']],
    [
      'TLS 1.2 behind STARTTLS',
      { maxVersion: 'TLSv1.2', direct: false },
      ['tls-exporter', 'tls-unique', 'tls-server-end-point'],
    ],
    [
      'TLS 1.2 without an extended master secret (RFC 9266 §4.2)',
      { maxVersion: 'TLSv1.2', secureOptions: noExtendedMasterSecret },
      ['tls-unique', 'tls-server-end-point'],
    ],
  ] as const)('%s', async (_, options, types) => {
    const { ours, exporter, finished } = await bothSides(options);
    expect(Object.keys(ours)).toEqual(types);
    const expected: Record<string, string> = {
      'tls-exporter': exporter,
      'tls-unique': finished,
      'tls-server-end-point': createHash('sha256')
        .update(new X509Certificate(readFileSync(certificate.certFile)).raw)
        .digest('hex'),
    };
    for (const type of types) expect(hex(ours[type])).toBe(expected[type]);
  });

  it('and no other channel has it', async () => {
    const options = { maxVersion: 'TLSv1.2' } as const;
    const [one, other] = [await bothSides(options), await bothSides(options)];
    expect(one.exporter).not.toBe(other.exporter);
    expect(one.finished).not.toBe(other.finished);
  });
});

describe('the certificate’s hash is by that of its signature (RFC 5929 §4.1)', () => {
  const rsa = ['rsa:2048'];
  const ec = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
  const pss = (...more: string[]): string[] =>
    ['rsa_padding_mode:pss', ...more].flatMap((option) => ['-sigopt', option]);
  it.each<[string, string[], string[], string | undefined]>([
    ['RSA with SHA-1', rsa, ['-sha1'], 'sha256'],
    ['RSA with MD5', rsa, ['-md5'], 'sha256'],
    ['RSA with SHA-224', rsa, ['-sha224'], 'sha224'],
    ['RSA with SHA-256', rsa, ['-sha256'], 'sha256'],
    ['RSA with SHA-384', rsa, ['-sha384'], 'sha384'],
    ['RSA with SHA-512', rsa, ['-sha512'], 'sha512'],
    ['ECDSA with SHA-1', ec, ['-sha1'], 'sha256'],
    ['ECDSA with SHA-224', ec, ['-sha224'], 'sha224'],
    ['ECDSA with SHA-256', ec, ['-sha256'], 'sha256'],
    ['ECDSA with SHA-384', ec, ['-sha384'], 'sha384'],
    ['ECDSA with SHA-512', ec, ['-sha512'], 'sha512'],
    ['RSA-PSS with SHA-1', rsa, ['-sha1', ...pss()], 'sha256'],
    ['RSA-PSS with SHA-256', rsa, ['-sha256', ...pss()], 'sha256'],
    ['RSA-PSS with SHA-384', rsa, ['-sha384', ...pss()], 'sha384'],
    ['RSA-PSS with two hashes', rsa, ['-sha384', ...pss('rsa_mgf1_md:sha256')], undefined],
    ['Ed25519', ['ed25519'], [], undefined],
  ])('%s', async (title, key, signature, expected) => {
    const name = join(folder, title.replaceAll(' ', '-'));
    await run('openssl', [
      ...['req', '-x509', '-newkey', ...key, '-nodes', '-subj', '/CN=x', '-days', '2'],
      ...[...signature, '-keyout', `${name}.key`, '-out', `${name}.pem`],
    ]);
    const { raw } = new X509Certificate(readFileSync(`${name}.pem`));
    const hash = expected && createHash(expected).update(raw).digest('hex');
    expect(hex(serverEndPoint(raw))).toBe(hash);
  });

  it('what is no certificate has none', () => {
    expect(serverEndPoint(new Uint8Array())).toBeUndefined();
    expect(serverEndPoint(Buffer.from('300430003000', 'hex'))).toBeUndefined();
  });
});

describe('an extended master secret is only believed where it is read', () => {
  it.each([
    ['no session', undefined, false],
    ['no DER', 'ff', false],
    ['a session without flags', '3003020101', false],
    ['flags without it', '3005ad03020102', false],
    ['flags with it', '3005ad03020101', true],
    ['flags with others', '3005ad03020103', true],
    ['flags that are no number', '3005ad03040101', false],
  ])('%s', (_, session, expected) => {
    expect(
      hasExtendedMasterSecret(session === undefined ? undefined : Buffer.from(session, 'hex')),
    ).toBe(expected);
  });
});
