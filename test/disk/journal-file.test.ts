// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JournalHandlers } from '../../src/disk/journal-file.js';
import { JournalFile } from '../../src/disk/journal-file.js';
import { Observed } from '../support/observed.js';
import { FaultyFileSystem } from './faulty-file-system.js';

const path = '/f/journal';
const bytes = (text: string): Uint8Array => Buffer.from(text);

function recorder(): { news: string[]; handlers: JournalHandlers } {
  const news: string[] = [];
  return {
    news,
    handlers: {
      flushed: (append) => news.push(`flushed ${String(append)}`),
      appendFailed: (append, { condition }) => news.push(`failed ${String(append)} ${condition}`),
      compacted: (fault) => news.push(`compacted ${fault?.condition ?? 'well'}`),
      stuck: ({ condition }) => news.push(`stuck ${condition}`),
    },
  };
}

async function opened(
  fs: FaultyFileSystem,
): Promise<{ file: JournalFile; news: string[]; content: Uint8Array }> {
  const { news, handlers } = recorder();
  const { file, content } = await JournalFile.open(fs, path, handlers);
  fs.calls.length = 0;
  return { file, news, content };
}

describe('appending', () => {
  it('flushes everything that waits with one write and one fdatasync', async () => {
    const fs = new FaultyFileSystem();
    const { file, news } = await opened(fs);
    for (let n = 1; n <= 32; n++) file.append(n, bytes(`<${String(n)}>`));
    await file.drain();
    expect(fs.calls).toEqual(['write', 'datasync']);
    expect(news).toEqual(['flushed 32']);
    expect(fs.text(path)).toMatch(/^<1><2><3>.*<32>$/);
  });

  it('gives back what it holds, and goes on behind it', async () => {
    const fs = new FaultyFileSystem();
    fs.files.set(path, bytes('old'));
    const { file, content } = await opened(fs);
    expect(Buffer.from(content).toString()).toBe('old');
    file.append(1, bytes('new'));
    await file.drain();
    expect(fs.text(path)).toBe('oldnew');
  });

  it('goes on after short writes', async () => {
    const fs = new FaultyFileSystem();
    fs.writeAtMost = 3;
    const { file, news } = await opened(fs);
    file.append(1, bytes('0123456789'));
    await file.drain();
    expect(fs.text(path)).toBe('0123456789');
    expect(news).toEqual(['flushed 1']);
  });

  it('takes appends that come while a flush is under way, in order', async () => {
    const fs = new FaultyFileSystem();
    const { news, handlers } = recorder();
    let later: (() => void) | undefined;
    const { file } = await JournalFile.open(fs, path, {
      ...handlers,
      flushed: (append) => {
        handlers.flushed(append);
        later?.();
        later = undefined;
      },
    });
    later = () => file.append(2, bytes('b'));
    file.append(1, bytes('a'));
    await file.drain();
    expect(news).toEqual(['flushed 1', 'flushed 2']);
    expect(fs.text(path)).toBe('ab');
  });
});

describe('coming to rest', () => {
  it('forgets no append, in whichever turn after a flush it comes', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const flushed = new Observed<number>();
      const handlers = { ...recorder().handlers, flushed: (n: number) => flushed.add(n) };
      const { file } = await JournalFile.open(new FaultyFileSystem(), path, handlers);
      file.append(1, bytes('a'));
      await flushed.next('the first', (n) => n === 1);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      file.append(2, bytes('b'));
      await flushed.next(`the second, ${String(turns)} turns later`, (n) => n === 2, {
        withinMs: 5_000,
      });
    }
  });
});

describe('a disk that fails', () => {
  it.each([
    ['a full disk', (fs: FaultyFileSystem) => void (fs.room = 2), 'disk-full'],
    ['a failed write', (fs: FaultyFileSystem) => fs.fail('write', 'EIO'), 'disk-error'],
    ['a failed fdatasync', (fs: FaultyFileSystem) => fs.fail('datasync', 'EIO'), 'disk-error'],
  ])('%s: the file is cut back before the failure is told', async (_title, spoil, condition) => {
    const fs = new FaultyFileSystem();
    const { file, news } = await opened(fs);
    file.append(1, bytes('safe'));
    await file.drain();
    spoil(fs);
    file.append(2, bytes('lost'));
    file.append(3, bytes('lost too'));
    await file.drain();
    expect(news).toEqual(['flushed 1', `failed 2 ${condition}`]);
    expect(fs.text(path)).toBe('safe');
    fs.room = Infinity;
    file.append(2, bytes('+again'));
    await file.drain();
    expect(news.at(-1)).toBe('flushed 2');
    expect(fs.text(path)).toBe('safe+again');
  });

  it('drops what came behind the failed one, a compaction too', async () => {
    const fs = new FaultyFileSystem();
    const { file, news } = await opened(fs);
    fs.fail('datasync', 'EIO');
    file.append(1, bytes('a'));
    file.compact(bytes('[a]'));
    file.append(2, bytes('b'));
    await file.drain();
    expect(news).toEqual(['failed 1 disk-error', 'compacted disk-error']);
    expect(fs.text(path)).toBe('');
  });

  describe('and cannot be cut back', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('is tried each second, and nothing is told before it holds', async () => {
      const fs = new FaultyFileSystem();
      const { file, news } = await opened(fs);
      fs.fail('write', 'EIO');
      fs.fail('truncate', 'EIO', 'EIO');
      file.append(1, bytes('a'));
      await vi.advanceTimersByTimeAsync(1999);
      expect(news).toEqual(['stuck disk-error', 'stuck disk-error']);
      await vi.advanceTimersByTimeAsync(1);
      expect(news.at(-1)).toBe('failed 1 disk-error');
    });

    it('stays stuck while the flushed part reads back differently', async () => {
      const fs = new FaultyFileSystem();
      const { file, news } = await opened(fs);
      file.append(1, bytes('safe'));
      await file.drain();
      fs.fail('write', 'EIO');
      fs.files.set(path, bytes('sage'));
      file.append(2, bytes('b'));
      await vi.advanceTimersByTimeAsync(2500);
      expect(news).toEqual(['flushed 1', ...new Array<string>(3).fill('stuck disk-error')]);
      fs.files.set(path, bytes('safe'));
      await vi.advanceTimersByTimeAsync(1000);
      expect(news.at(-1)).toBe('failed 2 disk-error');
    });

    it('says nothing of what is uncertain when it is closed meanwhile', async () => {
      const fs = new FaultyFileSystem();
      const { file, news } = await opened(fs);
      fs.fail('datasync', 'EIO');
      fs.fail('open', ...new Array<string>(9).fill('EIO'));
      file.append(1, bytes('a'));
      await vi.advanceTimersByTimeAsync(500);
      const closed = file.close();
      await vi.advanceTimersByTimeAsync(1000);
      await closed;
      expect(news.filter((line) => !line.startsWith('stuck'))).toEqual([]);
    });
  });
});

