// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import {
  AttachSchema,
  CommandSchema,
  HandledSchema,
  JoinRoomSchema,
  Link_State as Link,
  Message_Type as Type,
  MessageState_State as State,
  Room_State,
  SendMessageSchema,
  SetPresenceSchema,
  TrustAnswerSchema,
} from '../../src/contract/engine_pb.js';
import type { Attach, Command, Message, MessageState } from '../../src/contract/engine_pb.js';
import type { Frame, ModelEngine } from '../support/model/engine.js';
import type { Machine } from '../support/model/machine.js';
import { bare } from '../support/model/sessions.js';

/** One line that the host has shown. */
export interface Shown {
  /** The other one of the chat, bare. */
  readonly from: string;
  readonly body: string;
  /** Perhaps shown by an earlier process. */
  readonly marked: boolean;
  readonly late: boolean;
  /** Written by the same person on another device. */
  readonly outgoing: boolean;
  readonly life: number;
}

/** One line of the room that the host has shown. */
export interface ShownLine extends Omit<Shown, 'from'> {
  readonly nick: string;
  /** As the host was told it: a command's, for one of his own. */
  readonly id: string;
}

/** What is known, over all lives of the host, of a text that a person typed. */
export interface Typed {
  readonly to: string;
  readonly body: string;
  accepted: boolean;
  refused: boolean;
  failed: boolean;
  delivered: boolean;
  /** The text as the host was told it when it failed. */
  quoted?: string;
}

/** How long one who was put out of a room stays away. */
const REPENTANCE_MS = 3_000;

/** What outlives a host process. */
export class HostRecord {
  readonly shown: Shown[] = [];
  readonly lines: ShownLine[] = [];
  /** The room that the user wants to be in from now on, a bare JID. */
  room: string | undefined;
  readonly typed = new Map<string, Typed>();
  life = 0;
  /** Bodies that a host was given, by inbox number. */
  readonly given = new Map<number, string>();
  /** A message that ends every host it is given to, and how. */
  deadly: { readonly body: string; readonly kill: () => void } | undefined;
  onShown: (shown: Shown) => void = () => undefined;
}

/** libsteadfast and the program above it, in one life of the process. */
export class ModelHost {
  alive = true;
  online = false;
  private engine: ModelEngine | undefined;
  private readonly pending = new Map<string, Command>();
  private handedOut = 0;
  private sequence = 0;
  private everOnline = false;
  private tries = 0;
  private readonly life: number;
  /** The room was asked for, and did not put us out since: a new engine is to be in it, too. */
  private stays = false;
  private inside = false;

  constructor(
    private readonly machine: Machine,
    private readonly jid: string,
    private readonly record: HostRecord,
    private readonly start: (toHost: (frame: Frame) => void) => ModelEngine,
  ) {
    this.life = ++record.life;
    this.startEngine();
    this.come();
  }

  get quiet(): boolean {
    const inside = this.record.room === undefined || this.inside;
    return this.pending.size === 0 && this.online && inside;
  }

  /** Into the room, if the user wants to be there. */
  come(): void {
    if (this.alive && !this.stays && this.record.room !== undefined) {
      this.stays = true;
      const body = { case: 'joinRoom' as const, value: this.entrance(this.record.room) };
      this.send(create(CommandSchema, { body }));
    }
  }

  private entrance(room: string) {
    return create(JoinRoomSchema, { room, nick: this.jid.split('@')[0] ?? '' });
  }

  /** @param groupchat it is for all in the room */
  type(to: string, body: string, groupchat = false): void {
    const id = `h${String(this.life)}-${String(++this.sequence)}-${this.jid.slice(0, 1)}`;
    const value = create(SendMessageSchema, { to, body, groupchat });
    const command = create(CommandSchema, { id, body: { case: 'sendMessage', value } });
    this.pending.set(id, command);
    this.record.typed.set(id, {
      to,
      body,
      accepted: false,
      refused: false,
      failed: false,
      delivered: false,
    });
    this.send(command);
  }

  /** SIGKILL of the host: the engine reads what was written, then the end of the pipe. */
  kill(): void {
    this.alive = false;
    const { engine } = this;
    this.machine.after(2, () => engine?.end());
  }

  /** The engine is dead: its last frames are read first, then a new one is started. */
  engineDied(): void {
    this.machine.after(this.machine.chance.between(2, 400), () => {
      if (this.alive && this.engine?.alive === false) {
        this.startEngine();
      }
    });
  }

