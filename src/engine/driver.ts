// SPDX-License-Identifier: MIT
//
// Runs one account on Node: gives it time and news, and carries out what it wants.

import { pbkdf2 } from 'node:crypto';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import {
  CommandSchema,
  Detach_How as How,
  Link_State as State,
  Proxy_Type,
} from '../contract/engine_pb.js';
import type { Command, Proxy } from '../contract/engine_pb.js';
import type { Clock, Derivation } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import { CacheFolder } from '../disk/cache-folder.js';
import { storeFault } from '../disk/faults.js';
import type { FileSystem } from '../disk/file-system.js';
import { nodeFileSystem } from '../disk/file-system.js';
import { JournalFile } from '../disk/journal-file.js';
import { errorMessage } from '../features/error.js';
import type { EventBody } from '../features/feature.js';
import { environmentSecrets } from '../transport/proxy-environment.js';
import { link } from './bodies.js';
import type { MakeLink } from './dialer.js';
import { Dialer } from './dialer.js';
import { doCertificateJob } from './certificate-files.js';
import type { AccountEffect, AccountInput, CertificateJob } from './effects.js';
import { TrialLink } from './trial-link.js';
import { IdentityError, readIdentity } from './identity.js';
import { logLine } from './log-line.js';
import type { Redactor } from './redact.js';

/** What the driver runs: the account, or a test's stand-in. */
export interface AccountMachine {
  input(input: AccountInput, clock: Clock): void;
  deadline(): number | undefined;
}

export type MakeAccount = (
  journal: Uint8Array,
  caches: ReadonlyMap<string, string>,
  out: (effect: AccountEffect) => void,
) => AccountMachine;

export interface DriverOptions {
  /** The account's own folder; it exists. */
  readonly folder: string;
  readonly make: MakeAccount;
  readonly redactor: Redactor;
  /** To the host; `inbox` as in the `tell` effect. */
  readonly tell: (body: EventBody, inbox?: number) => void;
  /** The account has ended and its files are closed. Comes at most once. */
  readonly ended: () => void;
  readonly fs?: FileSystem;
  readonly makeLink?: MakeLink;
  readonly clock?: () => Clock;
}

/** A folder that cannot be opened is tried again after this long. */
const reopenMs = 5000;
/** Node's timers end at 2^31 ms; an early tick is harmless. */
const longestTimerMs = 3_600_000;
const keyBytes = { sha1: 20, sha256: 32, sha512: 64 } as const;

export class Driver {
  readonly #fs: FileSystem;
  readonly #clock: () => Clock;
  readonly #dialer: Dialer;
  readonly #trial: TrialLink;
  readonly #caches: CacheFolder;
  /** Inputs that came before the account was there, or while it was at work. */
  readonly #waiting: AccountInput[] = [];
  #account: AccountMachine | undefined;
  #journal: JournalFile | undefined;
  #openFault: Fault | undefined;
  #busy = false;
  #over = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #identityTurn = 0;

