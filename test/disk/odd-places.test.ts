// SPDX-License-Identifier: MIT
//
// Something else than a journal stands in its place: one clear error, and nothing is touched.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { create } from '@bufbuild/protobuf';
import { AttachSchema, CommandSchema, Link_State as State } from '../../src/contract/engine_pb.js';
import { nodeFileSystem } from '../../src/disk/file-system.js';
import { Account } from '../../src/engine/account.js';
import { Driver } from '../../src/engine/driver.js';
import { Redactor } from '../../src/engine/redact.js';
import type { EventBody } from '../../src/features/feature.js';
import { Observed } from '../support/observed.js';
import { nodeTools } from '../support/tools.js';
import { accept, Stored } from './stored.js';

/** Nobody's user: to root, no mode is an obstacle. */
const NOBODY = 65534;

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steadfast-odd-'));
  path = join(folder, 'account', 'journal');
  mkdirSync(join(folder, 'account'), { mode: 0o700 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the host is told by an engine that finds this. */
async function told(): Promise<{ condition: string; text: string }> {
  const events = new Observed<EventBody>();
  const driver = new Driver({
    folder: join(folder, 'account'),
    make: (journal, caches, out) =>
      new Account({ program: 'Test 1' }, nodeTools, (n) => new Uint8Array(n), journal, caches, out),
    redactor: new Redactor(),
    tell: (body) => events.add(body),
    ended: () => undefined,
    // Nobody answers, and nobody says so: the disk alone has news.
    makeLink: () => ({ write: () => undefined, startTls: () => undefined, close: () => undefined }),
  });
  const value = create(AttachSchema, { jid: 'alice@example.org', password: 'secret' });
  driver.command(create(CommandSchema, { body: { case: 'attach', value } }));
  const event = await events.next(
    'a failure',
    (body) => body.case === 'link' && body.value.state === State.FAILED,
  );
  await driver.abandon();
  const error = event.case === 'link' ? event.value.error : undefined;
  return { condition: error?.condition ?? '', text: error?.text ?? '' };
}

describe('in place of a journal', () => {
  it.each([
    ['a symbolic link', () => symlinkSync('../elsewhere', path), 'a symbolic link'],
    ['a link that leads nowhere', () => symlinkSync('nowhere', path), 'a symbolic link'],
    ['a folder', () => mkdirSync(path), 'a folder and not a file'],
    ['a named pipe', () => void execFileSync('mkfifo', [path]), 'no ordinary file'],
    ['no folder', () => rmSync(join(folder, 'account'), { recursive: true }), 'folder is missing'],
  ])('%s is told in words and left alone', async (_title, make, words) => {
    writeFileSync(join(folder, 'elsewhere'), 'somebody’s');
    make();
    const { text } = await told();
    expect(text).toContain(`${path} cannot be written: `);
    expect(text).toContain(words);
    expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('somebody’s');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it('a journal that may not be read is told in words and left alone', async () => {
    writeFileSync(path, 'somebody’s', { mode: 0 });
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(NOBODY);
    const { condition, text } = await told().finally(() => {
      if (root) process.seteuid?.(0);
    });
    expect(condition).toBe('disk-forbidden');
    expect(text).toContain('its owner or mode does not allow it');
    chmodSync(path, 0o600);
    expect(readFileSync(path, 'utf8')).toBe('somebody’s');
  });
});

describe('beside a journal', () => {
  it('what a compaction left behind is removed, and never read', async () => {
    const first = await Stored.open(nodeFileSystem, path);
    await first.commit([accept('kept')]);
    await first.close();
    writeFileSync(`${path}.new`, readFileSync(path).subarray(0, 40));
    const second = await Stored.open(nodeFileSystem, path);
    expect([...second.store.ledger.outbox.keys()]).toEqual(['kept']);
    expect(existsSync(`${path}.new`)).toBe(false);
    await second.close();
  });

  it.each([
    ['a symbolic link', () => symlinkSync('../../elsewhere', `${path}.new`)],
    ['a file that anybody may read', () => writeFileSync(`${path}.new`, 'old', { mode: 0o666 })],
  ])('%s with the name of the new file is not written through', async (_title, make) => {
    writeFileSync(join(folder, 'elsewhere'), 'somebody’s');
    make();
    const stored = await Stored.open(nodeFileSystem, path);
    await stored.commit([accept('kept')]);
    await stored.close();
    expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('somebody’s');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('the copy of a damaged one is for its owner alone', async () => {
    writeFileSync(path, 'no journal', { mode: 0o644 });
    writeFileSync(`${path}.damaged`, 'an older copy', { mode: 0o644 });
    const stored = await Stored.open(nodeFileSystem, path);
    await stored.commit([accept('kept')]);
    await stored.close();
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('no journal');
    expect(statSync(`${path}.damaged`).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'account')).sort()).toEqual(['journal', 'journal.damaged']);
  });

  it('a symbolic link with the name of that copy is not written through', async () => {
    writeFileSync(path, 'no journal');
    writeFileSync(join(folder, 'elsewhere'), 'somebody’s');
    symlinkSync('../elsewhere', `${path}.damaged`);
    const { condition, text } = await told();
    expect(condition).toBe('disk-forbidden');
    expect(text).toContain(`${path}.damaged cannot be written: it is a symbolic link`);
    expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('somebody’s');
    expect(readFileSync(path, 'utf8')).toBe('no journal');
  });
});
