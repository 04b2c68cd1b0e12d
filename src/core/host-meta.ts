// SPDX-License-Identifier: MIT
//
// Web Host Metadata (RFC 6415) as far as XEP-0156 needs it: which WebSockets a domain names.

import { NS } from './namespaces.js';
import type { Tools } from './tools.js';
import { attribute, is } from './xml.js';
import { XmlReader } from './xml-reader.js';

const relation = 'urn:xmpp:alt-connections:websocket';

/**
 * @param form XRD, or its form in JSON (RFC 6415 appendix A)
 * @param document as the web server sent it
 * @returns addresses as they are written; none if the document is broken, or has what XMPP forbids in XML
 */
export function readHostMeta(
  form: 'xrd' | 'jrd',
  document: Uint8Array,
  tools: Pick<Tools, 'newUtf8Decoder'>,
): string[] {
  return form === 'xrd' ? readXrd(document, tools) : readJrd(document, tools);
}

/** Read like a stream: its links are the children of its root. */
function readXrd(document: Uint8Array, tools: Pick<Tools, 'newUtf8Decoder'>): string[] {
  const found: string[] = [];
  let isXrd = false;
  let ended = false;
  const reader = new XmlReader(
    {
      open: (root) => {
        isXrd = is(root, 'XRD', NS.xrd);
      },
      element: (element) => {
        if (!is(element, 'Link', NS.xrd) || attribute(element, 'rel') !== relation) return;
        const href = attribute(element, 'href');
        if (href !== undefined) found.push(href);
      },
      end: () => {
        ended = true;
      },
      fault: () => undefined,
    },
    tools,
    { reduced: 0 },
  );
  reader.write(document);
  return isXrd && ended ? found : [];
}

function readJrd(document: Uint8Array, tools: Pick<Tools, 'newUtf8Decoder'>): string[] {
  try {
    const jrd: unknown = JSON.parse(tools.newUtf8Decoder().decode(document, true));
    const links: unknown = isRecord(jrd) ? jrd.links : undefined;
    if (!Array.isArray(links)) return [];
    return links.flatMap((link: unknown) =>
      isRecord(link) && link.rel === relation && typeof link.href === 'string' ? [link.href] : [],
    );
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