  private startEngine(): void {
    const engine: ModelEngine = this.start((frame) => {
      this.machine.after(1, () => {
        if (this.alive && this.engine === engine) {
          this.take(frame);
        }
      });
    });
    this.engine = engine;
    this.attach();
    for (const command of this.pending.values()) {
      this.send(command);
    }
  }

  private attach(): void {
    const { room } = this.record;
    const value: Attach = create(AttachSchema, {
      jid: this.jid,
      password: 'secret',
      inboxTaken: this.handedOut,
      presence: create(SetPresenceSchema, {}),
      online: this.everOnline,
      rooms: this.stays && room !== undefined ? [this.entrance(room)] : [],
    });
    this.send(create(CommandSchema, { body: { case: 'attach', value } }));
  }

  private send(command: Command): void {
    const { engine } = this;
    this.machine.after(1, () => engine?.command(command));
  }

  private take({ body, inbox }: Frame): void {
    this.machine.note(`${this.jid} ${body.case ?? ''} ${describe(body)}`);
    const { deadly } = this.record;
    // It is given again what was under way when it joined anew.
    if (inbox !== undefined && inbox <= this.handedOut) return;
    if (body.case === 'message' && body.value.body === deadly?.body) {
      this.record.given.set(body.value.inbox, body.value.body);
      deadly.kill();
      return;
    }
    switch (body.case) {
      case 'accepted':
      case 'refused': {
        const typed = this.record.typed.get(body.value.id);
        this.pending.delete(body.value.id);
        if (typed !== undefined) {
          typed[body.case] = true;
        }
        break;
      }
      case 'message':
        this.show(body.value);
        break;
      case 'messageState':
        this.state(body.value);
        break;
      case 'link':
        this.linkState(body.value.state);
        break;
      case 'askTrust':
        this.judge(body.value.sha256);
        break;
      case 'room':
        this.standing(body.value.state);
        break;
      default:
    }
    if (inbox !== undefined) {
      this.handedOut = inbox;
      const value = create(HandledSchema, { seq: inbox });
      this.send(create(CommandSchema, { body: { case: 'handled', value } }));
    }
  }

  /** As people do: this way or that. */
  private judge(sha256: string): void {
    const value = create(TrustAnswerSchema, { sha256, accept: this.machine.chance.happens(0.5) });
    this.send(create(CommandSchema, { body: { case: 'trustAnswer', value } }));
  }

  private linkState(state: Link): void {
    this.online = state === Link.ONLINE;
    // A try that failed is over as soon as anything else is told.
    this.tries++;
    this.everOnline ||= this.online;
    if (state === Link.FAILED) {
      // As hosts do: try again by themselves after a while.
      this.everOnline = false;
      const { tries } = this;
      this.machine.after(8_000, () => {
        if (this.alive && tries === this.tries && this.engine?.alive === true) {
          this.attach();
        }
      });
    }
  }

  private standing(state: Room_State): void {
    this.inside = state === Room_State.JOINED;
    if (state === Room_State.LEFT) {
      // Put out, he wants to be in again.
      this.stays = false;
      this.machine.after(REPENTANCE_MS, () => {
        this.come();
      });
    }
  }

  private show(message: Message): void {
    const { from, to, inbox, maybeShown, late, outgoing, setAside, type, id } = message;
    // Who wrote it, and when, is told in place of what ended two hosts.
    const body = setAside ? (this.record.given.get(inbox) ?? '') : message.body;
    this.record.given.set(inbox, body);
    const how = { body, marked: maybeShown, late, outgoing, life: this.life };
    if (type === Type.GROUPCHAT) {
      this.record.lines.push({ ...how, nick: from.split('/')[1] ?? '', id });
      return;
    }
    const shown = { ...how, from: bare(outgoing ? to : from) };
    this.record.shown.push(shown);
    this.record.onShown(shown);
  }

  private state({ id, state, body }: MessageState): void {
    const typed = this.record.typed.get(id);
    if (typed === undefined) {
      return;
    }
    typed.delivered ||= state === State.DELIVERED;
    if (state === State.FAILED) {
      typed.failed = true;
      typed.quoted = body;
    }
  }
}

function describe(body: Frame['body']): string {
  switch (body.case) {
    case 'message':
      return body.value.body;
    case 'messageState':
      return `${body.value.id} ${State[body.value.state]}`;
    case 'room':
      return `${Room_State[body.value.state]} ${body.value.error?.condition ?? ''}`;
    case 'roomNotice':
      return body.value.text;
    case 'link':
      return `${Link[body.value.state]} ${body.value.error?.condition ?? ''}`;
    case 'accepted':
    case 'refused':
      return body.value.id;
    default:
      return '';
  }
}
