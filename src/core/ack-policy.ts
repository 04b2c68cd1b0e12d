// SPDX-License-Identifier: MIT
//
// When to ask for an acknowledgement (XEP-0198 §4), and when a link that does not answer is dead.
//
// Only an answer proves that our bytes arrive. Elements that come in prove half of it: the answer may
// stand behind a long transfer in the server's queue. So each of them restarts the wait, but not for
// longer than `hearingMs` after the question, or a link that is broken in one direction would live for
// ever. Bytes that do not complete an element never count: a peer can drip them without end.
//
// A server may take a link for idle on which we say nothing (XEP-0478), however much it says itself: then
// a question is our sign of life.

/** All in milliseconds unless said otherwise. */
export interface AckTimes {
  /** The wait is `rttFactor` round trips and `marginMs`, within `leastMs` … `mostMs`. */
  readonly rttFactor: number;
  readonly marginMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  /** To this the wait may be doubled after links were called dead that had lived. */
  readonly ceilingMs: number;
  /** The round trip as long as none was measured: 4 × 2 s + 1 s outlasts a link of 5 s. */
  readonly firstRttMs: number;
  /** Bytes a second as long as no large write was measured. */
  readonly firstGoodput: number;
  /** From so many bytes on an answer measures the goodput, below it the round trip. */
  readonly largeBytes: number;
  /** The part of a measured goodput that is counted on. */
  readonly goodputFactor: number;
  /** After so long without any element the link is asked. */
  readonly idleMs: number;
  /** The part of the server's limit for idle links after which it is asked, and the least of that. */
  readonly quietFactor: number;
  readonly quietLeastMs: number;
  /** Elements that come in postpone a death at most until so long after the question. */
  readonly hearingMs: number;
  /** The wait after a wake or a hint is `probeRttFactor` round trips and `probeMarginMs`, at least … */
  readonly probeRttFactor: number;
  readonly probeMarginMs: number;
  readonly probeLeastMs: number;
  /** After an answer that did not cover all that was written before the question: ask again so much later. */
  readonly againMs: number;
  /** After so many answers in a row within the undoubled wait one doubling is taken back. */
  readonly promptAnswers: number;
}

export const ACK_TIMES: AckTimes = {
  rttFactor: 4,
  marginMs: 1_000,
  leastMs: 3_000,
  mostMs: 30_000,
  ceilingMs: 120_000,
  firstRttMs: 2_000,
  firstGoodput: 16_384,
  largeBytes: 4_096,
  goodputFactor: 0.8,
  idleMs: 60_000,
  quietFactor: 0.5,
  quietLeastMs: 1_000,
  hearingMs: 60_000,
  probeRttFactor: 2,
  probeMarginMs: 500,
  probeLeastMs: 1_000,
  againMs: 1_000,
  promptAnswers: 8,
};

/** The question on its way. */
interface Question {
  readonly at: number;
  /** Written before it and not yet answered for. */
  readonly bytes: number;
  /** When the oldest of these bytes was written. */
  readonly since: number;
  readonly probe: boolean;
  /** Another question was on its way already: nobody knows which one an answer is for. */
  readonly ambiguous: boolean;
}

export class AckPolicy {
  readonly #times: AckTimes;
  #rttMs: number | undefined;
  #newestRttMs = 0;
  /** Bytes a second. */
  #goodput: number | undefined;
  /** A power of two by which the wait is longer. */
  #patience = 1;
  /** Answers in a row that needed no such patience. */
  #prompt = 0;
  /** The last verdict was `dead`, and nothing has proved it right or wrong yet. */
  #calledDead = false;
  #open = false;
  #heardAt = 0;
  /** When we last said something, and for how long we may say nothing. */
  #saidAt = 0;
  #quietMs = Infinity;
  #question: Question | undefined;
  /** Written since the last question, and when the first of it. */
  #bytes = 0;
  #since: number | undefined;
  /** When to ask, if not for idleness. */
  #askAt: number | undefined;
  #probe = false;

  constructor(options: Partial<AckTimes> = {}) {
    this.#times = { ...ACK_TIMES, ...options };
  }

  /**
   * A new link, negotiated and so known to live. What was measured on the last one still guides.
   * @param limitMs after so long without a word of ours the server takes the link for idle
   */
  opened(now: number, limitMs = Infinity): void {
    const { quietFactor, quietLeastMs } = this.#times;
    this.closed();
    this.#open = true;
    this.#heardAt = now;
    this.#saidAt = now;
    this.#quietMs = Math.max(quietLeastMs, limitMs * quietFactor);
  }

  /** The link is gone: nothing is due until the next one is opened. */
  closed(): void {
    this.#open = false;
    this.#question = undefined;
    this.#clearAsk();
  }

  /** Bytes of countable stanzas were written. Makes a question due at once, or after the one on its way. */
  wrote(now: number, bytes: number): void {
    this.#bytes += bytes;
    this.#saidAt = now;
    this.#since ??= now;
    this.#askAt = Math.min(now, this.#askAt ?? now);
  }

