// SPDX-License-Identifier: MIT
//
// The files of certificates: those made here are in the account's folder, those of others are only read.

import { join } from 'node:path';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import { storeFault } from '../disk/faults.js';
import type { FileSystem } from '../disk/file-system.js';
import { readSmallFile } from '../disk/read-file.js';
import { replaceFile } from '../disk/replace-file.js';
import type { CertificateFacts, CertificateFile } from '../features/feature.js';
import { selfSigned } from '../transport/self-signed.js';
import { certificateFacts } from './certificate-facts.js';
import type { CertificateJob } from './effects.js';
import { expandHome } from './identity.js';
import { hasCode, words } from './identity/refusals.js';

/** Made here, and nothing else in the folder. */
const ours = /^certificate-[0-9a-f]{8}\.pem$/;
const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;

/** @returns nothing where a file was to be removed */
export async function doCertificateJob(
  job: CertificateJob,
  fs: FileSystem,
  folder: string,
): Promise<CertificateFile | Fault | undefined> {
  if (job.type === 'read') return read(expandHome(job.path));
  if (job.type === 'remove') return remove(job.fingerprint, fs, folder);
  const path = join(folder, job.file);
  try {
    const made = await readOurs(fs, folder, job.file);
    if (made !== undefined) return { ...made, path };
    const { pem, der } = await selfSigned(job.account, job.notBefore, job.notAfter);
    await replaceFile(fs, path, Buffer.from(pem));
    const facts = certificateFacts(der);
    return facts === undefined ? unreadable(path) : { ...facts, path };
  } catch (error) {
    return storeFault(error, path);
  }
}

async function read(path: string): Promise<CertificateFile | Fault> {
  try {
    const bytes = await readSmallFile(path);
    const block = certificateBlock.exec(bytes.toString('latin1'))?.[0];
    const facts = certificateFacts(block ?? bytes);
    return facts === undefined ? unreadable(path) : { ...facts, path };
  } catch (error) {
    const missing = hasCode(error, 'ENOENT');
    const text = missing ? `There is no file ${path}.` : `${path} cannot be read: ${words(error)}.`;
    return bad(missing ? 'file-missing' : 'file-unreadable', text);
  }
}

/** @param fingerprint of the certificate, or the beginning of it */
async function remove(fingerprint: string, fs: FileSystem, folder: string): Promise<undefined> {
  for (const name of await fs.list(folder).catch(() => [])) {
    const found = ours.test(name)
      ? await readOurs(fs, folder, name).catch(() => undefined)
      : undefined;
    if (found?.sha256.startsWith(fingerprint) === true)
      await fs.remove(join(folder, name)).catch(() => undefined);
  }
}

/** @returns nothing where there is none, or what is there is not whole */
async function readOurs(
  fs: FileSystem,
  folder: string,
  name: string,
): Promise<CertificateFacts | undefined> {
  if (!(await fs.list(folder)).includes(name)) return undefined;
  const file = await fs.open(join(folder, name));
  try {
    const text = Buffer.from(await file.read()).toString('latin1');
    const block = certificateBlock.exec(text)?.[0];
    return block === undefined ? undefined : certificateFacts(block);
  } finally {
    await file.close();
  }
}

function unreadable(path: string): Fault {
  return bad('certificate-unreadable', `${path} holds no certificate that can be read.`);
}

function bad(condition: string, text: string): Fault {
  return fault('usage', condition, text, { by: 'us', retry: 'never' });
}
