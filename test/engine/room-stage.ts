// SPDX-License-Identifier: MIT
//
// An account in a room, with as little membership as the delivery of lines needs.

import { create } from '@bufbuild/protobuf';
import {
  CommandSchema,
  MessageState_State as State,
  SendMessageSchema,
} from '../../src/contract/engine_pb.js';
import { Jid } from '../../src/core/jid.js';
import { NS } from '../../src/core/namespaces.js';
import { attribute, child, xml } from '../../src/core/xml.js';
import type { FeatureHooks, FeatureHost } from '../../src/features/feature.js';
import { roomLinesOf } from '../../src/features/muc-lines.js';
import type { JoinedRoom } from '../../src/features/muc-traffic.js';
import { ModelAccount } from '../support/model-account.js';
import type { ServerOptions } from '../support/model/profiles.js';
import { ModelRoom, MUC, ROOM } from './model-room.js';

/** As a membership feature would be, without anything to show. */
class Membership implements JoinedRoom {
  readonly jid = Jid.of('room', 'muc.model.test', '');
  readonly nick = 'alice';
  joins = 0;
  joined = false;
  private waits = false;

  constructor(
    private readonly host: FeatureHost,
    private readonly room: ModelRoom,
    private readonly stays: () => boolean,
  ) {}

  isSelf(occupant: string): boolean {
    return occupant === 'alice';
  }

  has(): boolean {
    return false;
  }

  check(done: (inside: boolean | undefined) => void): void {
    this.host.later(10, () => {
      done(this.room.inside);
    });
  }

  readonly ownId = '';

  idOf(): string {
    return '';
  }

  ask(): void {
    throw new Error('nothing is asked here');
  }

  rejoin(): void {
    this.joined = false;
    roomLinesOf(this.host).left(this);
    this.enter();
  }

  enter(): void {
    this.waits = !this.host.online;
    if (this.waits) return;
    this.joins++;
    const history = roomLinesOf(this.host).joining(this);
    const to = `${ROOM}/alice`;
    this.host.send(xml('presence', { to }, xml('x', { xmlns: MUC }, history)));
  }

  private inquire(): void {
    const { joins } = this;
    this.host.request(this.jid, 'get', xml('query', { xmlns: NS.discoInfo }), (answer) => {
      if (this.joined && this.joins === joins) roomLinesOf(this.host).described(this, answer);
    });
  }

  readonly hooks: FeatureHooks = {
    started: () => {
      if (this.stays()) this.enter();
    },
    resumed: () => {
      if (this.waits) this.enter();
    },
    ended: () => {
      this.room.inside = false;
      if (this.joined) roomLinesOf(this.host).left(this);
      this.joined = false;
    },
    incoming: (stanza, { from }) => {
      if (from?.sameBare(this.jid) !== true) return 'pass';
      if (stanza.name === 'presence') {
        this.joined = true;
        roomLinesOf(this.host).joined(this);
        this.inquire();
        return 'taken';
      }
      const line = child(stanza, 'body', NS.client) !== undefined && this.joined;
      if (attribute(stanza, 'type') !== 'groupchat' || !line) return 'pass';
      roomLinesOf(this.host).line(stanza, this, from.resource);
      return 'taken';
    },
  };
}

export class RoomStage {
  readonly account: ModelAccount;
  readonly room: ModelRoom;
  membership: Membership;
  /** The room is entered in each fresh session. */
  stays = true;

  constructor({ archive = true, ...options }: Partial<ServerOptions> = {}) {
    this.account = ModelAccount.signedIn({ archive: true, ...options });
    this.room = new ModelRoom(this.account, archive);
    this.membership = this.member();
  }

  /** In the room, and nothing of it written down. */
  static joined(options: Partial<ServerOptions> = {}): RoomStage {
    const stage = new RoomStage(options);
    stage.membership.enter();
    stage.account.pass(6_000);
    stage.account.told.length = 0;
    return stage;
  }

  send(body: string, id = body): void {
    const value = create(SendMessageSchema, { to: ROOM, body, groupchat: true });
    const command = create(CommandSchema, { id, body: { case: 'sendMessage', value } });
    this.account.engine.command(command);
    this.account.pass(500);
  }

  /** The engine is killed; the next one enters the room as soon as it is signed in. */
  restart(): void {
    this.account.restart();
    this.membership = this.member();
    this.account.attach({ online: true });
  }

  /** Without a link for so long. */
  outage(ms: number): void {
    this.account.engine.unreachable = true;
    this.account.cut();
    this.account.pass(ms);
  }

  back(ms = 15_000): void {
    this.account.engine.unreachable = false;
    this.account.pass(ms);
  }

  /** The lines that were shown, ours with `>`. */
  shown(): string[] {
    return this.account.told.flatMap((told) => {
      if (told.case !== 'message') return [];
      const { body, outgoing, late } = told.value as {
        [K in 'body' | 'outgoing' | 'late']: K extends 'body' ? string : boolean;
      };
      return `${outgoing ? '> ' : ''}${body}${late ? ' late' : ''}`;
    });
  }

  /** The states that were told of texts, `?` for perhaps twice. */
  states(): string[] {
    return this.account.told.flatMap((told) => {
      if (told.case !== 'messageState') return [];
      const { id, state, maybeTwice } = told.value as {
        id: string;
        state: State;
        maybeTwice: boolean;
      };
      return `${id} ${State[state]}${maybeTwice ? '?' : ''}`;
    });
  }

  notices(): string[] {
    return this.account.told.flatMap((told) =>
      told.case === 'roomNotice' ? (told.value as { text: string }).text : [],
    );
  }

  /** How often a line went to the room. */
  sendings(text: string): number {
    return this.account.server.received.filter(
      (line) => line.startsWith('<message') && line.includes(`<body>${text}</body>`),
    ).length;
  }

  private member(): Membership {
    const account: unknown = Reflect.get(this.account.engine, 'account');
    const host = Reflect.get(account as object, 'host') as FeatureHost & {
      readonly hooks: FeatureHooks[];
    };
    const membership = new Membership(host, this.room, () => this.stays);
    host.hooks.unshift(membership.hooks);
    return membership;
  }
}
