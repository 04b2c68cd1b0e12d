// SPDX-License-Identifier: MIT
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../src/disk/file-system.js';
import type { FileSystem } from '../../src/disk/file-system.js';
import { certificateFacts } from '../../src/engine/certificate-facts.js';
import { doCertificateJob } from '../../src/engine/certificate-files.js';
import type { CertificateJob } from '../../src/engine/effects.js';
import { readIdentity } from '../../src/engine/identity.js';
import type { CertificateFile } from '../../src/features/feature.js';

const FILE = 'certificate-01234567.pem';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'steadfast-certificates-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const job = {
  ...{ type: 'make' as const, file: FILE, account: 'romeo@montague.example' },
  ...{ notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) },
};

const run = (what: CertificateJob, fs: FileSystem = nodeFileSystem) =>
  doCertificateJob(what, fs, folder);

async function make(file = FILE): Promise<CertificateFile> {
  const made = await run({ ...job, file });
  if (made === undefined || 'condition' in made) throw new Error(made?.text);
  return made;
}

describe('a certificate that is made', () => {
  it('is a private file that an account can sign in with', async () => {
    const { path, der, sha256, notAfter } = await make();
    expect(path).toBe(join(folder, FILE));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual([FILE]);
    expect(certificateFacts(der)).toMatchObject({ sha256, notAfter: Date.UTC(2027, 0, 1) });
    const { identity } = await readIdentity({ cert: path, key: '', passphrase: '' });
    expect(identity).toMatchObject({ xmppAddr: ['romeo@montague.example'], sha256, notAfter });
  });

  it('is the same when it is asked for again', async () => {
    expect((await make()).sha256).toBe((await make()).sha256);
  });

  it('is made anew where its file is not whole', async () => {
    writeFileSync(join(folder, FILE), '-----BEGIN CERTIFICATE-----\nMIIC');
    const { path } = await make();
    await expect(readIdentity({ cert: path, key: '', passphrase: '' })).resolves.toBeDefined();
  });

  it('leaves nothing where the disk refuses it', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const rename = () => Promise.reject(full);
    const made = await run(job, { ...nodeFileSystem, rename });
    expect(made).toMatchObject({ kind: 'store', condition: 'disk-full' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a certificate that is to go', () => {
  it('goes alone, and only if it was made here', async () => {
    const first = await make();
    const second = await make('certificate-76543210.pem');
    writeFileSync(join(folder, 'mine.pem'), 'of the person');
    await run({ type: 'remove', fingerprint: first.sha256 });
    expect(readdirSync(folder).sort()).toEqual(['certificate-76543210.pem', 'mine.pem']);
    await run({ type: 'remove', fingerprint: 'nobody’s' });
    expect(readdirSync(folder)).toHaveLength(2);
    await run({ type: 'remove', fingerprint: second.sha256.slice(0, 8) });
    expect(readdirSync(folder)).toEqual(['mine.pem']);
  });
});

describe('a certificate of somebody else', () => {
  it('is read as PEM or DER, and never its key', async () => {
    const { path, der, sha256 } = await make();
    writeFileSync(join(folder, 'bot.der'), der);
    for (const file of [path, join(folder, 'bot.der')]) {
      const read = await run({ type: 'read', path: file });
      expect(read).toMatchObject({ sha256, path: file });
      expect(JSON.stringify(read)).not.toContain('PRIVATE');
    }
  });

  it.each([
    ['that is not there', 'none.pem', 'file-missing'],
    ['that is a folder', '.', 'file-unreadable'],
    ['that is no certificate', 'odd.pem', 'certificate-unreadable'],
  ])('in a file %s is refused', async (_, name, condition) => {
    writeFileSync(join(folder, 'odd.pem'), 'hello');
    expect(await run({ type: 'read', path: join(folder, name) })).toMatchObject({ condition });
  });
});

it('a text that is no certificate has no facts', () => {
  expect(certificateFacts(Buffer.from('hello'))).toBeUndefined();
});
