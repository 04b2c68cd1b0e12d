// SPDX-License-Identifier: MIT

import { Crossing } from './crossing.js';
import { Jid } from './jid.js';
import type { NegotiationOptions } from './negotiation-options.js';
import { SERVER_ENDED } from './session-output.js';
import type { Online, SessionOutput } from './session-output.js';
import { StreamManagement } from './stream-management.js';
import type { Enabled, Outgoing, SavedManagement, Tracked } from './stream-management.js';
import type { Fault } from './errors.js';
import type { StreamOptions } from './stream.js';
import type { Tools } from './tools.js';

/** What a link is asked for, the session aside. */
export type LinkOptions = Omit<NegotiationOptions, 'resume'> & Pick<StreamOptions, 'framing'>;

/** Servers refuse some resumptions by closing without a word; asking for ever would be a loop. */
const SILENT_REFUSALS = 2;

/** The session that outlives its links (XEP-0198 §5): whether to ask for it again, and how it ended. */
export class KeptSession {
  management: StreamManagement | undefined;
  private silentRefusals = 0;
  /** Somebody else has our resource now: asked for again, it would be taken from him again. */
  private displaced = false;
  private readonly crossing = new Crossing();

  constructor(
    private readonly tools: Tools,
    private readonly out: (output: SessionOutput) => void,
  ) {}

  restore(saved: SavedManagement): void {
    this.management = StreamManagement.restore(saved);
    this.crossing.restored(saved.messages === true);
  }

  /** @param ahead what was written behind `<enable/>`, which the server counts (XEP-0198 §4) */
  begin(enabled: Enabled, ahead: readonly Outgoing[]): void {
    const on = this.crossing.begun() ? { messages: true as const } : {};
    const management = new StreamManagement({ ...enabled, ...on });
    for (const stanza of ahead) management.track(stanza);
    this.management = management;
  }

  /** It was resumed on another kind of link, where the server has answered nothing yet. */
  get unproven(): boolean {
    return this.crossing.unproven;
  }

  /** The server acknowledged something. */
  answered(): void {
    this.crossing.answered();
  }

  /**
   * What a negotiation is to do: to go on with the session, or to bind its resource again if that cannot be.
   * @param h stanzas handled durably
   */
  optionsFor(options: LinkOptions, h: number): NegotiationOptions {
    this.crossing.opened(options.framing?.messages === true);
    const resumption = this.resumption(h);
    const { sasl2 } = options;
    if (resumption !== undefined || sasl2 === undefined || sasl2.over) {
      return { ...options, ...resumption };
    }
    // One that nobody has ended may still take what comes for us, and only its own resource is sure to end it.
    return { ...options, sasl2: { ...sasl2, bind: false } };
  }

  /** @returns nothing when there is no session worth asking for */
  resumption(h: number): Partial<Pick<NegotiationOptions, 'resume' | 'resource'>> | undefined {
    const { management } = this;
    if (management === undefined) {
      return undefined;
    }
    if (!management.resumable || this.silentRefusals >= SILENT_REFUSALS) {
      this.lost(undefined);
      return undefined;
    }
    const bound = Jid.parse(management.jid, this.tools);
    const resource = bound?.resource ?? '';
    const resume = { previd: management.id ?? '', h, resource };
    // Displaced it is asked for all the same: the answer says how far the server had got.
    return this.displaced ? { resume } : { resource, resume };
  }

  /** The server closed instead of answering `<resume/>`: it is worth asking again at once. */
  get refusedSilently(): boolean {
    return this.silentRefusals > 0;
  }

  /**
   * The link is gone.
   * @param cause none for an end in order, by the peer
   * @param asked `<resume/>` was written and not answered: a close without an answer is one
   */
  linkLost(cause: Fault | undefined, negotiating: boolean, asked: boolean): void {
    if (negotiating && (cause === undefined || cause === SERVER_ENDED)) {
      this.silentRefusals += Number(asked);
    }
    this.displaced ||= cause?.condition === 'conflict';
    if (this.crossing.unproven) this.lost(undefined);
  }

  /**
   * Whether it goes on without the link that carried it.
   * @param ended in order, after our closing tag
   * @param answered the server closed its side behind that
   */
  withoutLink(ended: boolean, answered: boolean): void {
    const { management } = this;
    // An end that the server never heard of ends no session: it still knows how far it had got.
    const open = management?.resumable === true && management.outstanding > 0;
    if (ended ? answered || !open : management?.resumable === false) {
      this.lost(undefined, false, ended && answered);
    }
  }

  /** @returns what follows for the stanzas that were unacked, or the server's breach of XEP-0198 */
  resumed(h: number): (Pick<Online, 'how' | 'resend'> & { readonly settled: Tracked[] }) | Fault {
    this.silentRefusals = 0;
    this.displaced = false;
    this.crossing.resumed();
    const result = this.management?.resumed(h) ?? { settled: [], resend: [] };
    if ('fault' in result) {
      return result.fault;
    }
    return { ...result, how: this.management?.restored === true ? 'restored' : 'resumed' };
  }

  /**
   * The session is gone.
   * @param h how far the server had got, if it said so
   * @param forgotten it answered that it knows nothing of the session
   * @param over the server knows that it is
   * @returns how many stanzas it turned out to have got
   */
  lost(h: number | undefined, forgotten = false, over = forgotten || h !== undefined): number {
    const { management } = this;
    this.management = undefined;
    this.silentRefusals = 0;
    this.displaced = false;
    let result = management?.failed(h);
    if (result !== undefined && 'fault' in result) {
      // A number that cannot be says nothing: as if there were none.
      result = management?.failed(undefined);
    }
    if (result === undefined || 'fault' in result) {
      return 0;
    }
    if (h !== undefined && result.certain) {
      this.out({ type: 'settled', h, stanzas: result.settled });
    }
    this.out({ type: 'lost', rest: result.rest, certain: result.certain, forgotten, over });
    return result.settled.length;
  }
}
