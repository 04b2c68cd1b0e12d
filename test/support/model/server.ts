// SPDX-License-Identifier: MIT

import { formatDateTime } from '../../../src/core/stanza.js';
import type { Element } from '../../../src/core/xml.js';
import { Access } from './access.js';
import { ModelArchive } from './archive.js';
import { Connection, MODULUS } from './connection.js';
import { forget } from './death.js';
import type { Routed } from './death.js';
import type { End, ServerLink } from './network.js';
import type { ServerOptions } from './profiles.js';
import { Rooms } from './rooms.js';
import { UserCertificates } from './sasl-cert.js';
import { Tokens } from './sasl2.js';
import { bare, newSession } from './sessions.js';
import type { ServerSession, Stored } from './sessions.js';
import type { World } from './world.js';

/** After so many stanzas it asks how far the client has got. */
const ASK_EACH = 5;

/** Somebody at the server who is always there, and needs no connection to it. */
export type Peer = (text: string) => void;

/** What an observer of the server hears of. */
export interface Watch {
  /** A session is about to be bound; those it replaces are still there. */
  bound?: (user: string) => void;
  resumed?: (session: ServerSession) => void;
  /** A message came, from a session or from somebody else. */
  routed?: (from: string, text: string) => void;
  asked?: (session: ServerSession) => void;
  /** An archive's page went out, up to this id. */
  page?: (user: string, last: string) => void;
  stanza?: (session: ServerSession, stanza: Element) => void;
  /** What the server had taken and nobody will get, as it was killed. */
  dropped?: (text: string) => void;
}

/** An XMPP server that keeps what XEP-0198 and XEP-0160 ask, and forgets nothing unless it is killed. */
export class ModelServer {
  readonly sessions = new Map<string, ServerSession>();
  readonly offline = new Map<string, Stored[]>();
  /** By bare JID. */
  readonly archives = new Map<string, ModelArchive>();
  readonly peers = new Map<string, Peer>();
  /** Whom each user has in his roster, with a subscription both ways. */
  readonly contacts = new Map<string, readonly string[]>();
  /** `h` of sessions that are over, as servers keep it for `<failed/>`. */
  readonly ended = new Map<string, number>();
  readonly rooms: Rooms;
  readonly tokens = new Tokens();
  readonly certificates = new UserCertificates(this);
  readonly access = new Access(this);
  /** Every element that came, of all connections, in order; `</>` is a closing tag. */
  readonly received: string[] = [];
  watch: Watch = {};
  /** A message with this in it ends the stream: with a stream error of that name, or without a word. */
  poison: { readonly word: string; readonly condition?: string } | undefined;
  /** Questions to archives get no answer. */
  archiveMute = false;
  /** Somebody between removes STARTTLS from what the next connection is offered, and hopes for a password. */
  stripTls = false;
  /** Added to the next `h` that it tells. */
  lie = 0;
  private readonly connections = new Set<Connection>();
  private silent = false;
  private lastRouted: Routed | undefined;
  private ids = 0;

  constructor(
    readonly world: World,
    readonly domain: string,
    readonly options: ServerOptions,
  ) {
    this.rooms = new Rooms(this);
  }

  /** Takes what comes and says nothing for a while. */
  get mute(): boolean {
    return this.silent;
  }

  set mute(mute: boolean) {
    this.silent = mute;
    for (const connection of this.connections) {
      connection.speak();
    }
  }

  /** @param direct TLS came before the first byte (XEP-0368) */
  accept(link: ServerLink, direct = false): End {
    const connection = new Connection(this, link, direct ? 'tls' : 'clear');
    this.connections.add(connection);
    return connection;
  }

  nextId(): number {
    return ++this.ids;
  }

  gone(connection: Connection): void {
    this.connections.delete(connection);
  }

  /** @param agent the client whose earlier sessions are ended (XEP-0386 §3.2) */
  bind(user: string, resource: string, connection: Connection, agent?: string): ServerSession {
    this.watch.bound?.(user);
    const jid = `${user}/${resource}`;
    for (const old of [...this.sessions.values()]) {
      if (old.jid === jid || (agent !== undefined && old.agent === agent && old.user === user)) {
        this.end(old, true);
      }
    }
    const session = newSession(`s${String(++this.ids)}`, jid, this.world.now, connection);
    this.sessions.set(session.id, session);
    return session;
  }

  /** The link of a session is gone: kept for a while if it is managed. */
  lapse(session: ServerSession): void {
    session.connection = undefined;
    const lapse = ++session.lapses;
    if (!session.managed) {
      this.end(session, false);
      return;
    }
    this.world.after(this.options.resumeMs, () => {
      if (session.lapses === lapse && session.connection === undefined) {
        this.end(session, false);
      }
    });
  }

  /**
   * All links break and all sessions end, in order: what nobody acknowledged is stored.
   * @param forgetful it does not know afterwards how far it had got in them
   */
  restart(forgetful: boolean): void {
    this.rooms.stop(true);
    for (const session of [...this.sessions.values()]) {
      session.connection?.streamError('system-shutdown');
      this.end(session, false);
    }
    if (forgetful || this.options.stoppedH === false) {
      this.ended.clear();
    }
  }

  /** All links break, and what was not written down is gone: sessions, their queues, the end of all stores. */
  kill(): void {
    this.rooms.killed();
    for (const text of forget(this, this.lastRouted)) {
      this.watch.dropped?.(text);
    }
    for (const session of [...this.sessions.values()]) {
      this.end(session, false);
    }
    this.ended.clear();
  }

