// SPDX-License-Identifier: MIT
//
// Lines with the membership that there is, in rooms as servers have them.
import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  CommandSchema,
  Message_Type as Type,
  MessageState_State as State,
} from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';
import { PROFILES } from '../support/model/profiles.js';
import type { ServerOptions } from '../support/model/profiles.js';
import { RoomPeer } from '../support/model/room-peer.js';

const HALL = 'hall@rooms.model.test';

class Talk {
  readonly account: ModelAccount;
  readonly bob: RoomPeer;

  constructor(options: Partial<ServerOptions>) {
    this.account = new ModelAccount({ ...options, resumeMs: 1_000, killLosesMs: 0 });
    const { rooms } = this.account.server;
    rooms.open('hall');
    this.bob = new RoomPeer(rooms, 'bob@model.test/b', 'bob');
    this.bob.enter(HALL);
    this.account.attach();
    this.command({ case: 'joinRoom', value: { room: HALL, nick: 'alice' } });
    this.account.pass(10_000);
  }

  say(body: string): void {
    const value = { to: HALL, body, groupchat: true };
    this.command({ case: 'sendMessage', value }, body);
    this.account.pass(300);
  }

  /** Without a link for longer than the server keeps the session. */
  outage(during: () => void): void {
    this.account.engine.unreachable = true;
    this.account.cut();
    this.account.pass(5_000);
    during();
    this.account.engine.unreachable = false;
    this.account.pass(30_000);
  }

  /** The engine is killed; the host wants the next one to be in the room. */
  restart(): void {
    const { told } = this.account;
    const before = told.slice();
    this.account.restart();
    told.unshift(...before);
    this.account.attach({ online: true });
    this.command({ case: 'joinRoom', value: { room: HALL, nick: 'alice' } });
    this.account.pass(30_000);
  }

  /** What was shown of the room, each by its number once; ours with `>`. */
  shown(): string[] {
    const lines = new Map<number, string>();
    for (const told of this.account.told) {
      const message = told.value as { inbox: number; type: Type; body: string; outgoing: boolean };
      if (told.case === 'message' && message.type === Type.GROUPCHAT) {
        lines.set(message.inbox, `${message.outgoing ? '>' : ''}${message.body}`);
      }
    }
    return [...lines].sort(([a], [b]) => a - b).map(([, line]) => line);
  }

  doubtful(): string[] {
    return this.account.told.flatMap((told) => {
      const { id, state, maybeTwice } = told.value as {
        [K in 'id' | 'state' | 'maybeTwice']: K extends 'id'
          ? string
          : K extends 'state'
            ? State
            : boolean;
      };
      return told.case === 'messageState' && maybeTwice && state === State.AT_SERVER ? id : [];
    });
  }

  /** A private message. */
  whisper(nick: string, body: string): void {
    this.command({ case: 'sendMessage', value: { to: `${HALL}/${nick}`, body } }, body);
    this.account.pass(300);
  }

  /** What the server hands on to us. */
  comes(text: string): void {
    this.account.says(text);
    this.account.pass(300);
  }

  private command(
    body: NonNullable<MessageInitShape<typeof CommandSchema>['body']>,
    id = '',
  ): void {
    this.account.engine.command(create(CommandSchema, { id, body }));
  }
}

describe.each(Object.entries(PROFILES))('in a room of %s', (_, options) => {
  it('lines are heard once and in order over outages, a killed engine and lost sessions', () => {
    const talk = new Talk(options);
    talk.say('a1');
    talk.bob.say(HALL, 'b1');
    talk.account.pass(500);
    talk.outage(() => {
      talk.say('a2');
      talk.bob.say(HALL, 'b2');
    });
    talk.account.engine.link?.deafen();
    talk.say('a3');
    talk.outage(() => {
      talk.bob.say(HALL, 'b3');
    });
    talk.account.engine.link?.deafen();
    talk.say('a4');
    talk.restart();
    talk.say('a5');
    talk.account.pass(5_000);
    expect(talk.bob.heard(HALL).map(({ body }) => body)).toEqual([
      ...['a1', 'b1', 'b2', 'a2', 'a3', 'b3', 'a4', 'a5'],
    ]);
    const all = ['>a1', 'b1', 'b2', '>a2', '>a3', 'b3', '>a4', '>a5'];
    expect(talk.shown()).toEqual(all);
    expect(['a1', 'a2', 'a3', 'a4', 'a5'].map((id) => talk.account.standing(id))).toEqual(
      Array.from({ length: 5 }, () => 'AT_SERVER'),
    );
    expect(talk.account.server.rooms.premature).toEqual([]);
  });

  it('a line that finds us forgotten goes once we have entered again', () => {
    const talk = new Talk(options);
    talk.say('a1');
    talk.account.server.rooms.stop(false);
    talk.say('a2');
    talk.say('a3');
    talk.account.pass(5 * 60_000);
    expect(talk.shown()).toEqual(['>a1', '>a2', '>a3']);
    expect(talk.doubtful()).toEqual([]);
  });
});

describe('of a private message', () => {
  const receipt = (from: string) =>
    `<message from='${from}' type='chat'><received xmlns='urn:xmpp:receipts' id='psst'/></message>`;
  const refusal = (from: string) =>
    `<message from='${from}' type='error' id='psst'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`;

  it.each([
    ['nobody else in the room says that it arrived', receipt(`${HALL}/eve`), 'AT_SERVER'],
    ['the recipient does', receipt(`${HALL}/bob`), 'DELIVERED'],
    ['the room does not', receipt(HALL), 'AT_SERVER'],
    ['nobody else says that it failed', refusal(`${HALL}/eve`), 'AT_SERVER'],
    ['the recipient’s client does', refusal(`${HALL}/bob`), 'FAILED'],
    ['the room does', refusal(HALL), 'FAILED'],
    ['its service does', refusal('rooms.model.test'), 'FAILED'],
  ])('%s', (_, text, state) => {
    const talk = new Talk(PROFILES.strict);
    talk.whisper('bob', 'psst');
    talk.comes(text);
    expect(talk.account.standing('psst')).toBe(state);
  });
});