  /** An `<r/>`, or a ping where there is no stream management, was written. */
  asked(now: number): void {
    const before = this.#question;
    this.#question = {
      at: now,
      bytes: this.#bytes + (before?.bytes ?? 0),
      since: before?.since ?? this.#since ?? now,
      probe: this.#probe,
      ambiguous: before !== undefined,
    };
    this.#saidAt = now;
    this.#calledDead = false;
    this.#clearAsk();
  }

  /**
   * Its `<a/>` or pong came.
   * @param ackedBytesAll everything written before the question is acknowledged; if not, the question is
   *        put again a little later, since a server may acknowledge late (XEP-0198 §4)
   */
  answered(now: number, ackedBytesAll: boolean): void {
    const question = this.#question;
    this.heard(now);
    if (question === undefined) return;
    this.#question = undefined;
    if (!ackedBytesAll) this.#askAt ??= now + this.#times.againMs;
    else if (!question.ambiguous) this.#measure(question, now);
  }

  /** A complete element came, of whatever kind. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /**
   * The `h` of a redial acknowledged what was waited for, so a link called dead had lived: wait twice as
   * long from now on. Nothing happens if the last link was not lost by a verdict of ours.
   */
  livedThrough(): void {
    if (!this.#calledDead) return;
    this.#calledDead = false;
    this.#prompt = 0;
    if (this.#undoubledMs() * this.#patience < this.#times.ceilingMs) this.#patience *= 2;
  }

  /**
   * Woken from sleep, or the network changed: ask at once, with a short wait. Hints that come while such
   * a question is on its way do not prolong it.
   */
  probe(now: number): void {
    const before = this.#question;
    if (!this.#open || (before?.probe === true && now < this.#deadAt(before))) return;
    this.#probe = true;
    this.#askAt = now;
  }

  /** When `due` should be called next; `undefined` while there is no link. */
  deadline(): number | undefined {
    if (!this.#open) return undefined;
    if (this.#question !== undefined && !this.#probe) return this.#deadAt(this.#question);
    const quietUntil = Math.min(this.#heardAt + this.#times.idleMs, this.#saidAt + this.#quietMs);
    return this.#askAt ?? quietUntil;
  }

  /** @returns `ask`: write one question and call `asked`; `dead`: let the link go and call `closed` */
  due(now: number): 'ask' | 'dead' | undefined {
    const at = this.deadline();
    if (at === undefined || now < at) return undefined;
    if (this.#question === undefined || this.#probe) return 'ask';
    this.#calledDead = true;
    return 'dead';
  }

  #clearAsk(): void {
    this.#bytes = 0;
    this.#since = undefined;
    this.#askAt = undefined;
    this.#probe = false;
  }

  #deadAt(question: Question): number {
    const { ceilingMs, hearingMs } = this.#times;
    const waitMs = question.probe ? this.#probeMs() : this.#undoubledMs();
    const transferMs = (question.bytes * 1000) / (this.#goodput ?? this.#times.firstGoodput);
    const patientMs = Math.max(
      waitMs + transferMs,
      Math.min(ceilingMs, (waitMs + transferMs) * this.#patience),
    );
    const silentAt = question.at + patientMs;
    const heardUntil = Math.min(this.#heardAt + waitMs, question.at + hearingMs);
    return Math.max(silentAt, heardUntil);
  }

  /** A link that became slow is slow at once; one that became fast has to prove it. */
  #currentRttMs(): number {
    return this.#rttMs === undefined
      ? this.#times.firstRttMs
      : Math.max(this.#rttMs, this.#newestRttMs);
  }

  #undoubledMs(): number {
    const { rttFactor, marginMs, leastMs, mostMs } = this.#times;
    return Math.min(mostMs, Math.max(leastMs, rttFactor * this.#currentRttMs() + marginMs));
  }

  #probeMs(): number {
    const { probeRttFactor, probeMarginMs, probeLeastMs, mostMs } = this.#times;
    const waitMs = probeRttFactor * this.#currentRttMs() + probeMarginMs;
    return Math.min(mostMs, Math.max(probeLeastMs, waitMs));
  }

  #measure(question: Question, now: number): void {
    const prompt = now - question.at <= this.#undoubledMs();
    if (question.bytes < this.#times.largeBytes) this.#measureRtt(now - question.at);
    else this.#measureGoodput(question.bytes, now - question.since);
    this.#prompt = prompt ? this.#prompt + 1 : 0;
    if (this.#prompt < this.#times.promptAnswers || this.#patience === 1) return;
    this.#prompt = 0;
    this.#patience /= 2;
  }

  /** Smoothed as in RFC 6298 §2.3, with alpha 1/8. */
  #measureRtt(sampleMs: number): void {
    this.#newestRttMs = sampleMs;
    this.#rttMs = this.#rttMs === undefined ? sampleMs : (7 * this.#rttMs + sampleMs) / 8;
  }

  /**
   * What is left of the time without the round trip is transfer. A link that became slow is slow at once
   * here too; one that became fast gains a quarter of the difference at a time.
   */
  #measureGoodput(bytes: number, elapsedMs: number): void {
    const transferMs = Math.max(1, elapsedMs - (this.#rttMs ?? 0));
    const sample = (this.#times.goodputFactor * bytes * 1000) / transferMs;
    const old = this.#goodput ?? sample;
    this.#goodput = sample < old ? sample : (3 * old + sample) / 4;
  }
}
