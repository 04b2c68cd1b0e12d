// SPDX-License-Identifier: MIT
//
// A folder of certificates and a server's readiness to take them, as a test wants them. A certificate
// is a short text here.

import { createHash } from 'node:crypto';
import type { Fault } from '../../src/core/errors.js';
import { fault } from '../../src/core/errors.js';
import type {
  CertificateDesk,
  CertificateFacts,
  CertificateFile,
} from '../../src/features/feature.js';

export const NOT_TAKEN = fault('sasl', 'not-authorized', 'Not this one.', { retry: 'never' });

export function factsOf(text: string): CertificateFacts {
  const der = Buffer.from(text);
  const sha256 = createHash('sha256').update(der).digest('hex');
  return { der, sha256, notBefore: 1_000, notAfter: 2_000 };
}

export class RecordingCertificates implements CertificateDesk {
  secure = true;
  current = '';
  /** Their names, and what is in them. They outlive an engine. */
  files = new Map<string, string>();
  /** Trials that wait for the server. */
  readonly trials: { readonly path: string; readonly done: (failed: Fault | undefined) => void }[] =
    [];
  /** What cannot be written at present. */
  full: Fault | undefined;
  made = 0;
  /** `make` waits until a test calls these. */
  readonly making: (() => void)[] = [];

  inspect(der: Uint8Array): CertificateFacts | undefined {
    const text = Buffer.from(der).toString();
    return text.startsWith('certificate') ? factsOf(text) : undefined;
  }

  make(file: string, done: (made: CertificateFile | Fault) => void): void {
    this.making.push(() => {
      if (this.full !== undefined) return done(this.full);
      const text = this.files.get(file) ?? `certificate of ${file}`;
      this.made += this.files.has(file) ? 0 : 1;
      this.files.set(file, text);
      done({ ...factsOf(text), path: `/folder/${file}` });
    });
  }

  read(path: string, done: (read: CertificateFile | Fault) => void): void {
    const text = this.files.get(path);
    if (text !== undefined) return done({ ...factsOf(text), path });
    done(fault('usage', 'file-missing', 'There is none.', { by: 'us', retry: 'never' }));
  }

  remove(fingerprint: string, done: () => void): void {
    for (const [name, text] of this.files) {
      if (factsOf(text).sha256.startsWith(fingerprint)) this.files.delete(name);
    }
    done();
  }

  tryOut(path: string, done: (failed: Fault | undefined) => void): void {
    this.trials.push({ path, done });
  }
}
