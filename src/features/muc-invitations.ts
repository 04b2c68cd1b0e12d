// SPDX-License-Identifier: MIT
//
// Being asked into a room and asking others (XEP-0045 §7.8, XEP-0249). Nothing is joined by it.

import { create } from '@bufbuild/protobuf';
import { attribute, child, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { InvitationSchema } from '../contract/engine_pb.js';
import type { Invite } from '../contract/engine_pb.js';
import type { FeatureHost } from './feature.js';
import { NOT_JOINED } from './muc-admin.js';
import { reasonOf } from './muc-presence.js';
import type { Room } from './muc-room.js';
import { roomsOf } from './muc-traffic.js';
import { isOwnAccount, malformedJid, parseJid, perHost } from './per-host.js';
import { clip } from './text.js';

/** Into one room nobody is asked again so soon: the same one often comes both ways (XEP-0249 §4). */
const ONCE_IN_MS = 3_600_000;
/** Rooms remembered for that; whoever names more of them is not a person. */
const ROOMS = 1_000;
const TEXT_LENGTH = 1_000;
const PASSWORD_LENGTH = 1_000;
/** Types of messages that ask nobody in. */
const NEVER = new Set<string | undefined>(['error', 'groupchat']);

interface Asked {
  readonly room: Jid;
  readonly from: string;
  readonly reason: string;
  readonly password: string;
}

export class Invitations {
  readonly #host: FeatureHost;
  /** When each room was told, the oldest first. */
  readonly #told = new Map<string, number>();
  #full = false;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /**
   * @param room that the message is from, if it is one of ours
   * @returns whether it was an invitation or a word about one, believed or not
   */
  receive(stanza: Element, from: Jid, room: Room | undefined): boolean {
    const x = child(stanza, 'x', NS.mucUser);
    const invite = x && child(x, 'invite', NS.mucUser);
    const decline = x && child(x, 'decline', NS.mucUser);
    const direct = child(stanza, 'x', NS.directInvite);
    if (x !== undefined && invite !== undefined) this.#mediated(x, invite, from);
    else if (decline !== undefined) this.#declined(decline, from, room);
    else if (direct !== undefined) this.#direct(direct, stanza, from);
    else return false;
    return true;
  }

  /**
   * One that came to another device, or while we were away: as when it comes live. Its words are no text of
   * the room's.
   * @param from who sent the copied message, as the caller has made sure
   * @returns whether it was an invitation, believed or not
   */
  copied(message: Element, from: Jid): boolean {
    const x = child(message, 'x', NS.mucUser);
    const invited =
      (x !== undefined && child(x, 'invite', NS.mucUser) !== undefined) ||
      child(message, 'x', NS.directInvite) !== undefined;
    const whole = !NEVER.has(attribute(message, 'type')) && !isOwnAccount(this.#host, from.bare());
    return invited && whole && this.receive(message, from, undefined);
  }

  /** Through the room where we are in it, so that it lets them in; else directly. */
  send(room: Room | undefined, { room: address, jid, reason }: Invite, id: string): void {
    const to = parseJid(this.#host, jid)?.bare().toString();
    const place = room?.jid ?? parseJid(this.#host, address)?.bare();
    if (to === undefined || place === undefined) {
      this.#host.refuse(id, malformedJid(to === undefined ? jid : address));
      return;
    }
    if (!this.#host.online) {
      this.#host.refuse(id, NOT_JOINED);
      return;
    }
    if (room?.joined === true) {
      const why = reason === '' ? undefined : xml('reason', {}, reason);
      const x = xml('x', { xmlns: NS.mucUser }, xml('invite', { to }, why));
      const stanza = xml('message', { to: place.toString() }, x);
      room.messages.ask(stanza, id, `${to} was not invited`);
    } else {
      const said = reason === '' ? undefined : reason;
      const x = xml('x', { xmlns: NS.directInvite, jid: place.toString(), reason: said });
      this.#host.send(xml('message', { to, id }, x));
    }
    this.#host.accept(id);
  }

  /** Only a room itself speaks for it (XEP-0045 §7.8.2): a client is a full JID, and so is an occupant. */
  #mediated(x: Element, invite: Element, from: Jid): void {
    if (from.resource !== '') {
      this.#dropped(from);
      return;
    }
    this.#tell({
      room: from,
      from: parseJid(this.#host, attribute(invite, 'from'))?.toString() ?? '',
      reason: reasonOf(invite),
      password: clip(childText(x, 'password', NS.mucUser) ?? '', PASSWORD_LENGTH),
    });
  }

  #direct(x: Element, stanza: Element, from: Jid): void {
    const room = parseJid(this.#host, attribute(x, 'jid'))?.bare();
    if (room === undefined) {
      this.#dropped(from);
      return;
    }
    const body = childText(stanza, 'body', NS.client) ?? '';
    this.#tell({
      room,
      from: from.toString(),
      reason: clip(attribute(x, 'reason') ?? body, TEXT_LENGTH),
      password: clip(attribute(x, 'password') ?? '', PASSWORD_LENGTH),
    });
  }

  #declined(decline: Element, from: Jid, room: Room | undefined): void {
    if (from.resource !== '' || room?.joined !== true) {
      this.#dropped(from);
      return;
    }
    const who = parseJid(this.#host, attribute(decline, 'from'))?.toString() ?? 'Somebody';
    const reason = reasonOf(decline);
    room.notice(`${who} does not come${reason === '' ? '.' : `: “${reason}”`}`);
  }

  #tell({ room, from, reason, password }: Asked): void {
    // §4: one who is in it already need not know.
    const jid = room.toString();
    if (room.local === '' || roomsOf(this.#host).find(room) !== undefined) {
      this.#host.log(
        'info',
        `An invitation to ${jid}, where we are or nobody can be, was dropped.`,
      );
      return;
    }
    const { now } = this.#host.clock();
    for (const [known, at] of this.#told) {
      if (now - at < ONCE_IN_MS) break;
      this.#told.delete(known);
      this.#full = false;
    }
    if (this.#told.has(jid)) {
      this.#host.log('info', `A further invitation to ${jid} within the hour was dropped.`);
      return;
    }
    if (this.#told.size >= ROOMS) {
      if (!this.#full) this.#host.log('warning', 'Too many invitations; more are dropped.');
      this.#full = true;
      return;
    }
    this.#told.set(jid, now);
    const value = create(InvitationSchema, { room: jid, from, reason, password });
    this.#host.tell({ case: 'invitation', value });
  }

  #dropped(from: Jid): void {
    this.#host.log(
      'warning',
      `An invitation or an answer to one from ${from.toString()} was dropped.`,
    );
  }
}

export const invitationsOf = perHost((host) => new Invitations(host));
