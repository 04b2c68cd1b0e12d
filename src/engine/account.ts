// SPDX-License-Identifier: MIT
//
// One account: joins the session, the delivery and the features. Sans-I/O: inputs with their time in,
// effects out; the driver runs it on Node, the simulator on a model.

import type { Clock } from '../core/effects.js';
import { Session } from '../core/session.js';
import type { Random, Tools } from '../core/tools.js';
import { Inbox } from '../delivery/inbox.js';
import { Outbox } from '../delivery/outbox.js';
import { Store } from '../delivery/store.js';
import type { EventBody } from '../features/feature.js';
import { AccountArchive } from './archive-desk.js';
import { AccountCertificates, askRenewable, signInOf } from './certificate-desk.js';
import { Commands } from './commands.js';
import type { Context } from './context.js';
import { earliest } from './context.js';
import { Credentials } from './credentials.js';
import type { AccountEffect, AccountInput } from './effects.js';
import { CERTIFICATE_WARNED, ExpiryWatch } from './expiry-watch.js';
import { FastToken, TOKEN } from './fast-token.js';
import { AccountHost } from './feature-host.js';
import { Lanes } from './lanes.js';
import { LinkKeeper } from './link.js';
import { Mailroom } from './mailroom.js';
import { MessageStates } from './message-states.js';
import { NO_SETTINGS } from './options.js';
import { Parking } from './parking.js';
import { recover } from './recovery.js';
import { RoomArchive } from './room-desk.js';
import { Sender } from './sender.js';
import { SET_ASIDE, SetAside } from './set-aside.js';
import { OFFERS, OfferMemory } from './offer-memory.js';
import { SessionEvents } from './session-events.js';
import { SIGN_IN, SignInBook } from './sign-in-memory.js';
import { SignOut } from './sign-out.js';
import { SIGN_OUT, SignOutBook } from './sign-out-book.js';
import { SleepWatch } from './sleep-watch.js';

export interface AccountOptions {
  /** Name and version of the host program, for XEP-0092: "Pidgin 2.14.12". */
  readonly program: string;
}

export class Account implements Context {
  private time: Clock = { now: 0, wall: 0 };
  private readonly sleep = new SleepWatch();
  private readonly store: Store;
  private readonly outbox: Outbox;
  private readonly lanes: Lanes;
  private readonly session: Session;
  private readonly setAside: SetAside;
  private readonly mailroom: Mailroom;
  private readonly states: MessageStates;
  private readonly sender: Sender;
  private readonly host: AccountHost;
  private readonly link: LinkKeeper;
  private readonly events: SessionEvents;
  private readonly expiry: ExpiryWatch;
  private readonly certificates: AccountCertificates;
  private readonly signOut: SignOut;
  private readonly parking = new Parking();
  private readonly commands: Commands;
  private storeFailing = false;
  private begun = false;

  /**
   * @param journal what the journal file holds at the start
   * @param caches the small files that `save` wrote, by name
   */
  constructor(
    options: AccountOptions,
    readonly tools: Tools,
    readonly random: Random,
    journal: Uint8Array,
    caches: ReadonlyMap<string, string>,
    private readonly out: (effect: AccountEffect) => void,
  ) {
    this.store = new Store(journal, tools, {
      append: (append, bytes) => out({ type: 'append', append, bytes }),
      compact: (bytes, damaged) => out({ type: 'compact', bytes, damaged }),
    });
    const { ledger } = this.store;
    this.outbox = new Outbox(ledger, 24);
    this.lanes = new Lanes(this, this.outbox);
    const inbox = new Inbox(ledger, tools);
    this.session = new Session(tools, random, (output) => {
      this.events.take(output);
    });
    this.setAside = new SetAside(this, caches.get(SET_ASIDE));
    this.mailroom = new Mailroom(this, inbox, this.store, this.setAside, (h) => {
      this.session.handledDurably(h);
    });
    this.states = new MessageStates(this, this.store, this.outbox, this.mailroom);
    const { session, states, mailroom, outbox, lanes } = this;
    this.sender = new Sender(this, session, this.store, outbox, states, lanes);
    const { sender } = this;
    const memory = new OfferMemory(this, caches.get(OFFERS));
    const book = new SignInBook(this, caches.get(SIGN_IN));
    const token = new FastToken(this, caches.get(TOKEN));
    const device = memory.deviceOf(options.program);
    this.link = new LinkKeeper(
      this,
      session,
      () => this.resource(),
      (answered) => this.host.leaving(answered),
      new Credentials(this, book, memory, token, () => outbox.doubts().length > 0, device),
    );
    this.expiry = new ExpiryWatch(this, caches.get(CERTIFICATE_WARNED), {
      reread: () => this.link.questions.reread(),
      askRenewable: (done) => askRenewable(this.host, done),
    });
    const desk = {
      ...{ context: this, store: this.store, outbox, mailroom, states, sender },
      progressed: () => {
        this.link.progressed();
      },
      readable: (readable: boolean) => {
        memory.archive = readable;
      },
    };
    this.certificates = new AccountCertificates(this, {
      signIn: () => signInOf(this.link),
      tlsVersion: () => (session.online ? this.link.teller.tlsVersion : ''),
    });
    this.host = new AccountHost(this, {
      session,
      certificates: this.certificates,
      sender,
      states,
      mailroom,
      archive: new AccountArchive(desk),
      archiveOf: (room) => new RoomArchive(desk, lanes, room),
      ...options,
      device,
      caches,
      settling: () => this.link.settling,
      settings: () => this.link.options?.settings ?? NO_SETTINGS,
    });
    const { store, link, host, sleep } = this;
    this.signOut = new SignOut(this, new SignOutBook(this, caches.get(SIGN_OUT)), {
      ...{ link, host, token, memory, certificates: this.certificates },
      online: () => this.events.live && host.online,
      later: (command) => {
        this.commands.take(command);
      },
    });
    const parts = { session, store, sender, mailroom, link, host, sleep, memory, token };
    this.events = new SessionEvents(this, parts);
    const { setAside, parking } = this;
    this.commands = new Commands(this, {
      ...parts,
      outbox,
      states,
      setAside,
      parking,
      signOut: this.signOut,
    });
  }

