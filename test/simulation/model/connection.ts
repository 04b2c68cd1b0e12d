// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { XmlReader } from '../../../src/core/xml-reader.js';
import type { Element } from '../../../src/core/xml.js';
import { nodeTools } from '../../support/tools.js';
import type { End, ModelLink } from './network.js';
import type { ModelServer, ServerSession } from './server.js';

const SM = 'urn:xmpp:sm:3';
export const MODULUS = 2 ** 32;

/** One stream of a client at the model server. */
export class Connection implements End {
  private reader: XmlReader;
  private phase: 'clear' | 'tls' | 'authenticated' = 'clear';
  private user = '';
  private session: ServerSession | undefined;
  private open = true;

  constructor(
    private readonly server: ModelServer,
    private readonly link: ModelLink,
  ) {
    this.reader = this.newReader();
  }

  bytes(bytes: Uint8Array): void {
    if (this.open) {
      this.reader.write(bytes);
    }
  }

  closed(): void {
    if (this.open) {
      this.open = false;
      const { session } = this;
      if (session?.connection === this) {
        this.server.lapse(session);
      }
    }
  }

  write(text: string): void {
    if (this.open && !this.server.mute) {
      this.link.toClient(Buffer.from(text));
    }
  }

  /** Another link took the session's place. */
  replaced(conflict: boolean): void {
    if (conflict) {
      this.write(
        "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
      );
    }
    this.hangUp();
  }

  private hangUp(): void {
    if (this.open) {
      this.open = false;
      this.link.serverCloses();
    }
  }

  private newReader(): XmlReader {
    return new XmlReader(
      {
        open: () => {
          this.header();
        },
        element: (element) => {
          this.element(element);
        },
        end: () => {
          this.server.received.push('</>');
          this.write('</stream:stream>');
          if (this.session !== undefined) {
            this.session.connection = undefined;
            this.server.end(this.session, false);
          }
          this.hangUp();
        },
        fault: (cause) => {
          throw new Error(`the client wrote what is not XMPP: ${cause.condition}`);
        },
      },
      nodeTools,
    );
  }

