// SPDX-License-Identifier: MIT
//
// libsteadfast and poll() as ffi-napi sees them. Nothing checks these lines against steadfast.h but
// the tests: keep them in its order.

import { Library } from 'ffi-napi';

const text = 'string' as const;
const event = 'pointer' as const;

const signatures = {
  stead_version: [text, []],
  stead_client_new: ['pointer', [text, text, 'pointer']],
  stead_client_close: ['void', ['pointer']],
  stead_client_fd: ['int', ['pointer']],
  stead_client_wants_write: ['bool', ['pointer']],
  stead_client_wait_ms: ['int', ['pointer']],
  stead_client_dispatch: ['void', ['pointer']],
  stead_client_next: ['pointer', ['pointer']],
  stead_client_error: [text, ['pointer']],
  stead_client_set_times: ['void', ['pointer', 'uint32', 'uint32']],
  stead_free: ['void', ['pointer']],

  stead_options_new: ['pointer', []],
  stead_options_free: ['void', ['pointer']],
  stead_options_set_string: ['bool', ['pointer', 'int', text]],
  stead_options_set_int: ['bool', ['pointer', 'int', 'int64']],
  stead_options_set_presence: ['bool', ['pointer', 'int', text, 'int', 'int64']],

  stead_attach: ['bool', ['pointer', 'uint32', 'pointer']],
  stead_detach: ['bool', ['pointer', 'uint32', 'int']],
  stead_send_message: [text, ['pointer', 'uint32', text, text, text]],
  stead_send_chat_state: ['bool', ['pointer', 'uint32', text, 'int']],
  stead_set_presence: ['bool', ['pointer', 'uint32', 'int', text, 'int', 'int64']],
  stead_set_contact: [text, ['pointer', 'uint32', text, text, 'pointer', 'size_t']],
  stead_remove_contact: [text, ['pointer', 'uint32', text]],
  stead_subscribe: [text, ['pointer', 'uint32', text, 'int', text]],
  stead_query_contact: ['bool', ['pointer', 'uint32', text]],
  stead_query_message: ['bool', ['pointer', 'uint32', text]],
  stead_set_proxy: ['bool', ['pointer', 'uint32', 'pointer']],
  stead_network_hint: ['bool', ['pointer', 'bool']],
  stead_answer_trust: ['bool', ['pointer', 'uint32', text, 'bool']],
  stead_answer_secret: ['bool', ['pointer', 'uint32', 'int', text]],

  stead_join_room: ['bool', ['pointer', 'uint32', text, text, text]],
  stead_leave_room: ['bool', ['pointer', 'uint32', text, text]],
  stead_send_room_message: [text, ['pointer', 'uint32', text, text, text]],
  stead_set_room_subject: [text, ['pointer', 'uint32', text, text]],
  stead_set_role: [text, ['pointer', 'uint32', text, text, 'int', text]],
  stead_set_affiliation: [text, ['pointer', 'uint32', text, text, 'int', text]],
  stead_invite: [text, ['pointer', 'uint32', text, text, text]],
  stead_query_rooms: ['bool', ['pointer', 'uint32', 'uint32', text]],
  stead_find_room_service: ['bool', ['pointer', 'uint32', 'uint32']],
  stead_stop_query_rooms: ['bool', ['pointer', 'uint32', 'uint32']],
  stead_get_room_form: [text, ['pointer', 'uint32', text, 'int']],
  stead_submit_room_form: [text, ['pointer', 'uint32', text, 'int', 'pointer']],
  stead_unregister_room: [text, ['pointer', 'uint32', text]],
  stead_request_voice: [text, ['pointer', 'uint32', text]],
  stead_query_users_by_role: [text, ['pointer', 'uint32', text, 'int']],
  stead_query_users_by_affiliation: [text, ['pointer', 'uint32', text, 'int']],
  stead_destroy_room: [text, ['pointer', 'uint32', text, text, text, text]],

  stead_set_bookmark: [text, ['pointer', 'uint32', text, text, text, text, 'bool']],
  stead_remove_bookmark: [text, ['pointer', 'uint32', text]],

  stead_query_certificates: [text, ['pointer', 'uint32']],
  stead_make_certificate: [text, ['pointer', 'uint32', text]],
  stead_append_certificate: [text, ['pointer', 'uint32', text, text, 'bool']],
  stead_revoke_certificate: [text, ['pointer', 'uint32', text, 'bool']],
  stead_query_access: [text, ['pointer', 'uint32']],
  stead_revoke_access: [text, ['pointer', 'uint32', text]],
  stead_sign_out: [text, ['pointer', 'uint32', 'bool']],

  stead_form_new: ['pointer', []],
  stead_form_free: ['void', ['pointer']],
  stead_form_add: ['bool', ['pointer', text, text]],

  stead_event_type: ['int', [event]],
  stead_event_account: ['uint32', [event]],
  stead_event_error_kind: ['int', [event]],
  stead_event_error_condition: [text, [event]],
  stead_event_error_text: [text, [event]],
  stead_event_error_by_peer: ['bool', [event]],
  stead_event_error_retry: ['int', [event]],
  stead_event_engine_state: ['int', [event]],
  stead_event_engine_program: [text, [event]],
  stead_event_engine_retry_in_ms: ['uint32', [event]],
  stead_event_held_program: [text, [event]],
  stead_event_held_pid: ['int64', [event]],
  stead_event_command_id: [text, [event]],
  stead_event_log_level: ['int', [event]],
  stead_event_log_category: [text, [event]],
  stead_event_log_text: [text, [event]],
  stead_event_link_state: ['int', [event]],
  stead_event_link_resumed: ['bool', [event]],
  stead_event_link_step: ['uint32', [event]],
  stead_event_link_steps: ['uint32', [event]],
  stead_event_link_step_text: [text, [event]],
  stead_event_link_jid: [text, [event]],
  stead_event_link_retry_in_ms: ['uint32', [event]],
  stead_event_link_tls_version: [text, [event]],
  stead_event_link_mechanism: [text, [event]],
  stead_event_link_session: [text, [event]],
  stead_event_link_channel_binding: [text, [event]],
  stead_event_link_web_socket: [text, [event]],
  stead_event_trust_domain: [text, [event]],
  stead_event_trust_chain_count: ['size_t', [event]],
  stead_event_trust_chain: ['pointer', [event, 'size_t', 'pointer']],
  stead_event_trust_sha256: [text, [event]],
  stead_event_trust_reason_count: ['size_t', [event]],
  stead_event_trust_reason: [text, [event, 'size_t']],
  stead_event_trust_text: [text, [event]],
  stead_event_secret_what: ['int', [event]],
  stead_event_expiry_time_ms: ['int64', [event]],
  stead_event_expiry_days: ['uint32', [event]],
  stead_event_expiry_renewable: ['bool', [event]],
  stead_event_expiry_text: [text, [event]],
  stead_event_message_from: [text, [event]],
  stead_event_message_id: [text, [event]],
  stead_event_message_type: ['int', [event]],
  stead_event_message_body: [text, [event]],
  stead_event_message_xhtml: [text, [event]],
  stead_event_message_subject: [text, [event]],
  stead_event_message_sent_time_ms: ['int64', [event]],
  stead_event_message_maybe_shown: ['bool', [event]],
  stead_event_message_set_aside: ['bool', [event]],
  stead_event_message_kept_in: [text, [event]],
  stead_event_message_late: ['bool', [event]],
  stead_event_message_outgoing: ['bool', [event]],
  stead_event_message_to: [text, [event]],
  stead_event_message_private: ['bool', [event]],
  stead_event_message_occupant_id: [text, [event]],
  stead_event_message_inbox: ['uint32', [event]],
  stead_event_state: ['int', [event]],
  stead_event_state_maybe_twice: ['bool', [event]],
  stead_event_state_displayed: ['bool', [event]],
  stead_event_state_groupchat: ['bool', [event]],
  stead_event_state_to: [text, [event]],
  stead_event_state_body: [text, [event]],
  stead_event_chat_from: [text, [event]],
  stead_event_chat_state: ['int', [event]],
  stead_event_presence_jid: [text, [event]],
  stead_event_presence_status: [text, [event]],
  stead_event_resource_count: ['size_t', [event]],
  stead_event_resource_name: [text, [event, 'size_t']],
  stead_event_resource_show: ['int', [event, 'size_t']],
  stead_event_resource_status: [text, [event, 'size_t']],
  stead_event_resource_priority: ['int', [event, 'size_t']],
  stead_event_resource_idle_since_time_ms: ['int64', [event, 'size_t']],
  stead_event_resource_client: [text, [event, 'size_t']],
  stead_event_roster_begin: ['bool', [event]],
  stead_event_roster_end: ['bool', [event]],
  stead_event_contact_count: ['size_t', [event]],
  stead_event_contact_jid: [text, [event, 'size_t']],
  stead_event_contact_name: [text, [event, 'size_t']],
  stead_event_contact_subscription: ['int', [event, 'size_t']],
  stead_event_contact_ask: ['bool', [event, 'size_t']],
  stead_event_contact_group_count: ['size_t', [event, 'size_t']],
  stead_event_contact_group: [text, [event, 'size_t', 'size_t']],
  stead_event_subscription_jid: [text, [event]],
  stead_event_subscription_what: ['int', [event]],
  stead_event_subscription_text: [text, [event]],
  stead_event_subscription_nick: [text, [event]],
  stead_event_info_jid: [text, [event]],
  stead_event_info_resource: [text, [event]],
  stead_event_info_software: [text, [event]],
  stead_event_info_version: [text, [event]],
  stead_event_info_os: [text, [event]],
  stead_event_info_utc_offset: [text, [event]],
  stead_event_info_done: ['bool', [event]],
  stead_event_room_jid: [text, [event]],
  stead_event_room_state: ['int', [event]],
  stead_event_room_why: ['int', [event]],
  stead_event_room_nick: [text, [event]],
  stead_event_room_actor: [text, [event]],
  stead_event_room_reason: [text, [event]],
  stead_event_room_alternate: [text, [event]],
  stead_event_room_alternate_password: [text, [event]],
  stead_event_room_name: [text, [event]],
  stead_event_room_non_anonymous: ['bool', [event]],
  stead_event_room_created: ['bool', [event]],
  stead_event_room_by_bookmark: ['bool', [event]],
  stead_event_room_password: [text, [event]],
  stead_event_occupants_begin: ['bool', [event]],
  stead_event_occupants_end: ['bool', [event]],
  stead_event_occupant_count: ['size_t', [event]],
  stead_event_occupant_nick: [text, [event, 'size_t']],
  stead_event_occupant_role: ['int', [event, 'size_t']],
  stead_event_occupant_affiliation: ['int', [event, 'size_t']],
  stead_event_occupant_jid: [text, [event, 'size_t']],
  stead_event_occupant_show: ['int', [event, 'size_t']],
  stead_event_occupant_status: [text, [event, 'size_t']],
  stead_event_occupant_self: ['bool', [event, 'size_t']],
  stead_event_occupant_departure: ['int', [event, 'size_t']],
  stead_event_occupant_new_nick: [text, [event, 'size_t']],
  stead_event_occupant_actor: [text, [event, 'size_t']],
  stead_event_occupant_reason: [text, [event, 'size_t']],
  stead_event_occupant_hat_count: ['size_t', [event, 'size_t']],
  stead_event_occupant_hat: [text, [event, 'size_t', 'size_t']],
  stead_event_occupant_id: [text, [event, 'size_t']],
  stead_event_room_subject: [text, [event]],
  stead_event_room_subject_nick: [text, [event]],
  stead_event_room_subject_set_time_ms: ['int64', [event]],
  stead_event_room_notice_text: [text, [event]],
  stead_event_invitation_from: [text, [event]],
  stead_event_invitation_reason: [text, [event]],
  stead_event_invitation_password: [text, [event]],
  stead_event_room_list_query: ['uint32', [event]],
  stead_event_room_list_service: [text, [event]],
  stead_event_room_list_done: ['bool', [event]],
  stead_event_room_list_cut: ['bool', [event]],
  stead_event_listed_room_count: ['size_t', [event]],
  stead_event_listed_room_jid: [text, [event, 'size_t']],
  stead_event_listed_room_name: [text, [event, 'size_t']],
  stead_event_room_form_kind: ['int', [event]],
  stead_event_room_form_registered: ['bool', [event]],
  stead_event_room_form_registered_nick: [text, [event]],
  stead_event_bookmarks_begin: ['bool', [event]],
  stead_event_bookmarks_end: ['bool', [event]],
  stead_event_bookmark_count: ['size_t', [event]],
  stead_event_bookmark_room: [text, [event, 'size_t']],
  stead_event_bookmark_name: [text, [event, 'size_t']],
  stead_event_bookmark_nick: [text, [event, 'size_t']],
  stead_event_bookmark_password: [text, [event, 'size_t']],
  stead_event_bookmark_autojoin: ['bool', [event, 'size_t']],
  stead_event_bookmark_removed_count: ['size_t', [event]],
  stead_event_bookmark_removed: [text, [event, 'size_t']],
  stead_event_certificate_count: ['size_t', [event]],
  stead_event_certificate_name: [text, [event, 'size_t']],
  stead_event_certificate_sha256: [text, [event, 'size_t']],
  stead_event_certificate_not_before_time_ms: ['int64', [event, 'size_t']],
  stead_event_certificate_not_after_time_ms: ['int64', [event, 'size_t']],
  stead_event_certificate_current: ['bool', [event, 'size_t']],
  stead_event_certificate_resource_count: ['size_t', [event, 'size_t']],
  stead_event_certificate_resource: [text, [event, 'size_t', 'size_t']],
  stead_event_access_count: ['size_t', [event]],
  stead_event_access_left_out: ['uint32', [event]],
  stead_event_access_id: [text, [event, 'size_t']],
  stead_event_access_connected: ['bool', [event, 'size_t']],
  stead_event_access_session: ['bool', [event, 'size_t']],
  stead_event_access_first_seen_time_ms: ['int64', [event, 'size_t']],
  stead_event_access_last_seen_time_ms: ['int64', [event, 'size_t']],
  stead_event_access_auth_count: ['size_t', [event, 'size_t']],
  stead_event_access_auth: [text, [event, 'size_t', 'size_t']],
  stead_event_access_permission: ['int', [event, 'size_t']],
  stead_event_access_software: [text, [event, 'size_t']],
  stead_event_access_uri: [text, [event, 'size_t']],
  stead_event_access_device: [text, [event, 'size_t']],
  stead_event_access_current: ['bool', [event, 'size_t']],
  stead_event_signed_out_others: ['int', [event]],
  stead_event_signed_out_ended: ['uint32', [event]],
  stead_event_signed_out_need_password: ['uint32', [event]],
  stead_event_signed_out_left: ['uint32', [event]],
  stead_event_signed_out_token: ['int', [event]],
  stead_event_signed_out_text: [text, [event]],
  stead_event_made_name: [text, [event]],
  stead_event_made_path: [text, [event]],
  stead_event_made_sha256: [text, [event]],
  stead_event_made_not_after_time_ms: ['int64', [event]],
  stead_event_made_replaces: [text, [event]],
  stead_event_room_users_role: ['int', [event]],
  stead_event_room_users_affiliation: ['int', [event]],
  stead_event_room_users_done: ['bool', [event]],
  stead_event_room_users_cut: ['bool', [event]],
  stead_event_room_user_count: ['size_t', [event]],
  stead_event_room_user_jid: [text, [event, 'size_t']],
  stead_event_room_user_nick: [text, [event, 'size_t']],
  stead_event_room_user_role: ['int', [event, 'size_t']],
  stead_event_room_user_affiliation: ['int', [event, 'size_t']],
  stead_event_room_user_reason: [text, [event, 'size_t']],
  stead_event_form: ['bool', [event]],
  stead_event_form_title: [text, [event]],
  stead_event_form_instructions: [text, [event]],
  stead_event_form_field_count: ['size_t', [event]],
  stead_event_form_field_type: ['int', [event, 'size_t']],
  stead_event_form_field_var: [text, [event, 'size_t']],
  stead_event_form_field_label: [text, [event, 'size_t']],
  stead_event_form_field_description: [text, [event, 'size_t']],
  stead_event_form_field_required: ['bool', [event, 'size_t']],
  stead_event_form_value_count: ['size_t', [event, 'size_t']],
  stead_event_form_value: [text, [event, 'size_t', 'size_t']],
  stead_event_form_option_count: ['size_t', [event, 'size_t']],
  stead_event_form_option_label: [text, [event, 'size_t', 'size_t']],
  stead_event_form_option_value: [text, [event, 'size_t', 'size_t']],
} as const;

