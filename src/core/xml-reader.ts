// SPDX-License-Identifier: MIT
//
// Bytes of a stream to stanzas. The tokenizer knows XML and its namespaces; this adds what RFC 6120
// §11 forbids, limits in every direction, and trees that can live without their stream.

import { Element } from 'ltx';
import type { SaxesTagNS, XMLDecl } from 'saxes';
import type { Fault } from './errors.js';
import type { Tools } from './tools.js';
import { Utf8Input } from './utf8-input.js';
import { conditionOf, defaultLimits, xmlFault } from './xml-limits.js';
import type { XmlCondition, XmlLimits } from './xml-limits.js';
import { KEPT_LENGTH, OpenNames, Outline } from './xml-reduced.js';
import { newTokenizer } from './xml-tokenizer.js';

export type { XmlLimits } from './xml-limits.js';

export interface XmlHandlers {
  /** The stream's start tag, without children. */
  open(root: Element): void;
  /**
   * A child of the root, complete: a tree of its own that says its namespaces itself. One that went past a
   * limit is a {@link ReducedElement}.
   */
  element(element: Element): void;
  /** The stream's end tag. Nothing comes after it. */
  end(): void;
  /** The peer broke the rules, `condition` being the stream error to answer with. Nothing comes after it. */
  fault(fault: Fault): void;
}

/** Thrown through the tokenizer to make it leave the rest of a chunk alone. */
const halt = new Error('no more of this stream is read');

/** One XML document, that is one stream: a restart needs a new reader. */
export class XmlReader {
  private readonly tokenizer = newTokenizer();
  private limits: XmlLimits;
  private readonly input: Utf8Input;
  private stopped = false;
  /** The root and, below it, the open elements of a stanza. */
  private depth = 0;
  private root: Element | undefined;
  private top: Element | undefined;
  /** Of the stanza being read, once its name is complete. */
  private outline: Outline | undefined;
  /** The stanza being read is past a limit and only its outline will remain: what was opened since. */
  private past: OpenNames | undefined;
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
    this.connect();
    this.connectTags();
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

  /** The usual limits hold from the next element on. */
  relax(): void {
    this.limits = defaultLimits;
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
    this.tokenizer.write(text);
    this.inside = false;
    this.fed += text.length;
    this.checkSize();
    if (this.past !== undefined) this.tokenizer.text = this.tokenizer.text.slice(0, KEPT_LENGTH);
  }

  private connect(): void {
    const { tokenizer } = this;
    const restricted = (): never => this.refuse('restricted-xml');
    tokenizer.xmldeclHandler = (declaration) => this.declaration(declaration);
    tokenizer.doctypeHandler = restricted;
    tokenizer.piHandler = restricted;
    tokenizer.commentHandler = restricted;
    tokenizer.openTagStartHandler = ({ name }) => this.tagBegins(name);
    tokenizer.openTagHandler = (tag) => this.tagOpens(tag);
    tokenizer.closeTagHandler = () => this.tagCloses();
    tokenizer.textHandler = (text) => this.text(text);
    tokenizer.cdataHandler = (text) => this.text(text);
    tokenizer.errorHandler = (error) => this.refuse(conditionOf(error.message));
  }

  /**
   * Past a limit the tokenizer looks at no namespace and no second attribute of a name, since that takes
   * it the longer the more there is, and keeps none of the open tags.
   */
  private connectTags(): void {
    const { tokenizer } = this;
    const pushAttrib = tokenizer.pushAttrib.bind(tokenizer);
    tokenizer.pushAttrib = (name, value) => {
      this.attribute(name, value);
      if (this.past === undefined) pushAttrib(name, value);
    };
    const processAttribs = tokenizer.processAttribs.bind(tokenizer);
    tokenizer.processAttribs = () => {
      this.checkSize();
      if (this.past === undefined) processAttribs();
      else tokenizer.attribList = [];
    };
    const openTag = tokenizer.openTag.bind(tokenizer);
    tokenizer.openTag = () => {
      openTag();
      if (this.past !== undefined) this.past.push(tokenizer.tags.pop()?.name ?? '');
    };
    // The tokenizer tells of an element as closed before it looks whether the end tag was its own.
    const closeTag = tokenizer.closeTag.bind(tokenizer);
    tokenizer.closeTag = () => {
      const { name } = tokenizer;
      if (this.past?.empty === false) {
        if (!this.past.pop(name)) this.refuse('not-well-formed');
        tokenizer.tags.push({ name, ns: {} });
      } else if (name !== tokenizer.tags.at(-1)?.name) {
        this.refuse('not-well-formed');
      }
      closeTag();
    };
  }

