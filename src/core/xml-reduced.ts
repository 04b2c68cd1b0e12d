// SPDX-License-Identifier: MIT
//
// A stanza past the reader's limits. It is read to its end, thrown away while it comes, and handed on as
// its outline: the stream is sound, and a stanza of anybody's that ended it would come again with the
// next session and end that too (XEP-0198 §5, XEP-0160).

import { Element } from 'ltx';

/** All that is left of such a stanza: name, namespace, addresses, type and id. Nobody can send one. */
export class ReducedElement extends Element {}

/**
 * The longest value that is kept; of a longer one so much, and it means nothing then. No address is as
 * long (RFC 7622 §3.1).
 */
export const KEPT_LENGTH = 4096;

const keptNames: ReadonlySet<string> = new Set(['xmlns', 'from', 'to', 'type', 'id']);

/** What will be needed of a stanza if it goes past a limit; taken from its start tag as that is read. */
export class Outline {
  private readonly kept = new Map<string, string>();

  constructor(private readonly name: string) {}

  /** @returns false if there was an attribute of that name (XML 1.0 §3.1) */
  take(name: string, value: string): boolean {
    if (!keptNames.has(name)) return true;
    if (this.kept.has(name)) return false;
    this.kept.set(name, value);
    return true;
  }

  /** @param xmlns the namespace that the stream gives it, if it names none itself */
  element(xmlns: string): ReducedElement {
    const element = new ReducedElement(this.name);
    element.attrs.xmlns = xmlns;
    for (const [name, value] of this.kept) element.attrs[name] = value.slice(0, KEPT_LENGTH);
    return element;
  }
}

/**
 * The names of the elements that are open below a limit, for their end tags. One text for all: a peer may
 * open five million of them in 16 MiB.
 */
export class OpenNames {
  /** UTF-16 code units, each name behind a zero, which is in none. */
  private codes = new Uint16Array(1024);
  private length = 0;

  get empty(): boolean {
    return this.length === 0;
  }

  push(name: string): void {
    const end = this.length + 1 + name.length;
    if (end > this.codes.length) {
      const larger = new Uint16Array(2 * end);
      larger.set(this.codes);
      this.codes = larger;
    }
    this.codes[this.length] = 0;
    for (let at = 0; at < name.length; at += 1) {
      this.codes[this.length + 1 + at] = name.charCodeAt(at);
    }
    this.length = end;
  }

  /** @returns whether this was the last one opened; if not, nothing has changed */
  pop(name: string): boolean {
    const start = this.length - name.length;
    if (start < 1 || this.codes[start - 1] !== 0) return false;
    for (let at = 0; at < name.length; at += 1) {
      if (this.codes[start + at] !== name.charCodeAt(at)) return false;
    }
    this.length = start - 1;
    return true;
  }
}
