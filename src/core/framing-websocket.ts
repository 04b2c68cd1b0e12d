// SPDX-License-Identifier: MIT
//
// A stream on a WebSocket (RFC 7395): each message is one element and a document of its own, and elements
// take the place of the stream's start and end tags.

import { fault } from './errors.js';
import { openingAttributes } from './framing.js';
import type { Framing, StreamReader } from './framing.js';
import { NS } from './namespaces.js';
import type { Tools } from './tools.js';
import { attribute, is, serialise, xml } from './xml.js';
import type { Element } from './xml.js';
import { XmlReader } from './xml-reader.js';
import type { XmlHandlers, XmlLimits } from './xml-reader.js';

export const webSocketFraming: Framing = {
  messages: true,
  closing: serialise(xml('close', { xmlns: NS.framing })),
  opening: (domain, from) =>
    serialise(xml('open', { xmlns: NS.framing, ...openingAttributes(domain, from) })),
  frames: (texts) => texts.map(declared),
  opens: (root) => is(root, 'open', NS.framing),
  reader: (handlers, tools, limits) => new MessageReader(handlers, tools, limits),
};

/**
 * There is no start tag of a stream that declares a namespace for all (RFC 7395 §3.3.3).
 * @param text one element as we write it: no value has a quotation mark in it, so that what looks like a
 *        declaration in the start tag is one
 */
function declared(text: string): string {
  const tag = text.slice(0, text.indexOf('>'));
  const prefixed = tag.startsWith('<stream:');
  const [name, uri] = prefixed ? ['xmlns:stream', NS.stream] : ['xmlns', NS.client];
  if (tag.includes(` ${name}="`) || tag.includes(` ${name}='`)) return text;
  const at = /^<[^\s/>]+/.exec(tag)?.[0].length ?? 0;
  return `${text.slice(0, at)} ${name}="${uri}"${text.slice(at)}`;
}

/** What is put around a message, so that it can be told whether it was one element and complete. */
const before = '<_>';
const behind = '</_>';
const lessThan = 0x3c;

class MessageReader implements StreamReader {
  private opened = false;
  private stopped = false;

  constructor(
    private readonly handlers: XmlHandlers,
    private readonly tools: Pick<Tools, 'newUtf8Decoder' | 'utf8'>,
    private limits: Partial<XmlLimits>,
  ) {}

  write(message: Uint8Array): void {
    if (this.stopped) return;
    const element = this.read(message);
    if (element === undefined) return;
    if (is(element, 'close', NS.framing)) this.close(element);
    else if (!this.opened) {
      this.opened = true;
      this.handlers.open(element);
    } else if (is(element, 'open', NS.framing)) this.refuse('opened the stream twice');
    else this.handlers.element(element);
  }

  relax(): void {
    this.limits = {};
  }

  stop(): void {
    this.stopped = true;
  }

  /** A reader for each message: nothing of one, such as half a tag, can reach into the next. */
  private read(message: Uint8Array): Element | undefined {
    const found: Element[] = [];
    let ended = false;
    let broken = false;
    const reader = new XmlReader(
      {
        open: () => undefined,
        element: (element) => void found.push(element),
        end: () => {
          ended = true;
        },
        fault: (cause) => {
          broken = true;
          this.stop();
          this.handlers.fault(cause);
        },
      },
      this.tools,
      this.limits,
    );
    reader.write(this.tools.utf8(before));
    reader.write(message);
    const early = ended;
    if (!broken) reader.write(this.tools.utf8(behind));
    if (broken) return undefined;
    const [element] = found;
    const alone = found.length === 1 && message[0] === lessThan;
    if (alone && ended && !early) return element;
    this.refuse('sent a message that is not one whole element');
    return undefined;
  }

  /** RFC 7395 §3.6. */
  private close(element: Element): void {
    this.stop();
    const place = attribute(element, 'see-other-uri');
    if (place === undefined) return this.handlers.end();
    // §3.6.1: where the server wants us; who it has to be there stays as it was.
    const text = 'The server asks to connect to another host.';
    this.handlers.fault({ ...fault('stream', 'see-other-host', text), place });
  }

  private refuse(what: string): void {
    this.stop();
    const text = `The server ${what} over WebSocket. The connection is closed and made again.`;
    this.handlers.fault(fault('stream', 'bad-format', text));
  }
}
