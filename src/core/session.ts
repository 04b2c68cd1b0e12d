// SPDX-License-Identifier: MIT
//
// One XMPP session over one link after the other: the stream, its negotiation, and XEP-0198 once it
// is enabled. Tells its owner what arrived, what the server has handled, and how a session ended.

import type { Element } from './xml.js';
import { serialise, xml } from './xml.js';
import { AckPolicy } from './ack-policy.js';
import type { Clock, CloseHow, Derivation, TlsFacts } from './effects.js';
import type { Fault } from './errors.js';
import { fault } from './errors.js';
import { Jid } from './jid.js';
import { Negotiation } from './negotiation.js';
import type { NegotiationOptions, NegotiationOutput } from './negotiation.js';
import { NS } from './namespaces.js';
import { parseHandled, StreamManagement } from './stream-management.js';
import type { Outgoing, SavedManagement, Tracked } from './stream-management.js';
import { Stream } from './stream.js';
import type { Random, Tools } from './tools.js';

export type SessionOutput =
  | { readonly type: 'write'; readonly text: string }
  | { readonly type: 'start-tls' }
  | { readonly type: 'close'; readonly how: CloseHow }
  | { readonly type: 'derive'; readonly ticket: number; readonly derivation: Derivation }
  | { readonly type: 'need-password' }
  | { readonly type: 'step'; readonly step: number; readonly steps: number; readonly text: string }
  | {
      readonly type: 'untrusted';
      readonly facts: TlsFacts;
      readonly reasons: readonly string[];
      readonly text: string;
    }
  /** The session we kept is gone. `certain`: the server said how far it had got. */
  | { readonly type: 'lost'; readonly rest: readonly Tracked[]; readonly certain: boolean }
  | { readonly type: 'settled'; readonly h: number; readonly stanzas: readonly Tracked[] }
  | Online
  /** An inbound stanza; it counts from now on and is `handled` once its effects are on disk. */
  | { readonly type: 'stanza'; readonly stanza: Element }
  /** The link is gone. `ended`: in order, after our closing tag. */
  | { readonly type: 'down'; readonly fault: Fault | undefined; readonly ended: boolean };

export interface Online {
  readonly type: 'online';
  /**
   * `fresh`: a new session; `resumed`: this process's session on a new link; `restored`: a session
   * that an earlier process started, good only for settling it.
   */
  readonly how: 'fresh' | 'resumed' | 'restored';
  readonly jid: Jid;
  readonly mechanism: string;
  readonly tlsVersion: string;
  /** To be written again, oldest first: already counted when `resumed`, to be tracked anew when `restored`. */
  readonly resend: readonly Tracked[];
}

type LinkOptions = Omit<NegotiationOptions, 'resume'>;

/** Servers refuse some resumptions by closing without a word; asking for ever would be a loop. */
const SILENT_REFUSALS = 2;
/** How long a peer may take to answer our closing tag (RFC 6120 §4.4 names no figure). */
const CLOSE_TIMEOUT_MS = 5_000;
/** Negotiation as a whole; a peer that goes silent in the middle is given up. */
const NEGOTIATION_TIMEOUT_MS = 30_000;

export class Session {
  management: StreamManagement | undefined;

  private stream: Stream | undefined;
  private negotiation: Negotiation | undefined;
  private readonly policy = new AckPolicy();
  private phase: 'idle' | 'negotiating' | 'online' | 'closing' = 'idle';
  private phaseDeadline: number | undefined;
  /** `h` as far as its effects are on disk: the only value a peer ever sees. */
  private durable = 0;
  /** The peer asked while `durable` was behind what had arrived. */
  private owesAck = false;
  private resumeAsked = false;
  private silentRefusals = 0;
  /** XEP-0198 is enabled on this link. */
  private acknowledging = false;
  /** Without XEP-0198: the ping in flight and how much was sent before it (RFC 6120 §10.1). */
  private ping: { readonly id: string; readonly sent: number } | undefined;
  private pings = 0;
  private clock: Clock = { now: 0, wall: 0 };

  constructor(
    private readonly tools: Tools,
    private readonly random: Random,
    private readonly out: (output: SessionOutput) => void,
  ) {}

  get online(): boolean {
    return this.phase === 'online';
  }

