// SPDX-License-Identifier: MIT

import type { Dial } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import { Jid } from '../core/jid.js';
import type { Tools } from '../core/tools.js';
import { Attach_AuthMethod, Attach_Security } from '../contract/engine_pb.js';
import type { Attach } from '../contract/engine_pb.js';
import type { Settings } from '../features/feature.js';
import { isFault, readProxy } from './proxy-options.js';
import type { ProxyChoice } from './proxy-options.js';

/** An Attach, checked and in the core's words. */
export interface AttachOptions {
  /** Bare. */
  readonly jid: Jid;
  /** Asked for by the user; empty leaves the choice to us. */
  readonly resource: string;
  readonly security: 'require_tls' | 'old_ssl' | 'opportunistic_tls';
  readonly authMethod: 'auto' | 'external' | 'scram' | 'plain';
  readonly plainInClear: boolean;
  readonly host: string;
  readonly port: number;
  /** Lower-case hex without colons; empty for none. */
  readonly pin: string;
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  /** The certificate may be shown on TLS 1.2 as well, to a server that was verified before. */
  readonly certTls12: boolean;
  readonly queueHours: number;
  readonly settings: Settings;
  readonly proxy: ProxyChoice;
}

const SECURITY = {
  [Attach_Security.REQUIRE_TLS]: 'require_tls',
  [Attach_Security.OLD_SSL]: 'old_ssl',
  [Attach_Security.OPPORTUNISTIC_TLS]: 'opportunistic_tls',
} as const;

const METHODS = {
  [Attach_AuthMethod.AUTO]: 'auto',
  [Attach_AuthMethod.EXTERNAL]: 'external',
  [Attach_AuthMethod.SCRAM]: 'scram',
  [Attach_AuthMethod.PLAIN]: 'plain',
} as const;

const QUEUE_HOURS = 24;
const ARCHIVE_DAYS = 3;
/** Ports that speak TLS from the first byte: XMPP's own old one, and HTTPS's through firewalls. */
const DIRECT_PORTS: ReadonlySet<number> = new Set([5223, 443]);

function bad(condition: string, text: string): Fault {
  return fault('usage', condition, text, { by: 'us', retry: 'never' });
}

/** Checks what the host asks for; a fault says which setting to mend. */
export function readOptions(attach: Attach, tools: Tools): AttachOptions | Fault {
  const jid = Jid.parse(attach.jid, tools);
  if (jid === undefined || jid.local === '') {
    return bad('jid-malformed', `“${attach.jid}” is not an XMPP address of the form name@domain.`);
  }
  const pin = attach.pinSha256.replaceAll(':', '').toLowerCase();
  if (pin !== '' && !/^[0-9a-f]{64}$/.test(pin)) {
    return bad('bad-pin', 'The pinned certificate is not a SHA-256 fingerprint of 64 hex digits.');
  }
  if (attach.port > 65_535) {
    return bad('bad-port', `Port ${String(attach.port)} does not exist.`);
  }
  const proxy = readProxy(attach.proxy);
  if (isFault(proxy)) {
    return proxy;
  }
  const authMethod = METHODS[attach.authMethod];
  if (authMethod === 'external' && attach.clientCert === '') {
    return bad('no-certificate', 'Sign-in by certificate is chosen, but no certificate is set.');
  }
  const certificate = authMethod === 'auto' || authMethod === 'external';
  return {
    jid: jid.bare(),
    resource: jid.resource,
    security: SECURITY[attach.security],
    authMethod,
    plainInClear: attach.plainInClear,
    host: attach.connectServer,
    port: attach.port,
    pin,
    certificate:
      certificate && attach.clientCert !== ''
        ? { cert: attach.clientCert, key: attach.clientKey }
        : undefined,
    certTls12: attach.certTls12,
    proxy,
    queueHours: attach.queueHours === 0 ? QUEUE_HOURS : attach.queueHours,
    settings: {
      carbons: !attach.noCarbons,
      archive: !attach.noArchive,
      receipts: !attach.noReceipts,
      csi: !attach.noCsi,
      bookmarks: !attach.noBookmarks,
      archiveDays: attach.archiveDays === 0 ? ARCHIVE_DAYS : attach.archiveDays,
    },
  };
}

/** Until a host has said what it wants. */
export const NO_SETTINGS: Settings = {
  carbons: false,
  archive: false,
  receipts: false,
  csi: false,
  bookmarks: false,
  archiveDays: ARCHIVE_DAYS,
};

/** How to reach the server with these options. */
export function dialOf(options: AttachOptions, tools: Tools): Dial {
  const fixed = options.host !== '' || (options.port !== 0 && options.port !== 5222);
  const direct = options.security === 'old_ssl' || DIRECT_PORTS.has(options.port);
  return {
    domain: options.jid.asciiDomain(tools),
    ...(options.host === '' ? {} : { host: options.host }),
    ...(options.port === 0 ? {} : { port: options.port }),
    tls: direct
      ? 'direct'
      : fixed || options.security === 'opportunistic_tls'
        ? 'starttls'
        : 'either',
    certificate: options.certificate !== undefined,
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
  };
}

/**
 * Reads `host:port`, `[IPv6]:port` or a host alone, as in `<enabled location=''/>` (XEP-0198 §3).
 * @returns nothing for what is none of these, so that the usual way is taken
 */
export function parseLocation(location: string): { host?: string; port?: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/.exec(location);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 5222);
  return host === undefined || port === 0 || port > 65_535 ? {} : { host, port };
}
