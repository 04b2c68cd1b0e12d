// SPDX-License-Identifier: MIT

import { asciiDomain, prepareDomain } from './domain.js';
import { opaqueString, usernameCaseMapped } from './precis.js';
import type { Tools } from './tools.js';

/** Octets of UTF-8 in each part (RFC 7622 §3.2 to 3.4). */
const longestPart = 1023;

const plainLocal = /^[a-z0-9!#$%()*+,.;=?[\\\]^_`{|}~-]+$/;
const plainResource = /^[ -~]+$/;
/** RFC 7622 §3.3.1. */
const notInLocal = /["&'/:<>@ ]/;

function tooLong(part: string): boolean {
  if (part.length * 3 <= longestPart) return false;
  let octets = 0;
  for (const character of part) {
    const code = character.codePointAt(0) ?? 0;
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return octets > longestPart;
}

function prepareLocal(text: string): string | undefined {
  const local = plainLocal.test(text) ? text : usernameCaseMapped(text);
  return local === undefined || notInLocal.test(local) ? undefined : local;
}

function prepareResource(text: string): string | undefined {
  return plainResource.test(text) ? text : opaqueString(text);
}

/**
 * An address (RFC 7622), its parts prepared so that two of one entity are the same text. Parts that
 * are not there are empty. Unchangeable.
 */
export class Jid {
  private constructor(
    readonly local: string,
    /** U-labels in lower case, or an IP address (IPv6 in brackets). */
    readonly domain: string,
    readonly resource: string,
  ) {}

  /** @returns `undefined` if the text is no address */
  static parse(text: string, tools: Pick<Tools, 'domainToAscii'>): Jid | undefined {
    // The first slash ends the bare JID, and only before it an at-sign divides (RFC 7622 §3.1).
    const slash = text.indexOf('/');
    const bare = slash < 0 ? text : text.slice(0, slash);
    const at = bare.indexOf('@');
    // Measured before the preparation too, which is not for free.
    if (text.length > 3 * (longestPart + 1)) return undefined;
    const local = at < 0 ? '' : prepareLocal(bare.slice(0, at));
    const domain = prepareDomain(bare.slice(at + 1), tools);
    const resource = slash < 0 ? '' : prepareResource(text.slice(slash + 1));
    if (local === undefined || domain === undefined || resource === undefined) return undefined;
    if (tooLong(local) || tooLong(domain) || tooLong(resource)) return undefined;
    return new Jid(local, domain, resource);
  }

  /** Of parts that are prepared already; nothing is checked. */
  static of(local: string, domain: string, resource: string): Jid {
    return new Jid(local, domain, resource);
  }

  bare(): Jid {
    return this.resource === '' ? this : new Jid(this.local, this.domain, '');
  }

  withResource(resource: string): Jid {
    return new Jid(this.local, this.domain, resource);
  }

  /** The domain in A-labels, for DNS, TLS and certificates. */
  asciiDomain(tools: Pick<Tools, 'domainToAscii'>): string {
    return asciiDomain(this.domain, tools);
  }

  equals(other: Jid | undefined): boolean {
    return this.sameBare(other) && this.resource === other?.resource;
  }

  sameBare(other: Jid | undefined): boolean {
    return this.local === other?.local && this.domain === other.domain;
  }

  toString(): string {
    const bare = this.local === '' ? this.domain : `${this.local}@${this.domain}`;
    return this.resource === '' ? bare : `${bare}/${this.resource}`;
  }
}
