// SPDX-License-Identifier: MIT
import { MESSAGE } from '../support/bus-host.js';
import { peopleIn } from '../support/chat-people.js';
import { eventually } from '../support/observed.js';
import { plain, type Person } from './person.js';

/** PurpleConversationType */
const CHAT = 2;

/** What the rooms of a person's program have; the program is asked, not the server. */
export class RoomPerson {
  constructor(readonly at: Person) {}

  /** The handle of a room's conversation; 0 for none. */
  conversation(room: string): Promise<number> {
    return this.at.host.number('FindConversationWithAccount', CHAT, room, this.at.account);
  }

  /** The names of all rooms that have a conversation, sorted. */
  async open(): Promise<string[]> {
    const found = await this.at.host.call('GetChats');
    const names = (Array.isArray(found) ? found.map(Number) : []).map((one) =>
      this.at.host.call('ConversationGetName', one),
    );
    return (await Promise.all(names)).map(String).sort();
  }

  async #chat(room: string): Promise<number> {
    return this.at.host.number('ConversationGetChatData', await this.conversation(room));
  }

  /** What is shown in a room, oldest first: `nick: text`, and a notice as `: text`. */
  async lines(room: string): Promise<string[]> {
    const found = await this.conversation(room);
    const shown = found === 0 ? [] : await this.at.host.shownIn(found);
    return shown.map(({ flags, sender, html }) => {
      const from = (flags & MESSAGE.send) !== 0 ? 'alice' : sender;
      return `${(flags & MESSAGE.system) !== 0 ? '' : from}: ${plain(html)}`;
    });
  }

  /** Without the notices. */
  async said(room: string): Promise<string[]> {
    return (await this.lines(room)).filter((line) => !line.startsWith(':'));
  }

  async shows(room: string, line: string): Promise<void> {
    const there = async () => (await this.lines(room)).some((shown) => shown.includes(line));
    await eventually(`${room} to show ${line}`, there, 60_000);
  }

  /** The list of who is in a room, sorted. */
  async people(room: string): Promise<string[]> {
    return peopleIn(this.at.host, await this.#chat(room));
  }

  /** Resolves when the room is open, and these and no others are in it. */
  async has(room: string, ...names: string[]): Promise<void> {
    const there = async () =>
      (await this.conversation(room)) !== 0 && (await this.people(room)).join() === names.join();
    await eventually(`${names.join()} in ${room}`, there);
  }

  async topic(room: string): Promise<string> {
    return String(await this.at.host.call('ConvChatGetTopic', await this.#chat(room)));
  }

  async hasLeft(room: string): Promise<boolean> {
    return (await this.at.host.number('ConvChatHasLeft', await this.#chat(room))) !== 0;
  }

  /** Into the conversation in front. It is shown when the room has it. */
  async write(text: string): Promise<void> {
    await this.at.type(text);
    await this.at.enter();
  }
}
