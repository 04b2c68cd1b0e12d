// SPDX-License-Identifier: MIT
//
// All accounts of one host: routes commands, numbers events, and comes to an end with the host.

import { isAbsolute, relative, resolve, sep } from 'node:path';
import { create } from '@bufbuild/protobuf';
import {
  CommandSchema,
  Detach_How as How,
  EventSchema,
  GoodbyeSchema,
  HelloSchema,
  Link_State as State,
} from '../contract/engine_pb.js';
import type { Attach, Command, Event, Hello } from '../contract/engine_pb.js';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import { errorMessage } from '../features/error.js';
import type { EventBody } from '../features/feature.js';
import { Account } from './account.js';
import { link, refused } from './bodies.js';
import type { AccountMachine } from './driver.js';
import { Driver } from './driver.js';
import type { AccountEffect } from './effects.js';
import { Redactor } from './redact.js';
import { random, tools } from './tools-node.js';

/** Of bindings/engine.proto. */
export const contractVersion = 1;

export type MakeMachine = (
  program: string,
  journal: Uint8Array,
  caches: ReadonlyMap<string, string>,
  out: (effect: AccountEffect) => void,
) => AccountMachine;

export interface EngineOptions {
  /** "Steadfast 0.1.0", for our Hello. */
  readonly program: string;
  readonly send: (event: Event) => void;
  /** Nothing is left to do: flush what was sent, and end the process. Comes at most once. */
  readonly exit: (code: number) => void;
  readonly make?: MakeMachine;
}

/** EX_SOFTWARE of sysexits.h. */
const crashCode = 70;
/** How long accounts may take to sign off (the design of the closing handshake). */
const signOffMs = 5000;

/** A durable event the host has not said Handled for. */
interface Untaken {
  readonly seq: number;
  readonly running: Running;
  readonly inbox: number;
}

interface Running {
  readonly driver: Driver;
  readonly folder: string;
  /** The number by which the host knows it now. */
  account: number;
  /** What came while it was closing its files; the next driver of the folder gets it. */
  readonly later: Command[];
}

export class Engine {
  readonly redactor = new Redactor();
  readonly #running = new Map<number, Running>();
  /** Oldest first. */
  #untaken: Untaken[] = [];
  #handledSeq = 0;
  #host: Hello | undefined;
  #seq = 0;
  #leaving = false;
  #over = false;

