// SPDX-License-Identifier: MIT
import { escapeXml } from './peer-xml.js';
import type { XmppPeer } from './xmpp-peer.js';

const MUC = 'http://jabber.org/protocol/muc';
const DISCO = 'http://jabber.org/protocol/disco#info';

/** Somebody in a room (XEP-0045) whose client shares no code with the engine. */
export class RoomGuest {
  #said = 0;
  #asked = 0;
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
    // An error is for one who is no owner.
    await guest.#ask('owner', `<x xmlns='jabber:x:data' type='submit'/>`);
    return guest;
  }

  /** Changes settings of the room, by their names without `muc#roomconfig_` (§10.2). */
  async configure(settings: Record<string, string>): Promise<void> {
    const fields = Object.entries(settings).map(
      ([name, value]) =>
        `<field var='muc#roomconfig_${name}'><value>${escapeXml(value)}</value></field>`,
    );
    const type = `<field var='FORM_TYPE'><value>${MUC}#roomconfig</value></field>`;
    const form = `<x xmlns='jabber:x:data' type='submit'>${type}${fields.join('')}</x>`;
    const answer = await this.#ask('owner', form);
    if (answer !== 'result') throw new Error(`${this.room} was not configured`);
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

  /** Resolves when the room has let it go. */
  async leave(): Promise<void> {
    const after = this.peer.stanzas.all.length;
    this.peer.send(`<presence to='${this.room}/${this.nick}' type='unavailable'/>`);
    await this.peer.stanzas.next(
      `${this.nick} out of ${this.room}`,
      ({ name, attrs }) => name === 'presence' && attrs.from === `${this.room}/${this.nick}`,
      { after },
    );
  }

  subject(text: string): void {
    const subject = escapeXml(text);
    this.peer.send(
      `<message to='${this.room}' type='groupchat'><subject>${subject}</subject></message>`,
    );
  }

  /** Resolves when the subject is that, set by that occupant (§8.1). */
  async hearsSubject(nick: string, text: string): Promise<void> {
    await this.peer.stanzas.next(
      `the subject ${text}`,
      (stanza) =>
        stanza.attrs.from === `${this.room}/${nick}` && stanza.childText('subject') === text,
    );
  }

  /** §8.2. */
  async kick(nick: string, reason: string): Promise<void> {
    const item = `<item nick='${nick}' role='none'><reason>${escapeXml(reason)}</reason></item>`;
    const answer = await this.#ask('admin', item);
    if (answer !== 'result') throw new Error(`${nick} was not kicked`);
  }

  /** §8.3, §8.4. */
  async giveRole(nick: string, role: 'participant' | 'visitor'): Promise<void> {
    const answer = await this.#ask('admin', `<item nick='${nick}' role='${role}'/>`);
    if (answer !== 'result') throw new Error(`${nick} did not become ${role}`);
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

  /** The type of the answer to a set in the room's name: `result` or `error`. */
  async #ask(whose: 'owner' | 'admin', content: string): Promise<string | undefined> {
    const id = `${this.nick}-asks-${++this.#asked}`;
    const after = this.peer.stanzas.all.length;
    this.peer.send(
      `<iq type='set' to='${this.room}' id='${id}'><query xmlns='${MUC}#${whose}'>${content}</query></iq>`,
    );
    const answer = await this.peer.stanzas.next(
      `${this.room} to answer`,
      ({ name, attrs }) => name === 'iq' && attrs.id === id,
      { after },
    );
    return answer.attrs.type;
  }
}

export interface RoomDescription {
  name: string;
  /** XEP-0045 §15.3, and what else its service announces. */
  features: string[];
  /** Values by their names without `muc#roominfo_` (§6.4). */
  fields: Record<string, string>;
}

/** What somebody who is not in a room learns of it (§6.4). */
export async function describeRoom(peer: XmppPeer, room: string): Promise<RoomDescription> {
  const after = peer.stanzas.all.length;
  const id = `about-${after}`;
  peer.send(`<iq type='get' to='${room}' id='${id}'><query xmlns='${DISCO}'/></iq>`);
  const answer = await peer.stanzas.next(`what ${room} is`, ({ attrs }) => attrs.id === id, {
    after,
  });
  const query = answer.child('query', DISCO);
  const form = query?.child('x', 'jabber:x:data');
  const fields = (form?.children ?? []).map((field) => [
    (field.attrs.var ?? '').replace('muc#roominfo_', ''),
    field.childText('value') ?? '',
  ]);
  return {
    name: query?.child('identity')?.attrs.name ?? '',
    features: (query?.children ?? [])
      .filter(({ name }) => name === 'feature')
      .map(({ attrs }) => attrs.var ?? ''),
    fields: Object.fromEntries(fields) as Record<string, string>,
  };
}
