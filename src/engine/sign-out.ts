// SPDX-License-Identifier: MIT
//
// The account signs off for good on this machine: first the others, if they are to go, too; then the
// session; then the token; and only then the host hears that it is over.

import { create } from '@bufbuild/protobuf';
import {
  SignedOut_Others as Others,
  SignedOut_Token as Ended,
  SignedOutSchema,
} from '../contract/engine_pb.js';
import type { Command, SignedOut } from '../contract/engine_pb.js';
import type { Fault } from '../core/errors.js';
import { Sweep } from '../features/access-sweep.js';
import type { Swept } from '../features/access-sweep.js';
import { errorMessage } from '../features/error.js';
import { signInOf } from './certificate-desk.js';
import type { AccountCertificates } from './certificate-desk.js';
import { earliest } from './context.js';
import type { Context } from './context.js';
import { TOKEN } from './fast-token.js';
import type { FastToken } from './fast-token.js';
import type { AccountHost } from './feature-host.js';
import type { LinkKeeper } from './link.js';
import type { OfferMemory } from './offer-memory.js';
import type { SignOutBook } from './sign-out-book.js';
import {
  BUSY,
  NO_SESSION,
  NO_TIME,
  NOT_ATTACHED,
  SIGNED_OUT,
  signOutWords,
} from './sign-out-words.js';
import type { TokenEnded } from './sign-out-words.js';
import { TokenEnd } from './token-end.js';

/** So long a session is waited for, and asked in, for the others. */
const OTHERS_MS = 60_000;
/** The closing handshake has less of its own. */
const LEAVING_MS = 10_000;
const TOKEN_MS = 30_000;
const BETWEEN_TRIES_MS = 3_000;
const DELETING_MS = 5_000;
/** Of these the server may be rid by itself: it was not there, or shuts down and comes back. */
const PASSING: ReadonlySet<Fault['kind']> = new Set(['link', 'timeout', 'stream']);

export interface SignOutParts {
  readonly link: LinkKeeper;
  readonly host: AccountHost;
  readonly token: FastToken;
  readonly memory: OfferMemory;
  readonly certificates: AccountCertificates;
  /** There is a session in which features may ask. */
  online(): boolean;
  /** To be carried out now that nothing is under way any more. */
  later(command: Command): void;
}

export class SignOut {
  private state: 'idle' | 'others' | 'leaving' | 'token' | 'waiting' | 'deleting' = 'idle';
  private sweep: Sweep | undefined;
  /** When patience with this state ends, on the monotonic clock. */
  private until = 0;
  /** When the next try is due, in `waiting`. */
  private againAt = 0;
  /** In `deleting`. */
  private ended: TokenEnded = 'none';
  /** What an earlier process has told already. */
  private toldBefore: SignedOut | undefined;
  /** What the host wants when it is over: the last of its words on that counts. */
  private wanted: Command | undefined;

  constructor(
    private readonly context: Context,
    private readonly book: SignOutBook,
    private readonly parts: SignOutParts,
  ) {}

  /** @param id of the command */
  begin(everywhere: boolean, id: string): void {
    const { begun } = this.book;
    if (this.state !== 'idle') {
      if (begun?.id !== id) this.parts.host.refuse(id, BUSY);
    } else if (begun?.id === id && begun.told !== undefined) {
      // An earlier process was through, and died before everybody knew. We may be signed in again by now.
      this.toldBefore = begun.told;
      this.leave();
    } else if (this.parts.link.options === undefined) {
      this.parts.host.refuse(id, NOT_ATTACHED);
    } else {
      this.book.keep({ id, stage: everywhere ? 'others' : 'token' });
      this.go();
    }
  }

  /** A host has come: what an earlier process began is brought to its end first. */
  attached(): void {
    const { begun } = this.book;
    if (this.state === 'idle' && begun !== undefined && begun.stage !== 'done') this.go();
  }

  /** @returns whether the command is none for now: its time comes when this is over, if at all */
  defers(command: Command): boolean {
    const { body } = command;
    switch (body.case) {
      case 'attach':
        if (this.state === 'idle') return false;
        // Every Detach has its last word. A mere Attach of who is attached changes nothing now.
        if (this.wanted?.body.case === 'detach') this.parts.link.teller.detached();
        if (this.wanted !== undefined) this.wanted = command;
        return true;
      case 'detach':
        if (this.state === 'idle') return false;
        if (this.wanted?.body.case === 'detach') this.parts.link.teller.detached();
        this.wanted = command;
        return true;
      case 'trustAnswer':
      case 'secretAnswer':
        return this.state !== 'idle' && this.state !== 'others';
      default:
        return false;
    }
  }