  private header(): void {
    const features = {
      clear: "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>",
      tls: "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>",
      authenticated: `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>${this.server.options.plain === true ? '' : `<sm xmlns='${SM}'/>`}${this.limits()}`,
    }[this.phase];
    this.write(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='x' from='${this.server.domain}' version='1.0'><stream:features>${features}</stream:features>`,
    );
  }

  private limits(): string {
    const { maxBytes } = this.server.options;
    return maxBytes === undefined
      ? ''
      : `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${String(maxBytes)}</max-bytes></limits>`;
  }

  private restart(phase: Connection['phase']): void {
    this.phase = phase;
    this.reader.stop();
    this.reader = this.newReader();
  }

  private element(element: Element): void {
    const name = element.getName();
    const { session } = this;
    if (!this.open) {
      return;
    }
    this.server.received.push(element.toString());
    if (name === 'starttls') {
      this.write("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
      this.restart('tls');
    } else if (name === 'auth') {
      const [, local = ''] = Buffer.from(element.getText(), 'base64').toString().split('\u0000');
      this.user = `${local}@${this.server.domain}`;
      this.write("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
      this.restart('authenticated');
    } else if (element.getNS() === SM) {
      this.management(element);
    } else if (session === undefined) {
      this.bindTo(element);
    } else if (this.poisoned(element)) {
      this.refuse();
    } else {
      session.handled = (session.handled + (session.managed ? 1 : 0)) % MODULUS;
      this.stanza(element, session);
    }
  }

  private poisoned(element: Element): boolean {
    const { poison } = this.server;
    return poison !== undefined && element.toString().includes(poison.word);
  }

  /** It is not counted, and the session can be resumed: the next link brings it again. */
  private refuse(): void {
    const condition = this.server.poison?.condition;
    if (condition !== undefined) {
      this.write(
        `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
      );
    }
    const { session } = this;
    this.hangUp();
    if (session !== undefined) {
      this.server.lapse(session);
    }
  }

  private bindTo(iq: Element): void {
    const resource = iq.getChild('bind')?.getChildText('resource') ?? 'none';
    this.session = this.server.bind(this.user, resource, this);
    const id = String(iq.getAttr('id'));
    this.write(
      `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${this.session.jid}</jid></bind></iq>`,
    );
  }

  private management(element: Element): void {
    const { session } = this;
    const h = Number(element.getAttr('h') ?? 0);
    switch (element.getName()) {
      case 'enable':
        if (session !== undefined) {
          session.managed = true;
          const { location } = this.server.options;
          const where = location === undefined ? '' : ` location='${location}'`;
          this.write(`<enabled xmlns='${SM}' id='${session.id}' resume='true'${where}/>`);
        }
        return;
      case 'resume':
        this.resume(String(element.getAttr('previd')), h);
        return;
      case 'r':
        this.write(`<a xmlns='${SM}' h='${String(session?.handled ?? 0)}'/>`);
        return;
      default:
        if (session !== undefined) {
          this.acknowledge(session, h);
        }
    }
  }

  private resume(previd: string, h: number): void {
    if (this.server.options.silent === true) {
      this.hangUp();
      return;
    }
    const session = this.server.sessions.get(previd);
    if (session?.user !== this.user) {
      const known = this.server.ended.get(previd);
      const hAttr =
        known === undefined || !this.server.options.failedH ? '' : ` h='${String(known)}'`;
      this.write(
        `<failed xmlns='${SM}'${hAttr}><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`,
      );
      return;
    }
    session.connection?.replaced(true);
    session.connection = this;
    session.lapses++;
    this.session = session;
    this.acknowledge(session, h);
    this.write(`<resumed xmlns='${SM}' previd='${previd}' h='${String(session.handled)}'/>`);
    for (const { text } of session.unacked) {
      this.write(text);
    }
    this.write(`<r xmlns='${SM}'/>`);
  }

  private acknowledge(session: ServerSession, h: number): void {
    const count = (h - (session.sent - session.unacked.length) + 2 * MODULUS) % MODULUS;
    if (count > session.unacked.length) {
      throw new Error(`the client acknowledged ${String(h)} of ${String(session.sent)} stanzas`);
    }
    session.unacked.splice(0, count);
  }

  private stanza(stanza: Element, session: ServerSession): void {
    const type = stanza.getAttr('type') as string | undefined;
    if (stanza.getName() === 'message') {
      this.server.route(stanza, session);
      if (session.managed && this.server.world.chance.happens(0.3)) {
        this.write(`<r xmlns='${SM}'/>`);
      }
    } else if (stanza.getName() === 'presence' && type === undefined) {
      this.server.announce(session);
    } else if (stanza.getName() === 'iq' && (type === 'get' || type === 'set')) {
      this.answer(stanza, session);
    }
  }

  private answer(iq: Element, session: ServerSession): void {
    const id = String(iq.getAttr('id'));
    const roster = iq.getChild('query', 'jabber:iq:roster');
    const archived = iq.getChild('query', 'urn:xmpp:mam:2');
    if (archived !== undefined && this.server.options.archive === true) {
      const archive = this.server.archiveOf(session.user);
      if (this.server.archiveMute) {
        return;
      }
      const { results, last } = archive.answer(iq, archived, session.jid, this.server.world.now);
      for (const text of [...results, last]) {
        this.server.deliver(session, { text, at: this.server.world.clock().wall });
      }
      return;
    }
    const text =
      roster !== undefined && iq.getAttr('to') === undefined
        ? `<iq type='result' id='${id}' to='${session.jid}'><query xmlns='jabber:iq:roster'/></iq>`
        : `<iq type='error' id='${id}' to='${session.jid}'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;
    this.server.deliver(session, { text, at: this.server.world.clock().wall });
  }
}
