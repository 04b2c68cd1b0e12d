// SPDX-License-Identifier: MIT
//
// Bytes of a stream to stanzas. The tokenizer knows XML and its namespaces; this adds what RFC 6120
// §11 forbids, limits in every direction, and trees that can live without their stream.

import { Element } from 'ltx';
import { SaxesParser } from 'saxes';
import type { SaxesTagNS, XMLDecl } from 'saxes';
import type { Fault } from './errors.js';
import type { Tools } from './tools.js';
import { Utf8Input } from './utf8-input.js';
import { conditionOf, defaultLimits, xmlFault } from './xml-limits.js';
import type { XmlCondition, XmlLimits } from './xml-limits.js';

export type { XmlLimits } from './xml-limits.js';

export interface XmlHandlers {
  /** The stream's start tag, without children. */
  open(root: Element): void;
  /** A child of the root, complete: a tree of its own that says its namespaces itself. */
  element(element: Element): void;
  /** The stream's end tag. Nothing comes after it. */
  end(): void;
  /** The peer broke the rules, `condition` being the stream error to answer with. Nothing comes after it. */
  fault(fault: Fault): void;
}

/** The tokenizer's handlers, set as fields: set through `on()`, so many make it three times slower. */
interface Hooks {
  xmldeclHandler: (declaration: XMLDecl) => void;
  doctypeHandler: () => void;
  piHandler: () => void;
  commentHandler: () => void;
  openTagStartHandler: () => void;
  attributeHandler: () => void;
  openTagHandler: (tag: SaxesTagNS) => void;
  closeTagHandler: () => void;
  /** Runs at the `>` of an end tag, its name then being in `name`. */
  closeTag: () => void;
  readonly name: string;
  textHandler: (text: string) => void;
  cdataHandler: (text: string) => void;
  errorHandler: (error: Error) => void;
}

/** Thrown through the tokenizer to make it leave the rest of a chunk alone. */
const halt = new Error('no more of this stream is read');

/** One XML document, that is one stream: a restart needs a new reader. */
export class XmlReader {
  private readonly parser = new SaxesParser({
    xmlns: true,
    position: false,
    // XML 1.1 has other characters and other line ends (RFC 6120 §11.4 wants 1.0).
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
  });
  private readonly limits: XmlLimits;
  private readonly input: Utf8Input;
  private stopped = false;
  /** The root and, below it, the open elements of a stanza. */
  private depth = 0;
  private root: Element | undefined;
  private top: Element | undefined;
  private attributes = 0;
  /** Code units that the tokenizer is through with. */
  private fed = 0;
  /** The tokenizer is at work on a chunk. */
  private inside = false;
  /** Where the header or stanza being read began. */
  private start = 0;
  private allowed: number;

  constructor(
    private readonly handlers: XmlHandlers,
    tools: Pick<Tools, 'newUtf8Decoder'>,
    limits: Partial<XmlLimits> = {},
  ) {
    this.limits = { ...defaultLimits, ...limits };
    this.allowed = this.limits.header;
    this.input = new Utf8Input(tools);
    this.connect(this.parser as unknown as Hooks);
  }

  /** Takes the next bytes, cut anywhere. Never throws for what a peer sent. */
  write(bytes: Uint8Array): void {
    if (this.stopped) return;
    const { text, valid } = this.input.take(bytes);
    try {
      this.feed(text);
      if (!valid) this.refuse('unsupported-encoding');
    } catch (error) {
      if (error !== halt) throw error;
    }
  }

  /** Reads nothing more, not even the rest of the chunk in which the caller was called. */
  stop(): void {
    this.stopped = true;
  }

  private feed(text: string): void {
    if (text === '') return;
    // RFC 6120 §11.6: no byte order mark; the tokenizer would skip one.
    if (this.fed === 0 && text.startsWith('\ufeff')) this.refuse('not-well-formed');
    this.inside = true;
    this.parser.write(text);
    this.inside = false;
    this.fed += text.length;
    this.checkSize();
  }

  private connect(hooks: Hooks): void {
    const restricted = (): never => this.refuse('restricted-xml');
    hooks.xmldeclHandler = (declaration) => this.declaration(declaration);
    hooks.doctypeHandler = restricted;
    hooks.piHandler = restricted;
    hooks.commentHandler = restricted;
    hooks.openTagStartHandler = () => this.tagBegins();
    hooks.attributeHandler = () => this.attribute();
    hooks.openTagHandler = (tag) => this.tagOpens(tag);
    hooks.closeTagHandler = () => this.tagCloses();
    // The tokenizer tells of an element as closed before it looks whether the end tag was its own.
    const closeTag = hooks.closeTag.bind(hooks);
    hooks.closeTag = () => {
      if (hooks.name !== (this.top ?? this.root)?.name) this.refuse('not-well-formed');
      closeTag();
    };
    hooks.textHandler = (text) => this.text(text);
    hooks.cdataHandler = (text) => this.text(text);
    hooks.errorHandler = (error) => this.refuse(conditionOf(error.message));
  }

