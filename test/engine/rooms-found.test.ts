// SPDX-License-Identifier: MIT
//
// What the simulation found about rooms, each in the smallest scene that shows it.

import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  CommandSchema,
  JoinRoomSchema,
  MessageState_State,
  SendMessageSchema,
  Room_State as State,
} from '../../src/contract/engine_pb.js';
import type {
  Message,
  MessageState,
  Room as RoomMessage,
  RoomNotice,
} from '../../src/contract/engine_pb.js';
import { formatDateTime } from '../../src/core/date-time.js';
import { xml } from '../../src/core/xml.js';
import { ModelAccount } from '../support/model-account.js';
import type { ServerOptions } from '../support/model/profiles.js';
import type { RoomOptions } from '../support/model/room-options.js';
import { RoomPeer } from '../support/model/room-peer.js';

const ROOM = 'den@rooms.model.test';
const JOIN = create(JoinRoomSchema, { room: ROOM, nick: 'alice' });

class Scene {
  readonly account: ModelAccount;
  readonly carol: RoomPeer;

  constructor(rooms: RoomOptions, options: Partial<ServerOptions> = {}) {
    this.account = ModelAccount.signedIn({ ...options, archive: true, rooms });
    this.rooms.open('den');
    this.carol = new RoomPeer(this.rooms, 'carol@model.test/c', 'carol');
    this.carol.enter(ROOM);
  }

  get rooms() {
    return this.account.server.rooms;
  }

  join(ms = 6_000): this {
    const body = { case: 'joinRoom' as const, value: JOIN };
    this.account.engine.command(create(CommandSchema, { body }));
    this.account.pass(ms);
    return this;
  }

  say(...bodies: readonly string[]): void {
    for (const body of bodies) this.carol.say(ROOM, body);
  }

  /** Alice says something; its id is what it says. */
  write(body: string): void {
    const value = create(SendMessageSchema, { to: ROOM, body, groupchat: true });
    const command = create(CommandSchema, { id: body, body: { case: 'sendMessage', value } });
    this.account.engine.command(command);
    this.account.pass(500);
  }

  /** Without a link for so long; the server gives a session up after one second. */
  outage(meanwhile: () => void): void {
    this.account.engine.unreachable = true;
    this.account.engine.link?.cut(true, true);
    this.account.pass(10_000);
    meanwhile();
    this.account.pass(10_000);
    this.account.engine.unreachable = false;
    this.account.pass(60_000);
  }

  /** Comes back to more than the history holds. What is there then is that, and not whether there is an archive. */
  gap(meanwhile: () => void = () => undefined): void {
    this.account.engine.unreachable = true;
    this.account.engine.link?.cut(true, true);
    this.account.pass(10_000);
    this.say(...numbered(25));
    meanwhile();
    this.account.engine.unreachable = false;
    while (!this.shown.includes('line 25')) this.account.pass(1);
  }

  told<T>(which: string): T[] {
    return this.account.told.flatMap((told) => (told.case === which ? [told.value as T] : []));
  }

  get shown(): string[] {
    return this.told<Message>('message').map(({ body }) => body);
  }
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `line ${String(n + 1)}`);
}