describe('compacting', () => {
  it('stands between the appends before and those after it', async () => {
    const fs = new FaultyFileSystem();
    const { file, news } = await opened(fs);
    file.append(1, bytes('aaaa'));
    file.compact(bytes('[a]'));
    file.append(2, bytes('b'));
    await file.drain();
    expect(news).toEqual(['flushed 1', 'compacted well', 'flushed 2']);
    expect(fs.text(path)).toBe('[a]b');
    expect([...fs.files.keys()]).toEqual([path]);
    expect(fs.calls.slice(2, 7)).toEqual(['create', 'write', 'datasync', 'rename', 'syncFolder']);
  });

  it.each(['create', 'write', 'datasync', 'rename'] as const)(
    'leaves the old content when %s fails, and goes on with it',
    async (call) => {
      const fs = new FaultyFileSystem();
      const { file, news } = await opened(fs);
      file.append(1, bytes('a'));
      await file.drain();
      fs.fail(call, 'ENOSPC');
      file.compact(bytes('[a]'));
      file.append(2, bytes('b'));
      await file.drain();
      expect(news).toEqual(['flushed 1', 'compacted disk-full', 'flushed 2']);
      expect(fs.text(path)).toBe('ab');
      expect([...fs.files.keys()]).toEqual([path]);
    },
  );

  it('copies a damaged content first, in place of an earlier copy', async () => {
    const fs = new FaultyFileSystem();
    fs.files.set(path, bytes('aa?'));
    fs.files.set(`${path}.damaged`, bytes('an older one'));
    const { file, news } = await opened(fs);
    file.compact(bytes('[aa]'), true);
    file.append(1, bytes('b'));
    file.compact(bytes('[aab]'));
    await file.drain();
    expect(news).toEqual(['compacted well', 'flushed 1', 'compacted well']);
    expect([fs.text(path), fs.text(`${path}.damaged`)]).toEqual(['[aab]', 'aa?']);
    const calls = fs.calls.slice(fs.calls.indexOf('create'));
    const copied = ['create', 'read', 'write', 'datasync', 'syncFolder'];
    expect(calls.slice(0, 9)).toEqual([...copied, 'create', 'write', 'datasync', 'rename']);
  });

  it.each(['create', 'read', 'write', 'datasync', 'syncFolder'] as const)(
    'leaves a damaged content alone when it cannot be copied: %s',
    async (call) => {
      const fs = new FaultyFileSystem();
      fs.files.set(path, bytes('aa?'));
      const { file, news } = await opened(fs);
      fs.fail(call, 'ENOSPC');
      file.compact(bytes('[aa]'), true);
      await file.drain();
      expect(news).toEqual(['compacted disk-full']);
      expect(fs.text(path)).toBe('aa?');
      file.compact(bytes('[aa]'), true);
      await file.drain();
      expect([fs.text(path), fs.text(`${path}.damaged`)]).toEqual(['[aa]', 'aa?']);
    },
  );

  it('is not done before the rename itself is durable', async () => {
    vi.useFakeTimers();
    try {
      const fs = new FaultyFileSystem();
      const { file, news } = await opened(fs);
      fs.fail('syncFolder', 'EIO');
      file.compact(bytes('[]'));
      await vi.advanceTimersByTimeAsync(999);
      expect(news).toEqual(['stuck disk-error']);
      await vi.advanceTimersByTimeAsync(1);
      expect(news.at(-1)).toBe('compacted well');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('opening', () => {
  it.each(['open', 'read', 'datasync', 'syncFolder'] as const)(
    'fails as a whole when %s does',
    async (call) => {
      const fs = new FaultyFileSystem();
      fs.fail(call, 'EIO');
      await expect(JournalFile.open(fs, path, recorder().handlers)).rejects.toMatchObject({
        code: 'EIO',
      });
    },
  );
});
