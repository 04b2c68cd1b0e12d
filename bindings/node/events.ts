// SPDX-License-Identifier: MIT
//
// Events of libsteadfast as plain objects. Words are those of steadfast.h, in lower case.

import ref from 'ref-napi';
import { accessReaders } from './access.js';
import { certificateReaders } from './certificates.js';
import type { Steadfast } from './library.js';
import { roomReaders } from './rooms.js';
import { list, shows, word, type Word } from './words.js';

const errorKinds = [
  'unknown',
  'usage',
  'link',
  'tls',
  'sasl',
  'stream',
  'stanza',
  'timeout',
  'contract',
  'store',
] as const;
const engineStates = ['started', 'died', 'failed'] as const;
const logLevels = ['debug', 'info', 'warning', 'error'] as const;
const linkStates = ['connecting', 'online', 'interrupted', 'failed', 'detached'] as const;
const messageTypes = ['chat', 'normal', 'headline', 'groupchat'] as const;
const messageStates = [
  'queued',
  'sent',
  'in-doubt',
  'at-server',
  'delivered',
  'failed',
  'unknown',
] as const;
const contactSubscriptions = ['none', 'to', 'from', 'both', 'remove'] as const;
const subscriptionNews = ['requested', 'approved', 'denied', 'cancelled'] as const;
export const secrets = ['password', 'passphrase'] as const;
export const chatStates = ['active', 'composing', 'paused', 'inactive', 'gone'] as const;

export interface Failure {
  kind: Word<typeof errorKinds>;
  condition: string;
  text: string;
  byPeer: boolean;
  retry: 'never' | 'later';
}

type Reader = ReturnType<typeof readers>;

/** What each kind of event carries; strings are '' and numbers 0 when not given. */
export type Event = {
  [K in keyof Reader]: { type: K; account: number; error?: Failure } & ReturnType<Reader[K]>;
}[keyof Reader];

function readers(c: Steadfast, e: Buffer) {
  return {
    engine: () => ({
      state: word(engineStates, c.stead_event_engine_state(e)),
      program: c.stead_event_engine_program(e) ?? '',
      retryInMs: c.stead_event_engine_retry_in_ms(e),
    }),
    'account-held': () => ({
      program: c.stead_event_held_program(e) ?? '',
      pid: Number(c.stead_event_held_pid(e)),
    }),
    accepted: () => ({ id: c.stead_event_command_id(e) ?? '' }),
    refused: () => ({ id: c.stead_event_command_id(e) ?? '' }),
    log: () => ({
      level: word(logLevels, c.stead_event_log_level(e)),
      category: c.stead_event_log_category(e) ?? '',
      text: c.stead_event_log_text(e) ?? '',
    }),
    link: () => ({
      state: word(linkStates, c.stead_event_link_state(e)),
      resumed: c.stead_event_link_resumed(e),
      step: c.stead_event_link_step(e),
      steps: c.stead_event_link_steps(e),
      stepText: c.stead_event_link_step_text(e) ?? '',
      jid: c.stead_event_link_jid(e) ?? '',
      retryInMs: c.stead_event_link_retry_in_ms(e),
      tlsVersion: c.stead_event_link_tls_version(e) ?? '',
      mechanism: c.stead_event_link_mechanism(e) ?? '',
      session: c.stead_event_link_session(e) ?? '',
      channelBinding: c.stead_event_link_channel_binding(e) ?? '',
      webSocket: c.stead_event_link_web_socket(e) ?? '',
    }),
    'ask-trust': () => ({
      domain: c.stead_event_trust_domain(e) ?? '',
      chain: list(c.stead_event_trust_chain_count(e), (index) => certificate(c, e, index)),
      sha256: c.stead_event_trust_sha256(e) ?? '',
      reasons: list(c.stead_event_trust_reason_count(e), (index) =>
        String(c.stead_event_trust_reason(e, index)),
      ),
      text: c.stead_event_trust_text(e) ?? '',
    }),
    'ask-secret': () => ({ what: word(secrets, c.stead_event_secret_what(e)) }),
    'certificate-expiry': () => ({
      notAfterTimeMs: Number(c.stead_event_expiry_time_ms(e)),
      days: c.stead_event_expiry_days(e),
      renewable: c.stead_event_expiry_renewable(e),
      text: c.stead_event_expiry_text(e) ?? '',
    }),
    message: () => ({
      from: c.stead_event_message_from(e) ?? '',
      id: c.stead_event_message_id(e) ?? '',
      kind: word(messageTypes, c.stead_event_message_type(e)),
      body: c.stead_event_message_body(e) ?? '',
      xhtml: c.stead_event_message_xhtml(e) ?? '',
      subject: c.stead_event_message_subject(e) ?? '',
      sentTimeMs: Number(c.stead_event_message_sent_time_ms(e)),
      maybeShown: c.stead_event_message_maybe_shown(e),
      setAside: c.stead_event_message_set_aside(e),
      keptIn: c.stead_event_message_kept_in(e) ?? '',
      late: c.stead_event_message_late(e),
      outgoing: c.stead_event_message_outgoing(e),
      to: c.stead_event_message_to(e) ?? '',
      privateMessage: c.stead_event_message_private(e),
      occupantId: c.stead_event_message_occupant_id(e) ?? '',
      inbox: c.stead_event_message_inbox(e),
    }),
    'message-state': () => ({
      id: c.stead_event_command_id(e) ?? '',
      state: word(messageStates, c.stead_event_state(e)),
      maybeTwice: c.stead_event_state_maybe_twice(e),
      displayed: c.stead_event_state_displayed(e),
      groupchat: c.stead_event_state_groupchat(e),
      to: c.stead_event_state_to(e) ?? '',
      body: c.stead_event_state_body(e) ?? '',
    }),
    'chat-state': () => ({
      from: c.stead_event_chat_from(e) ?? '',
      state: word(chatStates, c.stead_event_chat_state(e)),
    }),
    presence: () => ({
      jid: c.stead_event_presence_jid(e) ?? '',
      status: c.stead_event_presence_status(e) ?? '',
      resources: list(c.stead_event_resource_count(e), (index) => resource(c, e, index)),
    }),
    roster: () => ({
      begin: c.stead_event_roster_begin(e),
      end: c.stead_event_roster_end(e),
      contacts: list(c.stead_event_contact_count(e), (index) => contact(c, e, index)),
    }),
    subscription: () => ({
      jid: c.stead_event_subscription_jid(e) ?? '',
      what: word(subscriptionNews, c.stead_event_subscription_what(e)),
      text: c.stead_event_subscription_text(e) ?? '',
      nick: c.stead_event_subscription_nick(e) ?? '',
    }),
    'contact-info': () => ({
      jid: c.stead_event_info_jid(e) ?? '',
      resource: c.stead_event_info_resource(e) ?? '',
      software: c.stead_event_info_software(e) ?? '',
      version: c.stead_event_info_version(e) ?? '',
      os: c.stead_event_info_os(e) ?? '',
      utcOffset: c.stead_event_info_utc_offset(e) ?? '',
      done: c.stead_event_info_done(e),
    }),
    ...roomReaders(c, e),
    ...certificateReaders(c, e),
    ...accessReaders(c, e),
  } as const;
}