interface Scalars {
  void: undefined;
  bool: boolean;
  int: number;
  uint32: number;
  int64: number | string;
  size_t: number | string;
  string: string | null;
  pointer: Buffer | null;
}
type Values<T extends readonly (keyof Scalars)[]> = { -readonly [I in keyof T]: Scalars[T[I]] };
type Signature = readonly [keyof Scalars, readonly (keyof Scalars)[]];
type Functions<T extends Record<string, Signature>> = {
  readonly [N in keyof T]: (...values: Values<T[N][1]>) => Scalars[T[N][0]];
};

export type Steadfast = Functions<typeof signatures>;

/** Loads libsteadfast from the given path. */
export function load(path: string): Steadfast {
  return bind<Steadfast>(path, signatures);
}

// ffi-napi's own types name each C type in another way; ours above are what comes out.
function bind<T>(path: string | null, from: Record<string, Signature>): T {
  const all: Record<string, [string, string[]]> = {};
  for (const [name, [result, values]] of Object.entries(from)) all[name] = [result, [...values]];
  return new Library(path, all) as unknown as T;
}

interface Poll {
  async(
    descriptors: Buffer,
    count: number,
    timeoutMs: number,
    done: (error: Error | null, ready: number) => void,
  ): void;
}

const c = bind<{
  readonly poll: Poll;
  readonly pipe2: (ends: Buffer, flags: number) => number;
}>(null, {
  poll: ['int', ['pointer', 'size_t', 'int']],
  pipe2: ['int', ['pointer', 'int']],
});

const POLLIN = 1;
const POLLOUT = 4;
const entryLength = 8; // struct pollfd: int fd, short events, short revents

/**
 * Waits on a thread of Node's pool, so that the loop stays free.
 * @param timeoutMs  -1 for ever
 */
export function poll(
  watches: readonly { fd: number; write: boolean }[],
  timeoutMs: number,
): Promise<void> {
  const entries = Buffer.alloc(entryLength * watches.length);
  watches.forEach(({ fd, write }, index) => {
    entries.writeInt32LE(fd, index * entryLength);
    entries.writeInt16LE(write ? POLLIN | POLLOUT : POLLIN, index * entryLength + 4);
  });
  return new Promise((resolve) => {
    // `entries` is named here so that it lives until the thread is back.
    c.poll.async(entries, watches.length, timeoutMs, () => resolve(void entries.length));
  });
}

const O_CLOEXEC = 0o2000000;

/** Returns the reading and the writing end of a new pipe, kept from child processes. */
export function pipe(): [number, number] {
  const ends = Buffer.alloc(8);
  if (c.pipe2(ends, O_CLOEXEC) !== 0) throw new Error('the system has no descriptor left');
  return [ends.readInt32LE(0), ends.readInt32LE(4)];
}
