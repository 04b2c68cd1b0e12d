// SPDX-License-Identifier: MIT
//
// One XMPP session over one link after the other: the stream, its negotiation, and XEP-0198 once it
// is enabled. Tells its owner what arrived, what the server has handled, and how a session ended.

import type { Clock, CloseHow, TlsFacts } from './effects.js';
import type { Fault } from './errors.js';
import { Exchange } from './exchange.js';
import { KeptSession } from './kept-session.js';
import type { LinkOptions } from './kept-session.js';
import type { Established, NegotiationOutput } from './negotiation-output.js';
import { DEAD_LINK, SERVER_ENDED, SILENT_SERVER } from './session-output.js';
import type { SessionOutput } from './session-output.js';
import { PhaseTime } from './session-times.js';
import { SignIn } from './sign-in.js';
import { Stream } from './stream.js';
import { handledDetail } from './stream-error.js';
import type { StreamLimits } from './stream-limits.js';
import type { Outgoing, SavedManagement, StreamManagement, Tracked } from './stream-management.js';
import type { Random, Tools } from './tools.js';
import type { Element } from './xml.js';

export class Session {
  private stream: Stream | undefined;
  private readonly kept: KeptSession;
  private readonly exchange: Exchange;
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
    const write = (text: string): number => this.stream?.write([text]) ?? 0;
    this.signIn = new SignIn(tools, random, write, (output) => {
      this.negotiated(output);
    });
    this.kept = new KeptSession(tools, out);
    this.exchange = new Exchange(tools, random, this.kept, {
      write: (texts) => this.stream?.write(texts) ?? 0,
      out,
      breach: (cause) => this.breach(cause),
    });
  }

  get management(): StreamManagement | undefined {
    return this.kept.management;
  }

  get online(): boolean {
    return this.phase === 'online';
  }

  /** What the server takes on the link that is up, or took on the last one (XEP-0478). */
  get limits(): StreamLimits {
    return this.exchange.limits;
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
    this.exchange.restore(saved.handled);
  }

  /** A link is there; negotiate on it. */
  open(options: LinkOptions, direct: boolean, clock: Clock): void {
    this.clock = clock;
    this.phase = 'negotiating';
    this.answered = false;
    this.phaseTime.opened(clock.now, options);
    this.stream = this.newStream(options);
    this.signIn.open(this.kept.optionsFor(options, this.exchange.h), direct);
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
    this.exchange.write(texts, clock.now);
    this.askIfDue();
  }

  /** The effects of every inbound stanza up to `h` are on disk. */
  handledDurably(h: number): void {
    if (this.phase === 'online') {
      this.exchange.handledDurably(h);
    } else {
      this.exchange.restore(h);
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
      this.exchange.probe(clock.now);
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
      this.exchange.last();
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
    return this.phase === 'online' ? this.exchange.deadline() : this.phaseTime.deadline;
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
        write: (text) => this.out({ type: 'write', text }),
        opened: () => undefined,
        element: (element) => this.element(element),
        ended: () => {
          this.answered = this.phase === 'closing';
          this.stream?.end();
          this.down(this.phase === 'closing' ? undefined : SERVER_ENDED, 'end');
        },
        fault: (cause) => this.down(cause, 'end'),
      },
    );
  }

  private element(element: Element): void {
    if (this.phase === 'negotiating') {
      this.signIn.element(element);
      return;
    }
    this.exchange.element(element, this.phase === 'closing', this.clock.now);
  }

  // --- negotiation -----------------------------------------------------------------------------

  private negotiated(output: NegotiationOutput): void {
    switch (output.type) {
      case 'restart':
        this.stream?.start(output.from);
        return;
      case 'resume-failed':
        this.exchange.failedToResume(output.h);
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
    this.exchange.established(output, this.signIn.done(), this.clock.now);
    for (const element of output.counted) this.element(element);
  }

  private askIfDue(): void {
    if (!this.exchange.proceed(this.clock.now)) {
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
    this.exchange.closed();
    this.kept.withoutLink(ended, this.answered);
    if (how !== undefined) {
      this.out({ type: 'close', how });
    }
    this.out({ type: 'down', fault: cause, ended, guessed, heard: this.phaseTime.heard });
  }
}
