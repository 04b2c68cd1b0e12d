// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { KeptSession } from '../../src/core/kept-session.js';
import type { SessionOutput } from '../../src/core/session-output.js';
import { StreamManagement } from '../../src/core/stream-management.js';
import { nodeTools as tools } from '../support/tools.js';

function keptWith(messages: number): { kept: KeptSession; told: SessionOutput[] } {
  const told: SessionOutput[] = [];
  const kept = new KeptSession(tools, (output) => told.push(output));
  const jid = 'romeo@montague.example/orchard';
  kept.management = new StreamManagement({ id: 'sm-1', jid });
  for (let n = 1; n <= messages; n++) {
    kept.management.track({ kind: 'message', handle: `m${String(n)}`, text: '<message/>' });
  }
  return { kept, told };
}

describe('a session that is lost', () => {
  it.each([
    ['shows that its link carried two, by the h of <failed/>', 2, 2],
    ['shows nothing without an h', undefined, 0],
    ['shows nothing by an h that cannot be', 7, 0],
  ])('%s (XEP-0198 §5)', (_, h, carried) => {
    const { kept, told } = keptWith(3);
    expect(kept.lost(h, h === undefined)).toBe(carried);
    expect(told.filter(({ type }) => type === 'settled')).toHaveLength(carried === 0 ? 0 : 1);
    expect(told.at(-1)).toMatchObject({ type: 'lost', certain: carried > 0 });
    expect(kept.lost(h)).toBe(0);
  });
});

describe('a session whose link is gone', () => {
  it.each([
    ['goes on', false, false, 1, undefined],
    ['is over where both sides have closed it', true, true, 1, true],
    ['goes on where the server has not, and something is open', true, false, 1, undefined],
    ['is lost where the server has not, and nothing is open', true, false, 0, false],
  ])('%s', (_, ended, answered, messages, over) => {
    const { kept, told } = keptWith(messages);
    kept.withoutLink(ended, answered);
    const lost = { type: 'lost', certain: false, forgotten: false };
    expect(told).toEqual(
      over === undefined ? [] : [expect.objectContaining({ ...lost, over }) as SessionOutput],
    );
    expect(kept.management === undefined).toBe(over !== undefined);
  });

  it('is lost with it where the server keeps none', () => {
    const { kept, told } = keptWith(1);
    kept.management = new StreamManagement({ jid: 'romeo@montague.example/orchard' });
    kept.withoutLink(false, false);
    expect(told).toMatchObject([{ type: 'lost', over: false }]);
  });
});
