// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { byteFraming, type Framing } from '../../src/core/framing.js';
import { webSocketFraming } from '../../src/core/framing-websocket.js';
import { KeptSession } from '../../src/core/kept-session.js';
import type { SessionOutput } from '../../src/core/session-output.js';
import { account } from '../support/negotiating.js';
import { nodeTools as tools } from '../support/tools.js';

// A session that goes on over another kind of link, as a firewall opens or closes.

const LOST = {
  kind: 'link',
  condition: 'no-acknowledgement',
  text: '',
  by: 'peer',
  retry: 'later',
} as const;

class Life {
  readonly told: SessionOutput[] = [];
  readonly kept = new KeptSession(tools, (output) => this.told.push(output));

  /** A session with a message in it, begun on such a link, perhaps by an earlier process. */
  constructor(home: Framing, earlier: boolean) {
    const first = earlier ? new KeptSession(tools, () => undefined) : this.kept;
    first.optionsFor({ ...account, framing: home }, 0);
    const text = '<message/>';
    const jid = 'alice@example.org/desk';
    first.begin({ id: 'sm-1', jid }, [{ kind: 'message', handle: 'm', text }]);
    const saved = first.management?.save();
    if (earlier && saved !== undefined) this.kept.restore(saved);
  }

  /** One link on which the session is resumed. */
  link(framing: Framing, answered: boolean): void {
    const options = this.kept.optionsFor({ ...account, framing }, 0);
    expect(options.resume).toMatchObject({ previd: 'sm-1' });
    this.kept.resumed(0);
    if (answered) this.kept.answered();
    this.kept.linkLost(LOST, false, false);
  }

  get lost(): boolean {
    return this.told.some(({ type }) => type === 'lost');
  }
}

const [tcp, web] = [byteFraming, webSocketFraming];

describe('a session that is resumed', () => {
  it.each([
    ['begun by TCP and resumed there', tcp, tcp, false],
    ['begun by WebSocket and resumed there', web, web, false],
    ['begun by an earlier process and resumed by TCP', tcp, tcp, true],
    ['begun by an earlier process on a WebSocket and resumed there', web, web, true],
  ])('%s outlives links without an answer', (_what, home, then, earlier) => {
    const life = new Life(home, earlier);
    for (let times = 0; times < 5; times++) life.link(then, false);
    expect(life.lost).toBe(false);
  });

  it.each([
    ['begun by WebSocket and resumed by TCP', web, tcp, false],
    ['begun by TCP and resumed by WebSocket', tcp, web, false],
    ['begun by an earlier process and resumed by WebSocket', tcp, web, true],
    ['begun by an earlier process on a WebSocket and resumed by TCP', web, tcp, true],
  ])('%s is given up where the server then answers nothing', (_what, home, then, earlier) => {
    const life = new Life(home, earlier);
    life.link(then, false);
    // What was in it is looked for in the archive, as the count of a server that hears nothing is none.
    expect(life.told).toMatchObject([{ type: 'lost', certain: false, over: false }]);
    expect(life.kept.management).toBeUndefined();
  });

  it('lives on, and there from now on, where the server answers', () => {
    const life = new Life(web, false);
    life.link(tcp, true);
    life.link(tcp, false);
    life.link(web, true);
    expect(life.lost).toBe(false);
  });
});
