// SPDX-License-Identifier: MIT
//
// A host that writes down what the features do, and lets a test be the server, the clock and the user.

import { create } from '@bufbuild/protobuf';
import type { MessageInitShape, DescMessage } from '@bufbuild/protobuf';
import type { JoinRoom } from '../../src/contract/engine_pb.js';
import type { Clock } from '../../src/core/effects.js';
import type { Fault } from '../../src/core/errors.js';
import { Jid } from '../../src/core/jid.js';
import { attribute, elements, is, parseFragment, serialise } from '../../src/core/xml.js';
import type { Element } from '../../src/core/xml.js';
import { tools } from '../../src/engine/tools-node.js';
import type { Copy } from '../../src/delivery/copy.js';
import { features } from '../../src/features/index.js';
import { RecordingCertificates } from './certificates-desk.js';
import { RecordingDesk } from './desk.js';
import type {
  Answer,
  Beside,
  CommandCase,
  EventBody,
  FeatureHooks,
  FeatureHost,
  Settings,
  StanzaError,
} from '../../src/features/feature.js';

export interface Request {
  readonly to: string | undefined;
  readonly type: 'get' | 'set';
  readonly payload: Element;
  readonly done: (answer: Answer) => void;
}

export interface Kept {
  readonly body: Extract<EventBody, { case: 'message' }>;
  readonly copy: Copy;
  readonly beside?: Beside;
}

type Told = Exclude<EventBody, { case: undefined }>;
type Values = { [B in Told as B['case']]: B['value'] };

/** A stanza as the reader hands it over: in the namespace of its stream. */
export function stanza(text: string): Element {
  const [found] = parseFragment(text, tools) ?? [];
  if (found === undefined) throw new Error(`Not well-formed: ${text}`);
  if (attribute(found, 'xmlns') === undefined) found.attrs.xmlns = 'jabber:client';
  return found;
}

export class RecordingHost implements FeatureHost {
  jid = jidOf('romeo@montague.example/orchard');
  online = true;
  offered: readonly string[] = ['urn:xmpp:csi:0'];
  archiveFirst = false;
  carbonsOn = false;
  program = 'Pidgin 2.14.12';
  device = 'Pidgin 2.14.12 (01234567)';
  readonly tools = tools;
  settings: Settings = {
    // Asked for in each session; what is tested beside it shall not see that.
    carbons: false,
    archive: false,
    bookmarks: false,
    receipts: true,
    csi: true,
    archiveDays: 3,
  };
  now: Clock = { now: 1_000, wall: 1_800_000_000_000 };
  /** So long what is read now may have waited. */
  waitedMs = 0;

  readonly archive = new RecordingDesk();
  readonly certificates = new RecordingCertificates();
  readonly rooms = new Map<string, RecordingDesk>();

  readonly sent: string[] = [];
  /** The names of all stanzas in their order. */
  readonly wire: string[] = [];
  readonly requests: Request[] = [];
  readonly queued: { id: string; to: string; stanza: string; body: string }[] = [];
  readonly kept: Kept[] = [];
  readonly told: EventBody[] = [];
  readonly accepted: string[] = [];
  readonly refused: { id: string; fault: Fault }[] = [];
  readonly receipts: { id: string; from: string | undefined; displayed: boolean }[] = [];
  readonly signals: string[] = [];
  readonly failed: { id: string; fault: Fault }[] = [];
  readonly logged: string[] = [];
  readonly files: Map<string, string>;

  #timers: { at: number; run: () => void }[] = [];
  #ids = 0;
  readonly #hooks: readonly FeatureHooks[];

  constructor(files: Iterable<[string, string]> = []) {
    this.files = new Map(files);
    this.#hooks = features.map((feature) => feature.attach(this));
  }

  // --- what features call ------------------------------------------------------------------------

  since(atLeast = 0): number {
    return Math.max(this.now.wall - this.waitedMs, atLeast);
  }

  clock(): Clock {
    return this.now;
  }

