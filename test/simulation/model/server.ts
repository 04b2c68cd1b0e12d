// SPDX-License-Identifier: MIT

import { formatDateTime } from '../../../src/core/stanza.js';
import type { Element } from '../../../src/core/xml.js';
import { ModelArchive } from './archive.js';
import { Connection, MODULUS } from './connection.js';
import type { End, ModelLink } from './network.js';
import type { World } from './world.js';

interface Stored {
  readonly text: string;
  /** Unix ms at which the server got it. */
  readonly at: number;
}

/** A session by XEP-0198, with or without a link. */
export interface ServerSession {
  readonly id: string;
  readonly user: string;
  readonly jid: string;
  readonly bornAt: number;
  connection: Connection | undefined;
  available: boolean;
  managed: boolean;
  handled: number;
  sent: number;
  unacked: Stored[];
  /** Rises with every loss of the link, so that an old expiry does not end a resumed session. */
  lapses: number;
}

export interface ServerOptions {
  /** How long a session without a link is kept. */
  readonly resumeMs: number;
  /** Whether `<failed/>` says how far the server had got. */
  readonly failedH: boolean;
  /** Answer `<resume/>` by closing without a word, as servers do when they dislike its `h`. */
  readonly silent?: boolean;
  /** No XEP-0198 at all, as old servers have it. */
  readonly plain?: boolean;
  /** Keeps archives (XEP-0313). */
  readonly archive?: boolean;
  /** How long a message takes to show in them. */
  readonly archiveLagMs?: number;
  /** Live messages carry no stanza-id (XEP-0359). */
  readonly stripsIds?: boolean;
  /** A message for somebody who is away goes to another device of his, and is in the archive alone. */
  readonly otherDevices?: boolean;
  /** The largest stanza it takes, in bytes, and says so (XEP-0478). */
  readonly maxBytes?: number;
  /** What nobody acknowledged is not stored when it is archived, as Prosody has it. */
  readonly archivedIsKept?: boolean;
  /** Where sessions are to be resumed (XEP-0198 §3). */
  readonly location?: string;
}

/** An XMPP server that keeps what XEP-0198 and XEP-0160 ask, and forgets nothing. */
export class ModelServer {
  readonly sessions = new Map<string, ServerSession>();
  readonly offline = new Map<string, Stored[]>();
  /** By bare JID. */
  readonly archives = new Map<string, ModelArchive>();
  /** `h` of sessions that are over, as servers keep it for `<failed/>`. */
  readonly ended = new Map<string, number>();
  /** Every element that came, of all connections, in order; `</>` is a closing tag. */
  readonly received: string[] = [];
  /** Takes what comes and says nothing: a network that swallows its answers. */
  mute = false;
  /** A message with this in it ends the stream: with a stream error of that name, or without a word. */
  poison: { readonly word: string; readonly condition?: string } | undefined;
  /** Questions to archives get no answer. */
  archiveMute = false;
  private ids = 0;

  constructor(
    readonly world: World,
    readonly domain: string,
    readonly options: ServerOptions,
  ) {}

  accept(link: ModelLink): End {
    return new Connection(this, link);
  }

  bind(user: string, resource: string, connection: Connection): ServerSession {
    const jid = `${user}/${resource}`;
    for (const old of [...this.sessions.values()]) {
      if (old.jid === jid) {
        this.end(old, true);
      }
    }
    const session: ServerSession = {
      id: `s${String(++this.ids)}`,
      user,
      jid,
      bornAt: this.world.now,
      connection,
      available: false,
      managed: false,
      handled: 0,
      sent: 0,
      unacked: [],
      lapses: 0,
    };
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
   * All links break and all sessions end.
   * @param forgetful it does not know afterwards how far it had got in them
   */
  restart(forgetful: boolean): void {
    for (const session of [...this.sessions.values()]) {
      this.end(session, false);
    }
    if (forgetful) {
      this.ended.clear();
    }
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
    const archived = this.options.archive === true && this.options.archivedIsKept === true;
    for (const stored of session.unacked) {
      if (stored.text.startsWith('<message') && !archived) {
        this.store(session.user, stored);
      }
    }
    session.unacked = [];
  }

  route(stanza: Element, from: ServerSession): void {
    const to = String(stanza.getAttr('to') ?? '');
    const user = to.split('/')[0] ?? '';
    stanza.setAttrs({ ...stanza.attrs, from: from.jid });
    this.keep(from.user, stanza.toString());
    this.routeText(stanza.toString(), user);
  }

  /** A message for one of our users, kept in his archive and delivered, or stored until he comes. */
  routeText(text: string, user: string): void {
    const id = this.keep(user, text);
    const stamped =
      id === undefined || this.options.stripsIds === true
        ? text
        : text.replace(
            /<\/message>$/,
            `<stanza-id xmlns='urn:xmpp:sid:0' by='${user}' id='${id}'/></message>`,
          );
    const stored = { text: stamped, at: this.world.clock().wall };
    const target = [...this.sessions.values()].find((s) => s.user === user && s.available);
    if (target === undefined) {
      if (this.options.otherDevices !== true) {
        this.store(user, stored);
      }
    } else {
      this.deliver(target, stored);
    }
  }

  archiveOf(user: string): ModelArchive {
    const archive = this.archives.get(user) ?? new ModelArchive();
    this.archives.set(user, archive);
    return archive;
  }

  /** @returns the archive's id; nothing where there is no archive */
  keep(user: string, text: string): string | undefined {
    if (this.options.archive !== true) {
      return undefined;
    }
    const id = `a${String(++this.ids)}`;
    const visibleAt = this.world.now + (this.options.archiveLagMs ?? 0);
    this.archiveOf(user).add({ id, text, at: this.world.clock().wall, visibleAt });
    return id;
  }

  deliver(session: ServerSession, stored: Stored): void {
    if (session.managed) {
      session.sent = (session.sent + 1) % MODULUS;
      session.unacked.push(stored);
    }
    session.connection?.write(stored.text);
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
    const domain = session.user.split('@')[1] ?? '';
    for (const { text, at } of stored) {
      const stamp = formatDateTime(at);
      const delay = `<delay xmlns='urn:xmpp:delay' from='${domain}' stamp='${stamp}'/>`;
      const again = text.includes("from='" + domain + "' stamp")
        ? text
        : text.replace(/<\/message>$/, `${delay}</message>`);
      this.deliver(session, { text: again, at });
    }
  }
}