  /** The server may still know the session. */
  get resumable(): boolean {
    return this.management?.resumable === true;
  }

  /** Takes over what an earlier process left in the journal. */
  restore(saved: SavedManagement): void {
    this.management = StreamManagement.restore(saved);
    this.durable = saved.handled;
  }

  /** A link is there; negotiate on it. */
  open(options: LinkOptions, direct: boolean, clock: Clock): void {
    this.clock = clock;
    this.phase = 'negotiating';
    this.phaseDeadline = clock.now + NEGOTIATION_TIMEOUT_MS;
    this.resumeAsked = false;
    this.stream = this.newStream(options.jid.asciiDomain(this.tools));
    const resume = this.resumption();
    const negotiation: Negotiation = new Negotiation(
      { ...options, ...resume },
      this.tools,
      this.random,
      (output) => {
        // The owner may let the link go in the middle of an output.
        if (this.negotiation === negotiation) {
          this.negotiated(output);
        }
      },
    );
    this.negotiation = negotiation;
    negotiation.start(direct);
  }

  tlsReady(facts: TlsFacts, clock: Clock): void {
    this.clock = clock;
    this.negotiation?.tlsReady(facts, clock.wall);
  }

  bytes(bytes: Uint8Array, clock: Clock): void {
    this.clock = clock;
    this.stream?.bytes(bytes);
    if (this.phase === 'online') {
      this.askIfDue();
    }
  }

  password(secret: string): void {
    this.negotiation?.password(secret);
  }

  derived(ticket: number, key: Uint8Array): void {
    this.negotiation?.derived(ticket, key);
  }

  /** Takes back the last one counted: it was not written and never will be. */
  untrack(): void {
    this.management?.untrack();
  }

  /** Counts a stanza that will be written once `write` is called with it. */
  track(outgoing: Outgoing): Tracked | undefined {
    return this.management?.track(outgoing);
  }

  /** Writes stanzas that were tracked, and asks for their acknowledgement once for all of them. */
  write(texts: readonly string[], clock: Clock): void {
    this.clock = clock;
    if (this.phase !== 'online' || texts.length === 0) {
      return;
    }
    const text = texts.join('');
    this.out({ type: 'write', text });
    this.policy.wrote(clock.now, text.length);
    this.askIfDue();
  }

  /** The effects of every inbound stanza up to `h` are on disk. */
  handledDurably(h: number): void {
    this.durable = h;
    if (this.owesAck && this.phase === 'online') {
      this.owesAck = this.management?.handled !== h;
      this.writeAck();
    }
  }

  /** Is the link alive? Asked after a sleep or a hint, with a short deadline. */
  probe(clock: Clock): void {
    this.clock = clock;
    if (this.phase === 'online') {
      this.policy.probe(clock.now);
      this.askIfDue();
    }
  }

  /** Ends the session in order: last `<a/>` (XEP-0198 §4), closing tag, then `down`. */
  end(clock: Clock): void {
    this.clock = clock;
    if (this.phase === 'idle' || this.phase === 'closing') {
      return;
    }
    if (this.phase === 'online') {
      this.writeAck();
      if (this.acknowledging && this.management?.outstanding !== 0) {
        this.out({ type: 'write', text: ASK });
      }
    }
    this.phase = 'closing';
    this.phaseDeadline = clock.now + CLOSE_TIMEOUT_MS;
    this.stream?.end();
  }

  /** Lets the link go without a word, so that the server keeps the session. */
  abandon(how: CloseHow): void {
    if (this.phase !== 'idle') {
      this.down(undefined, how);
    }
  }

  linkClosed(cause: Fault | undefined): void {
    if (this.phase !== 'idle') {
      this.down(cause, undefined);
    }
  }

  deadline(): number | undefined {
    return this.phase === 'online' ? this.policy.deadline() : this.phaseDeadline;
  }

  tick(clock: Clock): void {
    this.clock = clock;
    if (this.phase === 'online') {
      this.askIfDue();
    } else if (this.phaseDeadline !== undefined && clock.now >= this.phaseDeadline) {
      const silent = this.phase === 'closing' ? undefined : SILENT_SERVER;
      this.down(silent, 'reset');
    }
  }

  // --- the stream ------------------------------------------------------------------------------

