// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { XmlReader } from '../../../src/core/xml-reader.js';
import type { Element } from '../../../src/core/xml.js';
import { nodeTools } from '../tools.js';
import { featuresOf, offerOf } from './features.js';
import type { Phase } from './features.js';
import type { End, ServerLink } from './network.js';
import { answerRequest } from './requests.js';
import { NOT_AUTHORIZED, signIn } from './sasl.js';
import { readAuthenticate, resourceOf, successOf } from './sasl2.js';
import type { Authenticate, Given } from './sasl2.js';
import { Exchange } from './sasl2-exchange.js';
import type { Verdict } from './sasl2-exchange.js';
import type { ModelServer } from './server.js';
import type { ServerSession } from './sessions.js';

const SM = 'urn:xmpp:sm:3';
export const MODULUS = 2 ** 32;

const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/** A client that breaks the protocol is a mistake of ours. */
function demand(holds: boolean, otherwise: string): void {
  if (!holds) {
    throw new Error(`the client broke the protocol: ${otherwise}`);
  }
}

/** One stream of a client at the model server. */
export class Connection implements End {
  private reader: XmlReader;
  /** With what the client has signed in, if it was a certificate: DER. */
  certificate: Uint8Array | undefined;
  private user = '';
  private agent = '';
  private exchange: Exchange | undefined;
  private session: ServerSession | undefined;
  private open = true;
  private unsaid: string[] = [];

