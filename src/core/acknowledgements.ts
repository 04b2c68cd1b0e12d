// SPDX-License-Identifier: MIT
//
// The questions and answers of XEP-0198 §4 on one link: when `<r/>` is asked, what `<a/>` says, and the
// ping that stands in for them where the server has no stream management (RFC 6120 §10.1).

import { AckPolicy } from './ack-policy.js';
import { Jid } from './jid.js';
import { NS } from './namespaces.js';
import { advance, distance, MODULUS } from './serial.js';
import type { StreamManagement } from './stream-management.js';
import type { StreamLimits } from './stream-limits.js';
import type { Random, Tools } from './tools.js';
import type { Element } from './xml.js';
import { attribute, is, serialise, xml } from './xml.js';

const ASK = `<r xmlns='${NS.sm}'/>`;

/** What nobody guesses in the lifetime of a ping. */
const ID_BYTES = 12;

export class Acknowledgements {
  /** What the server takes on this link; on the last one, while there is none. */
  limits: StreamLimits = {};
  /** XEP-0198 is enabled on this link. */
  private managed = false;
  private readonly policy = new AckPolicy();
  /** `h` as far as its effects are on disk: the only value a peer ever sees. */
  private durable = 0;
  /** The peer asked while `durable` was behind what had arrived. */
  private owed = false;
  /** The number of the last stanza written: those behind it still wait for the disk. */
  private written = 0;
  /** How much was written when the question on its way was asked. */
  private askedAt = 0;
  private ping: { readonly id: string; readonly sent: number } | undefined;
  /** Our full JID. */
  private jid: Jid | undefined;

  constructor(
    private readonly tools: Tools,
    private readonly random: Random,
    private readonly write: (text: string) => void,
  ) {}

  /** What may be told to the server when resuming. */
  get h(): number {
    return this.durable;
  }

  /** A session begins, or one of an earlier process is taken over, with `h` stanzas handled. */
  begin(h: number): void {
    this.durable = h;
  }

  /**
   * @param managed XEP-0198 is enabled
   * @param jid our full JID
   * @param acked how many stanzas the server has handled: those behind them are to be written on this link
   */
  opened(now: number, managed: boolean, jid: Jid, limits: StreamLimits, acked: number): void {
    this.managed = managed;
    this.written = acked;
    this.jid = jid;
    this.limits = limits;
    this.owed = false;
    this.ping = undefined;
    this.policy.opened(now, (limits.idleSeconds ?? Infinity) * 1000);
  }

  closed(): void {
    this.ping = undefined;
    this.policy.closed();
  }

  heard(now: number): void {
    this.policy.heard(now);
  }

  wrote(now: number, stanzas: number, bytes: number): void {
    this.written = advance(this.written, stanzas);
    this.policy.wrote(now, bytes);
  }

  probe(now: number): void {
    this.policy.probe(now);
  }

  deadline(): number | undefined {
    return this.policy.deadline();
  }

  /**
   * Asks if that is due.
   * @returns false once the link has to be taken for dead
   */
  proceed(now: number): boolean {
    const due = this.policy.due(now);
    if (due === 'ask') {
      this.askedAt = this.written;
      this.policy.asked(now);
      this.write(this.managed ? ASK : this.newPing());
    }
    return due !== 'dead';
  }

  /** The server has handled everything up to `h`, which settled so many stanzas. */
  answered(now: number, h: number): void {
    this.policy.answered(now, distance(this.askedAt, h) < MODULUS / 2);
  }

  /** A new link's answer to `<resume/>`, whichever it was, showed how far the last one had carried. */
  learned(settled: number): void {
    if (settled > 0) {
      this.policy.livedThrough();
    }
  }

  /** An `<r/>` came: answered at once with what is safe, and again when more is. */
  asked(management: StreamManagement | undefined): void {
    this.owed = management?.handled !== this.durable;
    this.answer();
  }

  /** The effects of every inbound stanza up to `h` are on disk. */
  handledDurably(h: number, management: StreamManagement | undefined): void {
    this.durable = h;
    if (this.owed) {
      this.owed = management?.handled !== h;
      this.answer();
    }
  }

  /** The last words before a clean close (XEP-0198 §4): our `<a/>`, and a question if that is open. */
  last(management: StreamManagement | undefined): void {
    this.answer();
    if (this.managed && management?.outstanding !== 0) {
      this.write(ASK);
    }
  }

  /**
   * Is this the pong to our ping? An error will do as well: the server had read all sent before it. It must
   * be the server's, or anybody could say in its place that our messages have arrived.
   */
  pong(stanza: Element): number | undefined {
    const { ping } = this;
    const type = attribute(stanza, 'type');
    if (ping === undefined || attribute(stanza, 'id') !== ping.id) return undefined;
    if (!is(stanza, 'iq', NS.client) || (type !== 'result' && type !== 'error')) return undefined;
    if (!this.speaksForServer(attribute(stanza, 'from'))) return undefined;
    this.ping = undefined;
    return ping.sent;
  }

  /** Whether SM elements mean anything on this link. */
  get enabled(): boolean {
    return this.managed;
  }

  private answer(): void {
    if (this.managed) {
      this.write(`<a xmlns='${NS.sm}' h='${String(this.durable)}'/>`);
    }
  }

  /** The ping asks our own account (RFC 6120 §10.3.3); servers answer for it under each of these names. */
  private speaksForServer(from: string | undefined): boolean {
    if (from === undefined) return true;
    const { jid } = this;
    const sender = Jid.parse(from, this.tools);
    return (
      jid !== undefined &&
      [jid, jid.bare(), Jid.of('', jid.domain, '')].some((name) => name.equals(sender))
    );
  }

  private newPing(): string {
    const id = `ack-${this.tools.base64(this.random(ID_BYTES))}`;
    this.ping = { id, sent: this.askedAt };
    return serialise(xml('iq', { type: 'get', id }, xml('ping', { xmlns: NS.ping })));
  }
}