  later(delayMs: number, run: () => void): void {
    this.#timers.push({ at: this.now.now + delayMs, run });
  }

  newId(): string {
    this.#ids += 1;
    return `id${String(this.#ids)}`;
  }

  send(element: Element): void {
    if (!this.online) return;
    for (const hook of this.#hooks) hook.outgoing?.(element);
    this.sent.push(serialise(element));
    this.wire.push(element.name);
  }

  request(
    to: Jid | undefined,
    type: 'get' | 'set',
    payload: Element,
    done: (answer: Answer) => void,
  ): void {
    if (!this.online) {
      done(failure('link', 'offline'));
      return;
    }
    this.requests.push({ to: to?.toString(), type, payload, done });
    this.wire.push('iq');
  }

  queue(id: string, to: Jid, element: Element, body: string): void {
    for (const hook of this.#hooks) hook.outgoing?.(element);
    this.queued.push({ id, to: to.toString(), stanza: serialise(element), body });
  }

  queueLine(id: string, room: Jid, element: Element, body: string): void {
    this.queued.push({ id, to: room.toString(), stanza: serialise(element), body });
  }

  archiveOf(room: Jid): RecordingDesk {
    const name = room.bare().toString();
    const desk = this.rooms.get(name) ?? new RecordingDesk();
    this.rooms.set(name, desk);
    return desk;
  }

  holding(): Jid[] {
    return [...this.rooms].flatMap(([name, { holding }]) => (holding ? jidOf(name) : []));
  }

  delivered(id: string, from: Jid | undefined, displayed: boolean): void {
    this.receipts.push({ id, from: from?.toString(), displayed });
  }

  signal(nonza: Element): void {
    if (this.online) this.signals.push(serialise(nonza));
  }

  bounced(id: string, _from: Jid | undefined, fault: Fault): void {
    this.failed.push({ id, fault });
  }

  accept(id: string): void {
    this.accepted.push(id);
  }

  refuse(id: string, fault: Fault): void {
    this.refused.push({ id, fault });
  }

  keep(body: Kept['body'], copy: Copy, beside?: Beside): void {
    this.kept.push({ body, copy, ...(beside === undefined ? {} : { beside }) });
  }

  tell(body: EventBody): void {
    this.told.push(body);
  }

  load(name: string): string | undefined {
    return this.files.get(name);
  }

  save(name: string, text: string): void {
    this.files.set(name, text);
  }

  log(_level: 'debug' | 'info' | 'warning', text: string): void {
    this.logged.push(text);
  }

  // --- what a test does --------------------------------------------------------------------------

  /** @returns whether a feature has taken it */
  receive(text: string | Element): boolean {
    const element = typeof text === 'string' ? stanza(text) : text;
    const from = attribute(element, 'from');
    const incoming = { from: from === undefined ? undefined : jidOf(from), settling: false };
    return this.#hooks.some((hook) => hook.incoming?.(element, incoming) === 'taken');
  }

  /** @returns the written answer, `'result'` for an empty one, or the error condition */
  ask(text: string): string {
    const element = stanza(text);
    const from = attribute(element, 'from');
    const incoming = { from: from === undefined ? undefined : jidOf(from), settling: false };
    const handler = this.#hooks
      .flatMap((hook) => hook.requests ?? [])
      .filter(({ type }) => type === attribute(element, 'type'))
      .find(({ name, xmlns }) => elements(element).some((payload) => is(payload, name, xmlns)));
    const answer = handler === undefined ? UNAVAILABLE : handler.answer(element, incoming);
    if (answer === undefined) return 'result';
    return 'condition' in answer ? answer.condition : serialise(answer);
  }

  command<S extends DescMessage>(
    name: CommandCase,
    schema: S,
    init: MessageInitShape<S>,
    id = 'c1',
  ): void {
    const value: unknown = create(schema, init);
    for (const hook of this.#hooks) {
      const table: Readonly<Record<string, unknown>> = hook.commands ?? {};
      const run = table[name];
      if (typeof run === 'function') (run as (value: unknown, id: string) => void)(value, id);
    }
  }

  /** @returns whether an answer is awaited before the session is closed */
  leaving(answered: () => void): boolean {
    return this.#hooks.some((hook) => hook.leaving?.(answered) === true);
  }

  /** Whether the session that is to start was announced by `starting`. */
  #begun = false;

  moment(name: 'starting' | 'started' | 'resumed' | 'ended' | 'attached', outageMs = 0): void {
    for (const hook of this.#hooks) {
      if (name === 'resumed') hook.resumed?.(outageMs);
      else if (name === 'attached') hook.attached?.([], false);
      else if (name === 'started') hook.started?.(this.#begun);
      else hook[name]?.();
    }
    this.#begun = name === 'starting';
  }

  /** A host joined, and wants to be in these rooms. */
  attach(...rooms: readonly JoinRoom[]): void {
    for (const hook of this.#hooks) hook.attached?.(rooms, false);
  }

  /** The same, of a host that had signed in before this engine started. */
  attachAgain(): void {
    for (const hook of this.#hooks) hook.attached?.([], true);
  }

  /** A session dies with all that was asked in it, and a new one begins. */
  newSession(): void {
    this.online = false;
    for (const { done } of this.requests.splice(0)) done(failure('stream', 'session-lost'));
    this.moment('ended');
    this.online = true;
    this.moment('started');
  }

  /** The host program has dealt with the messages that were kept so far. */
  taken(): void {
    for (const { body } of this.kept.splice(0)) {
      for (const hook of this.#hooks) hook.taken?.(body.value);
    }
  }

  pass(ms: number): void {
    this.now = { now: this.now.now + ms, wall: this.now.wall + ms };
    const due = this.#timers.filter(({ at }) => at <= this.now.now);
    this.#timers = this.#timers.filter(({ at }) => at > this.now.now);
    for (const { run } of due) run();
  }

  /** Takes the oldest open request with this payload. */
  take(name: string, xmlns: string): Request {
    const at = this.requests.findIndex(({ payload }) => is(payload, name, xmlns));
    const [found] = at < 0 ? [] : this.requests.splice(at, 1);
    if (found === undefined) throw new Error(`Nobody asked for ${name} of ${xmlns}.`);
    return found;
  }

  /** The oldest roster request is answered with these items, or as unchanged. */
  roster(items: string | undefined, ver?: string): void {
    const version = ver === undefined ? '' : ` ver='${ver}'`;
    const query =
      items === undefined ? '' : `<query xmlns='jabber:iq:roster'${version}>${items}</query>`;
    this.take('query', 'jabber:iq:roster').done(result(query));
  }

  /** Signed in with these contacts, and nothing of it recorded. */
  signedIn(...contacts: readonly string[]): this {
    this.moment('attached');
    this.moment('started');
    this.roster(contacts.map((jid) => `<item jid='${jid}' subscription='both'/>`).join(''));
    this.forget();
    return this;
  }

  forget(): void {
    this.sent.length = 0;
    this.told.length = 0;
    this.kept.length = 0;
    this.logged.length = 0;
  }

  /** The events of one kind, as plain data. */
  toldOf<C extends keyof Values>(kind: C): Values[C][] {
    return this.told.flatMap((body) => (body.case === kind ? [body.value as Values[C]] : []));
  }
}

const UNAVAILABLE: StanzaError = { error: 'cancel', condition: 'service-unavailable' };

export function result(payload = ''): Answer {
  return { type: 'result', stanza: stanza(`<iq type='result' id='r'>${payload}</iq>`) };
}

export function failure(kind: Fault['kind'], condition: string): Answer {
  const fault: Fault = { kind, condition, text: condition, by: 'peer', retry: 'later' };
  if (kind !== 'stanza') return { type: 'error', fault };
  return { type: 'error', fault, stanza: stanza("<iq type='error' id='r'/>") };
}

export function jidOf(text: string): Jid {
  const jid = Jid.parse(text, tools);
  if (jid === undefined) throw new Error(`Not a JID: ${text}`);
  return jid;
}
