// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import {
  AttachSchema,
  CommandSchema,
  DetachSchema,
  Detach_How as How,
  SetPresenceSchema,
} from '../../../src/contract/engine_pb.js';
import type { Command } from '../../../src/contract/engine_pb.js';
import { NS } from '../../../src/core/namespaces.js';
import { xml } from '../../../src/core/xml.js';
import { isFinal } from '../../../src/delivery/ledger.js';
import type { Ledger, OutboxEntry } from '../../../src/delivery/ledger.js';
import type { Frame } from '../../support/model/engine.js';
import { ModelEngine } from '../../support/model/engine.js';
import { HostRecord, ModelHost } from '../host.js';
import { JournalView } from '../journal-view.js';
import type { ServerOptions } from '../../support/model/profiles.js';
import { ModelServer } from '../../support/model/server.js';
import { newSession } from '../../support/model/sessions.js';
import { World } from '../../support/model/world.js';
import { StepDisk } from './step-disk.js';

const DOMAIN = 'model.test';
const BOB = `bob@${DOMAIN}`;
const ALICE = `alice@${DOMAIN}`;
const LATENCY_MS = 5;

/** Bob writes through the server, without an engine of his own that could hide a mistake. */
const BOBS_SESSION = newSession('bob', `${BOB}/b`, 0);

/** Alice, whose engine is killed: a host, an engine and a disk; and bob, who only writes and counts. */
export class Subject {
  readonly world = new World(1);
  readonly disk = new StepDisk(this.world);
  readonly server: ModelServer;
  readonly record = new HostRecord();
  /** Bodies that bob wrote, in order. */
  readonly written: string[] = [];
  host: ModelHost;
  engine: ModelEngine | undefined;
  /** Lives of the host that began after the machine itself had died. */
  readonly afterMachine = new Set<number>();
  private handedOut = 0;
  private dark = false;
  private parked = false;
  private readonly journal = new JournalView();

  constructor(options: Partial<ServerOptions> = {}, journal: Uint8Array = new Uint8Array()) {
    this.server = new ModelServer(this.world, DOMAIN, {
      resumeMs: 600_000,
      failedH: true,
      ...options,
    });
    this.disk.durable = journal;
    this.host = this.newHost();
  }

  // --- what a script says ------------------------------------------------------------------------

  at(ms: number, action: () => void): void {
    this.world.after(ms - this.world.now, action);
  }

  type(body: string): void {
    if (this.host.alive) {
      this.host.type(BOB, body);
    }
  }

  /** Bob's message, over the server, which at once wants to know how far she got. */
  receive(body: string): void {
    this.written.push(body);
    const attributes = { to: ALICE, type: 'chat', id: `b-${body}` };
    const message = xml('message', { xmlns: NS.client, ...attributes });
    message.c('body').t(body);
    this.server.route(message, BOBS_SESSION);
    for (const { connection } of this.server.sessions.values()) {
      connection?.write("<r xmlns='urn:xmpp:sm:3'/>");
    }
  }

  /** From now on this message ends her host whenever it is to be shown. */
  fear(body: string): void {
    this.record.deadly = {
      body,
      kill: () => {
        this.killHost();
      },
    };
  }

  cut(): void {
    this.engine?.link?.cut(true, true);
  }

  /** No dial is answered, by this engine or a later one. */
  unreachable(dark: boolean): void {
    this.dark = dark;
    if (this.engine !== undefined) {
      this.engine.unreachable = dark;
    }
  }

  park(): void {
    this.parked = true;
    this.command({ case: 'detach', value: create(DetachSchema, { how: How.PARK }) });
  }

  /** Unless an engine that was started meanwhile has her attached already. */
  attach(): void {
    if (!this.parked) {
      return;
    }
    this.parked = false;
    const value = create(AttachSchema, {
      jid: ALICE,
      password: 'secret',
      inboxTaken: this.handedOut,
      presence: create(SetPresenceSchema, {}),
      online: true,
    });
    this.command({ case: 'attach', value });
  }

  /** The user quits, and starts the program again some seconds later. */
  quit(): void {
    this.command({ case: 'detach', value: create(DetachSchema, { how: How.SIGN_OFF }) });
    this.world.after(3_000, () => {
      this.killHost();
    });
  }

  // --- what befalls her --------------------------------------------------------------------------

  killEngine(): void {
    if (this.engine?.alive === true) {
      this.engine.kill();
      this.host.engineDied();
    }
  }

  /** The engine learns of it, flushes what it has and ends. */
  killHost(): void {
    this.host.kill();
    this.restartHost();
  }

  /** Both at once, as in a power cut. */
  killMachine(): void {
    this.engine?.kill();
    if (this.host.alive) {
      this.host.alive = false;
      this.restartHost();
    }
    this.afterMachine.add(this.record.life + 1);
  }

  // --- what came of it ---------------------------------------------------------------------------

  /** Bodies that the server took for bob, in order. */
  arrived(): string[] {
    return (this.server.offline.get(BOB) ?? []).map(
      ({ text }) => /<body>([^<]*)<\/body>/.exec(text)?.[1] ?? text,
    );
  }

  outbox(): OutboxEntry[] {
    return [...this.ledger().outbox.values()];
  }

  /** What is on the disk now. */
  ledger(): Ledger {
    return this.journal.of(this.disk);
  }

  quiet(): boolean {
    const shown = new Set(this.record.shown.map(({ body }) => body));
    return (
      this.host.alive &&
      this.host.quiet &&
      this.disk.idle &&
      this.written.every((body) => shown.has(body)) &&
      this.outbox().every(({ state }) => isFinal(state))
    );
  }

  private restartHost(): void {
    this.world.after(500, () => {
      if (this.engine?.alive === true) {
        this.restartHost();
      } else if (!this.host.alive) {
        this.host = this.newHost();
      }
    });
  }

  private newHost(): ModelHost {
    this.handedOut = 0;
    return new ModelHost(this.world, ALICE, this.record, (toHost) => {
      this.parked = false;
      this.engine = new ModelEngine(
        ...([this.world, this.disk, this.server, LATENCY_MS] as const),
        (frame: Frame) => {
          this.handedOut = frame.inbox ?? this.handedOut;
          toHost(frame);
        },
        0,
      );
      this.engine.unreachable = this.dark;
      return this.engine;
    });
  }

  private command(body: Command['body']): void {
    this.engine?.command(create(CommandSchema, { body }));
  }
}
