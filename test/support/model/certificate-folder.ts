// SPDX-License-Identifier: MIT
//
// The certificates of an account on a disk, which outlives its engines. Keys are not modelled: a file is
// there with its key, or not at all.

import { createHash } from 'node:crypto';
import type { ClientIdentity } from '../../../src/core/effects.js';
import type { Fault } from '../../../src/core/errors.js';
import { fault } from '../../../src/core/errors.js';
import { certificateFacts } from '../../../src/engine/certificate-facts.js';
import type { CertificateJob } from '../../../src/engine/effects.js';
import type { CertificateFile } from '../../../src/features/feature.js';
import { certificateNames } from '../../../src/transport/names.js';

const FOLDER = '/account';

export class CertificateFolder {
  /** DER by path. */
  readonly files = new Map<string, Uint8Array>();
  private made = 0;

  /** @param supply certificates of the account, DER; those that are made are the next of these */
  constructor(private readonly supply: readonly Uint8Array[]) {}

  /** @returns the path of another one of the supply, as a person has it: not made by the engine */
  put(path: string): string {
    this.files.set(path, this.next());
    return path;
  }

  do(job: CertificateJob): CertificateFile | Fault | undefined {
    switch (job.type) {
      case 'make': {
        const path = `${FOLDER}/${job.file}`;
        if (!this.files.has(path)) this.files.set(path, this.next());
        return this.read(path);
      }
      case 'read':
        return this.read(job.path);
      case 'remove':
        for (const [path, der] of this.files) {
          const ours = path.startsWith(`${FOLDER}/certificate-`);
          if (ours && sha256Of(der).startsWith(job.fingerprint)) this.files.delete(path);
        }
    }
  }

  /** @returns what a sign-in with this file shows */
  identity(path: string): (ClientIdentity & { readonly der: Uint8Array }) | undefined {
    const read = this.read(path);
    if ('condition' in read) return undefined;
    const { der, sha256, notBefore, notAfter } = read;
    return { der, sha256, notBefore, notAfter, xmppAddr: certificateNames(der).xmppAddr };
  }

  has(der: Uint8Array): boolean {
    return [...this.files.values()].some((each) => sha256Of(each) === sha256Of(der));
  }

  private read(path: string): CertificateFile | Fault {
    const der = this.files.get(path);
    const facts = der === undefined ? undefined : certificateFacts(der);
    return facts === undefined ? missing(path) : { ...facts, path };
  }

  private next(): Uint8Array {
    const der = this.supply[this.made++];
    if (der === undefined) throw new Error('more certificates are made than there are');
    return der;
  }
}

export function missing(path: string): Fault {
  const text = `There is no file ${path}.`;
  return fault('usage', 'file-missing', text, { by: 'us', retry: 'never' });
}

function sha256Of(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}