  constructor(private readonly options: DriverOptions) {
    this.#fs = options.fs ?? nodeFileSystem;
    this.#clock = options.clock ?? systemClock;
    this.#dialer = new Dialer((input) => this.#input(input), options.makeLink);
    this.#trial = new TrialLink(
      (input) => this.#input({ type: 'trial', input }),
      () => this.#dialer.settings.caFile,
      options.makeLink,
    );
    this.#caches = new CacheFolder(this.#fs, options.folder, (fault) =>
      this.#log('warning', fault),
    );
    void this.#open();
  }

  /** @returns false once the account has ended: the command was not taken */
  command(command: Command): boolean {
    if (this.#over) return false;
    const { body } = command;
    if (body.case === 'attach') {
      this.options.redactor.add(body.value.password);
      this.options.redactor.add(body.value.clientCertPassphrase);
      for (const { password } of body.value.rooms) this.options.redactor.add(password);
      this.#hideProxy(body.value.proxy);
      this.#dialer.settings.caFile = body.value.caFile;
      if (this.#openFault !== undefined) this.#tellFailed(this.#openFault);
    }
    if (body.case === 'joinRoom') this.options.redactor.add(body.value.password);
    if (body.case === 'setProxy') this.#hideProxy(body.value.proxy);
    if (body.case === 'secretAnswer') this.options.redactor.add(body.value.secret);
    this.#input({ type: 'command', command });
    if (this.#openFault !== undefined) this.#answerLeavers(this.#openFault);
    return true;
  }

  /**
   * The host is gone: what it handed over is flushed, and the link is left to die with the process,
   * without a closing tag, so that the server keeps the session for the next one.
   * @param died it did not mean to go, and had a durable event of this account in its hands
   */
  async abandon(died = false): Promise<void> {
    if (died) this.#input({ type: 'host-died' });
    const value = { how: How.PARK };
    if (this.#account !== undefined) {
      this.command(create(CommandSchema, { body: { case: 'detach', value } }));
    }
    this.#over = true;
    clearTimeout(this.#timer);
    await this.#closeFiles();
  }

  /** The Basic scheme puts both into one (RFC 7617 §2). */
  #hideProxy(proxy: Proxy | undefined): void {
    if (proxy?.type === Proxy_Type.ENVIRONMENT) {
      for (const secret of environmentSecrets(process.env)) this.options.redactor.add(secret);
    }
    if (proxy === undefined || proxy.password === '') return;
    this.options.redactor.add(proxy.password);
    this.options.redactor.add(`${proxy.user}:${proxy.password}`);
  }

  async #open(): Promise<void> {
    const { folder, make } = this.options;
    const path = join(folder, 'journal');
    try {
      const { file, content } = await JournalFile.open(this.#fs, path, {
        flushed: (append) => this.#input({ type: 'flushed', append }),
        appendFailed: (append, fault) => this.#input({ type: 'append-failed', append, fault }),
        compacted: (fault) =>
          this.#input({ type: 'compacted', ...(fault === undefined ? {} : { fault }) }),
        stuck: (fault) => this.#log('error', fault),
      });
      this.#journal = file;
      const caches = await this.#caches.load();
      if (this.#over) return;
      this.#openFault = undefined;
      this.#account = make(content, caches, (effect) => this.#run(effect));
      this.#drain();
    } catch (error) {
      if (this.#account !== undefined) throw error;
      this.#openFault = storeFault(error, path);
      this.#answerLeavers(this.#openFault);
      if (this.#over) return;
      this.#tellFailed(this.#openFault);
      this.#timer = setTimeout(() => void this.#open(), reopenMs);
    }
  }

  /** An account without a journal keeps nothing for a host that left: the last one ends it. */
  #answerLeavers(fault: Fault): void {
    const last = this.#waiting.findLastIndex((input) => bodyOf(input) === 'detach');
    if (last < 0) return;
    for (const input of this.#waiting.splice(0, last + 1)) {
      if (bodyOf(input) === 'detach') this.options.tell(link({ state: State.DETACHED }));
    }
    if (this.#waiting.some((input) => bodyOf(input) === 'attach')) return;
    void this.#end(link({ state: State.DETACHED, error: errorMessage(fault) }));
  }

  #input(input: AccountInput): void {
    if (this.#over) return;
    this.#waiting.push(input);
    this.#drain();
  }

  /** One input after the other, so that an effect's answer never meets an account at work. */
  #drain(): void {
    const account = this.#account;
    if (account === undefined || this.#busy) return;
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      account.input(next, this.#clock());
      if (this.#over) break;
    }
    this.#busy = false;
    if (!this.#over) this.#arm(account.deadline());
  }

  /** Only ever brought forward: a timer that fires early costs less than one set anew each time. */
  #arm(deadline: number | undefined): void {
    if (deadline === undefined || deadline >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    // Rounded up, since a timer that fires a fraction early would only be set again.
    const delay = Math.ceil(Math.max(0, deadline - this.#clock().now));
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        this.#input({ type: 'tick' });
      },
      Math.min(delay, longestTimerMs),
    );
  }

  /**
   * Carried out at once and in order, inside the input that caused it: a link with a stranger's
   * certificate must be closed in the very tick in which its handshake ended.
   */
  #run(effect: AccountEffect): void {
    switch (effect.type) {
      case 'dial':
        return this.#dialer.dial(effect.dial);
      case 'start-tls':
        return this.#dialer.startTls();
      case 'write':
        return this.#dialer.write(effect.text);
      case 'close':
        return this.#dialer.close(effect.how);
      case 'append':
        return this.#journal?.append(effect.append, effect.bytes);
      case 'compact':
        return this.#journal?.compact(effect.bytes, effect.damaged);
      case 'derive':
        return this.#derive(effect.ticket, effect.derivation);
      case 'read-identity':
        return void this.#readIdentity(effect);
      case 'secret':
        return this.options.redactor.add(effect.text);
      case 'certificate':
        return void this.#certificate(effect.ticket, effect.job);
      case 'trial':
        return this.#trial.run(effect.effect);
      case 'save':
        return this.#caches.save(effect.name, effect.text);
      case 'confirm':
        return void this.#confirm(effect.name);
      case 'tell':
        return this.options.tell(this.#withoutSecrets(effect.body), effect.inbox);
      case 'log':
        return this.options.tell(logLine(effect, this.options.redactor));
      case 'ended':
        return void this.#end(effect.last);
    }
  }

  /** RFC 5802 §2.2 Hi(), in Node's thread pool: a million rounds must not hold up other accounts. */
  #derive(ticket: number, { password, salt, iterations, hash }: Derivation): void {
    pbkdf2(password, salt, iterations, keyBytes[hash], hash, (error, key) => {
      if (error !== null) throw error;
      this.#input({ type: 'derived', ticket, key });
    });
  }

  async #readIdentity(files: Extract<AccountEffect, { type: 'read-identity' }>): Promise<void> {
    const turn = ++this.#identityTurn;
    this.options.redactor.add(files.passphrase);
    try {
      const { identity, material } = await readIdentity(files);
      if (turn !== this.#identityTurn) return;
      this.#dialer.settings.material = material;
      this.#input({ type: 'identity', identity });
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      if (turn !== this.#identityTurn) return;
      const { fault, passphrase } = error;
      this.#input({ type: 'identity-failed', fault, passphrase });
    }
  }

  async #certificate(ticket: number, job: CertificateJob): Promise<void> {
    const result = await doCertificateJob(job, this.#fs, this.options.folder);
    this.#input({ type: 'certificate', ticket, ...(result === undefined ? {} : { result }) });
  }

  async #confirm(name: string): Promise<void> {
    await this.#caches.drain();
    this.#input({ type: 'confirmed', kept: this.#caches.has(name) });
  }

  async #end(last: EventBody): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#dialer.close('end');
    this.#trial.close();
    await this.#closeFiles();
    this.options.tell(last);
    this.options.ended();
  }

  async #closeFiles(): Promise<void> {
    await this.#journal?.close();
    await this.#caches.drain();
  }

  /** A server may say a password back in the words of its refusal (RFC 6120 §6.5). */
  #withoutSecrets(body: EventBody): EventBody {
    if ('error' in body.value && body.value.error !== undefined) {
      body.value.error.text = this.options.redactor.redact(body.value.error.text);
    }
    return body;
  }

  #tellFailed(fault: Fault): void {
    this.options.tell(link({ state: State.FAILED, error: errorMessage(fault) }));
  }

  #log(level: 'warning' | 'error', { text }: Fault): void {
    this.options.tell(logLine({ level, category: 'disk', text }, this.options.redactor));
  }
}

function bodyOf(input: AccountInput): Command['body']['case'] {
  return input.type === 'command' ? input.command.body.case : undefined;
}

function systemClock(): Clock {
  return { now: performance.now(), wall: Date.now() };
}
