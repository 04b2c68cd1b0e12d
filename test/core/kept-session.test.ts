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