  constructor(private readonly options: EngineOptions) {
    this.#send(0, {
      case: 'hello',
      value: create(HelloSchema, { version: contractVersion, program: options.program }),
    });
  }

  command(command: Command): void {
    if (this.#over || this.#leaving) return;
    const { body, account } = command;
    if (body.case === 'hello') return this.#hello(body.value);
    if (this.#host === undefined) {
      return this.goodbye(contractFault('no-hello', 'The host did not begin with Hello.'));
    }
    switch (body.case) {
      case 'goodbye':
        return this.signOff();
      case 'handled':
        return this.#handled(body.value.seq);
      case 'networkHint':
        return this.#route(command);
      case 'attach':
        return this.#attach(this.#host, account, body.value, command);
      case undefined:
        return this.goodbye(contractFault('unknown-command', 'The host sent an unknown command.'));
      default:
        this.#deliver(account, command);
    }
  }

  /** Signs all accounts off, then says Goodbye and ends. */
  signOff(): void {
    if (this.#leaving || this.#over) return;
    this.#leaving = true;
    const value = { how: How.SIGN_OFF };
    for (const { driver } of this.#running.values()) {
      driver.command(create(CommandSchema, { body: { case: 'detach', value } }));
    }
    if (this.#running.size === 0) return this.goodbye();
    setTimeout(() => this.goodbye(), signOffMs);
  }

  /**
   * The host is gone. Without a word: what is handed over gets flushed, and no closing tag is sent.
   * Behind its Goodbye: the sign-off goes on, and has its own end.
   */
  async hostGone(): Promise<void> {
    if (this.#leaving) return;
    // Handled for all before it is told just before a durable event is shown: only then it was at that.
    const [oldest] = this.#untaken;
    const wasAtIt = oldest !== undefined && this.#handledSeq >= oldest.seq - 1;
    await this.#end(wasAtIt ? oldest.running : undefined);
  }

  /** A fault of ours: nothing of the accounts may run on, since nobody knows what state they are in. */
  crash(error: unknown): void {
    if (this.#over) return this.options.exit(crashCode);
    const text = `The engine failed (${String(error)}) and is started again. Nothing accepted is lost.`;
    this.#sayGoodbye(fault('contract', 'internal-error', text, { by: 'us' }));
    this.#over = true;
    this.options.exit(crashCode);
  }

  /** The last word, with the reason if this is no clean end. */
  goodbye(reason?: Fault): void {
    if (this.#over) return;
    this.#sayGoodbye(reason);
    void this.#end(undefined);
  }

  /** @param killer the account of which the host had an event in its hands when it died */
  async #end(killer: Running | undefined): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    const accounts = [...this.#running.values()];
    await Promise.all(accounts.map((running) => running.driver.abandon(running === killer)));
    this.options.exit(0);
  }

  #sayGoodbye(reason: Fault | undefined): void {
    const clean = reason && { ...reason, text: this.redactor.redact(reason.text) };
    const error = clean === undefined ? {} : { reason: errorMessage(clean) };
    this.#send(0, { case: 'goodbye', value: create(GoodbyeSchema, error) });
  }

  #hello(hello: Hello): void {
    if (this.#host !== undefined) {
      return this.goodbye(contractFault('second-hello', 'The host said Hello twice.'));
    }
    if (hello.version !== contractVersion) {
      const versions = `version ${String(hello.version)}, the engine ${String(contractVersion)}`;
      return this.goodbye(
        contractFault('version', `The plugin speaks ${versions}: install both from one release.`),
      );
    }
    if (!isAbsolute(hello.stateFolder)) {
      return this.goodbye(contractFault('state-folder', 'The state folder is no absolute path.'));
    }
    this.#host = hello;
  }

  #attach(host: Hello, account: number, attach: Attach, command: Command): void {
    const folder = resolve(attach.folder);
    if (account === 0 || !isAbsolute(attach.folder) || !isBelow(folder, host.stateFolder)) {
      const error = errorMessage(
        fault('usage', 'bad-folder', `${attach.folder} is not below the state folder.`, {
          by: 'us',
          retry: 'never',
        }),
      );
      this.#send(account, link({ state: State.FAILED, error }));
      return;
    }
    this.#give(this.#runningIn(folder, account, host), command);
  }

  /** A parked account keeps its session whatever number the host gives it when it comes back. */
  #runningIn(folder: string, account: number, host: Hello): Running {
    const known = [...this.#running.values()].find((running) => running.folder === folder);
    if (known !== undefined) {
      this.#running.delete(known.account);
      known.account = account;
      this.#running.set(account, known);
      return known;
    }
    const driver = this.#drive(folder, host, () => running);
    const running: Running = { driver, folder, account, later: [] };
    this.#running.set(account, running);
    return running;
  }

  #drive(folder: string, host: Hello, running: () => Running): Driver {
    const make = this.options.make ?? realAccount;
    return new Driver({
      folder,
      redactor: this.redactor,
      make: (journal, caches, out) => make(host.program, journal, caches, out),
      tell: (body, inbox) => this.#tell(running(), body, inbox),
      ended: () => this.#ended(running()),
    });
  }

  #ended(running: Running): void {
    if (this.#running.get(running.account) === running) this.#running.delete(running.account);
    for (const command of running.later) this.command({ ...command, account: running.account });
    if (this.#leaving && this.#running.size === 0) this.goodbye();
  }

  #give(running: Running, command: Command): void {
    if (!running.driver.command(command)) running.later.push(command);
  }

  #deliver(account: number, command: Command): void {
    const running = this.#running.get(account);
    if (running !== undefined && command.body.case === 'detach') {
      // What the host left unread at its end must not count as dealt with by a later Handled.
      this.#untaken = this.#untaken.filter((durable) => durable.running !== running);
    }
    if (running !== undefined) return this.#give(running, command);
    // Every Detach has its last Link, even of an account that never ran or ended by itself.
    if (command.body.case === 'detach') this.#send(account, link({ state: State.DETACHED }));
    if (command.id === '') return;
    const text = 'The account is not signed in.';
    this.#send(account, refused(command.id, fault('usage', 'not-attached', text, { by: 'us' })));
  }

  /** Of the network, every account wants to know; with a number it is for that account alone. */
  #route(command: Command): void {
    for (const running of this.#running.values()) {
      if (command.account === 0 || command.account === running.account) {
        this.#give(running, command);
      }
    }
  }

  /**
   * The host counts events of the whole process, an account the durable ones in its inbox. So inside
   * the engine the Handled that an account gets carries its own inbox number.
   */
  #handled(seq: number): void {
    this.#handledSeq = seq;
    const taken = new Map<Running, number>();
    for (let next = this.#untaken[0]; next !== undefined && next.seq <= seq;) {
      taken.set(next.running, next.inbox);
      this.#untaken.shift();
      next = this.#untaken[0];
    }
    for (const [running, inbox] of taken) {
      const body = { case: 'handled', value: { seq: inbox } } as const;
      running.driver.command(create(CommandSchema, { account: running.account, body }));
    }
  }

  #tell(running: Running, body: EventBody, inbox: number | undefined): void {
    const seq = this.#send(running.account, body);
    if (inbox !== undefined) this.#untaken.push({ seq, running, inbox });
  }

  #send(account: number, body: EventBody): number {
    const seq = ++this.#seq;
    if (!this.#over) this.options.send(create(EventSchema, { account, seq, body }));
    return seq;
  }
}

function realAccount(...[program, journal, caches, out]: Parameters<MakeMachine>): AccountMachine {
  return new Account({ program }, tools, random, journal, caches, out);
}

/** Strictly, and by name only: the folder itself is made and checked by libsteadfast. */
function isBelow(folder: string, parent: string): boolean {
  const way = relative(resolve(parent), folder);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function contractFault(condition: string, text: string): Fault {
  return fault('contract', condition, text, { by: 'peer', retry: 'never' });
}
