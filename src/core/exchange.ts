// SPDX-License-Identifier: MIT
//
// What goes both ways on a link that carries a session: stanzas, counted, and the acknowledgements of
// XEP-0198 §4 between them.

import { Acknowledgements } from './acknowledgements.js';
import { fault, type Fault } from './errors.js';
import type { KeptSession } from './kept-session.js';
import { NS } from './namespaces.js';
import type { Established } from './negotiation-output.js';
import { onlineOf } from './session-output.js';
import type { Online, SessionOutput } from './session-output.js';
import { isStanza } from './stanza.js';
import type { StreamLimits } from './stream-limits.js';
import type { Outgoing, StreamManagement } from './stream-management.js';
import { parseHandled } from './stream-management.js';
import type { Random, Tools } from './tools.js';
import type { Element } from './xml.js';

export interface ExchangeOwner {
  /** Puts text on the link. @returns how many bytes it was */
  write(texts: readonly string[]): number;
  out(output: SessionOutput): void;
  /** The server broke XEP-0198's arithmetic: the session and its link are to be given up. */
  breach(cause: Fault): void;
}

export class Exchange {
  private readonly acks: Acknowledgements;

  /** @param kept the session that goes on when the link is lost */
  constructor(
    tools: Tools,
    random: Random,
    private readonly kept: KeptSession,
    private readonly owner: ExchangeOwner,
  ) {
    this.acks = new Acknowledgements(tools, random, (text) => void owner.write([text]));
  }

  /** What the server takes on the link that is up, or took on the last one (XEP-0478). */
  get limits(): StreamLimits {
    return this.acks.limits;
  }

  /** What may be told to the server when resuming. */
  get h(): number {
    return this.acks.h;
  }

  /** A session with `h` stanzas handled is there, without a link. */
  restore(h: number): void {
    this.acks.begin(h);
  }

  /**
   * The negotiation has led to a session.
   * @param ahead what was written in it already (XEP-0198 §4)
   */
  established(output: Established, ahead: readonly Outgoing[], now: number): void {
    const { jid, resumed } = output;
    const common = onlineOf(output);
    const managed = (resumed ?? output.management) !== undefined;
    this.acks.opened(now, managed, jid, output.limits ?? this.limits, resumed?.h ?? 0);
    if (resumed !== undefined) {
      this.resumed(resumed.h, common, now);
      return;
    }
    this.acks.begin(0);
    this.kept.begin({ ...output.management, jid: jid.toString() }, ahead);
    for (const { text } of ahead) this.acks.wrote(now, 1, text.length);
    this.owner.out({ ...common, how: 'fresh', resend: [] });
    for (const stanza of output.early) {
      // From before `<enabled/>`, so the server does not count it either (XEP-0198 §4).
      this.owner.out({ type: 'stanza', stanza });
    }
  }

  /** How the server got on with the session that it refused to resume. */
  failedToResume(h: number | undefined): void {
    this.acks.learned(this.kept.lost(h, h === undefined));
  }

  /**
   * An element came in the session.
   * @param ending our closing tag is written: only answers count now
   */
  element(element: Element, ending: boolean, now: number): void {
    this.acks.heard(now);
    if (element.getNS() === NS.sm) {
      this.managementElement(element, ending, now);
    } else if (isStanza(element) && !(ending && this.acks.enabled)) {
      // Then it is not counted, so the server keeps it for the next session.
      const sent = this.acks.pong(element);
      if (sent !== undefined) {
        this.acknowledged(sent, now);
        return;
      }
      this.management?.count();
      this.owner.out({ type: 'stanza', stanza: element });
    }
  }

  /** Writes stanzas that were tracked. */
  write(texts: readonly string[], now: number): void {
    this.acks.wrote(now, texts.length, this.owner.write(texts));
  }

  /** The effects of every inbound stanza up to `h` are on disk; what was owed to the server is told. */
  handledDurably(h: number): void {
    this.acks.handledDurably(h, this.management);
  }

  /** Is the link alive? To be asked at the next `proceed`, with a short deadline. */
  probe(now: number): void {
    this.acks.probe(now);
  }

  /**
   * Asks for an acknowledgement if that is due.
   * @returns false once the link has to be taken for dead
   */
  proceed(now: number): boolean {
    return this.acks.proceed(now);
  }

  /** When `proceed` is wanted next, on the monotonic clock. */
  deadline(): number | undefined {
    return this.acks.deadline();
  }

  /** The last words before a clean close: see {@link Acknowledgements.last}. */
  last(): void {
    this.acks.last(this.management);
  }

  /** The link is gone. */
  closed(): void {
    this.acks.closed();
  }

  private get management(): StreamManagement | undefined {
    return this.kept.management;
  }

  private resumed(h: number, common: Omit<Online, 'how' | 'resend'>, now: number): void {
    const result = this.kept.resumed(h);
    if ('condition' in result) {
      this.owner.breach(result);
      return;
    }
    const { settled, how, resend } = result;
    this.acks.learned(settled.length);
    this.owner.out({ type: 'settled', h, stanzas: settled });
    this.owner.out({ ...common, how, resend });
    if (this.kept.unproven) this.acks.probe(now);
  }

  private managementElement(element: Element, ending: boolean, now: number): void {
    if (!this.acks.enabled) {
      return;
    }
    if (element.getName() === 'r' && !ending) {
      this.acks.asked(this.management);
    } else if (element.getName() === 'a') {
      this.acknowledged(parseHandled(element.getAttr('h') as string | undefined), now);
    }
  }

  private acknowledged(h: number | undefined, now: number): void {
    if (this.management === undefined) {
      return;
    }
    if (h === undefined) {
      const text = 'The server acknowledged without a number.';
      this.owner.breach(fault('stream', 'bad-request', text));
      return;
    }
    const result = this.management.ack(h);
    if ('fault' in result) {
      this.owner.breach(result.fault);
      return;
    }
    this.kept.answered();
    this.acks.answered(now, h);
    this.owner.out({ type: 'settled', h, stanzas: result.settled });
  }
}
