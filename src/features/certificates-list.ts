// SPDX-License-Identifier: MIT
//
// The elements of XEP-0257 §2: what is asked, and the server's list.

import { NS } from '../core/namespaces.js';
import { child, children, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { Tools } from '../core/tools.js';
import type { FeatureHost } from './feature.js';

/** One that the server keeps. */
export interface Item {
  readonly name: string;
  /** Empty where it cannot be read. */
  readonly der: Uint8Array;
  readonly resources: readonly string[];
}

export function append(
  name: string,
  der: Uint8Array,
  tools: Pick<Tools, 'base64'>,
  noManagement = false,
): Element {
  return xml(
    'append',
    { xmlns: NS.saslCert },
    xml('name', {}, name),
    noManagement ? xml('no-cert-management', {}) : undefined,
    xml('x509cert', {}, tools.base64(der)),
  );
}

export function revoke(name: string, how: 'revoke' | 'disable'): Element {
  return xml(how, { xmlns: NS.saslCert }, xml('name', {}, name));
}

export function items(): Element {
  return xml('items', { xmlns: NS.saslCert });
}

/** @param stanza the result of `items` */
export function readItems(stanza: Element, host: FeatureHost): Item[] {
  const list = child(stanza, 'items', NS.saslCert);
  return (list === undefined ? [] : children(list, 'item', NS.saslCert)).map((item) => {
    const text = childText(item, 'x509cert', NS.saslCert) ?? '';
    const users = child(item, 'users', NS.saslCert);
    const resources = users === undefined ? [] : children(users, 'resource', NS.saslCert);
    return {
      name: childText(item, 'name', NS.saslCert) ?? '',
      der: host.tools.fromBase64(text.replace(/\s+/g, '')) ?? new Uint8Array(),
      resources: resources.map((resource) => resource.getText()),
    };
  });
}

/** @returns the one that is this certificate, whatever its name */
export function itemOf(list: readonly Item[], sha256: string, host: FeatureHost): Item | undefined {
  return list.find(({ der }) => host.certificates.inspect(der)?.sha256 === sha256);
}
