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

  /** A session with a message in it, begun on such a link or by an earlier process. */
  constructor(home: Framing | undefined) {
    const jid = 'alice@example.org/desk';
    if (home === undefined) {
      const tracked = [{ number: 1, kind: 'message', handle: 'm' } as const];
      this.kept.restore({ id: 'sm-1', jid, sent: 1, acked: 0, handled: 0, tracked });
      return;
    }
    this.kept.optionsFor({ ...account, framing: home }, 0);
    const text = '<message/>';
    this.kept.begin({ id: 'sm-1', jid }, [{ kind: 'message', handle: 'm', text }]);
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
    ['begun by TCP and resumed there', tcp, tcp],
    ['begun by WebSocket and resumed there', web, web],
    ['begun by an earlier process and resumed by TCP', undefined, tcp],
  ])('%s outlives links without an answer', (_what, home, then) => {
    const life = new Life(home);
    for (let times = 0; times < 5; times++) life.link(then, false);
    expect(life.lost).toBe(false);
  });

  it.each([
    ['begun by WebSocket and resumed by TCP', web, tcp],
    ['begun by TCP and resumed by WebSocket', tcp, web],
    ['begun by an earlier process and resumed by WebSocket', undefined, web],
  ])('%s is given up where the server then answers nothing', (_what, home, then) => {
    const life = new Life(home);
    life.link(then, false);
    // What was in it is looked for in the archive, as the count of a server that hears nothing is none.
    expect(life.told).toMatchObject([{ type: 'lost', certain: false, over: false }]);
    expect(life.kept.management).toBeUndefined();
  });

  it('lives on, and there from now on, where the server answers', () => {
    const life = new Life(web);
    life.link(tcp, true);
    life.link(tcp, false);
    life.link(web, true);
    expect(life.lost).toBe(false);
  });
});
