// SPDX-License-Identifier: MIT

import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../features/feature.js';
import { validity } from '../transport/tls.js';

/** @returns nothing for what is no certificate */
export function certificateFacts(der: Uint8Array | string): CertificateFacts | undefined {
  try {
    const certificate = new X509Certificate(typeof der === 'string' ? der : Buffer.from(der));
    const sha256 = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    return { der: certificate.raw, sha256, ...validity(certificate) };
  } catch {
    return undefined;
  }
}
