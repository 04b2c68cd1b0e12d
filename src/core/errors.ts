// SPDX-License-Identifier: MIT

/** Where a fault arose; the contract's `Error.Kind` has the same words. */
export type FaultKind =
  'usage' | 'link' | 'tls' | 'sasl' | 'stream' | 'stanza' | 'timeout' | 'contract' | 'store';

/**
 * What went wrong, told in full. In the sans-I/O rooms a peer's error is a value, never an exception;
 * only a caller's mistake (`usage`) is thrown, as a {@link UsageError}.
 */
export interface Fault {
  readonly kind: FaultKind;
  /** The specification's word (`not-authorized`) or ours (`certificate-expired`). */
  readonly condition: string;
  /** One or two plain sentences for a person: what is lost and what comes next. No secret, no markup. */
  readonly text: string;
  readonly by: 'us' | 'peer';
  /** `never`: only another setting or secret can help. `later`: trying again may. */
  readonly retry: 'never' | 'later';
  /** With `see-other-host`: where the server wants us, in its own words (RFC 6120 §4.9.3.19). */
  readonly place?: string;
  /**
   * A sign-in could not be bound to its channel, and was before at this server: so it is where somebody
   * else ends TLS, whether or not he may.
   */
  readonly unbound?: true;
}

/** A caller's mistake: a bad option, an impossible call. */
export class UsageError extends Error {
  constructor(
    readonly condition: string,
    message: string,
  ) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Shorthand with the commonest values: a peer's doing that may pass. */
export function fault(
  kind: FaultKind,
  condition: string,
  text: string,
  more: Partial<Pick<Fault, 'by' | 'retry'>> = {},
): Fault {
  return { kind, condition, text, by: more.by ?? 'peer', retry: more.retry ?? 'later' };
}
