// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../src/delivery/ledger.js';
import { Replay } from '../../src/delivery/replay.js';
import type { OwnMessage, Verdict } from '../../src/delivery/replay.js';

const entry = (handle: string, more: Partial<OutboxEntry> = {}): OutboxEntry => ({
  handle,
  to: 'bob@b/phone',
  xml: '',
  body: handle,
  at: 0,
  state: 'in-doubt',
  twice: false,
  ...more,
});

const CONTROL = entry('control', { state: 'at-server' });
const own = (...handles: string[]): OwnMessage[] =>
  handles.map((id) => ({ ids: ['stanza', id], to: 'bob@b' }));

function replayOf(
  doubts: readonly string[],
  others: readonly OutboxEntry[] = [CONTROL],
  forgetful = false,
): Replay {
  const entries = [...others, ...doubts.map((handle) => entry(handle))];
  const known = (handle: string) => entries.find((found) => found.handle === handle);
  const bare = (jid: string) => jid.split('/')[0] ?? '';
  const before = others
    .filter(({ state, twice }) => (state === 'at-server' || state === 'delivered') && !twice)
    .map(({ handle }) => handle);
  return new Replay(entries.slice(others.length), known, bare, before, forgetful);
}

const words = (verdict: ReturnType<Replay['page']>) =>
  typeof verdict === 'string'
    ? verdict
    : Object.entries(verdict satisfies Verdict)
        .filter(([, found]) => (found as OutboxEntry[]).length > 0)
        .map(([what, found]) => `${what}: ${(found as OutboxEntry[]).map((e) => e.handle).join()}`)
        .join(' ');

describe('verified replay', () => {
  it('finds all of them above a control', () => {
    expect(words(replayOf(['x', 'y']).page(own('control', 'x', 'y'), false))).toBe('taken: x,y');
  });

  it('reads on until it meets a control', () => {
    const replay = replayOf(['x']);
    expect(words(replay.page(own('x'), false))).toBe('older');
    expect(words(replay.page(own('control'), false))).toBe('taken: x');
  });

  it('reads on below what was delivered after it, where what is in doubt would be', () => {
    const [x, delivered] = [entry('x'), entry('delivered', { state: 'delivered' })];
    const known = (handle: string) => [x, delivered].find((found) => found.handle === handle);
    const replay = new Replay([x], known, () => 'bob@b', []);
    expect(words(replay.page(own('delivered'), false))).toBe('older');
    expect(words(replay.page(own('x'), true))).toBe('taken: x');
  });

  it('asks once more for what is absent, and then knows that it was never taken', () => {
    const replay = replayOf(['x', 'y']);
    expect(words(replay.page(own('control', 'x'), false))).toBe('again');
    expect(words(replay.page(own('control', 'x'), false))).toBe('taken: x untaken: y');
  });

  it('knows nothing of what is absent in the archive of a server that died', () => {
    const replay = replayOf(['x', 'y'], [CONTROL], true);
    expect(words(replay.page(own('control', 'x'), false))).toBe('again');
    expect(words(replay.page(own('control', 'x'), false))).toBe('taken: x unknown: y');
  });

  it('finds at the second look what the archive had not shown at the first', () => {
    const replay = replayOf(['x']);
    expect(words(replay.page(own('control'), false))).toBe('again');
    expect(words(replay.page(own('control', 'x'), false))).toBe('taken: x');
  });

  it('settles what was sent before a found one, and trusts no archive with such a hole', () => {
    const replay = replayOf(['x', 'y', 'z']);
    expect(words(replay.page(own('control', 'y'), false))).toBe('again');
    expect(words(replay.page(own('control', 'y'), false))).toBe('taken: x,y unknown: z');
  });

  it('trusts no archive that lost the end of what was acknowledged, as a server that dies may', () => {
    const acknowledged = ['a', 'b'].map((handle) => entry(handle, { state: 'at-server' }));
    const replay = replayOf(['x'], acknowledged);
    expect(words(replay.page(own('a'), false))).toBe('again');
    expect(words(replay.page(own('a'), false))).toBe('unknown: x');
    expect(words(replayOf(['x'], acknowledged).page(own('a', 'x'), false))).toBe('taken: x');
  });

  it('knows nothing without a control, when the archive ends', () => {
    expect(words(replayOf(['x']).page([], true))).toBe('unknown: x');
  });

  it('gives up after five pages without one', () => {
    const replay = replayOf(['x']);
    const pages = [1, 2, 3, 4, 5].map(() => words(replay.page(own('stranger'), false)));
    expect(pages).toEqual(['older', 'older', 'older', 'older', 'unknown: x']);
  });

  it.each<[string, OutboxEntry]>([
    ['one that may be there twice', entry('control', { state: 'at-server', twice: true })],
    ['one that failed', entry('control', { state: 'failed' })],
    ['one that is queued', entry('control', { state: 'queued' })],
    ['one to somebody else', entry('control', { state: 'at-server', to: 'eve@b' })],
  ])('takes for a control: not %s', (_, control) => {
    expect(words(replayOf(['x'], [control]).page(own('control'), true))).toBe('unknown: x');
  });

  it('takes a delivered message for a control', () => {
    const delivered = entry('control', { state: 'delivered' });
    expect(words(replayOf(['x'], [delivered]).page(own('control', 'x'), true))).toBe('taken: x');
  });
});
