// SPDX-License-Identifier: MIT
//
// The steps on the way from a password to a certificate, at each of which a host is killed or its link cut.

import { eventually } from '../support/observed.js';
import type { CertificateHouse } from './certificate-house.js';

/** The title of every question, and of every answer. */
export const CERTIFICATES = 'Certificates';

/** Where the way begins, for one host. */
export interface Way {
  readonly house: CertificateHouse;
  /** How often alice had signed in by then. */
  readonly signIns: number;
  /** How many certificates the server had of her by then. */
  readonly certificates: number;
  /** Resolves when the host shows a question or an answer. */
  readonly asked: () => Promise<unknown>;
}

export function beginning(house: CertificateHouse, asked: Way['asked']): Way {
  const { certificates, signIns } = house;
  return { house, certificates, signIns: signIns.length, asked };
}

/** What is so far, and how to get there once the question whether to do it was answered. */
export const STEPS: readonly [string, (way: Way) => Promise<void>][] = [
  ['when the question was answered', () => Promise.resolve()],
  [
    'when the server has the certificate',
    ({ house, certificates }) => eventually('it', () => house.certificates > certificates),
  ],
  ['when it was tried out', ({ house, signIns }) => house.signedInByCertificate(signIns)],
  ['when it is used', ({ house, signIns }) => house.signedInByCertificate(signIns + 1)],
  [
    'when the password is asked about',
    async ({ house, signIns, asked }) => {
      await house.signedInByCertificate(signIns + 1);
      await asked();
    },
  ],
];
