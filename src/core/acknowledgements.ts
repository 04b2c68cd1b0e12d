// SPDX-License-Identifier: MIT
//
// The questions and answers of XEP-0198 §4 on one link: when `<r/>` is asked, what `<a/>` says, and the
// ping that stands in for them where the server has no stream management (RFC 6120 §10.1).

import { AckPolicy } from './ack-policy.js';
import { NS } from './namespaces.js';
import { distance, MODULUS } from './serial.js';
import type { StreamManagement } from './stream-management.js';
import type { Element } from './xml.js';
import { serialise, xml } from './xml.js';

const ASK = `<r xmlns='${NS.sm}'/>`;

export class Acknowledgements {
  /** XEP-0198 is enabled on this link. */
  private managed = false;
  private readonly policy = new AckPolicy();
  /** `h` as far as its effects are on disk: the only value a peer ever sees. */
  private durable = 0;
  /** The peer asked while `durable` was behind what had arrived. */
  private owed = false;
  /** How much was sent when the question on its way was asked. */
  private askedAt = 0;
  private ping: { readonly id: string; readonly sent: number } | undefined;
  private pings = 0;

  constructor(private readonly write: (text: string) => void) {}

  /** What may be told to the server when resuming. */
  get h(): number {
    return this.durable;
  }

  /** A session begins, or one of an earlier process is taken over, with `h` stanzas handled. */
  begin(h: number): void {
    this.durable = h;
  }

  opened(now: number, managed: boolean): void {
    this.managed = managed;
    this.owed = false;
    this.ping = undefined;
    this.policy.opened(now);
  }

  closed(): void {
    this.ping = undefined;
    this.policy.closed();
  }

  heard(now: number): void {
    this.policy.heard(now);
  }

  wrote(now: number, bytes: number): void {
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
  proceed(now: number, management: StreamManagement | undefined): boolean {
    const due = this.policy.due(now);
    if (due === 'ask') {
      this.askedAt = management?.sent ?? 0;
      this.policy.asked(now);
      this.write(this.managed ? ASK : this.newPing());
    }
    return due !== 'dead';
  }

  /** The server has handled everything up to `h`, which settled so many stanzas. */
  answered(now: number, h: number): void {
    this.policy.answered(now, distance(this.askedAt, h) < MODULUS / 2);
  }

  /** After a resumption that showed how far the last link had carried. */
  resumed(settled: number): void {
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

  /** Is this the pong to our ping? Any answer will do: the server had read all sent before it. */
  pong(stanza: Element): number | undefined {
    const ping = this.ping;
    if (ping === undefined || stanza.getName() !== 'iq' || stanza.getAttr('id') !== ping.id) {
      return undefined;
    }
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

  private newPing(): string {
    const id = `ack-${String(++this.pings)}`;
    this.ping = { id, sent: this.askedAt };
    return serialise(xml('iq', { type: 'get', id }, xml('ping', { xmlns: NS.ping })));
  }
}
