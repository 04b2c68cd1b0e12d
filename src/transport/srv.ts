// SPDX-License-Identifier: MIT
//
// Which hosts to try for a domain, in which order (RFC 6120 §3.2, RFC 2782, XEP-0368).

import type { DialRequest, LinkFault, Target } from './types.js';
import { linkFault } from './types.js';

/** A DNS SRV record (RFC 2782), of `_xmpps-client` when `direct`. */
export interface SrvRecord extends Target {
  readonly priority: number;
  readonly weight: number;
}

/** What one SRV question brought: records, the news that there are none, or no answer at all. */
export type SrvAnswer = { readonly records: readonly SrvRecord[] } | { readonly failed: string };

/** A whole number from 0 to `max`, both included. */
export type Pick = (max: number) => number;

/** A domain with more servers than this is answered by the first ones; nobody waits for all of them. */
const mostTargets = 16;

/** RFC 2782: lowest priority first; among equals a draw in which each one's chance is its weight. */
export function orderRecords(records: readonly SrvRecord[], pick: Pick): SrvRecord[] {
  const priorities = [...new Set(records.map((r) => r.priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    draw(
      records.filter((r) => r.priority === priority),
      pick,
    ),
  );
}

function draw(equals: readonly SrvRecord[], pick: Pick): SrvRecord[] {
  // Those without weight stand first, so that a draw of 0 can meet them at all.
  const left = [...equals].sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
  const drawn: SrvRecord[] = [];
  while (left.length > 0) {
    const mark = pick(left.reduce((sum, r) => sum + r.weight, 0));
    let running = 0;
    const at = left.findIndex((r) => (running += r.weight) >= mark);
    drawn.push(...left.splice(at, 1));
  }
  return drawn;
}

/** Where to go when a host was named by the user, who thereby skips SRV. */
export function namedTargets(dial: DialRequest, host: string): Target[] {
  const { webSocket: http } = dial;
  if (http !== undefined) return [{ host, port: dial.port ?? 443, direct: true, http }];
  const port = dial.port ?? (dial.tls === 'direct' ? 5223 : 5222);
  const direct = { host, port, direct: true };
  const starttls = { host, port, direct: false };
  if (dial.tls === 'direct') return [direct];
  if (dial.tls === 'either' && (port === 5223 || port === 443)) return [direct, starttls];
  return [starttls];
}

/** Where to go through a proxy when no host was named: the domain itself, as nothing is asked of DNS. */
export function proxiedTargets(dial: DialRequest): Target[] {
  const host = dial.domain;
  const starttls = { host, port: dial.port ?? 5222, direct: false };
  const direct = { host, port: dial.port ?? 5223, direct: true };
  if (dial.tls === 'direct') return [direct];
  return dial.tls === 'starttls' ? [starttls] : [starttls, direct];
}

/** The services to ask SRV for. */
export function services(
  tls: DialRequest['tls'],
): { readonly name: string; readonly direct: boolean }[] {
  const direct = { name: '_xmpps-client._tcp', direct: true };
  const starttls = { name: '_xmpp-client._tcp', direct: false };
  return tls === 'either' ? [direct, starttls] : [tls === 'direct' ? direct : starttls];
}

/**
 * Makes the list to try out of the answers to all SRV questions.
 * @returns at least one target, or a fault when the domain says that it has no such service
 */
export function chooseTargets(
  dial: DialRequest,
  answers: readonly SrvAnswer[],
  pick: Pick,
): Target[] | LinkFault {
  const records = answers.flatMap((a) => ('records' in a ? a.records : []));
  // "." says "decidedly not available" (RFC 2782), and then a guess at the domain itself is not
  // allowed either (XEP-0368 §3).
  const offered = records.filter((r) => r.host !== '' && r.port > 0);
  if (offered.length > 0) {
    return orderRecords(offered, pick)
      .slice(0, mostTargets)
      .map(({ host, port, direct }) => ({ host, port, direct }));
  }
  if (records.length > 0) return notOffered(dial);
  const direct = dial.tls === 'direct';
  return [{ host: dial.domain, port: dial.port ?? (direct ? 5223 : 5222), direct }];
}

function notOffered(dial: DialRequest): LinkFault {
  const what = dial.tls === 'direct' ? 'direct TLS for XMPP clients' : 'XMPP for clients';
  return linkFault(
    'link',
    'service-not-offered',
    `The domain ${dial.domain} announces that it does not offer ${what}. Check the address, or name a server to connect to.`,
  );
}