  private refuse(condition: XmlCondition): never {
    // What lies past the limit is not looked at, however much of it came in one chunk.
    this.stopped = true;
    const tooLong = this.length > this.bound;
    this.handlers.fault(xmlFault(tooLong ? 'policy-violation' : condition));
    throw halt;
  }

  private checkSize(): void {
    if (this.past === undefined ? this.length > this.allowed : this.length > this.bound) {
      this.goPast();
    }
  }

  /** A limit was passed. */
  private goPast(): void {
    if (this.length > this.bound || this.outline === undefined || this.limits.reduced === 0) {
      this.refuse('policy-violation');
    }
    this.past ??= new OpenNames();
    this.top = undefined;
  }

  /** Of the header or stanza being read, as far as it was read. */
  private get length(): number {
    // Between two chunks the tokenizer's own count is off.
    return (this.inside ? this.tokenizer.position : this.fed) - this.start;
  }

  /** Where the stream ends, whatever is being read. */
  private get bound(): number {
    return this.outline === undefined ? this.allowed : Math.max(this.allowed, this.limits.reduced);
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

  private tagBegins(name: string): void {
    this.checkSize();
    this.attributes = 0;
    if (this.depth === 1) this.outline = new Outline(name);
    // Found here, not at the tag's end: the tokenizer's look-up of a prefix walks all open elements.
    if (this.depth > this.limits.depth) this.goPast();
  }

  private attribute(name: string, value: string): void {
    this.checkSize();
    this.attributes += 1;
    if (this.attributes > this.limits.attributes) this.goPast();
    if (this.depth === 1 && this.outline?.take(name, value) === false) {
      this.refuse('not-well-formed');
    }
  }

  private tagOpens(tag: SaxesTagNS): void {
    this.checkSize();
    this.depth += 1;
    if (this.past !== undefined) return;
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
    this.start = this.tokenizer.position;
    this.handlers.open(root);
    this.goOn();
  }

  /** @param prefixed the tag, if it or an attribute of it has a prefix */
  private stanzaGrows(element: Element, prefixed: SaxesTagNS | undefined): void {
    this.top = element;
    // What the stream's start tag says for all is said in the tree itself.
    if (this.depth === 2 && element.attrs.xmlns === undefined) {
      element.attrs.xmlns = this.tokenizer.resolve('') ?? '';
    }
    if (prefixed === undefined) return;
    if (prefixed.prefix !== '') declarePrefix(element, prefixed.prefix, prefixed.uri);
    for (const { prefix, uri } of Object.values(prefixed.attributes)) {
      if (prefix !== '' && prefix !== 'xmlns') declarePrefix(element, prefix, uri);
    }
  }

  private text(text: string): void {
    this.checkSize();
    if (this.past !== undefined) return;
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
    if (this.depth === 0) {
      this.stopped = true;
      this.handlers.end();
      throw halt;
    }
    const closed = this.top;
    this.top = closed?.parent ?? undefined;
    if (this.depth > 1) return;
    const reduced = this.past && this.outline?.element(this.tokenizer.resolve('') ?? '');
    this.past = undefined;
    this.outline = undefined;
    this.start = this.tokenizer.position;
    const element = reduced ?? closed;
    if (element !== undefined) this.handlers.element(element);
    this.goOn();
  }
}

/** Adds a declaration where the tree up to its root has none for this prefix, or another. */
function declarePrefix(element: Element, prefix: string, uri: string): void {
  if (prefix !== 'xml' && element.findNS(prefix) !== uri) element.attrs[`xmlns:${prefix}`] = uri;
}
