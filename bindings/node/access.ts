// SPDX-License-Identifier: MIT
//
// Who has access to the account (XEP-0494), and the end of it: commands, and events as plain objects.

import type { Steadfast } from './library.js';
import { list, word } from './words.js';

const permissions = ['', 'unrestricted', 'normal', 'restricted'] as const;
const others = ['not-asked', 'not-offered', 'not-reached', 'asked'] as const;
const tokens = ['none', 'ended', 'left'] as const;

export function accessReaders(c: Steadfast, e: Buffer) {
  return {
    access: () => ({
      clients: list(c.stead_event_access_count(e), (index) => ({
        id: c.stead_event_access_id(e, index) ?? '',
        connected: c.stead_event_access_connected(e, index),
        session: c.stead_event_access_session(e, index),
        firstSeenTimeMs: Number(c.stead_event_access_first_seen_time_ms(e, index)),
        lastSeenTimeMs: Number(c.stead_event_access_last_seen_time_ms(e, index)),
        auth: list(c.stead_event_access_auth_count(e, index), (auth) =>
          String(c.stead_event_access_auth(e, index, auth)),
        ),
        permission: word(permissions, c.stead_event_access_permission(e, index)),
        software: c.stead_event_access_software(e, index) ?? '',
        uri: c.stead_event_access_uri(e, index) ?? '',
        device: c.stead_event_access_device(e, index) ?? '',
        current: c.stead_event_access_current(e, index),
      })),
      leftOut: c.stead_event_access_left_out(e),
    }),
    'signed-out': () => ({
      id: c.stead_event_command_id(e) ?? '',
      others: word(others, c.stead_event_signed_out_others(e)),
      ended: c.stead_event_signed_out_ended(e),
      needPassword: c.stead_event_signed_out_need_password(e),
      left: c.stead_event_signed_out_left(e),
      token: word(tokens, c.stead_event_signed_out_token(e)),
      text: c.stead_event_signed_out_text(e) ?? '',
    }),
  } as const;
}

/** Each returns the command's id; `accepted` or `refused` answers it. */
export class AccessCommands {
  readonly #c: Steadfast;
  readonly #open: () => Buffer;
  readonly #id: (id: string | null) => string;

  /** @param id  throws for none */
  constructor(c: Steadfast, open: () => Buffer, id: (id: string | null) => string) {
    this.#c = c;
    this.#open = open;
    this.#id = id;
  }

  /** Asks for the server's list: `access` comes before `accepted`. */
  query(account: number): string {
    return this.#id(this.#c.stead_query_access(this.#open(), account));
  }

  /** @param id  of a client in that list */
  revoke(account: number, id: string): string {
    return this.#id(this.#c.stead_revoke_access(this.#open(), account, id));
  }

  /**
   * Signs off for good on this machine: `signed-out` comes before `accepted`, and a `link` that failed behind it.
   * @param everywhere  all others first, as far as the server lets us
   */
  signOut(account: number, everywhere = false): string {
    return this.#id(this.#c.stead_sign_out(this.#open(), account, everywhere));
  }
}
