// SPDX-License-Identifier: MIT
//
// What the features see of the account, and how stanzas and commands find their feature.

import type { Fault } from '../core/errors.js';
import { Jid } from '../core/jid.js';
import type { Session } from '../core/session.js';
import type { StanzaKind } from '../core/stream-management.js';
import type { Clock } from '../core/effects.js';
import type { Tools } from '../core/tools.js';
import type { Element } from '../core/xml.js';
import { serialise } from '../core/xml.js';
import { ReducedElement } from '../core/xml-reduced.js';
import type { Command, JoinRoom, Message } from '../contract/engine_pb.js';
import type { Copy } from '../delivery/copy.js';
import type { JournalRecord } from '../delivery/records.js';
import { features } from '../features/index.js';
import type {
  Answer,
  ArchiveDesk,
  Beside,
  CertificateDesk,
  EventBody,
  FeatureHooks,
  FeatureHost,
  Incoming,
  RoomDesk,
  Settings,
} from '../features/feature.js';
import { accepted, refused } from './bodies.js';
import { earliest } from './context.js';
import type { Context } from './context.js';
import type { Mailroom } from './mailroom.js';
import type { MessageStates } from './message-states.js';
import { Requests } from './requests.js';
import type { Sender } from './sender.js';

const HEX = '0123456789abcdef';

export interface HostParts {
  readonly session: Session;
  readonly sender: Sender;
  readonly states: MessageStates;
  readonly mailroom: Mailroom;
  readonly archive: ArchiveDesk;
  readonly certificates: CertificateDesk;
  /** @param room bare */
  archiveOf(room: string): RoomDesk;
  readonly program: string;
  readonly device: string;
  readonly caches: ReadonlyMap<string, string>;
  /** The session is an earlier process's and only to be settled. */
  settling(): boolean;
  settings(): Settings;
}

interface Kept {
  readonly body: Extract<EventBody, { case: 'message' }>;
  readonly copy: Copy;
  readonly beside: Beside | undefined;
}

export class AccountHost implements FeatureHost {
  jid: Jid = Jid.of('', 'invalid', '');
  readonly tools: Tools;
  readonly program: string;
  readonly device: string;
  readonly archive: ArchiveDesk;
  readonly certificates: CertificateDesk;
  offered: readonly string[] = [];
  archiveFirst = false;
  carbonsOn = false;
  /** What the features put into the inbox while one stanza is handled. */
  private kept: Kept[] = [];
  private timers: { readonly at: number; readonly run: () => void }[] = [];
  private readonly requests: Requests;
  private readonly desks = new Map<string, RoomDesk>();
  private readonly hooks: readonly FeatureHooks[];
  private readonly idPrefix: string;
  private ids = 0;

  constructor(
    private readonly context: Context,
    private readonly parts: HostParts,
  ) {
    this.tools = context.tools;
    this.program = parts.program;
    this.device = parts.device;
    this.archive = parts.archive;
    this.certificates = parts.certificates;
    this.requests = new Requests(this, (text) => {
      parts.sender.stanza({ kind: 'iq', text });
    });
    this.idPrefix = hex(context.random(8));
    this.hooks = features.map((feature) => feature.attach(this));
  }

  // --- FeatureHost -----------------------------------------------------------------------------

  get online(): boolean {
    const { session } = this.parts;
    return session.opening || (session.online && !this.parts.settling());
  }

  get settings(): Settings {
    return this.parts.settings();
  }

  clock(): Clock {
    return this.context.clock();
  }

  since(atLeast?: number): number {
    return this.context.since(atLeast);
  }

  later(delayMs: number, run: () => void): void {
    this.timers.push({ at: this.clock().now + delayMs, run });
  }

  newId(): string {
    return `${this.idPrefix}-${(++this.ids).toString(36)}`;
  }

  send(stanza: Element): void {
    if (this.online) {
      this.outgoing(stanza);
      this.parts.sender.stanza({ kind: stanza.getName() as StanzaKind, text: serialise(stanza) });
    }
  }

  request(
    to: Jid | undefined,
    type: 'get' | 'set',
    payload: Element,
    done: (answer: Answer) => void,
  ): void {
    this.requests.ask(to, type, payload, done);
  }

  queue(id: string, to: Jid, stanza: Element, body: string): void {
    this.outgoing(stanza);
    this.parts.sender.accept(id, to.toString(), serialise(stanza), body);
  }

  queueLine(id: string, room: Jid, stanza: Element, body: string): void {
    this.parts.sender.accept(id, room.toString(), serialise(stanza), body, true);
  }

  archiveOf(room: Jid): RoomDesk {
    const name = room.bare().toString();
    const desk = this.desks.get(name) ?? this.parts.archiveOf(name);
    this.desks.set(name, desk);
    return desk;
  }

  holding(): Jid[] {
    return [...this.parts.mailroom.holds].flatMap((room) => Jid.parse(room, this.tools) ?? []);
  }

  bounced(id: string, from: Jid | undefined, cause: Fault): void {
    if (from === undefined || from.sameBare(this.jid) || isServer(from, this.jid)) {
      this.parts.states.fail(id, cause);
      return;
    }
    const to = Jid.parse(this.parts.states.recipient(id), this.tools);
    const itself = to !== undefined && this.parts.states.speaksFor(id, to, from, true);
    if (itself || (to !== undefined && isServer(from, to))) {
      this.parts.states.fail(id, cause);
    } else {
      // Ids are no secret: anybody could make a delivered message look failed.
      this.log('warning', 'An error from somebody who was not written to was dropped.');
    }
  }