  private refuse(condition: XmlCondition): never {
    // What lies past the limit is not looked at, however much of it came in one chunk.
    this.stopped = true;
    this.handlers.fault(xmlFault(this.tooLong() ? 'policy-violation' : condition));
    throw halt;
  }

  private checkSize(): void {
    if (this.tooLong()) this.refuse('policy-violation');
  }

  private tooLong(): boolean {
    // Between two chunks the tokenizer's own count is off.
    const position = this.inside ? this.parser.position : this.fed;
    return position - this.start > this.allowed;
  }

  /** To be called after every handler of the owner. */
  private goOn(): void {
    if (this.stopped) throw halt;
  }

  private declaration({ version, encoding }: XMLDecl): void {
    this.checkSize();
    if (version !== '1.0') this.refuse('not-well-formed');
    if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') {
      this.refuse('unsupported-encoding');
    }
  }

  private tagBegins(): void {
    this.checkSize();
    this.attributes = 0;
    // Refused here, not at the tag's end: the tokenizer's look-up of a prefix walks all open elements.
    if (this.depth > this.limits.depth) this.refuse('policy-violation');
  }

  private attribute(): void {
    this.checkSize();
    this.attributes += 1;
    if (this.attributes > this.limits.attributes) this.refuse('policy-violation');
  }

  private tagOpens(tag: SaxesTagNS): void {
    this.checkSize();
    this.depth += 1;
    const element = new Element(tag.name);
    if (this.depth > 2) this.top?.cnode(element);
    let prefixed = tag.prefix !== '';
    // The tokenizer gives the attributes no prototype, so that these are all there are.
    for (const name in tag.attributes) {
      const attribute = tag.attributes[name];
      if (attribute === undefined) continue;
      element.attrs[name] = attribute.value;
      prefixed ||= attribute.prefix !== '';
    }
    if (this.root === undefined) this.rootOpens(element);
    else this.stanzaGrows(element, prefixed ? tag : undefined);
  }

  private rootOpens(root: Element): void {
    this.root = root;
    this.allowed = this.limits.stanza;
    this.start = this.parser.position;
    this.handlers.open(root);
    this.goOn();
  }

  /** @param prefixed the tag, if it or an attribute of it has a prefix */
  private stanzaGrows(element: Element, prefixed: SaxesTagNS | undefined): void {
    this.top = element;
    // What the stream's start tag says for all is said in the tree itself.
    if (this.depth === 2 && element.attrs.xmlns === undefined) {
      element.attrs.xmlns = this.parser.resolve('') ?? '';
    }
    if (prefixed === undefined) return;
    if (prefixed.prefix !== '') declarePrefix(element, prefixed.prefix, prefixed.uri);
    for (const { prefix, uri } of Object.values(prefixed.attributes)) {
      if (prefix !== '' && prefix !== 'xmlns') declarePrefix(element, prefix, uri);
    }
  }

  private text(text: string): void {
    this.checkSize();
    if (this.top === undefined) {
      // Between stanzas only white space may stand (RFC 6120 §11.7), before the root by XML itself.
      if (/[^ \t\n\r]/.test(text)) {
        this.refuse(this.root === undefined ? 'not-well-formed' : 'bad-format');
      }
      return;
    }
    const nodes = this.top.children;
    const before = nodes.at(-1);
    if (typeof before === 'string') nodes[nodes.length - 1] = before + text;
    else nodes.push(text);
  }

  private tagCloses(): void {
    this.checkSize();
    this.depth -= 1;
    const closed = this.top;
    if (closed === undefined) {
      this.stopped = true;
      this.handlers.end();
      throw halt;
    }
    this.top = closed.parent ?? undefined;
    if (this.top !== undefined) return;
    this.start = this.parser.position;
    this.handlers.element(closed);
    this.goOn();
  }
}

/** Adds a declaration where the tree up to its root has none for this prefix, or another. */
function declarePrefix(element: Element, prefix: string, uri: string): void {
  if (prefix !== 'xml' && element.findNS(prefix) !== uri) element.attrs[`xmlns:${prefix}`] = uri;
}
