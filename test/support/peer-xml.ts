// SPDX-License-Identifier: MIT
import { SaxesParser } from 'saxes';

/** A stanza as the test's own peer reads it; nothing here is shared with the engine. */
export class Node {
  readonly children: Node[] = [];
  text = '';

  constructor(
    readonly name: string,
    readonly xmlns: string,
    readonly attrs: Readonly<Record<string, string>>,
  ) {}

  child(name: string, xmlns = this.xmlns): Node | undefined {
    return this.children.find((child) => child.name === name && child.xmlns === xmlns);
  }

  childText(name: string, xmlns = this.xmlns): string | undefined {
    return this.child(name, xmlns)?.text;
  }
}

/** Tells the stream header and then each child of the stream as a tree. */
export class PeerReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: false });
  readonly #open: Node[] = [];

  constructor(told: { header: (root: Node) => void; stanza: (node: Node) => void }) {
    this.#parser.on('opentag', (tag) => {
      const attrs = Object.values(tag.attributes).map(({ name, value }) => [name, value]);
      const node = new Node(
        tag.local,
        tag.uri,
        Object.fromEntries(attrs) as Record<string, string>,
      );
      if (this.#open.length === 0) told.header(node);
      if (this.#open.length > 1) this.#open.at(-1)?.children.push(node);
      this.#open.push(node);
    });
    this.#parser.on('text', (text) => {
      const node = this.#open.at(-1);
      if (node !== undefined && this.#open.length > 1) node.text += text;
    });
    this.#parser.on('closetag', () => {
      const node = this.#open.pop();
      if (node !== undefined && this.#open.length === 1) told.stanza(node);
    });
  }

  write(text: string): void {
    this.#parser.write(text);
  }
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