  private newStream(domain: string): Stream {
    return new Stream(
      { domain, tools: this.tools },
      {
        write: (text) => {
          this.out({ type: 'write', text });
        },
        opened: () => undefined,
        element: (element) => {
          this.element(element);
        },
        ended: () => {
          this.stream?.end();
          this.down(this.phase === 'closing' ? undefined : SERVER_ENDED, 'end');
        },
        fault: (cause) => {
          this.down(cause, 'end');
        },
      },
    );
  }

  private element(element: Element): void {
    if (this.phase === 'negotiating') {
      this.negotiation?.element(element);
      return;
    }
    this.policy.heard(this.clock.now);
    if (element.getNS() === NS.sm) {
      this.managementElement(element);
    } else if (this.phase === 'closing') {
      // Not counted, so the server keeps it for the next session.
      return;
    } else if (isStanza(element) && !this.isPong(element)) {
      this.management?.count();
      this.out({ type: 'stanza', stanza: element });
    }
  }

  private managementElement(element: Element): void {
    if (!this.acknowledging) {
      return;
    }
    if (element.getName() === 'r' && this.phase === 'online') {
      // Answered at once with what is safe; more follows when more is safe.
      this.owesAck = this.management?.handled !== this.durable;
      this.writeAck();
    } else if (element.getName() === 'a') {
      this.acknowledged(parseHandled(element.getAttr('h') as string | undefined));
    }
  }

  private acknowledged(h: number | undefined): void {
    if (this.management === undefined) {
      return;
    }
    if (h === undefined) {
      this.breach(fault('stream', 'bad-request', 'The server acknowledged without a number.'));
      return;
    }
    const result = this.management.ack(h);
    if ('fault' in result) {
      this.breach(result.fault, h);
      return;
    }
    this.policy.answered(this.clock.now, this.management.outstanding === 0);
    this.out({ type: 'settled', h, stanzas: result.settled });
  }

  // --- negotiation -----------------------------------------------------------------------------

  private negotiated(output: NegotiationOutput): void {
    switch (output.type) {
      case 'restart':
        this.stream?.start(output.from);
        return;
      case 'write':
        this.resumeAsked ||= output.text.startsWith('<resume');
        this.out(output);
        return;
      case 'resume-failed':
        this.resumeAsked = false;
        this.sessionLost(output.h);
        return;
      case 'established':
        this.established(output);
        return;
      case 'failed':
        this.stream?.end();
        this.down(output.fault, 'end');
        return;
      case 'untrusted':
        this.out(output);
        this.down(undefined, 'reset');
        return;
      case 'need-password':
        // A person may be asked: that takes as long as it takes, and the server has its own limit.
        this.phaseDeadline = undefined;
        this.out(output);
        return;
      default:
        this.out(output);
    }
  }

  private established(output: Extract<NegotiationOutput, { type: 'established' }>): void {
    this.phase = 'online';
    this.phaseDeadline = undefined;
    this.negotiation = undefined;
    this.silentRefusals = 0;
    this.ping = undefined;
    this.owesAck = false;
    this.policy.opened(this.clock.now);
    const { jid, mechanism, tlsVersion } = output;
    const common = { type: 'online' as const, jid, mechanism, tlsVersion };
    if (output.resumed !== undefined && this.management !== undefined) {
      this.resumed(this.management, output.resumed.h, common);
      return;
    }
    this.acknowledging = output.management !== undefined;
    this.management = new StreamManagement({ ...output.management, jid: jid.toString() });
    this.durable = 0;
    this.out({ ...common, how: 'fresh', resend: [] });
  }

  private resumed(
    management: StreamManagement,
    h: number,
    common: Pick<Online, 'type' | 'jid' | 'mechanism' | 'tlsVersion'>,
  ): void {
    this.acknowledging = true;
    const how = management.restored ? 'restored' : 'resumed';
    const result = management.resumed(h);
    if ('fault' in result) {
      this.breach(result.fault, h);
      return;
    }
    if (result.resend.length === 0) {
      this.policy.livedThrough();
    }
    this.out({ type: 'settled', h, stanzas: result.settled });
    this.out({ ...common, how, resend: result.resend });
  }

