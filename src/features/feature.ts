// SPDX-License-Identifier: MIT
//
// The one interface behind which every RFC 6121 section and every XEP lives.

import type { Element } from 'ltx';
import type { Clock } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { Jid } from '../core/jid.js';
import type { Tools } from '../core/tools.js';
import type { Copy } from '../delivery/copy.js';
import type { Command, Event, JoinRoom, Message } from '../contract/engine_pb.js';
import type { ArchiveDesk, Beside, CertificateDesk, RoomDesk } from './desk.js';

export type {
  ArchivedText,
  ArchiveDesk,
  Beside,
  CertificateDesk,
  CertificateFacts,
  CertificateFile,
  OwnLine,
  RoomDesk,
} from './desk.js';

/** One specification a feature follows; feeds the README's table and doap.xml. */
export interface Spec {
  /** `RFC 6121` or `XEP-0085`. */
  readonly id: string;
  readonly name: string;
  /** The version implemented, for a XEP. */
  readonly version?: string;
  readonly status: 'complete' | 'partial';
  /** What is left out, for a partial one. */
  readonly note?: string;
}

type Body<T> = T extends { case: infer C; value: infer V } ? { case: C; value: V } : never;
export type CommandBody = Body<Command['body']>;
export type EventBody = Body<Event['body']>;
export type CommandCase = NonNullable<CommandBody['case']>;
export type CommandValue<C extends CommandCase> = Extract<CommandBody, { case: C }>['value'];

/** The answer to an IQ of ours: the whole result stanza, or the error told as a fault. */
export type Answer =
  | { readonly type: 'result'; readonly stanza: Element }
  | { readonly type: 'error'; readonly fault: Fault; readonly stanza?: Element };

/** What is known of an inbound stanza beside its text. */
export interface Incoming {
  /** Absent when the stanza has no `from`: it is then from our own account (RFC 6120 §8.1.2.1). */
  readonly from: Jid | undefined;
  /** The session is being settled after a restart: nothing else than messages and roster pushes arrives. */
  readonly settling: boolean;
}

/** How a feature answers one kind of IQ request. */
export interface RequestHandler {
  readonly type: 'get' | 'set';
  /** Name and namespace of the request's payload. */
  readonly name: string;
  readonly xmlns: string;
  /**
   * @param request the whole IQ
   * @returns the payload of the result (`undefined` for an empty one), or the error to answer with
   */
  answer(request: Element, incoming: Incoming): Element | StanzaError | undefined;
}

/** RFC 6120 §8.3, to be sent to a peer. */
export interface StanzaError {
  readonly error: 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';
  readonly condition: string;
}

/** What the user may switch off; all on unless the host says otherwise. */
export interface Settings {
  readonly carbons: boolean;
  readonly archive: boolean;
  readonly receipts: boolean;
  readonly csi: boolean;
  readonly bookmarks: boolean;
  /** How far back the archive is read when the account is new here. */
  readonly archiveDays: number;
}

