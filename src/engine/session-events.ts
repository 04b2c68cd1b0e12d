// SPDX-License-Identifier: MIT
//
// What follows from the news of a session: for the outbox, the inbox, the features and the link.

import { fault } from '../core/errors.js';
import type { Session } from '../core/session.js';
import type { Online, SessionOutput } from '../core/session-output.js';
import type { StreamManagement } from '../core/stream-management.js';
import type { Element } from '../core/xml.js';
import { sessionRecords } from '../delivery/records.js';
import type { JournalRecord } from '../delivery/records.js';
import type { Store } from '../delivery/store.js';
import type { Context } from './context.js';
import type { FastToken } from './fast-token.js';
import type { AccountHost } from './feature-host.js';
import type { LinkKeeper } from './link.js';
import type { Mailroom } from './mailroom.js';
import type { Sender } from './sender.js';
import type { OfferMemory } from './offer-memory.js';
import type { SleepWatch } from './sleep-watch.js';

export interface SessionParts {
  readonly session: Session;
  readonly store: Store;
  readonly sender: Sender;
  readonly mailroom: Mailroom;
  readonly link: LinkKeeper;
  readonly host: AccountHost;
  readonly sleep: SleepWatch;
  readonly memory: OfferMemory;
  readonly token: FastToken;
}

export class SessionEvents {
  /** A restored session has nothing left to settle and may be ended. */
  private settledAll = false;
  private wasUp = false;
  /** There is a session of which the features know, on a link. */
  live = false;
  /** The session of which the features know. */
  private started: StreamManagement | undefined;
  /** When the last link that carried a session was lost, on the monotonic clock. */
  private downAt = 0;
  /** The features have asked what they ask first, ahead of the session. */
  private opened = false;
  /** The session in which they have: it may go on before they know of it. */
  private openedIn: StreamManagement | undefined;
  /** What came before the features know of their session, with the count at each. */
  private early: { readonly stanza: Element; readonly h: number }[] | undefined;

  constructor(
    private readonly context: Context,
    private readonly parts: SessionParts,
  ) {}

  take(output: SessionOutput): void {
    switch (output.type) {
      case 'write':
      case 'start-tls':
      case 'close':
      case 'derive':
        this.context.effect(output);
        return;
      case 'lost':
        this.lost(output);
        return;
      case 'settled':
        this.settled(output);
        return;
      case 'online':
        this.online(output);
        return;
      case 'stanza': {
        const h = this.parts.session.management?.handled ?? 0;
        if (this.early === undefined) this.parts.host.incoming(output.stanza, h);
        else this.early.push({ stanza: output.stanza, h });
        return;
      }
      case 'offered':
        this.parts.memory.offered(output);
        return;
      case 'token':
        this.parts.token.given(output.token);
        return;
      case 'opening':
        this.open();
        return;
      case 'down':
        this.live = false;
        this.close();
        this.settledAll = false;
        this.downAt = this.wasUp ? this.context.clock().now : this.downAt;
        this.wasUp = false;
        this.parts.sender.closed(output.fault);
        this.parts.link.output(output);
        return;
      default:
        this.parts.link.output(output);
    }
  }

  /** A session is about to begin: what would be asked first in it goes with the request for it. */
  private open(): void {
    // A disk that fails keeps nothing of what would come.
    if (this.parts.store.fault === undefined) {
      this.opened = true;
      this.parts.host.moment('starting');
    }
  }

  /** The link is gone, perhaps before the features knew of the session on it. */
  private close(): void {
    const { management } = this.parts.session;
    if (this.early !== undefined && management?.resumable === true) {
      // Resumed, the server sends again what it counts and nobody has heard of.
      this.early = this.early.filter(({ h }) => h === 0);
      management.rewind(0);
    }
    this.hear();
    // A session that had begun is resumed, and its requests are answered then.
    if (this.opened && this.openedIn === undefined) {
      this.opened = false;
      this.parts.host.failRequests(SESSION_LOST);
    }
  }

