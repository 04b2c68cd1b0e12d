// SPDX-License-Identifier: MIT

import { Jid } from './jid.js';
import type { NegotiationOptions } from './negotiation.js';
import type { Online, SessionOutput } from './session-output.js';
import { StreamManagement } from './stream-management.js';
import type { SavedManagement, Tracked } from './stream-management.js';
import type { Fault } from './errors.js';
import type { Tools } from './tools.js';

/** Servers refuse some resumptions by closing without a word; asking for ever would be a loop. */
const SILENT_REFUSALS = 2;

/** The session that outlives its links (XEP-0198 §5): whether to ask for it again, and how it ended. */
export class KeptSession {
  management: StreamManagement | undefined;
  private asked = false;
  private silentRefusals = 0;

  constructor(
    private readonly tools: Tools,
    private readonly out: (output: SessionOutput) => void,
  ) {}

  restore(saved: SavedManagement): void {
    this.management = StreamManagement.restore(saved);
  }

  /**
   * What negotiation needs to go on with the session; nothing when there is none worth asking for.
   * @param h stanzas handled durably
   */
  resumption(h: number): Pick<NegotiationOptions, 'resume' | 'resource'> | undefined {
    const { management } = this;
    this.asked = false;
    if (management === undefined) {
      return undefined;
    }
    if (!management.resumable || this.silentRefusals >= SILENT_REFUSALS) {
      this.lost(undefined);
      return undefined;
    }
    const bound = Jid.parse(management.jid, this.tools);
    return { resource: bound?.resource ?? '', resume: { previd: management.id ?? '', h } };
  }

  /** The server closed instead of answering `<resume/>`: it is worth asking again at once. */
  get refusedSilently(): boolean {
    return this.silentRefusals > 0;
  }

  /** `<resume/>` was written: a close without an answer will be one. */
  askedFor(): void {
    this.asked = true;
  }

  /** The link ended in order, by the peer, in the middle of negotiation. */
  closedByPeer(): void {
    this.silentRefusals += Number(this.asked);
    this.asked = false;
  }

  /** @returns what follows for the stanzas that were unacked, or the server's breach of XEP-0198 */
  resumed(h: number): (Pick<Online, 'how' | 'resend'> & { readonly settled: Tracked[] }) | Fault {
    this.silentRefusals = 0;
    const result = this.management?.resumed(h) ?? { settled: [], resend: [] };
    if ('fault' in result) {
      return result.fault;
    }
    return { ...result, how: this.management?.restored === true ? 'restored' : 'resumed' };
  }

  /**
   * The session is gone.
   * @param h how far the server had got, if it said so
   */
  lost(h: number | undefined): void {
    const { management } = this;
    this.management = undefined;
    this.silentRefusals = 0;
    this.asked = false;
    let result = management?.failed(h);
    if (result !== undefined && 'fault' in result) {
      // A number that cannot be says nothing: as if there were none.
      result = management?.failed(undefined);
    }
    if (result === undefined || 'fault' in result) {
      return;
    }
    if (h !== undefined && result.certain) {
      this.out({ type: 'settled', h, stanzas: result.settled });
    }
    this.out({ type: 'lost', rest: result.rest, certain: result.certain });
  }
}
