// SPDX-License-Identifier: MIT
//
// libsteadfast for Node.js, over ffi-napi: for tests and for programs that want the C library's
// guarantees without a compiler. (A TypeScript program that can do without the child process uses
// the engine itself: src/index.ts.)

import ref from 'ref-napi';
import { chatStates, read, secrets, type Event } from './events.js';
import { filled, type FormValues } from './forms.js';
import { load, poll, type Steadfast } from './library.js';
import { AccessCommands } from './access.js';
import { CertificateCommands } from './certificates.js';
import { fillOptions, type AccountOptions } from './options.js';
import { setProxy, type Proxy } from './proxy.js';
import { affiliations, roles, roomFormKinds, type Bookmark } from './rooms.js';
import type { Presence } from './shapes.js';
import { Wake } from './wake.js';
import { shows } from './words.js';

export type { Event, Failure } from './events.js';
export type { Form, FormField, FormValues } from './forms.js';
export type { AccountOptions } from './options.js';
export type { Proxy } from './proxy.js';
export type { Bookmark } from './rooms.js';
export type { Presence, Show } from './shapes.js';
export type ChatState = (typeof chatStates)[number];
export type Role = (typeof roles)[number];
export type RoomFormKind = (typeof roomFormKinds)[number];
export type Affiliation = (typeof affiliations)[number];

const subscribeActions = ['request', 'approve', 'deny', 'cancel'] as const;

/** libsteadfast could not take a request; the text says why. */
export class SteadfastError extends Error {
  override readonly name = 'SteadfastError';
}

/**
 * One client of libsteadfast. Its events are taken by `for await (const event of client)`, by one
 * reader only: asking for the next one tells the engine that the one before was dealt with.
 */
export class Client {
  readonly #c: Steadfast;
  readonly #wake = new Wake();
  /** Certificates to sign in with (XEP-0257). */
  readonly certificates: CertificateCommands;
  /** Who has access to the account (XEP-0494), and the end of it. */
  readonly access: AccessCommands;
  #handle: Buffer | undefined;
  #waiting: Promise<void> | undefined;

  /**
   * @param library  path of libsteadfast.so.0
   * @param program  name and release of the program
   * @param stateFolder  absolute path; its parent must exist
   * @throws SteadfastError
   */
  constructor(library: string, program: string, stateFolder: string) {
    this.#c = load(library);
    const error = ref.alloc('pointer', ref.NULL);
    const handle = this.#c.stead_client_new(program, stateFolder, error);
    if (handle === null || ref.isNull(handle)) {
      const text = error.deref() as Buffer;
      const words = ref.readCString(text, 0);
      this.#c.stead_free(text);
      this.#wake.close();
      throw new SteadfastError(words);
    }
    this.#handle = handle;
    this.certificates = new CertificateCommands(
      this.#c,
      () => this.#open(),
      (id) => this.#id(id),
    );
    this.access = new AccessCommands(
      this.#c,
      () => this.#open(),
      (id) => this.#id(id),
    );
  }

  /** How long things take, for tests; see stead_client_set_times(). */
  setTimes(giveUpMs: number, restartMs: number): void {
    this.#c.stead_client_set_times(this.#open(), giveUpMs, restartMs);
  }

  attach(account: number, options: AccountOptions, presence?: Presence): void {
    const made = this.#c.stead_options_new();
    try {
      if (!fillOptions(this.#c, made, options, presence ?? {}))
        throw new SteadfastError('An option is out of range.');
      this.#check(this.#c.stead_attach(this.#open(), account, made));
    } finally {
      this.#c.stead_options_free(made);
    }
  }

  /** Another proxy from the next connection on. */
  setProxy(account: number, proxy: Proxy): void {
    this.#check(setProxy(this.#c, this.#open(), account, proxy));
  }

  detach(account: number, how: 'sign-off' | 'park' = 'sign-off'): void {
    this.#check(this.#c.stead_detach(this.#open(), account, how === 'park' ? 1 : 0));
  }

  /** @returns the id by which later events name the text */
  sendMessage(account: number, to: string, body: string, xhtml = ''): string {
    return this.#id(this.#c.stead_send_message(this.#open(), account, to, body, xhtml));
  }

  sendChatState(account: number, to: string, state: ChatState): void {
    const index = chatStates.indexOf(state);
    this.#check(this.#c.stead_send_chat_state(this.#open(), account, to, index));
  }

  setPresence(account: number, presence: Presence): void {
    const { show = 'available', status = '', priority = 0, idleSinceTimeMs = 0 } = presence;
    const index = shows.indexOf(show);
    this.#check(
      this.#c.stead_set_presence(this.#open(), account, index, status, priority, idleSinceTimeMs),
    );
  }

  setContact(account: number, jid: string, name = '', groups: readonly string[] = []): string {
    // Both the texts and the list of pointers to them must live until the call is over.
    const texts = groups.map((group) => ref.allocCString(group));
    const pointers = Buffer.alloc(ref.sizeof.pointer * Math.max(texts.length, 1));
    texts.forEach((text, index) => ref.writePointer(pointers, index * ref.sizeof.pointer, text));
    return this.#id(
      this.#c.stead_set_contact(this.#open(), account, jid, name, pointers, texts.length),
    );
  }

