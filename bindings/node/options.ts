// SPDX-License-Identifier: MIT
//
// What an account is set up with.

import type { Steadfast } from './library.js';
import { fillProxy, type Proxy } from './proxy.js';
import type { Presence } from './shapes.js';
import { shows } from './words.js';

/** What one account needs; names and meanings as Attach in engine.proto. */
export interface AccountOptions {
  jid: string;
  security?: 'require_tls' | 'old_ssl' | 'opportunistic_tls';
  connectServer?: string;
  port?: number;
  authMethod?: 'auto' | 'external' | 'scram' | 'plain';
  password?: string;
  clientCert?: string;
  clientKey?: string;
  clientCertPassphrase?: string;
  caFile?: string;
  pinSha256?: string;
  plainInClear?: boolean;
  queueHours?: number;
  carbons?: boolean;
  archive?: boolean;
  receipts?: boolean;
  csi?: boolean;
  archiveDays?: number;
  bookmarks?: boolean;
  certTls12?: boolean;
  proxy?: Proxy;
}

const securities = ['require_tls', 'old_ssl', 'opportunistic_tls'] as const;
const authMethods = ['auto', 'external', 'scram', 'plain'] as const;
/** @returns whether all of them were in range */
export function fillOptions(
  c: Steadfast,
  made: Buffer | null,
  options: AccountOptions,
  presence: Presence,
): boolean {
  const texts: [number, string | undefined][] = [
    [1, options.jid],
    [3, options.connectServer],
    [6, options.password],
    [7, options.clientCert],
    [8, options.clientKey],
    [9, options.clientCertPassphrase],
    [10, options.caFile],
    [11, options.pinSha256],
  ];
  const numbers: [number, number][] = [
    [2, securities.indexOf(options.security ?? 'require_tls')],
    [4, options.port ?? 0],
    [5, authMethods.indexOf(options.authMethod ?? 'auto')],
    [12, options.plainInClear === true ? 1 : 0],
    [13, options.queueHours ?? 0],
    [14, options.carbons === false ? 0 : 1],
    [15, options.archive === false ? 0 : 1],
    [16, options.receipts === false ? 0 : 1],
    [17, options.csi === false ? 0 : 1],
    [18, options.archiveDays ?? 0],
    [19, options.bookmarks === false ? 0 : 1],
    [45, options.certTls12 === true ? 1 : 0],
  ];
  const { show = 'available', status = '', priority = 0, idleSinceTimeMs = 0 } = presence;
  return (
    fillProxy(c, made, options.proxy) &&
    texts.every(([option, text]) => c.stead_options_set_string(made, option, text ?? '')) &&
    numbers.every(([option, value]) => c.stead_options_set_int(made, option, value)) &&
    c.stead_options_set_presence(made, shows.indexOf(show), status, priority, idleSinceTimeMs)
  );
}