describe('in a room', () => {
  it('what comes in the session of an earlier process is shown, though we have not entered yet', () => {
    const scene = new Scene({ historyLines: 0 }).join();
    scene.account.restart();
    scene.say('meanwhile');
    scene.account.attach({ online: true, rooms: [JOIN] }, 20_000);
    expect(scene.shown).toEqual(['meanwhile']);
  });

  it('that nobody wants to be in any more, what an earlier process was there for is shown', () => {
    const scene = new Scene({ historyLines: 0 }).join();
    scene.say('first');
    scene.account.pass(1_000);
    scene.account.engine.link?.deafen();
    scene.write('own');
    scene.say('meanwhile');
    scene.account.restart();
    scene.account.attach({ online: true }, 20_000);
    const lines = scene.told<Message>('message').slice(-2);
    expect(lines.map(({ body, outgoing }) => [body, outgoing])).toEqual([
      ['own', true],
      ['meanwhile', false],
    ]);
    const ends = scene.told<MessageState>('messageState').filter(({ id }) => id === 'own');
    expect(ends.at(-1)).toMatchObject({ state: MessageState_State.AT_SERVER, maybeTwice: false });
  });

  it('that changes ids, and that nobody wants to be in, no line is taken for somebody else’s that may be ours', () => {
    const scene = new Scene({ historyLines: 0, rewritesIds: true, stripsOrigins: true }).join();
    scene.account.engine.link?.deafen();
    scene.write('own');
    scene.say('meanwhile');
    scene.account.restart();
    scene.account.attach({ online: true }, 20_000);
    expect(scene.shown).toEqual(['meanwhile']);
  });

  it('that was asked for in an outage we are as soon as the session is resumed', () => {
    const scene = new Scene({});
    scene.account.engine.unreachable = true;
    scene.account.cut();
    scene.join();
    scene.account.engine.unreachable = false;
    scene.account.pass(20_000);
    expect(scene.told<RoomMessage>('room').at(-1)?.state).toBe(State.JOINED);
  });
});

describe('the archive of a room', () => {
  it('that refuses one whom the room has lost is read when he is in again', () => {
    const scene = new Scene({ archive: true, selfPing: true }).join(3_000);
    scene.rooms.stop(false);
    scene.say('missed');
    scene.account.pass(20_000);
    expect(scene.shown).toEqual(['missed']);
  });

  it('that refuses one whom the room has lost is asked for his lines when he is in again', () => {
    const scene = new Scene({ archive: true, selfPing: true }, { resumeMs: 1_000 }).join();
    scene.write('control');
    scene.account.engine.link?.deafen();
    scene.write('unheard');
    scene.outage(() => {
      scene.rooms.watch = {
        asked: () => {
          scene.rooms.watch = {};
          scene.rooms.stop(false);
        },
      };
    });
    expect(scene.rooms.watch).toEqual({});
    const ends = scene.told<MessageState>('messageState').filter(({ id }) => id === 'unheard');
    expect(ends.at(-1)).toMatchObject({ state: MessageState_State.AT_SERVER, maybeTwice: false });
    expect(scene.carol.got.filter(({ body }) => body === 'unheard')).toHaveLength(1);
  });

  it('whose refusal was meant for an earlier stay is read in this one', () => {
    const scene = new Scene({ archive: true, historyLines: 0 });
    scene.rooms.watch = {
      asked: () => {
        scene.rooms.watch = {};
        scene.rooms.stop(true);
        scene.say('missed');
      },
    };
    scene.join(60_000);
    expect(scene.shown).toEqual(['missed']);
    scene.rooms.stop(true);
    scene.say('missed, too');
    scene.account.pass(60_000);
    expect(scene.shown).toEqual(['missed', 'missed, too']);
  });

  it.each([
    ['gave no answer in the first stay', true],
    ['was not known yet when the first stay ended', false],
  ])('that %s gives all that was said since in the next', (_, mute) => {
    const scene = new Scene({ archive: true, historyLines: 0 }, { resumeMs: 1_000 });
    if (mute) {
      scene.account.server.archiveMute = true;
      scene.join();
    } else {
      scene.join(0);
      while (scene.told('room').length < 2) scene.account.pass(1);
    }
    const lines = numbered(30);
    scene.outage(() => {
      scene.account.server.archiveMute = false;
      scene.say(...lines);
    });
    expect(scene.shown).toEqual(lines);
  });
});

