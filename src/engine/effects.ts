// SPDX-License-Identifier: MIT
//
// What an account learns and wants. The driver gives and runs these on Node; the simulator on a model.

import type { ClientIdentity, CloseHow, Derivation, Dial, LinkInput } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { Command } from '../contract/engine_pb.js';
import type { CertificateFile, EventBody } from '../features/feature.js';

export type CertificateJob =
  /** In the account's folder; `account` is its bare JID, the times are Unix ms. */
  | {
      readonly type: 'make';
      readonly file: string;
      readonly account: string;
      readonly notBefore: number;
      readonly notAfter: number;
    }
  | { readonly type: 'read'; readonly path: string }
  /** `fingerprint` is that of the certificate, or its first eight digits at least. */
  | { readonly type: 'remove'; readonly fingerprint: string };

export type AccountInput =
  | LinkInput
  | { readonly type: 'command'; readonly command: Command }
  /** The journal is flushed up to and including this append. */
  | { readonly type: 'flushed'; readonly append: number }
  /**
   * This append and all behind it are certainly not on disk, and were cut off again; the store takes
   * new ones. Comes only once that is certain.
   */
  | { readonly type: 'append-failed'; readonly append: number; readonly fault: Fault }
  /** Answers `compact`. A failed one leaves the old journal as it was. */
  | { readonly type: 'compacted'; readonly fault?: Fault }
  | { readonly type: 'derived'; readonly ticket: number; readonly key: Uint8Array }
  /** Answers `read-identity`. */
  | { readonly type: 'identity'; readonly identity: ClientIdentity }
  | { readonly type: 'identity-failed'; readonly fault: Fault; readonly passphrase: boolean }
  /** Answers `certificate`. */
  | {
      readonly type: 'certificate';
      readonly ticket: number;
      /** Nothing for a removal. */
      readonly result?: CertificateFile | Fault;
    }
  /** Answers `confirm`. */
  | { readonly type: 'confirmed'; readonly kept: boolean }
  /** News of the trial's own link and of what it asked for. */
  | { readonly type: 'trial'; readonly input: TrialInput }
  /** The host died with an event of this account in its hands. A Detach follows. */
  | { readonly type: 'host-died' }
  /** The time `Account.deadline()` asked for has come; harmless at any other time. */
  | { readonly type: 'tick' };

export type AccountEffect =
  | { readonly type: 'dial'; readonly dial: Dial }
  /** Upgrade the link; answered by `tls-ready` or `link-closed`. */
  | { readonly type: 'start-tls' }
  | { readonly type: 'write'; readonly text: string }
  /** Let the link (or the attempt) go. No `link-closed` follows; late news of it is dropped. */
  | { readonly type: 'close'; readonly how: CloseHow }
  /** Answered by `flushed` or `append-failed`; numbers rise by one. */
  | { readonly type: 'append'; readonly append: number; readonly bytes: Uint8Array }
  /**
   * Replace the journal's content up to the last append by these bytes, atomically. A damaged one is
   * copied first, and stays if that fails.
   */
  | { readonly type: 'compact'; readonly bytes: Uint8Array; readonly damaged: boolean }
  | { readonly type: 'derive'; readonly ticket: number; readonly derivation: Derivation }
  /** Read and open the client certificate at these paths; later dials show it. */
  | {
      readonly type: 'read-identity';
      readonly cert: string;
      readonly key: string;
      readonly passphrase: string;
    }
  /** Something that no log may show, and that did not come from the host. */
  | { readonly type: 'secret'; readonly text: string }
  /** A job with the files of certificates. */
  | { readonly type: 'certificate'; readonly ticket: number; readonly job: CertificateJob }
  /** What a trial wants: as without, but on a link and with a certificate of its own. */
  | { readonly type: 'trial'; readonly effect: TrialEffect }
  | { readonly type: 'save'; readonly name: string; readonly text: string }
  /** Whether the file of that name has what was saved last. */
  | { readonly type: 'confirm'; readonly name: string }
  /** To the host. `inbox` marks a durable one whose Handled must come back as `taken`. */
  | { readonly type: 'tell'; readonly body: EventBody; readonly inbox?: number }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warning' | 'error';
      readonly category: string;
      readonly text: string;
    }
  /** Nothing more will come: the account is signed off or refused its start. */
  /** `last` is told once the account's files are closed: the lock on them may go then. */
  | { readonly type: 'ended'; readonly last: EventBody };

export type TrialInput =
  LinkInput | Extract<AccountInput, { readonly type: 'identity' | 'identity-failed' }>;
export type TrialEffect = Extract<
  AccountEffect,
  { readonly type: 'dial' | 'start-tls' | 'write' | 'close' | 'read-identity' }
>;