  removeContact(account: number, jid: string): string {
    return this.#id(this.#c.stead_remove_contact(this.#open(), account, jid));
  }

  subscribe(
    account: number,
    jid: string,
    action: (typeof subscribeActions)[number],
    text = '',
  ): string {
    const index = subscribeActions.indexOf(action);
    return this.#id(this.#c.stead_subscribe(this.#open(), account, jid, index, text));
  }

  queryContact(account: number, jid: string): void {
    this.#check(this.#c.stead_query_contact(this.#open(), account, jid));
  }

  /** Asks where a text stands; a `message-state` follows. @param id from `sendMessage` */
  queryMessage(account: number, id: string): void {
    this.#check(this.#c.stead_query_message(this.#open(), account, id));
  }

  /** @param nick  empty: the local part of the account's address */
  joinRoom(account: number, room: string, nick = '', password = ''): void {
    this.#check(this.#c.stead_join_room(this.#open(), account, room, nick, password));
  }

  leaveRoom(account: number, room: string, text = ''): void {
    this.#check(this.#c.stead_leave_room(this.#open(), account, room, text));
  }

  /** @returns the id by which later events, and the line itself when the room reflects it, name it */
  sendRoomMessage(account: number, room: string, body: string, xhtml = ''): string {
    return this.#id(this.#c.stead_send_room_message(this.#open(), account, room, body, xhtml));
  }

  setRoomSubject(account: number, room: string, subject: string): string {
    return this.#id(this.#c.stead_set_room_subject(this.#open(), account, room, subject));
  }

  setRole(account: number, room: string, nick: string, role: Role, reason = ''): string {
    const index = roles.indexOf(role);
    return this.#id(this.#c.stead_set_role(this.#open(), account, room, nick, index, reason));
  }

