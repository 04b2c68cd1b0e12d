// SPDX-License-Identifier: MIT
//
// How a stream is put on its link: what opens and ends it, and what each thing said in it looks like. All
// else of a stream is the same whatever carries it.

import { NS } from './namespaces.js';
import type { Tools } from './tools.js';
import { attribute, is, startTag, xml } from './xml.js';
import type { Element } from './xml.js';
import { XmlReader } from './xml-reader.js';
import type { XmlHandlers, XmlLimits } from './xml-reader.js';

/** Reads one stream: a restart needs a new one. */
export interface StreamReader {
  /** Never throws for what a peer sent. */
  write(bytes: Uint8Array): void;
  /** The usual limits hold from the next element on. */
  relax(): void;
  /** Reads nothing more. */
  stop(): void;
}

export interface Framing {
  /** Bytes come as whole messages, and never cut; else they come as TCP gives them. */
  readonly messages: boolean;
  /** Ends a stream of ours. */
  readonly closing: string;
  /**
   * Opens a stream of ours.
   * @param domain whom it is for
   * @param from bare JID; given only inside TLS (RFC 6120 §4.7.1)
   */
  opening(domain: string, from: string | undefined): string;
  /**
   * @param texts elements of the stream, one each
   * @returns the same as they are handed to the link, one by one
   */
  frames(texts: readonly string[]): readonly string[];
  /** What a reader gave as the peer's opening is one of a stream for clients. */
  opens(root: Element): boolean;
  reader(
    handlers: XmlHandlers,
    tools: Pick<Tools, 'newUtf8Decoder' | 'utf8'>,
    limits: Partial<XmlLimits>,
  ): StreamReader;
}

/** The attributes of an opening are the same in all framings (RFC 6120 §4.7, RFC 7395 §3.3.2). */
export function openingAttributes(
  domain: string,
  from: string | undefined,
): Record<string, string | undefined> {
  return { to: domain, from, version: '1.0', 'xml:lang': 'en' };
}

/** One XML document that lasts as long as the stream (RFC 6120 §4.2). */
export const byteFraming: Framing = {
  messages: false,
  closing: '</stream:stream>',
  opening(domain, from) {
    const attributes = openingAttributes(domain, from);
    const root = xml('stream:stream', {
      ...attributes,
      xmlns: NS.client,
      'xmlns:stream': NS.stream,
    });
    return `<?xml version='1.0'?>${startTag(root)}`;
  },
  frames: (texts) => [texts.join('')],
  opens: (root) => is(root, 'stream', NS.stream) && attribute(root, 'xmlns') === NS.client,
  reader: (handlers, tools, limits) => new XmlReader(handlers, tools, limits),
};
