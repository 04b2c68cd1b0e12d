// SPDX-License-Identifier: MIT
//
// The domainpart of an address (RFC 7622 §3.2): one form for every way to write it.

import { isIdentifier, mapWidth } from './precis.js';
import { decodePunycode } from './punycode.js';
import type { Tools } from './tools.js';

type Idna = Pick<Tools, 'domainToAscii'>;

// Lower case and a last label that is no number: such a name is prepared as it stands. A label in
// Punycode, which may stand for something else, never matches for its `xn--`.
const prepared =
  /^(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!xn--)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;
// The underscore is in no host name, but in names that people give to machines of their own.
const asciiLabel = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** RFC 5952 §4 aside, any text form of RFC 4291 §2.2 stands, without a zone. */
function isIpv6(text: string): boolean {
  const gap = text.indexOf('::');
  const halves = gap < 0 ? [text] : [text.slice(0, gap), text.slice(gap + 2)];
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const embedded = ipv4.test(last) && text.endsWith(last);
  if (embedded) groups.splice(-1, 1, '0', '0');
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  return gap < 0 ? groups.length === 8 : groups.length <= 7;
}

/** An A-label's characters; any other label as it is. `undefined` for a false A-label. */
function toUnicode(label: string): string | undefined {
  if (!asciiLabel.test(label)) return undefined;
  if (!label.startsWith('xn--')) return label;
  const decoded = decodePunycode(label.slice(4));
  // IDNA 2008 has no symbols (RFC 5892); the platform's UTS #46 lets them through.
  return decoded !== undefined && isIdentifier(decoded) ? decoded.normalize('NFC') : undefined;
}

/**
 * @returns U-labels in lower case and NFC without a trailing dot, an IPv4 address, or an IPv6 address
 *          in brackets; `undefined` if it is none of these
 */
export function prepareDomain(text: string, idna: Idna): string | undefined {
  if (text.length > 1023) return undefined;
  const domain = text.endsWith('.') ? text.slice(0, -1) : text;
  if (prepared.test(domain) || ipv4.test(domain)) return domain;
  if (domain.startsWith('[')) {
    const lower = domain.toLowerCase();
    return lower.endsWith(']') && isIpv6(lower.slice(1, -1)) ? lower : undefined;
  }
  const ascii = idna.domainToAscii(mapWidth(domain).toLowerCase().normalize('NFC'));
  // A name of numbers alone that the platform read as an address (`1.2.3`) is neither.
  if (ascii === '' || ipv4.test(ascii)) return undefined;
  const labels = ascii.split('.').map(toUnicode);
  if (labels.includes(undefined)) return undefined;
  const unicode = labels.join('.');
  return idna.domainToAscii(unicode) === ascii ? unicode : undefined;
}

/** A prepared domain in A-labels, for DNS, TLS and the comparison with certificates. */
export function asciiDomain(domain: string, idna: Idna): string {
  return domain.startsWith('[') ? domain : idna.domainToAscii(domain);
}
