// SPDX-License-Identifier: MIT
//
// Joins the inbox to the store, the host and XEP-0198's counter: an event is flushed first and given
// afterwards, in one transaction with the number of the stanza that brought it.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { EventSchema } from '../contract/engine_pb.js';
import type { Message } from '../contract/engine_pb.js';
import type { Copy } from '../delivery/copy.js';
import type { Inbox } from '../delivery/inbox.js';
import type { InboxEntry } from '../delivery/inbox-book.js';
import type { JournalRecord } from '../delivery/records.js';
import type { Store } from '../delivery/store.js';
import type { Context } from './context.js';
import { DEATHS } from './set-aside.js';
import type { Durable, SetAside } from './set-aside.js';

/** A host that takes nothing, or is not there, must not cost the memory of all that waits for it twice. */
const IN_HAND = 1_000;

export class Mailroom {
  private attached = false;
  /** Not taken by the host yet: what was just encoded, or was given, is not decoded again. */
  private readonly inHand = new Map<number, Durable>();
  /** This entry may have been in the hands of a host that died, with the engine behind it. */
  private suspect: number;
  /** Stanzas up to here had no durable effect; their number is kept once for the whole input. */
  private uncommitted: number | undefined;
  /** Counts sessions: a number flushed late must not be taken for one of the next session. */
  private epoch = 0;

  /** @param handled called with `h` once all its stanzas' effects are on disk */
  constructor(
    private readonly context: Context,
    private readonly inbox: Inbox,
    private readonly store: Store,
    private readonly setAside: SetAside,
    private readonly handled: (h: number) => void,
  ) {
    this.suspect = store.ledger.inbox.entries.size > 0 ? store.ledger.inbox.taken + 1 : 0;
  }

  /**
   * Keeps an event for the host.
   * @param h the number of the stanza it came with, if that is complete with it
   * @param others records that must be there together with it
   * @param kept called once all of it is on disk
   */
  keep(
    body: Durable,
    copy: Copy | undefined,
    h: number | undefined,
    others: readonly JournalRecord[] = [],
    kept?: () => void,
  ): void {
    if (copy?.path === 'archive') {
      this.free(this.inbox.releaseBefore(copy));
    }
    // What was just released may have come later than this, as far as is known.
    if (body.case === 'message' && copy !== undefined) {
      body.value.late = this.inbox.isLate(copy);
    }
    const event = () => toBinary(EventSchema, create(EventSchema, { body }));
    const since = this.context.since(copy?.earliest);
    const record = this.inbox.keep(event, since, copy, this.context.clock().wall);
    // What came live is in the archive too, which is no news.
    if (record.type === 'seen' && copy?.path !== 'archive') {
      this.context.log('debug', 'inbox', 'A second copy of a message was dropped.');
    }
    if (record.type === 'inbox' && this.attached && this.inHand.size < IN_HAND) {
      this.inHand.set(record.number, body);
    }
    const done = this.counter(h);
    this.store.commit([record, ...others, ...this.counted(h)], () => {
      if (record.type === 'inbox') {
        this.inbox.flushed(record.number);
      }
      done();
      kept?.();
    });
  }

  /** When the first copy of the message came, Unix ms. */
  seenAt(copy: Copy): number | undefined {
    return this.inbox.seenAt(copy);
  }

  /** A page of an archive brings these, one after the other. */
  expect(archive: string, copies: readonly Copy[]): void {
    this.inbox.expect(archive, copies);
  }

  /** Whether the message has its place among those for the host already. */
  hasPlace(copy: Copy): boolean {
    return this.inbox.hasPlace(copy);
  }

  /** A session's name, for telling its messages from copies that come another way. */
  opened(session: string): void {
    this.inbox.session = session;
  }

  /** Archives behind which what comes live waits. */
  get holds(): ReadonlySet<string> {
    return this.inbox.holds;
  }

  /** From now on what comes live waits behind this archive. */
  hold(archive: string): void {
    this.inbox.hold(archive);
  }

  /** What waited behind this archive is given now. */
  release(archive: string): void {
    this.free(this.inbox.release(archive));
  }

  private free(release: ReturnType<Inbox['release']>): void {
    if (release !== undefined) {
      const newest = this.store.ledger.inbox.last + release.count;
      this.store.commit([release], () => {
        this.inbox.flushed(newest);
      });
    }
  }

  /** Stanza `h` is dealt with and left nothing to keep but its number. */
  count(h: number): void {
    this.uncommitted = h;
  }