  // --- Context ---------------------------------------------------------------------------------

  clock(): Clock {
    return this.time;
  }

  since(atLeast?: number): number {
    return this.sleep.since(this.time, atLeast);
  }

  effect(effect: AccountEffect): void {
    this.out(effect);
  }

  tell(body: EventBody): void {
    // An answer is owed to every command, even if the host has left the account meanwhile.
    if (this.link.attached || body.case === 'accepted' || body.case === 'refused') {
      this.out({ type: 'tell', body });
    }
  }

  log(level: 'debug' | 'info' | 'warning' | 'error', category: string, text: string): void {
    this.out({ type: 'log', level, category, text });
  }

  // --- inputs ----------------------------------------------------------------------------------

  /** Takes one input and says, through `out`, everything that follows from it. */
  input(input: AccountInput, clock: Clock): void {
    this.time = clock;
    this.begin();
    if (this.sleep.slept(clock, this.session.online)) {
      this.link.hint(true);
    }
    this.take(input);
    if (this.link.attached) this.expiry.check();
    this.noticeStore();
    this.mailroom.flushCount();
    this.sender.pump();
    this.sender.flush();
    this.mailroom.give();
    this.events.endSettled();
    this.signOut.proceed();
    this.link.proceed(this.store.idle);
  }

  /** When a `tick` is wanted next, on the monotonic clock. */
  deadline(): number | undefined {
    const { now, wall } = this.time;
    const expiry = this.outbox.nextExpiry((lane) => this.lanes.isOpen(lane));
    return earliest(
      this.session.online ? this.sleep.deadline() : undefined,
      this.session.deadline(),
      this.link.deadline(),
      this.store.deadline(),
      this.host.deadline(),
      this.link.attached ? this.expiry.deadline() : undefined,
      this.certificates.deadline(),
      this.signOut.deadline(),
      expiry === undefined ? undefined : now + Math.max(expiry - wall, 0),
      this.parking.deadline(),
    );
  }

  private take(input: AccountInput): void {
    switch (input.type) {
      case 'link-open':
        this.link.opened(input);
        return;
      case 'tls-ready':
        return this.link.secured(input.facts);
      case 'link-distrusted':
        return this.link.teller.passedBy(input.sha256, input.where);
      case 'link-bytes':
        this.session.bytes(input.bytes, this.time);
        if (this.session.online) this.sleep.heard(this.time);
        return;
      case 'link-closed':
        this.link.closed(input.fault, input.aside);
        this.session.linkClosed(input.fault);
        return;
      case 'flushed':
        this.store.flushed(input.append);
        return;
      case 'append-failed':
        this.store.failed(input.append, input.fault, this.time.now);
        return;
      case 'compacted':
        this.store.compacted(input.fault, this.time.now);
        return;
      case 'derived':
        return this.session.derived(input.ticket, input.key);
      case 'identity':
        this.link.questions.identityRead(input.identity);
        this.expiry.read(input.identity);
        return;
      case 'identity-failed':
        this.link.questions.identityFailed(input.fault, input.passphrase);
        this.expiry.unreadable();
        return;
      case 'certificate':
        return this.certificates.answered(input.ticket, input.result);
      case 'confirmed':
        return this.signOut.confirmed(input.kept);
      case 'trial':
        return this.certificates.trialInput(input.input);
      case 'command':
        this.commands.take(input.command);
        return;
      case 'host-died':
        this.mailroom.died();
        return;
      case 'tick':
        this.tick();
    }
  }

  private tick(): void {
    const { now } = this.time;
    this.session.tick(this.time);
    this.link.tick(now);
    this.store.tick(now);
    this.host.tick(now);
    this.certificates.tick();
    this.signOut.tick(now);
    if (this.parking.tick(now)) this.link.release();
  }

  // ---------------------------------------------------------------------------------------------

  /** The first input: what an earlier process left behind becomes this one's. */
  private begin(): void {
    if (this.begun) {
      return;
    }
    this.begun = true;
    const { session, store, sender, mailroom } = this;
    recover(this, { session, store, sender, mailroom });
  }

  private resource(): string {
    const asked = this.link.options?.resource ?? '';
    const { ledger } = this.store;
    if (asked === '' && ledger.resource === '') {
      const resource = `steadfast-${this.host.newId().slice(0, 8)}`;
      this.store.commit([{ type: 'resource', resource }], () => undefined);
    }
    return asked === '' ? ledger.resource : asked;
  }

  private noticeStore(): void {
    const failing = this.store.fault !== undefined;
    if (failing !== this.storeFailing) {
      this.storeFailing = failing;
      this.link.storeChanged(this.store.fault);
      const text = this.store.fault?.text ?? 'The disk is well.';
      this.log(failing ? 'error' : 'info', 'journal', text);
    }
  }
}
