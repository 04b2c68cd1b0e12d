// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { NS } from '../../../src/core/namespaces.js';
import { attribute, namespaceOf } from '../../../src/core/xml.js';
import { XmlReader } from '../../../src/core/xml-reader.js';
import type { Element } from '../../../src/core/xml.js';
import { nodeTools } from '../tools.js';
import { ModelLink } from './network.js';
import type { ModelServer } from './server.js';

const OPEN = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' version='1.0'>`;
/** Long enough for the line, which has no delay of its own. */
const TURN_MS = 1;

/**
 * A client that says what a test gives it, word for word, through the door that all clients take. It
 * signs in and counts stanzas by itself, and keeps what came until it is taken.
 */
export class RawClient {
  readonly jid: string;
  /** Stanzas that came and were not taken yet. */
  got: Element[] = [];
  /** The session that it would resume. */
  session = '';
  /** Shown in TLS and signed in with from the next link on, DER; without one a password is. */
  certificate: Uint8Array | undefined;
  /** Why it was not let in, or put out: the conditions. */
  readonly refusals: string[] = [];
  private link: ModelLink | undefined;
  private reader: XmlReader | undefined;
  private handled = 0;

  /** Signed in with a session that can be resumed, unless `plain`. */
  static online(server: ModelServer, local: string, resource = 'raw', plain = false): RawClient {
    const client = new RawClient(server, local, resource);
    client.connect();
    client.bind(plain);
    return client;
  }

  constructor(
    private readonly server: ModelServer,
    private readonly local: string,
    private readonly resource: string,
  ) {
    this.jid = `${local}@${server.domain}/${resource}`;
  }

  /** Up to the point where a session is begun or resumed. */
  connect(): void {
    const { world } = this.server;
    const link = new ModelLink(world, 0, world.chanceFor(this.jid));
    link.certificate = this.certificate;
    this.link = link;
    // What an older line still brings is nothing to the new one.
    const onLink = (news: () => void) => {
      if (this.link === link) {
        news();
      }
    };
    const end = {
      bytes: (bytes: Uint8Array) => {
        onLink(() => this.reader?.write(bytes));
      },
      closed: () => {
        onLink(() => (this.link = undefined));
      },
    };
    link.connect(end, this.server.accept(link));
    this.header();
    this.send(`<starttls xmlns='${NS.tls}'/>`);
    this.header();
    const password = Buffer.from(`\u0000${this.local}\u0000secret`).toString('base64');
    const [mechanism, said] =
      this.certificate === undefined ? ['PLAIN', password] : ['EXTERNAL', '='];
    this.send(`<auth xmlns='${NS.sasl}' mechanism='${mechanism}'>${said}</auth>`);
    if (this.refusals.length === 0) this.header();
  }

  bind(plain = false): void {
    const resource = `<bind xmlns='${NS.bind}'><resource>${this.resource}</resource></bind>`;
    this.send(`<iq type='set' id='bind'>${resource}</iq>`);
    this.got = this.got.filter((stanza) => attribute(stanza, 'id') !== 'bind');
    this.handled = 0;
    if (!plain) {
      this.send(`<enable xmlns='${NS.sm}' resume='true'/>`);
    }
  }

  /** Another link, and the same session. */
  resume(): void {
    this.connect();
    this.send(`<resume xmlns='${NS.sm}' previd='${this.session}' h='${String(this.handled)}'/>`);
  }

  send(text: string): void {
    this.link?.toServer(Buffer.from(text));
    this.pass();
  }

  /** The line breaks, and the server knows it. */
  cut(): void {
    this.link?.cut(true, true);
    this.pass();
  }

  pass(ms = TURN_MS): void {
    this.server.world.run(this.server.world.now + ms);
  }

  /** What came since the last call. */
  take(): Element[] {
    return this.got.splice(0);
  }

  private header(): void {
    this.reader?.stop();
    this.reader = new XmlReader(
      {
        open: () => undefined,
        element: (element) => {
          this.element(element);
        },
        end: () => undefined,
        fault: (cause) => {
          throw new Error(`the model server wrote bad XML: ${cause.condition}`);
        },
      },
      nodeTools,
    );
    this.send(OPEN);
  }

  private element(element: Element): void {
    const name = element.getName();
    if (namespaceOf(element) === NS.sm) {
      if (name === 'enabled') {
        this.session = attribute(element, 'id') ?? '';
      } else if (name === 'r') {
        this.link?.toServer(Buffer.from(`<a xmlns='${NS.sm}' h='${String(this.handled)}'/>`));
      }
    } else if (name === 'message' || name === 'presence' || name === 'iq') {
      this.handled++;
      this.got.push(element);
    } else if (name === 'failure' || name === 'error') {
      this.refusals.push(element.getChildElements()[0]?.getName() ?? '');
    }
  }
}
