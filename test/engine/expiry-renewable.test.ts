// SPDX-License-Identifier: MIT
//
// What the warning before a certificate expires says to do, on the model server.

import { expect, it } from 'vitest';
import { CertificateLife, supply } from './certificate-life.js';

const ders = await supply(1, 5);
const RENEW = /in 4 days\. .*renew it before/;
const REPLACE = /in 4 days\. .*put it in its place/;

it.each([
  ['has it in its list', true, {}, true, RENEW],
  ['has it not in its list', false, { external: 'alice' }, false, REPLACE],
  ['keeps no certificates', true, { external: 'alice', saslCert: false }, false, REPLACE],
])('it can be renewed where the server %s', (_, uploaded, options, renewable, words) => {
  const life = new CertificateLife(ders, options).hasOld();
  if (!uploaded) life.server.certificates.of('alice@model.test').clear();
  life.startHost();
  life.run(3_000);
  expect(life.online).toBe('EXTERNAL');
  expect(life.warnings).toMatchObject([{ days: 4, renewable }]);
  expect(life.warnings[0]?.text).toMatch(words);
  const asked = life.server.received.filter((text) => text.includes('<items '));
  expect(asked).toHaveLength(1);
  life.run(200_000);
  expect(life.warnings).toHaveLength(1);
});

it('is told without the server’s word where no session comes about within a minute', () => {
  const life = new CertificateLife(ders).hasOld();
  life.unreachable = true;
  life.startHost();
  life.run(59_000);
  expect(life.warnings).toEqual([]);
  life.run(61_000);
  expect(life.warnings).toMatchObject([{ renewable: false }]);
});

it('asks again in the next session where the answer was lost', () => {
  const life = new CertificateLife(ders).hasOld();
  life.startHost();
  const asked = () => life.server.received.some((text) => text.includes('<items '));
  life.run(5_000, asked);
  life.cutLinks();
  expect(life.warnings).toEqual([]);
  life.run(30_000);
  expect(life.warnings).toMatchObject([{ renewable: true }]);
});