  /** What nobody acknowledged goes to the offline store, with the time it came. */
  end(session: ServerSession, conflict: boolean): void {
    if (!this.sessions.delete(session.id)) {
      return;
    }
    const { connection } = session;
    session.connection = undefined;
    connection?.replaced(conflict);
    this.ended.set(session.id, session.handled);
    this.rooms.ended(session);
    const archived = this.options.archive === true && this.options.archivedIsKept === true;
    for (const stored of session.unacked) {
      if (stored.kept === true && !archived) {
        this.store(session.user, stored);
      }
    }
    session.unacked = [];
  }

  route(stanza: Element, from: ServerSession): void {
    const user = bare(String(stanza.getAttr('to') ?? ''));
    stanza.setAttrs({
      ...stanza.attrs,
      from: from.jid,
      ...(this.options.restampsIds === true ? { id: `r${String(++this.ids)}` } : {}),
    });
    const text = stanza.toString();
    this.watch.routed?.(from.user, text);
    this.keep(from.user, text);
    this.copy(from.user, from, 'sent', text);
    this.routeText(text, user);
  }

  /** A message for one of our users, kept in his archive and delivered, or stored until he comes. */
  routeText(written: string, user: string): void {
    const peer = this.peers.get(user);
    if (peer !== undefined) {
      peer(written);
      return;
    }
    const text = this.options.keepsForged === true ? written : withoutForged(written, user);
    const id = this.keep(user, text);
    const stamped =
      id === undefined || this.options.stripsIds === true
        ? text
        : text.replace(
            /<\/message>$/,
            `<stanza-id xmlns='urn:xmpp:sid:0' by='${user}' id='${id}'/></message>`,
          );
    this.lastRouted = { user, id, at: this.world.now, text };
    const stored = { text: stamped, at: this.world.clock().wall, kept: true };
    const target = [...this.sessions.values()].find((s) => s.user === user && s.available);
    if (target !== undefined) {
      this.deliver(target, stored);
    } else if (this.options.otherDevices !== true) {
      this.store(user, stored);
    }
  }

  /** A copy for the other devices of a user (XEP-0280). */
  copy(user: string, but: ServerSession, which: 'sent' | 'received', text: string): void {
    for (const session of this.sessions.values()) {
      if (session.carbons && session.user === user && session.jid !== but.jid) {
        const carbon = `<${which} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${text}</forwarded></${which}>`;
        this.deliver(session, {
          text: `<message xmlns='jabber:client' from='${user}' to='${session.jid}'>${carbon}</message>`,
          at: this.world.clock().wall,
        });
      }
    }
  }

  archiveOf(user: string): ModelArchive {
    const archive = this.archives.get(user) ?? new ModelArchive();
    this.archives.set(user, archive);
    return archive;
  }

  /** @returns the archive's id; nothing where there is no archive */
  keep(user: string, text: string): string | undefined {
    if (this.options.archive !== true || this.peers.has(user)) {
      return undefined;
    }
    const id = `a${String(++this.ids)}`;
    const visibleAt = this.world.now + (this.options.archiveLagMs ?? 0);
    const keptAt = this.world.now;
    this.archiveOf(user).add({ id, text, at: this.world.clock().wall, keptAt, visibleAt });
    return id;
  }

  deliver(session: ServerSession, stored: Stored): void {
    const { queue } = this.options;
    if (session.managed) {
      session.sent = (session.sent + 1) % MODULUS;
      session.unacked.push(stored);
    }
    session.connection?.write(stored.text);
    if (session.managed && session.sent % ASK_EACH === 0) {
      session.connection?.write("<r xmlns='urn:xmpp:sm:3'/>");
    }
    if (queue?.end === 'policy-violation' && session.unacked.length > queue.cap) {
      session.connection?.streamError(queue.end);
      this.end(session, false);
    }
  }

  /** What was stored is in the archive, too, and is read from there (XEP-0386 §3.2). */
  clearOffline(user: string): void {
    this.offline.delete(user);
  }

  private store(user: string, stored: Stored): void {
    const list = this.offline.get(user) ?? [];
    list.push(stored);
    list.sort((a, b) => a.at - b.at);
    this.offline.set(user, list);
  }

  /** Initial presence: the offline store is handed over, stamped (XEP-0160, XEP-0203). */
  announce(session: ServerSession): void {
    if (session.available) {
      return;
    }
    session.available = true;
    const stored = this.offline.get(session.user) ?? [];
    this.offline.delete(session.user);
    const domain = domainOf(session);
    for (const one of stored) {
      this.deliver(session, { ...one, text: delayed(one, domain), kept: true });
    }
  }

  /** What a resumption brings again of this. */
  resent(stored: Stored, session: ServerSession): string {
    const { stampsResent } = this.options;
    if (stampsResent === undefined) return stored.text;
    return delayed(stored, stampsResent === 'account' ? session.user : domainOf(session));
  }
}

const domainOf = ({ user }: ServerSession): string => user.split('@')[1] ?? '';

/** A message with the time it came (XEP-0203), unless it has that already. */
function delayed({ text, at }: Stored, by: string): string {
  const delay = `<delay xmlns='urn:xmpp:delay' from='${by}' stamp=`;
  if (text.includes(delay)) return text;
  return text.replace(/<\/message>$/, `${delay}'${formatDateTime(at)}'/></message>`);
}

/** Nobody but the server speaks in its user's name (XEP-0359 §6). */
function withoutForged(text: string, user: string): string {
  return text.replace(/<stanza-id [^>]*>/g, (id) => (id.includes(user) ? '' : id));
}
