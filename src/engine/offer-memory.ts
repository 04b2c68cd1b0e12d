// SPDX-License-Identifier: MIT
//
// What is known of the account's server from earlier sign-ins, kept in a small file: what it offered, so
// that the next sign-in need not wait to be told.

import type { Fault } from '../core/errors.js';
import { readOffer, STAGES, writeOffer } from '../core/remembered.js';
import type { Remembered, Stage } from '../core/remembered.js';
import type { SessionOutput } from '../core/session-output.js';
import { STARTTLS_MISSING } from '../core/steps/starttls.js';
import type { Random } from '../core/tools.js';
import type { Element } from '../core/xml.js';
import type { Context } from './context.js';
import type { AttachOptions } from './options.js';

/** The cache's name. */
export const OFFERS = 'offers';
/** Another layout than this is not read. */
const VERSION = 1;
/** After so many links in a row that were lost while signing in with what was remembered, it may be why. */
const LOST_LINKS = 2;

type Offered = Extract<SessionOutput, { type: 'offered' }>;

interface Kept {
  version: number;
  /** Which server this is of: see {@link placeOf}. */
  place: string;
  sha256: string;
  offers: Partial<Record<Stage, string>>;
  /** UUID version 4: which client of the account this is (XEP-0388 §2.3). */
  agent: string;
  /** The account's archive was read to its end, and so it can be again. */
  archive: boolean;
  /** The last session was ended in order, as far as the server is concerned. */
  over: boolean;
}

export class OfferMemory {
  private kept: Kept;
  private written: string;
  /** On the link that is up; good for the next one once this one has led to a session. */
  private heard: Pick<Kept, 'offers' | 'sha256'> = { offers: {}, sha256: '' };
  private lost = 0;

  /** @param text the cache, if there is one */
  constructor(
    private readonly context: Context,
    text: string | undefined,
  ) {
    this.kept = readKept(text) ?? nothingOf('', newUuid(context.random));
    this.written = JSON.stringify(this.kept);
  }

  /** A link is open. @returns what there is to begin with at this server */
  opened(options: AttachOptions): Remembered | undefined {
    const place = placeOf(options);
    this.heard = { offers: {}, sha256: '' };
    if (place !== this.kept.place) {
      this.kept = nothingOf(place, this.kept.agent);
    }
    const offers: Partial<Record<Stage, Element>> = {};
    for (const stage of STAGES) {
      const features = readOffer(this.kept.offers[stage] ?? '', this.context.tools);
      if (features !== undefined) offers[stage] = features;
    }
    return Object.keys(offers).length === 0 ? undefined : { offers, sha256: this.kept.sha256 };
  }

  get agent(): string {
    return this.kept.agent;
  }

  /** What this client of the account goes by where the account's clients are listed (XEP-0388 §2.3). */
  deviceOf(program: string): string {
    const hash = this.context.tools.hash('sha256', this.context.tools.utf8(this.agent));
    const tag = Array.from(hash.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
    return `${program} (${tag.join('')})`;
  }

  /** Of the certificate inside which the account signed in last; empty for none. Reads only. */
  certificateAt(options: AttachOptions): string {
    return placeOf(options) === this.kept.place ? this.kept.sha256 : '';
  }

  get archive(): boolean {
    return this.kept.archive;
  }

  /** Whether the account's archive can be read. */
  set archive(readable: boolean) {
    this.kept.archive = readable;
    this.save();
  }

  get over(): boolean {
    return this.kept.over;
  }

  set over(over: boolean) {
    this.kept.over = over;
    this.save();
  }

  offered({ stage, features, sha256 }: Offered): void {
    this.heard.offers[stage] = writeOffer(features) ?? '';
    this.heard.sha256 = sha256;
  }

  /** A sign-in has succeeded: what was offered in it is worth keeping. */
  succeeded(): void {
    this.lost = 0;
    const { offers, sha256 } = this.heard;
    this.kept.offers = { ...this.kept.offers, ...offers };
    if (sha256 !== '') this.kept.sha256 = sha256;
    this.save();
  }

  /**
   * A link was lost while signing in, on which something was written from memory.
   * @returns true if that is why, so that the next link, which begins without it, will fare better
   */
  blamed(cause: Fault | undefined): boolean {
    const answered = cause === undefined || (cause.kind === 'stream' && cause.retry === 'later');
    const lost = cause?.kind === 'link' || cause?.kind === 'timeout';
    this.lost += answered ? LOST_LINKS : Number(lost);
    // Told as ever; but an account that may go on without is not to be held to it by the memory alone.
    const gone = cause?.condition === STARTTLS_MISSING;
    if (gone || this.lost >= LOST_LINKS) this.forget();
    return answered;
  }

  private forget(): void {
    this.lost = 0;
    this.kept.offers = {};
    this.save();
    const text =
      'The server has changed since the last sign-in, or could not follow: it is asked anew.';
    this.context.log('info', 'stream', text);
  }

  private save(): void {
    const text = JSON.stringify(this.kept);
    if (text === this.written) return;
    this.written = text;
    this.context.effect({ type: 'save', name: OFFERS, text });
  }
}

function nothingOf(place: string, agent: string): Kept {
  return { version: VERSION, place, sha256: '', offers: {}, agent, archive: false, over: false };
}

/** RFC 9562 §5.4. */
function newUuid(random: Random): string {
  const bytes = random(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What was learned from one server is not told to another, however it was reached. */
function placeOf({ jid, host, port, security }: AttachOptions): string {
  return [jid.domain, host, String(port), security].join(' ');
}

/** @returns undefined for damage, which is as good as nothing */
function readKept(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isKept(value) ? value : undefined;
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { version, place, sha256, offers, agent, archive, over } = value as Partial<
    Record<keyof Kept, unknown>
  >;
  return (
    version === VERSION &&
    typeof place === 'string' &&
    typeof sha256 === 'string' &&
    typeof agent === 'string' &&
    typeof archive === 'boolean' &&
    typeof over === 'boolean' &&
    typeof offers === 'object' &&
    offers !== null &&
    Object.values(offers).every((offer) => typeof offer === 'string')
  );
}