  /** Ends an input: keeps the numbers that are not kept yet. */
  flushCount(): void {
    const h = this.uncommitted;
    if (h !== undefined) {
      this.store.commit(this.counted(h), this.counter(h));
    }
  }

  /** The session is gone, and with it the meaning of its numbers. */
  forgetCount(): void {
    this.uncommitted = undefined;
    this.epoch++;
  }

  /**
   * A host joined that took everything up to `taken` in its own life.
   * @returns the messages of which that is news
   */
  attach(taken: number): Message[] {
    const record = this.inbox.attach(Math.max(taken, this.hopeless()));
    if (taken > 0) {
      this.suspect = 0;
    }
    this.attached = true;
    return this.took(record);
  }

  detach(): void {
    this.attached = false;
  }

  /** The host died, and what it was at may be why. */
  died(): void {
    const number = this.attached ? this.inbox.inHand() : undefined;
    if (number !== undefined) {
      const times = this.store.ledger.inbox.deathsAt(number) + 1;
      this.store.commit([{ type: 'in-hand', number, times }], () => undefined);
    }
  }

  /** @returns the messages that the host has dealt with now */
  taken(number: number): Message[] {
    return this.took(this.inbox.taken(number));
  }

  /** Gives the host what has become safe. */
  give(): void {
    if (!this.attached) {
      return;
    }
    const { inbox } = this.store.ledger;
    for (const entry of this.inbox.give()) {
      // One at which a host died is looked at anew.
      const known = inbox.deathsAt(entry.number) > 0 ? undefined : this.inHand.get(entry.number);
      const body = known ?? this.bodyOf(entry);
      this.inHand.set(entry.number, body);
      body.value.inbox = entry.number;
      if (body.case === 'message') {
        body.value.maybeShown = entry.number === this.suspect && !body.value.setAside;
      }
      this.context.effect({ type: 'tell', body, inbox: entry.number });
    }
  }

  /** An entry of which not even the news could be shown that it was set aside; 0 for none. */
  private hopeless(): number {
    const { inbox } = this.store.ledger;
    const [first = 0] = inbox.entries.keys();
    if (inbox.deathsAt(first) <= DEATHS) {
      return 0;
    }
    const what = `Entry ${String(first)} of the inbox is not shown`;
    const why = 'even the line that it was set aside ended the program';
    this.context.log('error', 'inbox', `${what}: ${why}. It is kept in ${this.setAside.path}.`);
    return first;
  }

  private counted(h: number | undefined): JournalRecord[] {
    if (h === undefined) {
      return [];
    }
    this.uncommitted = undefined;
    return this.store.ledger.session === undefined ? [] : [{ type: 'handled', h }];
  }

  private counter(h: number | undefined): () => void {
    const { epoch } = this;
    return () => {
      if (h !== undefined && epoch === this.epoch) {
        this.handled(h);
      }
    };
  }

  private took(record: JournalRecord | undefined): Message[] {
    if (record?.type !== 'taken') {
      return [];
    }
    const messages: Message[] = [];
    const aside: JournalRecord[] = [];
    for (const [number, entry] of this.store.ledger.inbox.entries) {
      if (number > record.number) {
        break;
      }
      if (this.readForHost(entry) === undefined) {
        aside.push({ type: 'set-aside', ...entry });
      }
      const body = this.inHand.get(number) ?? this.bodyOf(entry);
      this.inHand.delete(number);
      if (body.case === 'message') {
        messages.push(body.value);
      }
    }
    this.store.commit([...aside, record], () => undefined);
    return messages;
  }

  /** What the host is given of an entry. */
  private bodyOf(entry: InboxEntry): Durable {
    return this.readForHost(entry) ?? this.setAside.instead(entry, this.read(entry));
  }

  /** Nothing where it cannot be read, or ended too many hosts. */
  private readForHost(entry: InboxEntry): Durable | undefined {
    const deadly = this.store.ledger.inbox.deathsAt(entry.number) >= DEATHS;
    return deadly ? undefined : this.read(entry);
  }

  /** What was set aside earlier is in its file, which may not have been written then. */
  recover(): void {
    for (const entry of this.store.ledger.inbox.aside) {
      this.setAside.keep(entry, this.read(entry));
    }
  }

  /** Nothing where the bytes are not those of an event that this release knows. */
  private read(entry: InboxEntry): Durable | undefined {
    const bytes = this.context.tools.fromBase64(entry.event) ?? new Uint8Array();
    try {
      const { body } = fromBinary(EventSchema, bytes);
      return body.case === 'message' || body.case === 'messageState' ? body : undefined;
    } catch {
      return undefined;
    }
  }
}
