// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import {
  AttachSchema,
  CommandSchema,
  HandledSchema,
  Link_State as Link,
  MessageState_State as State,
  SendMessageSchema,
  SetPresenceSchema,
} from '../../../src/contract/engine_pb.js';
import type { Command } from '../../../src/contract/engine_pb.js';
import type { Frame, ModelEngine } from './engine.js';
import type { World } from './world.js';

/** One line that the host has shown. */
export interface Shown {
  readonly from: string;
  readonly body: string;
  readonly marked: boolean;
  readonly late: boolean;
  readonly life: number;
}

/** What is known, over all lives of the host, of a text that a person typed. */
export interface Typed {
  readonly to: string;
  readonly body: string;
  accepted: boolean;
  refused: boolean;
  failed: boolean;
}

/** What outlives a host process. */
export class HostRecord {
  readonly shown: Shown[] = [];
  readonly typed = new Map<string, Typed>();
  life = 0;
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
  private readonly life: number;

  constructor(
    private readonly world: World,
    private readonly jid: string,
    private readonly record: HostRecord,
    private readonly start: (toHost: (frame: Frame) => void) => ModelEngine,
  ) {
    this.life = ++record.life;
    this.startEngine();
  }

  get quiet(): boolean {
    return this.pending.size === 0 && this.online;
  }

  type(to: string, body: string): void {
    const id = `h${String(this.life)}-${String(++this.sequence)}-${this.jid.slice(0, 1)}`;
    const value = create(SendMessageSchema, { to, body });
    const command = create(CommandSchema, { id, body: { case: 'sendMessage', value } });
    this.pending.set(id, command);
    this.record.typed.set(id, {
      to,
      body,
      accepted: false,
      refused: false,
      failed: false,
    });
    this.send(command);
  }

  /** SIGKILL of the host: the engine reads what was written, then the end of the pipe. */
  kill(): void {
    this.alive = false;
    const { engine } = this;
    this.world.after(2, () => engine?.end());
  }

  /** The engine is dead: its last frames are read first, then a new one is started. */
  engineDied(): void {
    this.world.after(this.world.chance.between(2, 400), () => {
      if (this.alive && this.engine?.alive === false) {
        this.startEngine();
      }
    });
  }

  private startEngine(): void {
    const engine: ModelEngine = this.start((frame) => {
      this.world.after(1, () => {
        if (this.alive && this.engine === engine) {
          this.take(frame);
        }
      });
    });
    this.engine = engine;
    const value = create(AttachSchema, {
      jid: this.jid,
      password: 'secret',
      inboxTaken: this.handedOut,
      presence: create(SetPresenceSchema, {}),
      online: this.everOnline,
    });
    this.send(create(CommandSchema, { body: { case: 'attach', value } }));
    for (const command of this.pending.values()) {
      this.send(command);
    }
  }

  private send(command: Command): void {
    const { engine } = this;
    this.world.after(1, () => engine?.command(command));
  }

  private take({ body, inbox }: Frame): void {
    this.world.note(`${this.jid} ${body.case ?? ''} ${describe(body)}`);
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
        this.record.shown.push({
          from: body.value.from.split('/')[0] ?? '',
          body: body.value.body,
          marked: body.value.maybeShown,
          late: body.value.late,
          life: this.life,
        });
        break;
      case 'messageState':
        this.state(body.value.id, body.value.state);
        break;
      case 'link':
        this.linkState(body.value.state);
        break;
      default:
    }
    if (inbox !== undefined) {
      this.handedOut = inbox;
      const value = create(HandledSchema, { seq: inbox });
      this.send(create(CommandSchema, { body: { case: 'handled', value } }));
    }
  }

  private linkState(state: Link): void {
    this.online = state === Link.ONLINE;
    this.everOnline ||= this.online;
    if (state === Link.FAILED) {
      // As hosts do: try again by themselves after a while.
      this.everOnline = false;
      this.world.after(8_000, () => {
        if (this.alive && !this.online && this.engine?.alive === true) {
          const value = create(AttachSchema, {
            jid: this.jid,
            password: 'secret',
            inboxTaken: this.handedOut,
            presence: create(SetPresenceSchema, {}),
          });
          this.send(create(CommandSchema, { body: { case: 'attach', value } }));
        }
      });
    }
  }

  private state(id: string, state: State): void {
    const typed = this.record.typed.get(id);
    if (typed !== undefined) {
      typed.failed ||= state === State.FAILED;
    }
  }
}

function describe(body: Frame['body']): string {
  switch (body.case) {
    case 'message':
      return body.value.body;
    case 'messageState':
      return `${body.value.id} ${State[body.value.state]}`;
    case 'link':
      return `${Link[body.value.state]} ${body.value.error?.condition ?? ''}`;
    case 'accepted':
    case 'refused':
      return body.value.id;
    default:
      return '';
  }
}
