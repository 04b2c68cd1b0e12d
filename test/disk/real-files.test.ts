// SPDX-License-Identifier: MIT
import {
  chmodSync,
  constants,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CacheFolder } from '../../src/disk/cache-folder.js';
import type { StoreFault } from '../../src/disk/faults.js';
import { nodeFileSystem } from '../../src/disk/file-system.js';
import { JournalFile } from '../../src/disk/journal-file.js';
import { readSmallFile } from '../../src/disk/read-file.js';
import { FaultyFileSystem } from './faulty-file-system.js';

let folder: string;
const silent = {
  flushed: () => undefined,
  appendFailed: () => undefined,
  compacted: () => undefined,
  stuck: () => undefined,
};

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return ''; // the one by which the folder was listed
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steadfast-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a journal on a real disk', () => {
  it('is written through descriptors on which each write ends on the medium', async () => {
    for (const how of ['open', 'create'] as const) {
      const path = join(folder, how);
      const file = await nodeFileSystem[how](path);
      const descriptor = readdirSync('/proc/self/fd').find((fd) => targetOf(fd) === path) ?? '';
      const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
      const flags = parseInt(/^flags:\s+([0-7]+)$/m.exec(info)?.[1] ?? '0', 8);
      expect(flags & constants.O_DSYNC).toBe(constants.O_DSYNC);
      expect(await file.writeThrough(Buffer.from(how), 0)).toBe(how.length);
      await file.close();
    }
  });

  it('is appended to, compacted and read again, with mode 0600', async () => {
    const path = join(folder, 'journal');
    const { file } = await JournalFile.open(nodeFileSystem, path, silent);
    file.append(1, Buffer.from('one'));
    file.compact(Buffer.from('[one]'));
    file.append(2, Buffer.from('two'));
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('[one]two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['journal']);
    const again = await JournalFile.open(nodeFileSystem, path, silent);
    await again.file.close();
    expect(Buffer.from(again.content).toString()).toBe('[one]two');
  });

  it('takes an older file with a wider mode back for its owner alone', async () => {
    const path = join(folder, 'journal');
    writeFileSync(path, 'x');
    chmodSync(path, 0o644);
    const { file } = await JournalFile.open(nodeFileSystem, path, silent);
    await file.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is never opened through a symbolic link', async () => {
    writeFileSync(join(folder, 'elsewhere'), '');
    symlinkSync('elsewhere', join(folder, 'journal'));
    const opening = JournalFile.open(nodeFileSystem, join(folder, 'journal'), silent);
    await expect(opening).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

describe('the small files of an account', () => {
  it('come back by their names, and others are left alone', async () => {
    const caches = new CacheFolder(nodeFileSystem, folder, () => undefined);
    caches.save('roster', 'first');
    caches.save('roster', 'Jörg');
    caches.save('caps', '{}');
    await caches.drain();
    writeFileSync(join(folder, 'journal'), 'never');
    writeFileSync(join(folder, 'roster.new'), 'half');
    writeFileSync(join(folder, 'broken'), Uint8Array.from([0xff]));
    const faults: StoreFault[] = [];
    const texts = await new CacheFolder(nodeFileSystem, folder, (fault) =>
      faults.push(fault),
    ).load();
    expect(faults.map(({ text }) => text)).toEqual([
      `${join(folder, 'broken')} cannot be read and is left out. What it held is learned anew.`,
    ]);
    expect([...texts].sort()).toEqual([
      ['caps', '{}'],
      ['roster', 'Jörg'],
    ]);
  });

  it('forget no text, in whichever turn after another it comes', async () => {
    for (let turns = 0; turns < 24; turns++) {
      const fs = new FaultyFileSystem();
      const caches = new CacheFolder(fs, '/f', () => undefined);
      caches.save('roster', 'first');
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      caches.save('roster', 'second');
      await caches.drain();
      expect(fs.text('/f/roster'), `${String(turns)} turns later`).toBe('second');
    }
  });

  it.each(['journal', '../roster', 'a/b', '', 'Roster', 'x'.repeat(33)])(
    'refuse the name "%s"',
    (name) => {
      const caches = new CacheFolder(nodeFileSystem, folder, () => undefined);
      expect(() => caches.save(name, '')).toThrow(RangeError);
    },
  );

  it('keep the old text, and say why, when the disk is full', async () => {
    const fs = new FaultyFileSystem();
    fs.files.set('/f/roster', Buffer.from('old'));
    fs.room = 1;
    const faults: StoreFault[] = [];
    const caches = new CacheFolder(fs, '/f', (fault) => faults.push(fault));
    caches.save('roster', 'new text');
    await caches.drain();
    expect(faults).toMatchObject([{ condition: 'disk-full' }]);
    expect(fs.text('/f/roster')).toBe('old');
    expect([...fs.files.keys()]).toEqual(['/f/roster']);
  });
});

describe('a file that a person named', () => {
  it('is refused when it is no ordinary file or too large', async () => {
    await expect(readSmallFile(folder)).rejects.toMatchObject({ code: 'EISDIR' });
    writeFileSync(join(folder, 'large'), Buffer.alloc(4 * 1024 * 1024 + 1));
    await expect(readSmallFile(join(folder, 'large'))).rejects.toMatchObject({ code: 'EFBIG' });
  });
});
