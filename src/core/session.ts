// SPDX-License-Identifier: MIT
//
// One XMPP session over one link after the other: the stream, its negotiation, and XEP-0198 once it
// is enabled. Tells its owner what arrived, what the server has handled, and how a session ended.

import type { Element } from './xml.js';
import { Acknowledgements } from './acknowledgements.js';
import type { Clock, CloseHow, TlsFacts } from './effects.js';
import { fault, type Fault } from './errors.js';
import { isStanza } from './stanza.js';
import { KeptSession } from './kept-session.js';
import type { LinkOptions } from './kept-session.js';
import type { Established, NegotiationOutput } from './negotiation-output.js';
import { NS } from './namespaces.js';
import { DEAD_LINK, onlineOf, SERVER_ENDED, SILENT_SERVER } from './session-output.js';
import type { Online, SessionOutput } from './session-output.js';
import { parseHandled } from './stream-management.js';
import type { Outgoing, SavedManagement, StreamManagement, Tracked } from './stream-management.js';
import { PhaseTime } from './session-times.js';
import { SignIn } from './sign-in.js';
import { Stream } from './stream.js';
import { handledDetail } from './stream-error.js';
import type { StreamLimits } from './stream-limits.js';
import type { Random, Tools } from './tools.js';

export class Session {
  private stream: Stream | undefined;
  private readonly kept: KeptSession;
  private readonly writeText = (text: string) => void this.stream?.write([text]);
  private readonly acks: Acknowledgements;
  private readonly signIn: SignIn;
  private phase: 'idle' | 'negotiating' | 'online' | 'closing' = 'idle';
  private readonly phaseTime = new PhaseTime();
  /** The server closed its side behind our closing tag. */
  private answered = false;
  private clock: Clock = { now: 0, wall: 0 };

  constructor(
    private readonly tools: Tools,
    random: Random,
    private readonly out: (output: SessionOutput) => void,
  ) {
    this.signIn = new SignIn(tools, random, this.writeText, (output) => {
      this.negotiated(output);
    });
    this.kept = new KeptSession(tools, out);
    this.acks = new Acknowledgements(tools, random, this.writeText);
  }

  get management(): StreamManagement | undefined {
    return this.kept.management;
  }

  get online(): boolean {
    return this.phase === 'online';
  }

  /** What the server takes on the link that is up, or took on the last one (XEP-0478). */
  get limits(): StreamLimits {
    return this.acks.limits;
  }

  /** The server may still know the session. */
  get resumable(): boolean {
    return this.management?.resumable === true;
  }

  get refusedSilently(): boolean {
    return this.kept.refusedSilently;
  }

  /** Takes over what an earlier process left in the journal. */
  restore(saved: SavedManagement): void {
    this.kept.restore(saved);
    this.acks.begin(saved.handled);
  }

  /** A link is there; negotiate on it. */
  open(options: LinkOptions, direct: boolean, clock: Clock): void {
    this.clock = clock;
    this.phase = 'negotiating';
    this.answered = false;
    this.phaseTime.opened(clock.now, options.far);
    this.stream = this.newStream(options);
    this.signIn.open(this.kept.optionsFor(options, this.acks.h), direct);
  }

  tlsReady(facts: TlsFacts, clock: Clock): void {
    this.clock = clock;
    this.hear();
    this.signIn.tlsReady(facts, clock.wall);
  }

  bytes(bytes: Uint8Array, clock: Clock): void {
    this.clock = clock;
    this.hear();
    this.stream?.bytes(bytes);
    if (this.phase === 'online') {
      this.askIfDue();
    }
  }

  password(secret: string): void {
    this.signIn.password(secret);
  }

  derived(ticket: number, key: Uint8Array): void {
    this.signIn.derived(ticket, key);
  }

  /** During the output `opening` stanzas may be written. */
  get opening(): boolean {
    return this.signIn.opening;
  }

  /** Writes one of those: a message never, since it has no number yet. */
  writeAhead(stanza: Outgoing): void {
    this.signIn.write(stanza);
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
    this.acks.wrote(clock.now, texts.length, this.stream?.write(texts) ?? 0);
    this.askIfDue();
  }

  /** The effects of every inbound stanza up to `h` are on disk. */
  handledDurably(h: number): void {
    if (this.phase === 'online') {
      this.acks.handledDurably(h, this.management);
    } else {
      this.acks.begin(h);
    }
  }

  /** Nothing more is negotiated until `release`: what was just learned is to be on disk first. */
  hold(): void {
    if (this.phase === 'negotiating') {
      this.signIn.hold();
    }
  }

  release(): void {
    this.signIn.release();
  }

  /** Is the link alive? Asked after a sleep or a hint, with a short deadline. */
  probe(clock: Clock): void {
    this.clock = clock;
    if (this.phase === 'online') {
      this.acks.probe(clock.now);
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
      this.acks.last(this.management);
    }
    this.phase = 'closing';
    this.phaseTime.closing(clock.now);
    this.stream?.end();
  }

  /** Lets the link go without a word, so that the server keeps the session. */
  abandon(how: CloseHow): void {
    if (this.phase !== 'idle') this.down(undefined, how);
  }

  linkClosed(cause: Fault | undefined): void {
    if (this.phase !== 'idle') {
      this.down(this.online ? (cause ?? SERVER_ENDED) : cause, undefined);
    }
  }

  deadline(): number | undefined {
    return this.phase === 'online' ? this.acks.deadline() : this.phaseTime.deadline;
  }