describe('the archive of a room', () => {
  it('that was empty gives all that it has later, by a clock that is minutes ahead, too', () => {
    const scene = new Scene({ archive: true, historyLines: 0 }, { resumeMs: 1_000 });
    scene.account.world.wallOffset += 300_000;
    scene.join();
    scene.outage(() => {
      scene.account.world.wallOffset -= 300_000;
      scene.say('missed');
    });
    expect(scene.shown).toEqual(['missed']);
  });
});

describe('the archive of a room that changes ids', () => {
  it('has two copies of a line that was sent again, and both are ours', () => {
    const rooms = { archive: true, historyLines: 0, rewritesIds: true, stripsOrigins: true };
    const scene = new Scene(rooms, { plain: true }).join();
    scene.account.engine.link?.deafen();
    scene.write('own');
    scene.outage(() => {
      scene.account.server.archiveMute = true;
    });
    scene.account.pass(120_000);
    scene.account.server.archiveMute = false;
    scene.outage(() => undefined);
    expect(scene.carol.got.filter(({ body }) => body === 'own')).toHaveLength(2);
    const lines = scene.told<Message>('message');
    expect(lines.map(({ body, id, outgoing }) => [body, id, outgoing])).toEqual([
      ['own', 'own', true],
      ['own', 'own', true],
    ]);
  });
});

describe('a gap', () => {
  it('is told though it was not known yet whether there is an archive when the last line came', () => {
    const scene = new Scene({ historyLines: 0 }, { resumeMs: 1_000 });
    scene.rooms.watch = {
      entered: () => {
        scene.rooms.watch = {};
        scene.say('first');
      },
    };
    scene.join();
    scene.outage(() => {
      scene.say('missed');
    });
    expect(scene.shown).toEqual(['first']);
    expect(scene.told<RoomNotice>('roomNotice').at(-1)?.text).toContain('may be missing');
  });

  it.each([
    ['', 0],
    [', and the clock was set back', 200_000],
  ])('is told when a process died after it got a history that ends before it%s', (_, backMs) => {
    const scene = new Scene({ historyLines: 20 }, { resumeMs: 1_000 }).join();
    scene.say('before');
    scene.account.pass(1_000);
    scene.gap(() => {
      scene.account.world.wallOffset -= backMs;
    });
    scene.account.restart();
    scene.account.attach({ online: true, rooms: [JOIN] }, 30_000);
    expect(scene.shown).not.toContain('line 5');
    expect(scene.told<RoomNotice>('roomNotice')).toHaveLength(1);
  });

  it.each([
    ['', false],
    [', with the process', true],
  ])(
    'is told by a clock that is ahead, though the link was lost before it could be%s',
    (_, dies) => {
      const scene = new Scene({ historyLines: 20 }, { resumeMs: 1_000 });
      scene.account.aheadMs = 340_000;
      scene.join();
      scene.say('before');
      scene.account.pass(1_000);
      scene.gap();
      if (dies) {
        scene.account.restart();
        scene.account.attach({ online: true, rooms: [JOIN] }, 30_000);
      } else {
        scene.outage(() => undefined);
      }
      expect(scene.shown).not.toContain('line 5');
      expect(scene.told<RoomNotice>('roomNotice').map(({ text }) => text)).toEqual([
        expect.stringContaining('may be missing'),
      ]);
    },
  );

  it('is told where of all that was heard before only a copy that was sent again is in the history', () => {
    const scene = new Scene({ historyLines: 20 }, { resumeMs: 1_000 }).join();
    scene.carol.say(ROOM, 'before', 'c1');
    scene.account.pass(1_000);
    const stamp = formatDateTime(scene.account.world.clock().wall);
    scene.outage(() => {
      scene.account.pass(10_000);
      scene.say(...numbered(25));
      scene.carol.say(ROOM, 'before', 'c1', xml('delay', { xmlns: 'urn:xmpp:delay', stamp }));
    });
    expect(scene.shown).toEqual(['before', ...numbered(25).slice(6)]);
    expect(scene.told<RoomNotice>('roomNotice').at(-1)?.text).toContain('may be missing');
  });
});