  /** The session to go on with, and the resource it was bound to. */
  private resumption(): Pick<NegotiationOptions, 'resume' | 'resource'> | undefined {
    const management = this.management;
    if (management === undefined) {
      return undefined;
    }
    if (!management.resumable || this.silentRefusals >= SILENT_REFUSALS) {
      this.sessionLost(undefined);
      return undefined;
    }
    const bound = Jid.parse(management.jid, this.tools);
    return {
      resource: bound?.resource ?? '',
      resume: { previd: management.id ?? '', h: this.durable },
    };
  }

  private sessionLost(h: number | undefined): void {
    const management = this.management;
    if (management === undefined) {
      return;
    }
    let result = management.failed(h);
    if ('fault' in result) {
      // A number that cannot be says nothing: as if there were none.
      result = management.failed(undefined);
    }
    this.management = undefined;
    this.silentRefusals = 0;
    if ('fault' in result) {
      return;
    }
    if (h !== undefined && result.certain) {
      this.out({ type: 'settled', h, stanzas: result.settled });
    }
    this.out({ type: 'lost', rest: result.rest, certain: result.certain });
  }

  // --- acknowledgements ------------------------------------------------------------------------

  private writeAck(): void {
    if (this.acknowledging) {
      this.out({ type: 'write', text: `<a xmlns='${NS.sm}' h='${String(this.durable)}'/>` });
    }
  }

  private askIfDue(): void {
    const due = this.policy.due(this.clock.now);
    if (due === 'dead') {
      this.down(DEAD_LINK, 'reset');
    } else if (due === 'ask') {
      this.policy.asked(this.clock.now);
      this.out({ type: 'write', text: this.acknowledging ? ASK : this.newPing() });
    }
  }

  private newPing(): string {
    const id = `sf-ping-${String(++this.pings)}`;
    this.ping = { id, sent: this.management?.sent ?? 0 };
    return serialise(xml('iq', { type: 'get', id }, xml('ping', { xmlns: NS.ping })));
  }

  /** Any answer to our ping will do: the server had read all that was sent before it. */
  private isPong(stanza: Element): boolean {
    const ping = this.ping;
    if (ping === undefined || stanza.getName() !== 'iq' || stanza.getAttr('id') !== ping.id) {
      return false;
    }
    this.ping = undefined;
    this.acknowledged(ping.sent);
    return true;
  }

  /** The peer broke XEP-0198's arithmetic (§6): say so, close, and trust none of its numbers. */
  private breach(cause: Fault, h?: number): void {
    const sent = String(this.management?.sent ?? 0);
    const detail =
      cause.condition === 'handled-count-too-high'
        ? `<handled-count-too-high xmlns='${NS.sm}' h='${String(h ?? 0)}' send-count='${sent}'/>`
        : '';
    this.out({
      type: 'write',
      text: `<stream:error><undefined-condition xmlns='${NS.streams}'/>${detail}</stream:error>`,
    });
    this.stream?.end();
    this.sessionLost(undefined);
    this.down(cause, 'end');
  }

  private down(cause: Fault | undefined, how: CloseHow | undefined): void {
    const ended = this.phase === 'closing';
    if (this.resumeAsked && this.phase === 'negotiating') {
      this.silentRefusals++;
    }
    this.phase = 'idle';
    this.phaseDeadline = undefined;
    this.negotiation = undefined;
    this.stream?.stop();
    this.stream = undefined;
    this.ping = undefined;
    if (ended || this.management?.resumable === false) {
      this.sessionLost(undefined);
    }
    if (how !== undefined) {
      this.out({ type: 'close', how });
    }
    this.out({ type: 'down', fault: cause, ended });
  }
}

const ASK = `<r xmlns='${NS.sm}'/>`;

const SILENT_SERVER = fault('timeout', 'no-answer', 'The server stopped answering during sign-in.');
const DEAD_LINK = fault(
  'link',
  'no-acknowledgement',
  'The connection went silent and was given up. What was sent is kept until the server confirms it.',
);
const SERVER_ENDED = fault('stream', 'closed', 'The server ended the connection.');

const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/** Only these count (XEP-0198 §4): not nonzas, not stream errors, not other namespaces. */
function isStanza(element: Element): boolean {
  return STANZAS.has(element.getName()) && element.getNS() === NS.client;
}
