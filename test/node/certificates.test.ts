// SPDX-License-Identifier: MIT
//
// Certificates (XEP-0257) as a program of libsteadfast sees them, with the engine played by the test.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { SteadfastError } from '../../bindings/node/index.js';
import { certificateEvents } from '../contract/certificate-samples.js';
import { Bench } from './bench.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

it('commands reach the engine with all they carry', async () => {
  bench.watch();
  bench.attach();
  await bench.engine.next('attach');
  const { certificates } = bench.client;
  const ids = [
    certificates.query(1),
    certificates.make(1, 'Älice’s desk'),
    certificates.append(1, 'Bot', '/bot.pem', true),
    certificates.append(1, 'Bot 2', '~/bot.pem'),
    certificates.revoke(1, 'Bot'),
    certificates.revoke(1, 'Bot 2', true),
  ];
  await bench.engine.next('revokeCertificate', ({ id }) => id === ids.at(-1));
  const sent = bench.engine.commands.all.slice(2).filter(({ body }) => body.case !== 'handled');
  expect(sent.map(({ id }) => id)).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(sent.map(({ body }) => body)).toMatchObject([
    { case: 'queryCertificates' },
    { case: 'makeCertificate', value: { name: 'Älice’s desk' } },
    { case: 'appendCertificate', value: { name: 'Bot', path: '/bot.pem', noManagement: true } },
    { case: 'appendCertificate', value: { name: 'Bot 2', path: '~/bot.pem', noManagement: false } },
    { case: 'revokeCertificate', value: { name: 'Bot', disable: false } },
    { case: 'revokeCertificate', value: { name: 'Bot 2', disable: true } },
  ]);
});

it.each([
  ['no name', () => bench.client.certificates.make(1, '')],
  ['a name that is too long', () => bench.client.certificates.revoke(1, 'x'.repeat(1024))],
  ['no file', () => bench.client.certificates.append(1, 'Bot', '')],
  ['a path that is too long', () => bench.client.certificates.append(1, 'B', 'x'.repeat(4097))],
  ['an account that is not attached', () => bench.client.certificates.query(2)],
])('%s is refused at once', async (_, act) => {
  bench.watch();
  bench.attach();
  await bench.engine.next('attach');
  expect(act).toThrow(SteadfastError);
});

it('events come with all they carry', async () => {
  const seen = bench.watch();
  bench.attach();
  await bench.engine.next('attach');
  for (const { body } of Object.values(certificateEvents)) {
    if (body?.case === 'certificates' || body?.case === 'certificateMade')
      bench.engine.send(1, body);
  }
  const list = await seen.next('the list', ({ type }) => type === 'certificates');
  expect(list).toMatchObject({
    certificates: [
      {
        ...{ name: 'Pidgin on Älice, 0a1b2c3d', sha256: '0a'.repeat(32), current: true },
        ...{ notBeforeTimeMs: 1_795_000_000_000, notAfterTimeMs: 1_826_000_000_000 },
        resources: ['desk', 'couch'],
      },
      { name: 'broken', sha256: '', current: false, resources: [] },
    ],
  });
  const made = await seen.next('one made', ({ type }) => type === 'certificate-made');
  expect(made).toMatchObject({
    ...{ id: 'aa-21', name: 'Pidgin on Älice, 0a1b2c3d', replaces: 'Old' },
    ...{ sha256: '0a'.repeat(32), notAfterTimeMs: 1_826_000_000_000 },
    path: '/home/alice/.purple/steadfast/a/certificate-01020304.pem',
  });
});