  delivered(id: string, from: Jid | undefined, displayed: boolean): void {
    const to = Jid.parse(this.parts.states.recipient(id), this.tools);
    if (to !== undefined && from && this.parts.states.speaksFor(id, to, from, false)) {
      this.parts.states.delivered(id, displayed);
    }
  }

  signal(nonza: Element): void {
    if (this.online) {
      this.context.effect({ type: 'write', text: serialise(nonza) });
    }
  }

  accept(id: string): void {
    this.context.tell(accepted(id));
  }

  refuse(id: string, cause: Fault): void {
    this.context.tell(refused(id, cause));
  }

  keep(body: Kept['body'], copy: Copy, beside?: Beside): void {
    this.kept.push({ body, copy, beside });
  }

  tell(body: EventBody): void {
    this.context.tell(body);
  }

  load(name: string): string | undefined {
    return this.parts.caches.get(name);
  }

  save(name: string, text: string): void {
    this.context.effect({ type: 'save', name, text });
  }

  log(level: 'debug' | 'info' | 'warning', text: string): void {
    this.context.log(level, 'feature', text);
  }

  // --- the account's side ----------------------------------------------------------------------

  /** Hands one inbound stanza to its feature and its effects to the journal, as one transaction. */
  incoming(stanza: Element, h: number): void {
    if (stanza instanceof ReducedElement) {
      this.log('warning', `A stanza was too large or too complex to be read: ${stanza.name}.`);
    }
    if (stanza.getName() === 'iq') {
      const incoming = this.requests.answered(stanza) ? undefined : this.read(stanza);
      if (incoming !== undefined) {
        this.requests.answer(stanza, incoming, this.hooks);
      }
    } else if (!this.parts.settling() || stanza.getName() === 'message') {
      const incoming = this.read(stanza);
      if (incoming !== undefined) {
        this.hooks.some((hook) => hook.incoming?.(stanza, incoming) === 'taken');
      }
    }
    this.commitKept(h);
  }

  command(command: Command): void {
    const { body } = command;
    for (const hook of this.hooks) {
      const table: Readonly<Record<string, unknown>> = hook.commands ?? {};
      const handler = body.case === undefined ? undefined : table[body.case];
      if (typeof handler === 'function') {
        // The table's type ties each handler to its case; only the loop cannot see that.
        (handler as (value: unknown, id: string) => void)(body.value, command.id);
        return;
      }
    }
    this.context.log('warning', 'contract', `No feature takes the command ${String(body.case)}.`);
  }

  moment(name: 'settling' | 'starting' | 'ended'): void {
    for (const hook of this.hooks) {
      hook[name]?.();
    }
  }

  /** @param begun as for the features */
  started(begun: boolean): void {
    for (const hook of this.hooks) {
      hook.started?.(begun);
    }
  }

  /** A host joined, and wants to be in these rooms. @param again as for the features */
  attached(rooms: readonly JoinRoom[], again: boolean): void {
    for (const hook of this.hooks) {
      hook.attached?.(rooms, again);
    }
  }

  resumed(outageMs: number): void {
    for (const hook of this.hooks) {
      hook.resumed?.(outageMs);
    }
  }

  /**
   * The user signs off: last questions to the server.
   * @param answered called once all of them are, later
   * @returns whether there are any
   */
  leaving(answered: () => void): boolean {
    let open = 0;
    const one = () => {
      open--;
      if (open === 0) {
        answered();
      }
    };
    for (const hook of this.hooks) {
      open += hook.leaving?.(one) === true ? 1 : 0;
    }
    return open > 0;
  }

  taken(message: Message): void {
    for (const hook of this.hooks) {
      hook.taken?.(message);
    }
  }

  /** No request is answered any more: the session it was made in is gone. */
  failRequests(cause: Fault): void {
    this.requests.failAll(cause);
  }

  deadline(): number | undefined {
    // However many there are: a call takes only so many arguments.
    const next = this.timers.reduce((first, { at }) => Math.min(first, at), Infinity);
    return earliest(this.requests.deadline(), next === Infinity ? undefined : next);
  }

  tick(now: number): void {
    this.requests.expire(now);
    const due = this.timers.filter(({ at }) => at <= now);
    this.timers = this.timers.filter(({ at }) => at > now);
    for (const { run } of due) {
      run();
    }
  }

  private outgoing(stanza: Element): void {
    for (const hook of this.hooks) {
      hook.outgoing?.(stanza);
    }
  }

  private read(stanza: Element): Incoming | undefined {
    const text = stanza.getAttr('from') as string | undefined;
    const from = text === undefined ? undefined : Jid.parse(text, this.tools);
    if (text !== undefined && from === undefined) {
      this.log('warning', 'A stanza from an address that is none was dropped.');
      return undefined;
    }
    return { from, settling: this.parts.settling() };
  }

  private commitKept(h: number): void {
    const kept = this.kept.splice(0);
    kept.forEach(({ body, copy, beside }, index) => {
      const last = index === kept.length - 1 ? h : undefined;
      const { settles, heard } = beside ?? {};
      const settled = settles === undefined ? undefined : this.parts.states.settling(settles);
      const others: JournalRecord[] = [...(settled?.records ?? [])];
      if (heard !== undefined) {
        others.push({ type: 'cursor', archive: heard.room, id: '', at: heard.at });
      }
      this.parts.mailroom.keep(body, copy, last, others, settled?.kept);
    });
    if (kept.length === 0) {
      this.parts.mailroom.count(h);
    }
  }
}

function isServer(server: Jid, of: Jid): boolean {
  return server.local === '' && server.domain === of.domain;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `${HEX[byte >> 4] ?? ''}${HEX[byte & 15] ?? ''}`).join('');
}