  setAffiliation(
    account: number,
    room: string,
    jidOrNick: string,
    affiliation: Affiliation,
    reason = '',
  ): string {
    const index = affiliations.indexOf(affiliation);
    return this.#id(
      this.#c.stead_set_affiliation(this.#open(), account, room, jidOrNick, index, reason),
    );
  }

  invite(account: number, room: string, jid: string, reason = ''): string {
    return this.#id(this.#c.stead_invite(this.#open(), account, room, jid, reason));
  }

  /**
   * Asks for the rooms of a service; `room-list` events follow, each with the number of the query.
   * @param service  empty: that of the account's server
   */
  queryRooms(account: number, query: number, service = ''): void {
    this.#check(this.#c.stead_query_rooms(this.#open(), account, query, service));
  }

  /** Asks which service for rooms the account's server has: a `room-list` without rooms. */
  findRoomService(account: number, query: number): void {
    this.#check(this.#c.stead_find_room_service(this.#open(), account, query));
  }

  stopQueryRooms(account: number, query: number): void {
    this.#check(this.#c.stead_stop_query_rooms(this.#open(), account, query));
  }

  /** Asks for a room's form; a `room-form` follows, then `accepted`, or `refused`. */
  getRoomForm(account: number, room: string, kind: RoomFormKind): string {
    const index = roomFormKinds.indexOf(kind);
    return this.#id(this.#c.stead_get_room_form(this.#open(), account, room, index));
  }

  /** @param values  null when the form is given up */
  submitRoomForm(
    account: number,
    room: string,
    kind: RoomFormKind,
    values: FormValues | null,
  ): string {
    const form = values === null ? null : filled(this.#c, values);
    if (form === undefined) throw new SteadfastError('A text is too long or not UTF-8.');
    const index = roomFormKinds.indexOf(kind);
    try {
      return this.#id(this.#c.stead_submit_room_form(this.#open(), account, room, index, form));
    } finally {
      this.#c.stead_form_free(form);
    }
  }

  /** `accepted` when the server has it, with `bookmarks` before that; or `refused`. */
  setBookmark(account: number, room: string, bookmark: Bookmark): string {
    const { name = '', nick = '', password = '', autojoin = false } = bookmark;
    return this.#id(
      this.#c.stead_set_bookmark(this.#open(), account, room, name, nick, password, autojoin),
    );
  }

  removeBookmark(account: number, room: string): string {
    return this.#id(this.#c.stead_remove_bookmark(this.#open(), account, room));
  }

  /** Takes a registration back; a `room-form` of kind `unregister` comes where the room asks first. */
  unregisterRoom(account: number, room: string): string {
    return this.#id(this.#c.stead_unregister_room(this.#open(), account, room));
  }

  /** Asks the moderators for voice; they get a `room-form` of kind `voice`. */
  requestVoice(account: number, room: string): string {
    return this.#id(this.#c.stead_request_voice(this.#open(), account, room));
  }

  /** Asks who has a role; `room-users` follow, then `accepted`, or `refused`. */
  queryUsersByRole(account: number, room: string, role: Role): string {
    const index = roles.indexOf(role);
    return this.#id(this.#c.stead_query_users_by_role(this.#open(), account, room, index));
  }

  queryUsersByAffiliation(account: number, room: string, affiliation: Affiliation): string {
    const index = affiliations.indexOf(affiliation);
    return this.#id(this.#c.stead_query_users_by_affiliation(this.#open(), account, room, index));
  }

  /** @param alternate  the room to go to instead, and what it asks for; empty for none */
  destroyRoom(account: number, room: string, reason = '', alternate = '', password = ''): string {
    return this.#id(
      this.#c.stead_destroy_room(this.#open(), account, room, reason, alternate, password),
    );
  }

  networkHint(available: boolean): void {
    this.#check(this.#c.stead_network_hint(this.#open(), available));
  }

  answerTrust(account: number, sha256: string, accept: boolean): void {
    this.#check(this.#c.stead_answer_trust(this.#open(), account, sha256, accept));
  }

  /** @param secret  null when the person closed the prompt */
  answerSecret(account: number, what: (typeof secrets)[number], secret: string | null): void {
    const index = secrets.indexOf(what);
    this.#check(this.#c.stead_answer_secret(this.#open(), account, index, secret));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    while (this.#handle !== undefined) {
      this.#c.stead_client_dispatch(this.#handle);
      for (let event = this.#next(); event !== undefined; event = this.#next()) yield event;
      if (this.#handle === undefined) return;
      await this.#wait(this.#handle);
    }
  }

  /** Says goodbye. A reader that waits for the next event comes to its end. */
  async close(): Promise<void> {
    if (this.#handle === undefined) return;
    const handle = this.#handle;
    this.#handle = undefined;
    this.#wake.now();
    await this.#waiting;
    this.#c.stead_client_close(handle);
    this.#wake.close();
  }

  #next(): Event | undefined {
    if (this.#handle === undefined) return undefined;
    const event = this.#c.stead_client_next(this.#handle);
    return event === null || ref.isNull(event) ? undefined : read(this.#c, event);
  }

  async #wait(handle: Buffer): Promise<void> {
    const own = {
      fd: this.#c.stead_client_fd(handle),
      write: this.#c.stead_client_wants_write(handle),
    };
    const woken = { fd: this.#wake.fd, write: false };
    this.#waiting = poll([own, woken], this.#c.stead_client_wait_ms(handle));
    await this.#waiting;
    this.#wake.taken();
  }

  #open(): Buffer {
    if (this.#handle === undefined) throw new SteadfastError('The client is closed.');
    // What this call leads to may be due before what a reader waits for.
    this.#wake.now();
    return this.#handle;
  }

  #check(done: boolean): void {
    if (!done) throw new SteadfastError(this.#c.stead_client_error(this.#open()) ?? '');
  }

  #id(id: string | null): string {
    if (id === null) throw new SteadfastError(this.#c.stead_client_error(this.#open()) ?? '');
    return id;
  }
}
