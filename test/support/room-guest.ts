// SPDX-License-Identifier: MIT
import { escapeXml } from './peer-xml.js';
import type { XmppPeer } from './xmpp-peer.js';

const MUC = 'http://jabber.org/protocol/muc';

/** Somebody in a room (XEP-0045) whose client shares no code with the engine. */
export class RoomGuest {
  #said = 0;
  /** Where in the peer's messages the stay began. */
  readonly #from: number;

  private constructor(
    readonly peer: XmppPeer,
    /** Bare JID. */
    readonly room: string,
    readonly nick: string,
  ) {
    this.#from = peer.messages.all.length;
  }

  /** Enters without history; a room that is new by that is open to all (§10.1.2). */
  static async enter(peer: XmppPeer, room: string, nick: string): Promise<RoomGuest> {
    const guest = new RoomGuest(peer, room, nick);
    const before = peer.stanzas.all.length;
    peer.send(
      `<presence to='${room}/${nick}'><x xmlns='${MUC}'><history maxstanzas='0'/></x></presence>`,
    );
    const self = await peer.stanzas.next(
      `${nick} in ${room}`,
      ({ name, attrs }) => name === 'presence' && attrs.from === `${room}/${nick}`,
      { after: before },
    );
    if (self.attrs.type !== undefined) throw new Error(`${room} did not let ${nick} in`);
    peer.send(
      `<iq type='set' to='${room}' id='open'><query xmlns='${MUC}#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
    );
    // Its answer, or the error for one who is no owner.
    await peer.stanzas.next(
      'the room open',
      ({ name, attrs }) => name === 'iq' && attrs.id === 'open',
      {
        after: before,
      },
    );
    return guest;
  }

  /** @returns the text */
  say(text: string): string {
    const id = `${this.nick}-${++this.#said}`;
    const body = escapeXml(text);
    this.peer.send(
      `<message to='${this.room}' type='groupchat' id='${id}'><body>${body}</body></message>`,
    );
    return text;
  }

  subject(text: string): void {
    const subject = escapeXml(text);
    this.peer.send(
      `<message to='${this.room}' type='groupchat'><subject>${subject}</subject></message>`,
    );
  }

  /** §8.2. */
  kick(nick: string, reason: string): void {
    const item = `<item nick='${nick}' role='none'><reason>${escapeXml(reason)}</reason></item>`;
    this.peer.send(
      `<iq type='set' to='${this.room}' id='kick'><query xmlns='${MUC}#admin'>${item}</query></iq>`,
    );
  }

  /** §7.8.2. */
  invite(jid: string, reason: string): void {
    const invite = `<invite to='${jid}'><reason>${escapeXml(reason)}</reason></invite>`;
    this.peer.send(`<message to='${this.room}'><x xmlns='${MUC}#user'>${invite}</x></message>`);
  }

  /** The texts of an occupant since the stay began, oldest first. */
  heard(nick: string): string[] {
    return this.peer.messages.all
      .slice(this.#from)
      .filter(({ from }) => from === `${this.room}/${nick}`)
      .map(({ body }) => body);
  }

  async hears(nick: string, text: string): Promise<void> {
    await this.peer.messages.next(
      `${this.nick} to hear ${text}`,
      ({ from, body }) => from === `${this.room}/${nick}` && body === text,
      { after: this.#from, withinMs: 60_000 },
    );
  }
}
