// SPDX-License-Identifier: MIT
//
// Warns a person that their certificate is about to expire: 30 days, 7 days and a day ahead, once each.

import { create } from '@bufbuild/protobuf';
import { CertificateExpirySchema } from '../contract/engine_pb.js';
import type { ClientIdentity } from '../core/effects.js';
import type { Context } from './context.js';

const DAY_MS = 86_400_000;
const WARN_DAYS = [30, 7, 1] as const;
/** How long a warning waits for a session in which the server says whether the certificate can be renewed. */
const SESSION_MS = 60_000;

/** Name of the file that knows what was told, so that a restart does not tell it again. */
export const CERTIFICATE_WARNED = 'certificate-warned';

/** How many warnings a certificate with that end has had. */
interface Told {
  readonly notAfter: number;
  readonly warnings: number;
}

export interface ExpiryParts {
  /** Asks for the certificate's file to be read; false when the account has none. */
  reread(): boolean;
  /**
   * Asks the server whether it takes a new certificate for this one; false when nobody can be asked now.
   * @param done called with undefined where the answer was lost
   */
  askRenewable(done: (renewable: boolean | undefined) => void): boolean;
}

export class ExpiryWatch {
  private notAfter: number | undefined;
  private told: Told;
  /** The file was read, or could not be, since the last warning became due. */
  private fresh = false;
  /** Until when a warning that is due waits for the server's word, on the monotonic clock. */
  private until: number | undefined;
  private asking = false;
  private renewable: boolean | undefined;

  /** @param kept what the file of that name holds */
  constructor(
    private readonly context: Context,
    kept: string | undefined,
    private readonly parts: ExpiryParts,
  ) {
    const [, notAfter = '0', warnings = '0'] = /^(\d{1,16}) (\d)$/.exec(kept ?? '') ?? [];
    this.told = { notAfter: Number(notAfter), warnings: Number(warnings) };
  }

  read({ notAfter }: ClientIdentity): void {
    this.notAfter = notAfter;
    this.fresh = true;
    this.renewable = undefined;
  }

  /** The file cannot be read at present: what is known of it stands. */
  unreadable(): void {
    this.fresh = true;
  }

  /** When the next warning is due, on the monotonic clock. */
  deadline(): number | undefined {
    const days = WARN_DAYS[this.warnings()];
    if (this.notAfter === undefined || days === undefined) return undefined;
    const { now, wall } = this.context.clock();
    if (this.until !== undefined) return this.until;
    return now + Math.max(0, this.notAfter - days * DAY_MS - wall);
  }

  /** A host is there to be told. */
  check(): void {
    const { notAfter } = this;
    if (notAfter === undefined) return;
    const left = notAfter - this.context.clock().wall;
    const due = WARN_DAYS.filter((days) => left <= days * DAY_MS).length;
    // One that is over is told by the sign-in that it spoils.
    if (due <= this.warnings() || left <= 0) {
      this.fresh = false;
      this.until = undefined;
    } else if (!this.fresh) {
      if (!this.parts.reread()) this.notAfter = undefined;
    } else if (this.isAnswered()) {
      this.warn(notAfter, left, due);
    }
  }

  /** The server is asked once for each warning, unless it cannot be reached in time. */
  private isAnswered(): boolean {
    const { now } = this.context.clock();
    this.until ??= now + SESSION_MS;
    if (this.renewable === undefined && !this.asking) {
      this.asking = this.parts.askRenewable((renewable) => {
        this.asking = false;
        this.renewable = renewable;
      });
    }
    return this.renewable !== undefined || now >= this.until;
  }

  private warnings(): number {
    return this.told.notAfter === this.notAfter ? this.told.warnings : 0;
  }

  private warn(notAfter: number, left: number, warnings: number): void {
    this.fresh = false;
    this.until = undefined;
    const renewable = this.renewable ?? false;
    this.told = { notAfter, warnings };
    const text = `${String(notAfter)} ${String(warnings)}`;
    this.context.effect({ type: 'save', name: CERTIFICATE_WARNED, text });
    const days = Math.floor(left / DAY_MS);
    this.context.tell({
      case: 'certificateExpiry',
      value: create(CertificateExpirySchema, {
        notAfterTimeMs: BigInt(notAfter),
        days,
        renewable,
        text: `The certificate you sign in with expires ${inDays(days)}. After that you cannot sign in with it: ${
          renewable
            ? 'renew it before, which your server lets you do.'
            : 'get a new one from where you got it, and put it in its place.'
        }`,
      }),
    });
  }
}

function inDays(days: number): string {
  if (days === 0) return 'in less than a day';
  return days === 1 ? 'in a day' : `in ${String(days)} days`;
}
