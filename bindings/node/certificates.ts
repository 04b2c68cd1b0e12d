// SPDX-License-Identifier: MIT
//
// Certificates to sign in with (XEP-0257): commands, and events as plain objects.

import type { Steadfast } from './library.js';
import { list } from './words.js';

export function certificateReaders(c: Steadfast, e: Buffer) {
  return {
    certificates: () => ({
      certificates: list(c.stead_event_certificate_count(e), (index) => ({
        name: c.stead_event_certificate_name(e, index) ?? '',
        sha256: c.stead_event_certificate_sha256(e, index) ?? '',
        notBeforeTimeMs: Number(c.stead_event_certificate_not_before_time_ms(e, index)),
        notAfterTimeMs: Number(c.stead_event_certificate_not_after_time_ms(e, index)),
        current: c.stead_event_certificate_current(e, index),
        resources: list(c.stead_event_certificate_resource_count(e, index), (resource) =>
          String(c.stead_event_certificate_resource(e, index, resource)),
        ),
      })),
    }),
    'certificate-made': () => ({
      id: c.stead_event_command_id(e) ?? '',
      name: c.stead_event_made_name(e) ?? '',
      path: c.stead_event_made_path(e) ?? '',
      sha256: c.stead_event_made_sha256(e) ?? '',
      notAfterTimeMs: Number(c.stead_event_made_not_after_time_ms(e)),
      replaces: c.stead_event_made_replaces(e) ?? '',
    }),
  } as const;
}

/** Each returns the command's id; `accepted` or `refused` answers it. */
export class CertificateCommands {
  readonly #c: Steadfast;
  readonly #open: () => Buffer;
  readonly #id: (id: string | null) => string;

  /** @param id  throws for none */
  constructor(c: Steadfast, open: () => Buffer, id: (id: string | null) => string) {
    this.#c = c;
    this.#open = open;
    this.#id = id;
  }

  /** Asks for the server's list: `certificates` come before `accepted`. */
  query(account: number): string {
    return this.#id(this.#c.stead_query_certificates(this.#open(), account));
  }

  /** Makes, uploads and tries one out: `certificate-made` comes before `accepted`. */
  make(account: number, name: string): string {
    return this.#id(this.#c.stead_make_certificate(this.#open(), account, name));
  }

  /** @param noManagement  who signs in with it may not change the list */
  append(account: number, name: string, path: string, noManagement = false): string {
    return this.#id(
      this.#c.stead_append_certificate(this.#open(), account, name, path, noManagement),
    );
  }

  /** @param disable  who is signed in with it stays so */
  revoke(account: number, name: string, disable = false): string {
    return this.#id(this.#c.stead_revoke_certificate(this.#open(), account, name, disable));
  }
}