function resource(c: Steadfast, e: Buffer, index: number) {
  return {
    resource: c.stead_event_resource_name(e, index) ?? '',
    show: word(shows, c.stead_event_resource_show(e, index)),
    status: c.stead_event_resource_status(e, index) ?? '',
    priority: c.stead_event_resource_priority(e, index),
    idleSinceTimeMs: Number(c.stead_event_resource_idle_since_time_ms(e, index)),
    client: c.stead_event_resource_client(e, index) ?? '',
  };
}

function contact(c: Steadfast, e: Buffer, index: number) {
  return {
    jid: c.stead_event_contact_jid(e, index) ?? '',
    name: c.stead_event_contact_name(e, index) ?? '',
    subscription: word(contactSubscriptions, c.stead_event_contact_subscription(e, index)),
    ask: c.stead_event_contact_ask(e, index),
    groups: list(c.stead_event_contact_group_count(e, index), (group) =>
      String(c.stead_event_contact_group(e, index, group)),
    ),
  };
}

function certificate(c: Steadfast, e: Buffer, index: number): Buffer {
  const length = Buffer.alloc(8);
  const der = c.stead_event_trust_chain(e, index, length);
  // A copy: the bytes go with the event.
  return der === null
    ? Buffer.alloc(0)
    : Buffer.from(ref.reinterpret(der, Number(length.readBigUInt64LE())));
}

function failure(c: Steadfast, e: Buffer): Failure | undefined {
  const kind = c.stead_event_error_kind(e);
  if (kind < 0) return undefined;
  return {
    kind: word(errorKinds, kind),
    condition: c.stead_event_error_condition(e) ?? '',
    text: c.stead_event_error_text(e) ?? '',
    byPeer: c.stead_event_error_by_peer(e),
    retry: c.stead_event_error_retry(e) === 0 ? 'never' : 'later',
  };
}

const types: Readonly<Record<number, keyof Reader>> = {
  1: 'engine',
  2: 'account-held',
  5: 'accepted',
  6: 'refused',
  7: 'log',
  10: 'link',
  11: 'ask-trust',
  12: 'ask-secret',
  20: 'message',
  21: 'message-state',
  22: 'chat-state',
  23: 'presence',
  24: 'roster',
  25: 'subscription',
  26: 'contact-info',
  40: 'room',
  41: 'room-occupants',
  42: 'room-subject',
  43: 'room-notice',
  44: 'invitation',
  45: 'room-list',
  46: 'room-form',
  50: 'bookmarks',
  60: 'room-users',
  75: 'certificate-expiry',
  80: 'certificates',
  81: 'certificate-made',
  90: 'access',
  91: 'signed-out',
};

/** Copies all an event says; the event itself lives only until the next one is asked for. */
export function read(c: Steadfast, e: Buffer): Event {
  const type = types[c.stead_event_type(e)];
  if (type === undefined) throw new RangeError(`unknown event ${c.stead_event_type(e)}`);
  const error = failure(c, e);
  const common = {
    type,
    account: c.stead_event_account(e),
    ...(error === undefined ? {} : { error }),
  };
  // One object per kind: the pairing of `type` and its reader is by the same key.
  return { ...common, ...readers(c, e)[type]() } as Event;
}