  private hear(): void {
    const { early } = this;
    this.early = undefined;
    for (const { stanza, h } of early ?? []) {
      this.parts.host.incoming(stanza, h);
    }
  }

  private online(online: Online): void {
    this.parts.memory.succeeded();
    this.parts.host.jid = online.jid;
    this.wasUp = true;
    this.parts.mailroom.opened(this.parts.session.management?.id ?? this.parts.host.newId());
    this.parts.host.offered = online.offered ?? this.parts.host.offered;
    if (online.how !== 'fresh') this.parts.sleep.resumed(this.context.clock());
    if (online.how === 'restored') {
      this.parts.link.settling = true;
      this.parts.host.moment('settling');
      const h = this.parts.session.management?.acked ?? 0;
      if (!this.parts.sender.settle(h, online.resend)) {
        // Nothing to be acknowledged, but the answer comes behind all that the server had for us.
        this.parts.session.probe(this.context.clock());
      }
      return;
    }
    const { management } = this.parts.session;
    if (online.how === 'resumed') {
      this.parts.sender.opened(online.resend);
      if (this.started === management) {
        this.live = true;
        this.parts.link.online(online);
        this.parts.host.resumed(this.context.clock().now - this.downAt);
      } else {
        // Its first link was lost before anything was begun on it.
        this.start({ ...online, how: 'fresh' });
      }
      return;
    }
    this.parts.memory.over = false;
    this.parts.host.archiveFirst = online.archiveFirst;
    this.parts.host.carbonsOn = online.carbons;
    // Until it is on disk that there is a session, nothing of it is told.
    this.early = [];
    this.openedIn = this.opened ? management : undefined;
    const saved = this.parts.session.resumable ? this.parts.session.management?.save() : undefined;
    const session = saved === undefined ? [] : sessionRecords(saved);
    // The one that the server made is asked for where it asks us again.
    const { resource } = online.jid;
    const named: JournalRecord[] = online.archiveFirst ? [{ type: 'resource', resource }] : [];
    this.parts.store.commit([...named, ...session], () => {
      if (this.parts.session.online && this.parts.session.management === management) {
        this.parts.sender.opened([]);
        this.start(online);
      }
    });
  }

  private start(online: Online): void {
    this.started = this.parts.session.management;
    // Nothing comes before we have said that we are there.
    this.parts.sleep.began();
    this.live = true;
    this.parts.link.online(online);
    const { opened } = this;
    this.opened = false;
    this.openedIn = undefined;
    this.parts.host.started(opened);
    this.hear();
  }

  private settled(output: Extract<SessionOutput, { type: 'settled' }>): void {
    this.parts.sender.settled(output.h, output.stanzas);
    // Texts only: presence and questions go anew in each session.
    if (output.stanzas.some(({ handle }) => handle !== undefined)) this.parts.link.progressed();
    this.settledAll = this.parts.link.settling && this.parts.session.management?.outstanding === 0;
  }

  /** Only once all that came is on disk: the last `<a/>` then covers it. */
  endSettled(): void {
    if (this.settledAll && this.parts.store.idle) {
      this.settledAll = false;
      this.parts.session.end(this.context.clock());
    }
  }

  private lost(output: Extract<SessionOutput, { type: 'lost' }>): void {
    this.opened = false;
    this.openedIn = undefined;
    this.parts.memory.over = output.over;
    this.parts.mailroom.forgetCount();
    // A server tells only once how far it had got: that is kept before anything new is begun.
    this.parts.session.hold();
    this.parts.sender.lost(output, () => {
      this.parts.session.release();
    });
    this.parts.host.failRequests(SESSION_LOST);
    this.parts.host.moment('ended');
    if (!this.parts.link.attached) {
      this.parts.link.release();
    }
  }
}

const SESSION_LOST = fault(
  'stream',
  'session-lost',
  'Not done: the connection was lost before the server answered.',
);
