// SPDX-License-Identifier: MIT
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  Affiliation,
  Message_Type,
  Occupant_Departure,
  Role,
  Room_State,
  Room_Why,
  type JoinRoom,
  type MessageSchema,
  type OccupantSchema,
  type RoomSchema,
  type RoomSubjectSchema,
} from '../../src/contract/engine_pb.js';
import type { Answers, ChatUser, HostEventOf } from './host-events.js';
import { Stage } from './stage.js';

export const DEN = 'den@rooms.example';
export const BOB = 'bob@home.example';
export const COMPONENTS = { room: 'den', server: 'rooms.example', handle: 'alice' };

export type Occupant = MessageInitShape<typeof OccupantSchema>;

export const ALICE: Occupant = { nick: 'alice', role: Role.PARTICIPANT, self: true };

/** A stage with one account signed in, and one room in which the test plays everybody else. */
export class Den {
  #inbox = 0;

  private constructor(
    readonly stage: Stage,
    readonly account: number,
    readonly number: number,
  ) {}

  static async open(options: Parameters<typeof Stage.set>[0] = {}): Promise<Den> {
    const stage = await Stage.set(options);
    const { account, number } = await stage.signIn();
    return new Den(stage, account, number);
  }

  close(): Promise<void> {
    return this.stage.close();
  }

  /** The person asks to be let in; what the engine hears of it. */
  async ask(components: Record<string, string> = COMPONENTS): Promise<JoinRoom> {
    const after = this.stage.engine.now;
    await this.run('join-chat', { components });
    return (await this.stage.engine.next('joinRoom', () => true, after)).body.value;
  }

  /** In it, with these others. */
  async enter(...others: Occupant[]): Promise<void> {
    await this.ask();
    await this.joined();
    await this.all(ALICE, ...others);
  }

  run<T extends keyof Answers>(cmd: T, args: object = {}): Promise<Answers[T]> {
    return this.stage.host.run(cmd, { account: this.account, name: DEN, ...args });
  }

  async chat(nick?: string) {
    const { account } = this;
    return this.stage.host.run('chat', { account, name: DEN, ...(nick !== undefined && { nick }) });
  }

  /** `name flags`, sorted. */
  async users(): Promise<string[]> {
    return (await this.chat()).users.map(shown).sort();
  }

  room(value: MessageInitShape<typeof RoomSchema>): Promise<void> {
    return this.stage.tell(this.number, { case: 'room', value: { room: DEN, ...value } });
  }

  joined(value: MessageInitShape<typeof RoomSchema> = {}): Promise<void> {
    return this.room({ state: Room_State.JOINED, nick: 'alice', ...value });
  }

  left(why: Room_Why, value: MessageInitShape<typeof RoomSchema> = {}): Promise<void> {
    return this.room({ state: Room_State.LEFT, why, nick: 'alice', ...value });
  }

  /** A whole list, in parts of 200. */
  async all(...occupants: Occupant[]): Promise<void> {
    for (let at = 0; at === 0 || at < occupants.length; at += 200)
      await this.part(occupants.slice(at, at + 200), at === 0, at + 200 >= occupants.length);
  }

  part(occupants: Occupant[], begin = false, end = false): Promise<void> {
    const value = { room: DEN, occupants, begin, end };
    return this.stage.tell(this.number, { case: 'roomOccupants', value });
  }

  departed(nick: string, departure: Occupant_Departure, value: Occupant = {}): Promise<void> {
    return this.part([{ nick, departure, ...value }]);
  }

  subject(value: MessageInitShape<typeof RoomSubjectSchema>): Promise<void> {
    return this.stage.tell(this.number, { case: 'roomSubject', value: { room: DEN, ...value } });
  }

  notice(text: string): Promise<void> {
    return this.stage.tell(this.number, { case: 'roomNotice', value: { room: DEN, text } });
  }

  /** A line of the room; `private` for a message to us alone. */
  line(value: MessageInitShape<typeof MessageSchema> = {}): Promise<void> {
    this.#inbox++;
    return this.stage.tell(this.number, {
      case: 'message',
      value: {
        from: `${DEN}/bob`,
        type: Message_Type.GROUPCHAT,
        body: 'hello',
        id: `m${this.#inbox}`,
        inbox: this.#inbox,
        ...value,
      },
    });
  }

  whisper(value: MessageInitShape<typeof MessageSchema> = {}): Promise<void> {
    return this.line({ type: Message_Type.CHAT, privateMessage: true, ...value });
  }

  get writes(): HostEventOf<'write'>[] {
    return this.stage.host.all('write');
  }

  get html(): string[] {
    return this.writes.map(({ html }) => html);
  }

  /** The changes of the list of users, as `change: name flags, ...`. */
  changes(after = 0): string[] {
    return this.stage.host
      .all('chat-users', after)
      .map(({ change, users }) => `${change}: ${users.map(shown).join(', ')}`);
  }
}

function shown({ name, flags }: ChatUser): string {
  return [name, ...flags].join(' ');
}

export { Affiliation, Occupant_Departure, Role, Room_State, Room_Why };