  /** Called behind every input. */
  proceed(): void {
    if (this.state === 'others' && this.parts.online()) this.sweep?.resume();
  }

  deadline(): number | undefined {
    if (this.state === 'idle') return undefined;
    return earliest(this.until, this.state === 'waiting' ? this.againAt : undefined);
  }

  tick(now: number): void {
    if (this.state === 'waiting' && now >= this.againAt) this.endToken();
    if (this.state === 'idle' || now < this.until) return;
    if (this.state === 'others') this.sweep?.stop(NO_SESSION);
    else if (this.state === 'leaving') this.left();
    else if (this.state === 'token') this.parts.certificates.drop(NO_TIME);
    else if (this.state === 'waiting') this.forget(NO_TIME);
    else this.finish(false);
  }

  /** @param kept whether the disk has taken that there is no token any more */
  confirmed(kept: boolean): void {
    if (this.state === 'deleting') this.finish(kept);
  }

  private go(): void {
    if (this.book.begun?.stage !== 'others') return this.leave();
    this.enter('others', OTHERS_MS);
    this.sweep = new Sweep(this.parts.host, (swept) => {
      const { id } = this.book.begun ?? { id: '' };
      this.book.keep({ id, stage: 'token', swept });
      this.leave();
    });
  }

  private leave(): void {
    this.sweep = undefined;
    this.enter('leaving', LEAVING_MS);
    this.parts.link.endFor('sign-out', () => {
      this.left();
    });
  }

  private left(): void {
    if (this.state !== 'leaving') return;
    this.enter('token', TOKEN_MS);
    this.endToken();
  }

  private endToken(): void {
    this.state = 'token';
    const { link, certificates, memory, token: kept } = this.parts;
    const signIn = signInOf(link);
    const token = signIn && kept.shown();
    if (signIn === undefined || token === undefined) return this.forget('none');
    const ending = { token, agent: memory.agent, sha256: memory.certificateAt(signIn.options) };
    certificates.take((over) => {
      return new TokenEnd(this.context, signIn, ending, (failed) => {
        over();
        const { now } = this.context.clock();
        const passing =
          failed !== undefined && PASSING.has(failed.kind) && failed.retry === 'later';
        if (passing && now + BETWEEN_TRIES_MS < this.until) {
          this.state = 'waiting';
          this.againAt = now + BETWEEN_TRIES_MS;
        } else this.forget(failed ?? 'ended');
      });
    });
  }

  /** Whatever became of it at the server, it is of no use here any more. */
  private forget(ended: TokenEnded): void {
    this.ended = ended;
    this.enter('deleting', DELETING_MS);
    this.parts.token.given(undefined);
    this.context.effect({ type: 'confirm', name: TOKEN });
  }

  private finish(deleted: boolean): void {
    const { begun } = this.book;
    if (begun === undefined) return;
    const { id, swept } = begun;
    const certificate = this.parts.link.options?.certificate !== undefined;
    const text = signOutWords(swept, this.ended, { deleted, certificate });
    const now = signedOut(id, swept, this.ended, text);
    const told = this.ended === 'none' ? (this.toldBefore ?? now) : now;
    this.book.keep({ id, stage: 'done', told });
    this.state = 'idle';
    this.toldBefore = undefined;
    this.say(told);
    const { wanted } = this;
    this.wanted = undefined;
    // Whoever has come back meanwhile signs in again, and hears of no end.
    if (wanted?.body.case !== 'attach') this.parts.link.refuse(SIGNED_OUT);
    if (wanted !== undefined) this.parts.later(wanted);
  }

  private say(value: SignedOut): void {
    this.context.log('info', 'sign-out', value.text);
    this.context.tell({ case: 'signedOut', value });
    this.parts.host.accept(value.id);
  }

  private enter(state: SignOut['state'], ms: number): void {
    this.state = state;
    this.until = this.context.clock().now + ms;
  }
}

const others = {
  'not-offered': Others.NOT_OFFERED,
  'not-reached': Others.NOT_REACHED,
  asked: Others.ASKED,
} as const;

function signedOut(
  id: string,
  swept: Swept | undefined,
  token: TokenEnded,
  text: string,
): SignedOut {
  const cause = typeof token === 'object' ? token : swept?.cause;
  return create(SignedOutSchema, {
    id,
    others: swept === undefined ? Others.NOT_ASKED : others[swept.others],
    ended: swept?.ended ?? 0,
    needPassword: swept?.needPassword ?? 0,
    left: swept?.left ?? 0,
    token: token === 'none' ? Ended.NO_TOKEN : token === 'ended' ? Ended.ENDED : Ended.LEFT,
    ...(cause === undefined ? {} : { error: errorMessage(cause) }),
    text,
  });
}
