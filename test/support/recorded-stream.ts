// SPDX-License-Identifier: MIT

import type { Framing } from '../../src/core/framing.js';
import { Stream } from '../../src/core/stream.js';
import { nodeTools } from './tools.js';

/** A stream that writes down, a line each, what it does. */
export class RecordedStream {
  readonly stream: Stream;
  /** What the owner does when an element arrives. */
  onElement: (name: string) => void = () => undefined;
  private log: string[] = [];

  constructor(domain = 'example.org', framing?: Framing) {
    this.stream = new Stream(
      { domain, tools: nodeTools, framing },
      {
        write: (text) => this.log.push(`write ${text}`),
        opened: ({ id, from, version, lang }) =>
          this.log.push(`opened ${[id, from, version, lang].join(' ')}`),
        element: (el) => {
          this.log.push(`element ${el.name}`);
          this.onElement(el.name);
        },
        ended: () => this.log.push('ended'),
        fault: (f) => this.log.push(`fault ${f.kind} ${f.condition} ${f.retry}`),
      },
    );
  }

  /** The lines since the last call. */
  take(): string[] {
    const taken = this.log;
    this.log = [];
    return taken;
  }

  /** Feeds what the server says and takes the lines. */
  receive(text: string): string[] {
    this.stream.bytes(nodeTools.utf8(text));
    return this.take();
  }

  /** Exchanges the headers, with no line left. */
  opened(theirs: string): this {
    this.stream.start();
    this.receive(theirs);
    return this;
  }
}

/** Our header to example.org, in clear. */
export const ourHeader =
  "<?xml version='1.0'?>" +
  '<stream:stream to="example.org" version="1.0" xml:lang="en" ' +
  'xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">';

export const closingTag = '</stream:stream>';

/** What we write when we end a stream for this reason. */
export const errorOf = (condition: string): string =>
  `<stream:error><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>${closingTag}`;