  constructor(
    private readonly server: ModelServer,
    private readonly link: ServerLink,
    private phase: Phase,
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
      this.shut();
      const { session } = this;
      if (session?.connection === this) {
        this.server.lapse(session);
      }
    }
  }

  write(text: string): void {
    if (this.open) {
      this.unsaid.push(text);
      this.speak();
    }
  }

  /** What waited while the server said nothing goes out, if it speaks again. */
  speak(): void {
    if (!this.server.mute) {
      for (const text of this.unsaid.splice(0)) {
        this.link.toClient(Buffer.from(text));
      }
    }
  }

  /** Another link took the session's place. */
  replaced(conflict: boolean): void {
    if (conflict) {
      this.streamError('conflict');
    }
    this.hangUp();
  }

  streamError(condition: string): void {
    this.write(
      `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
    );
  }

  private hangUp(): void {
    if (this.open) {
      this.shut();
      this.link.serverCloses();
    }
  }

  private shut(): void {
    this.open = false;
    this.unsaid = [];
    this.server.gone(this);
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
          demand(false, cause.condition);
        },
      },
      nodeTools,
    );
  }

  private header(): void {
    const { options, stripTls } = this.server;
    const features = featuresOf(this.phase, options, stripTls, this.link);
    this.server.stripTls = false;
    this.write(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='x' from='${this.server.domain}' version='1.0'><stream:features>${features}</stream:features>`,
    );
  }

  private restart(phase: Phase): void {
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
      demand(this.phase === 'tls', 'a password came where it could be read by anybody');
      const signedIn = signIn(element, this.server, this.link.certificate);
      if (signedIn === undefined) return this.write(NOT_AUTHORIZED);
      ({ user: this.user, certificate: this.certificate } = signedIn);
      this.write("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
      this.restart('authenticated');
    } else if (name === 'authenticate') {
      demand(this.phase === 'tls', 'a password came where it could be read by anybody');
      this.authenticate(readAuthenticate(element));
    } else if (name === 'response') {
      this.judged(this.exchange?.respond(element.getText()));
    } else if (element.getNS() === SM) {
      this.management(element);
    } else if (!STANZAS.has(name)) {
      // A stream error: its closing tag follows.
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
      this.streamError(condition);
    }
    const { session } = this;
    this.hangUp();
    if (session !== undefined) {
      this.server.lapse(session);
    }
  }

  private authenticate(asked: Authenticate): void {
    const { server } = this;
    const { sasl2 } = server.options;
    if (sasl2 === undefined) {
      // It was not offered, and may have been asked for from memory.
      this.streamError('unsupported-stanza-type');
      this.hangUp();
      return;
    }
    const { agent } = asked;
    demand(/^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(agent), 'the client did not say which it is');
    this.exchange = new Exchange(server, sasl2, asked, this.link.channel?.());
    this.judged(this.exchange.begin());
  }

  private judged(verdict: Verdict | undefined): void {
    const asked = this.exchange?.asked;
    if (verdict === undefined || asked === undefined) {
      demand(false, 'an answer came to what was not asked');
    } else if ('says' in verdict) {
      this.write(verdict.says);
    } else {
      this.user = verdict.user;
      this.agent = asked.agent;
      this.server.access.signedIn(verdict.user, asked);
      this.succeed(asked, verdict.given);
    }
  }

  /** First the former session, then a new one (XEP-0386 §3.2), then what is offered. */
  private succeed(asked: Authenticate, given: Given): void {
    const { sasl2 } = this.server.options;
    const { resume } = asked;
    const answer =
      resume === undefined || this.server.options.plain === true
        ? undefined
        : this.resume(String(resume.getAttr('previd')), Number(resume.getAttr('h') ?? 0));
    if (!this.open) return;
    const binds = answer?.after === undefined && asked.bind !== undefined && sasl2?.bind === true;
    const bound = binds && asked.bind !== undefined ? this.bindInline(asked.bind) : '';
    this.phase = 'authenticated';
    this.write(
      successOf(this.session?.jid ?? this.user, (answer?.text ?? '') + bound, given) +
        (answer?.after === undefined ? offerOf(this.phase, this.server.options) : ''),
    );
    answer?.after?.();
  }

  private bindInline(bind: Element): string {
    const { server, agent } = this;
    const { sasl2, carbons } = server.options;
    server.clearOffline(this.user);
    const stable = resourceOf(bind.getChildText('tag') ?? '', agent);
    const resource = sasl2?.unstable === true ? `${stable}${String(server.nextId())}` : stable;
    const old = sasl2?.keepsOld === true ? undefined : agent;
    const session = server.bind(this.user, resource, this, old);
    this.session = Object.assign(session, { agent });
    session.carbons =
      carbons === true && bind.getChild('enable', 'urn:xmpp:carbons:2') !== undefined;
    session.managed = bind.getChild('enable', SM) !== undefined;
    const enabled = session.managed
      ? `<enabled xmlns='${SM}' id='${session.id}' resume='true'/>`
      : '';
    return `<bound xmlns='urn:xmpp:bind:0'>${enabled}</bound>`;
  }

  private bindTo(iq: Element): void {
    const resource = iq.getChild('bind')?.getChildText('resource') ?? 'none';
    this.session = this.server.bind(this.user, resource, this);
    if (this.agent !== '') this.session.agent = this.agent;
    const id = String(iq.getAttr('id'));
    this.write(
      `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${this.session.jid}</jid></bind></iq>`,
    );
  }

  private management(element: Element): void {
    const { session } = this;
    const h = Number(element.getAttr('h') ?? 0);
    if (this.server.options.plain === true) {
      // It was not offered, and may have been asked for from memory (RFC 6120 §4.9.3.24).
      this.streamError('unsupported-stanza-type');
      this.hangUp();
      if (session !== undefined) this.server.end(session, false);
      return;
    }
    switch (element.getName()) {
      case 'enable':
        demand(element.getAttr('resume') === 'true', 'a session was begun that cannot be resumed');
        demand(session?.managed === false, 'stream management was enabled twice, or too early');
        if (session !== undefined) {
          session.managed = true;
          const { location } = this.server.options;
          const where = location === undefined ? '' : ` location='${location}'`;
          this.write(`<enabled xmlns='${SM}' id='${session.id}' resume='true'${where}/>`);
        }
        return;
      case 'resume': {
        const answer = this.resume(String(element.getAttr('previd')), h);
        if (answer !== undefined) this.write(answer.text);
        answer?.after?.();
        return;
      }
      case 'r':
        demand(session?.managed === true, 'an acknowledgement was asked for without a session');
        this.write(`<a xmlns='${SM}' h='${this.told(session)}'/>`);
        return;
      case 'a':
        if (session !== undefined) {
          this.acknowledge(session, h);
        }
        return;
      default:
        demand(false, `<${element.getName()}/> is not of XEP-0198`);
    }
  }

  /** How many it has handled; once something else, if it is to lie. */
  private told(session: ServerSession | undefined): string {
    const { lie } = this.server;
    this.server.lie = 0;
    return String(((session?.handled ?? 0) + lie + MODULUS) % MODULUS);
  }

  /** @returns the answer, and what follows it if the session goes on; nothing if there is none */
  private resume(previd: string, h: number): { text: string; after?: () => void } | undefined {
    if (this.server.options.silent === true) {
      this.hangUp();
      return undefined;
    }
    const session = this.server.sessions.get(previd);
    const { queue } = this.server.options;
    if (session?.user !== this.user) {
      return { text: this.refusal(previd) };
    }
    if (queue?.end === 'silence' && session.unacked.length > queue.cap) {
      this.hangUp();
      return undefined;
    }
    session.connection?.replaced(true);
    session.connection = this;
    session.lapses++;
    this.session = session;
    this.acknowledge(session, h);
    const text = `<resumed xmlns='${SM}' previd='${previd}' h='${this.told(session)}'/>`;
    return {
      text,
      after: () => {
        this.server.watch.resumed?.(session);
        for (const stored of session.unacked) {
          this.write(this.server.resent(stored, session));
        }
        this.write(`<r xmlns='${SM}'/>`);
      },
    };
  }

  private refusal(previd: string): string {
    const known = this.server.options.failedH ? this.server.ended.get(previd) : undefined;
    const h = known === undefined ? '' : ` h='${String(known)}'`;
    return `<failed xmlns='${SM}'${h}><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`;
  }

  private acknowledge(session: ServerSession, h: number): void {
    const count = (h - (session.sent - session.unacked.length) + 2 * MODULUS) % MODULUS;
    const what = `${String(h)} stanzas were acknowledged of ${String(session.sent)}`;
    demand(count <= session.unacked.length, what);
    session.unacked.splice(0, count);
  }

  private stanza(stanza: Element, session: ServerSession): void {
    const type = stanza.getAttr('type') as string | undefined;
    this.server.watch.stanza?.(session, stanza);
    const ofRoom = this.server.rooms.take(stanza, session);
    if (stanza.getName() === 'message') {
      if (!ofRoom) {
        this.server.route(stanza, session);
      }
      if (session.managed && this.server.world.chance.happens(0.3)) {
        this.write(`<r xmlns='${SM}'/>`);
      }
    } else if (ofRoom) {
      // It was answered.
    } else if (stanza.getName() === 'presence' && type === undefined) {
      this.server.announce(session);
    } else if (stanza.getName() === 'iq' && (type === 'get' || type === 'set')) {
      answerRequest(this.server, stanza, session);
    }
  }
}