/** What a feature may do. All of it takes effect in the order of the calls. */
export interface FeatureHost {
  /** Our full JID as bound; the bare account JID before the first bind. */
  readonly jid: Jid;
  /** Signed in on a living link, so that `send` and `request` reach the server. */
  readonly online: boolean;
  /** In this session our server has kept nothing for us but in the archive (XEP-0386 §3.2). */
  readonly archiveFirst: boolean;
  /** Copies for this device were switched on with the session (XEP-0280). */
  readonly carbonsOn: boolean;
  /** Namespaces of the features of the newest stream (RFC 6120 §4.3.2). */
  readonly offered: readonly string[];
  /** Name and version of the host program ("Pidgin 2.14.12"). */
  readonly program: string;
  /** What this account here is called at its server (XEP-0388 §2.3); nobody else's is. */
  readonly device: string;
  /** The platform's pure functions, for JIDs and hashes. Given by every host that runs the list. */
  readonly tools: Tools;
  /** As in the last Attach. */
  readonly settings: Settings;
  readonly archive: ArchiveDesk;
  readonly certificates: CertificateDesk;
  /** As `archive` for the archive of a room, given by its bare JID, and for our lines to it. */
  archiveOf(room: Jid): RoomDesk;
  /** Rooms of which lines wait behind their archive. */
  holding(): Jid[];
  clock(): Clock;
  /**
   * The earliest time at which what is read now can have come, Unix ms: it may have waited in a sleep.
   * @param atLeast it is known otherwise that it was no earlier than this
   */
  since(atLeast?: number): number;
  /** Calls `run` once, `delayMs` of monotonic time from now, whatever became of the session meanwhile. */
  later(delayMs: number, run: () => void): void;
  /** Unique in this process and, in practice, anywhere. */
  newId(): string;
  /** Sends presence or a message without content. Nothing is sent, and nothing kept, while offline. */
  send(stanza: Element): void;
  /**
   * Sends an IQ and calls `done` exactly once: with the answer of the one who was asked and of nobody
   * else (RFC 6120 §8.1.2.1), or with a `timeout`, `link` or `stream` fault.
   * @param to undefined asks our own account
   */
  request(
    to: Jid | undefined,
    type: 'get' | 'set',
    payload: Element,
    done: (answer: Answer) => void,
  ): void;
  /**
   * Takes a message with content into the durable outbox; answers the command itself with Accepted or
   * Refused. The stanza carries the command's id as its id.
   */
  queue(id: string, to: Jid, stanza: Element, body: string): void;
  /** The same for a line to all in a room, given by its bare JID: it goes while `open` holds there. */
  queueLine(id: string, room: Jid, stanza: Element, body: string): void;
  /**
   * An error stanza came back for a message of ours: AT_SERVER or IN_DOUBT becomes FAILED, if `from` is
   * one who can know: the recipient, the recipient's server or our own. Of a room only the room itself is
   * the recipient, and nobody in it.
   */
  bounced(id: string, from: Jid | undefined, fault: Fault): void;
  /**
   * The recipient's client has a message of ours: it becomes DELIVERED.
   * @param from who says so; believed only if he is whom it went to
   * @param displayed it was shown to a person, too (XEP-0333)
   */
  delivered(id: string, from: Jid | undefined, displayed: boolean): void;
  /** Writes an element that is no stanza and is not counted (XEP-0198 §4). Nothing while offline. */
  signal(nonza: Element): void;
  /** Accepts a command that needs no flush. */
  accept(id: string): void;
  refuse(id: string, fault: Fault): void;
  /** Puts an event into the durable inbox, in the transaction that counts the stanza being handled. */
  keep(body: Extract<EventBody, { case: 'message' }>, copy: Copy, beside?: Beside): void;
  /** Tells the host, once; lost if no host is attached. */
  tell(body: EventBody): void;
  /** A small text kept over restarts for speed only: it may be gone (roster, caps). */
  load(name: string): string | undefined;
  save(name: string, text: string): void;
  log(level: 'debug' | 'info' | 'warning', text: string): void;
}

/** The named moments of a feature's life. */
export interface FeatureHooks {
  readonly commands?: {
    readonly [C in CommandCase]?: (value: CommandValue<C>, id: string) => void;
  };
  readonly requests?: readonly RequestHandler[];
  /** Called for presence and messages, in the order of the list, until one has taken the stanza. */
  incoming?(stanza: Element, incoming: Incoming): 'pass' | 'taken';
  /** May add a payload to a message with content or to a presence before it is queued or sent. */
  outgoing?(stanza: Element): void;
  /** An earlier process's session is being settled; a fresh one follows. */
  settling?(): void;
  /**
   * A fresh session was asked for, and the answer is awaited: what is asked first in any session may be asked
   * now, and is on its way with the request. Its answer comes behind `started`, or the request fails with
   * the link. Nothing of the session is known yet, `jid` and `offered` among it.
   */
  starting?(): void;
  /**
   * A fresh session: nothing is known of the server's side.
   * @param begun `starting` was called for it, so that what was asked then is not asked again
   */
  started?(begun: boolean): void;
  /**
   * The same session on a new link: everything still holds (XEP-0198 §5).
   * @param outageMs how long there was none
   */
  resumed?(outageMs: number): void;
  /**
   * The user signs off, and the session is about to be closed.
   * @param answered to be called once, not from within, when the server has answered what is asked of
   *   it now; the session is closed a few seconds later at the latest
   * @returns whether anything is asked; nothing is waited for otherwise
   */
  leaving?(answered: () => void): boolean;
  /** The session is gone for good; what was learned in it no longer holds. */
  ended?(): void;
  /**
   * A host joined: tell it everything.
   * @param rooms those it wants to be in, as by JoinRoom
   * @param again it was signed in before, and this is a new engine: the rooms are all that it is in
   */
  attached?(rooms: readonly JoinRoom[], again: boolean): void;
  /** The host has dealt with a message from the inbox; offline perhaps. */
  taken?(message: Message): void;
}

export interface Feature {
  /** The noun that names file, C twin, contract message and test. */
  readonly name: string;
  readonly specs: readonly Spec[];
  /** Names of features that must stand earlier in the list. */
  readonly after?: readonly string[];
  /** Announced by service discovery (XEP-0030); a function, where the user's settings decide. */
  readonly namespaces?: readonly string[] | ((settings: Settings) => readonly string[]);
  attach(host: FeatureHost): FeatureHooks;
}