  tick(clock: Clock): void {
    this.clock = clock;
    if (this.phase === 'online') {
      this.askIfDue();
    } else if (this.phaseTime.isOver(clock.now)) {
      const silent = this.phase === 'closing' ? undefined : SILENT_SERVER;
      this.down(silent, 'reset');
    }
  }

  private hear(): void {
    if (this.phase === 'negotiating') {
      this.phaseTime.hear(this.clock.now);
    }
  }

  // --- the stream ------------------------------------------------------------------------------

  private newStream({ jid, framing }: LinkOptions): Stream {
    return new Stream(
      { domain: jid.domain, tools: this.tools, framing },
      {
        write: (text) => {
          this.out({ type: 'write', text });
        },
        opened: () => undefined,
        element: (element) => {
          this.element(element);
        },
        ended: () => {
          this.answered = this.phase === 'closing';
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
      this.signIn.element(element);
      return;
    }
    this.acks.heard(this.clock.now);
    if (element.getNS() === NS.sm) {
      this.managementElement(element);
    } else if (isStanza(element) && !(this.phase === 'closing' && this.acks.enabled)) {
      // Then it is not counted, so the server keeps it for the next session.
      const sent = this.acks.pong(element);
      if (sent !== undefined) {
        this.acknowledged(sent);
        return;
      }
      this.management?.count();
      this.out({ type: 'stanza', stanza: element });
    }
  }

  private managementElement(element: Element): void {
    if (!this.acks.enabled) {
      return;
    }
    if (element.getName() === 'r' && this.phase === 'online') {
      this.acks.asked(this.management);
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
      this.breach(result.fault);
      return;
    }
    this.kept.answered();
    this.acks.answered(this.clock.now, h);
    this.out({ type: 'settled', h, stanzas: result.settled });
  }

  // --- negotiation -----------------------------------------------------------------------------

  private negotiated(output: NegotiationOutput): void {
    switch (output.type) {
      case 'restart':
        this.stream?.start(output.from);
        return;
      case 'resume-failed':
        this.acks.learned(this.kept.lost(output.h, output.h === undefined));
        return;
      case 'established':
        this.established(output);
        return;
      case 'failed':
        // Where TLS cannot be had nothing but the header went out in clear, and so it stays.
        if (output.fault.kind !== 'tls') {
          this.stream?.end();
        }
        this.down(output.fault, 'end');
        return;
      case 'verified':
      case 'untrusted':
        this.out(output);
        this.down(undefined, 'reset');
        return;
      case 'need-password':
        // A person may be asked: that takes as long as it takes, and the server has its own limit.
        this.phaseTime.stop();
        this.out(output);
        return;
      default:
        this.out(output);
    }
  }

  private established(output: Established): void {
    this.phase = 'online';
    this.phaseTime.stop();
    const ahead = this.signIn.done();
    const { jid } = output;
    const common = onlineOf(output);
    const managed = (output.resumed ?? output.management) !== undefined;
    this.acks.opened(
      this.clock.now,
      managed,
      jid,
      output.limits ?? this.limits,
      output.resumed?.h ?? 0,
    );
    if (output.resumed !== undefined) {
      this.resumed(output.resumed.h, common);
      return;
    }
    this.acks.begin(0);
    this.kept.begin({ ...output.management, jid: jid.toString() }, ahead);
    for (const { text } of ahead) this.acks.wrote(this.clock.now, 1, text.length);
    this.out({ ...common, how: 'fresh', resend: [] });
    for (const stanza of output.early) {
      // From before `<enabled/>`, so the server does not count it either (XEP-0198 §4).
      this.out({ type: 'stanza', stanza });
    }
    for (const element of output.counted) this.element(element);
  }

  private resumed(h: number, common: Omit<Online, 'how' | 'resend'>): void {
    const result = this.kept.resumed(h);
    if ('condition' in result) {
      this.breach(result);
      return;
    }
    const { settled, how, resend } = result;
    this.acks.learned(settled.length);
    this.out({ type: 'settled', h, stanzas: settled });
    this.out({ ...common, how, resend });
    if (this.kept.unproven) this.acks.probe(this.clock.now);
  }

  private askIfDue(): void {
    if (!this.acks.proceed(this.clock.now)) {
      this.down(DEAD_LINK, 'reset');
    }
  }

  /** The peer broke XEP-0198's arithmetic (§6): say so, close, and trust none of its numbers. */
  private breach(cause: Fault): void {
    this.stream?.fail('undefined-condition', undefined, handledDetail(cause));
    this.kept.lost(undefined);
    this.down(cause, 'end');
  }

  private down(cause: Fault | undefined, how: CloseHow | undefined): void {
    const ended = this.phase === 'closing';
    const { guessed } = this.signIn;
    this.kept.linkLost(cause, this.phase === 'negotiating', this.signIn.askedToResume);
    this.phase = 'idle';
    this.phaseTime.stop();
    this.signIn.closed();
    this.stream?.stop();
    this.stream = undefined;
    this.acks.closed();
    // An end that the server never heard of ends no session: it still knows how far it had got.
    const open = this.management?.resumable === true && this.management.outstanding > 0;
    if (ended ? this.answered || !open : this.management?.resumable === false) {
      this.kept.lost(undefined, false, ended && this.answered);
    }
    if (how !== undefined) {
      this.out({ type: 'close', how });
    }
    this.out({ type: 'down', fault: cause, ended, guessed, heard: this.phaseTime.heard });
  }
}
