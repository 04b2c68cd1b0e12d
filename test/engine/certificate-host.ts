// SPDX-License-Identifier: MIT
//
// What libsteadfast does for one account, with the real engine on the model server and disk.

import { create } from '@bufbuild/protobuf';
import { AttachSchema, CommandSchema } from '../../src/contract/engine_pb.js';
import type { Command } from '../../src/contract/engine_pb.js';
import type { EventBody } from '../../src/features/feature.js';
import { CertificateFolder } from '../support/model/certificate-folder.js';
import { ModelDisk } from '../support/model/disk.js';
import { ModelEngine } from '../support/model/engine.js';
import type { ServerOptions } from '../support/model/profiles.js';
import { ModelServer } from '../support/model/server.js';
import { World } from '../support/model/world.js';

export const USER = 'alice@model.test';
const IPC_MS = 1;

export interface Settings {
  readonly cert: string;
  /** The names of the certificates that are to be disabled, oldest first. */
  readonly retired: readonly string[];
}

export abstract class CertificateHost {
  readonly world = new World(1);
  readonly server: ModelServer;
  readonly disk = new ModelDisk(this.world);
  readonly folder: CertificateFolder;
  settings: Settings = { cert: '', retired: [] };
  /** Nobody answers what the next engine dials. */
  unreachable = false;
  /** What must never happen, in words. */
  readonly broken = new Set<string>();
  protected engine: ModelEngine | undefined;
  /** Which life of the host this is. */
  protected host = 0;
  /** Commands without an answer. */
  protected pending: Command[] = [];
  private ids = 0;

  /** @param ders certificates of the account, for those that are made */
  constructor(ders: readonly Uint8Array[], options: Partial<ServerOptions> = {}) {
    this.server = new ModelServer(this.world, 'model.test', {
      ...{ resumeMs: 600_000, failedH: true, saslCert: true },
      ...options,
    });
    this.folder = new CertificateFolder(ders);
    this.disk.folder = this.folder;
  }

  protected abstract hear(body: EventBody): void;

  protected startEngine(online: boolean): void {
    const engine = new ModelEngine(
      this.world,
      this.disk,
      this.server,
      5,
      ({ body }) => {
        // What an engine had not brought to us is lost with it.
        this.inThisHost(IPC_MS, () => {
          if (this.engine === engine && engine.alive) this.hear(body);
        });
      },
      0,
    );
    engine.unreachable = this.unreachable;
    this.engine = engine;
    this.attach(online);
  }

  protected attach(online: boolean): void {
    const { cert } = this.settings;
    const { engine } = this;
    const value = create(AttachSchema, {
      ...{ jid: USER, password: 'secret', clientCert: cert, presence: {}, online },
    });
    this.inThisHost(IPC_MS, () => {
      if (engine === undefined || engine !== this.engine) return;
      // From here on.
      engine.watch = {
        wrote: (text) => {
          const byPassword = text.includes('mechanism="PLAIN"');
          if (cert !== '' && byPassword) this.broken.add('the password was sent');
        },
      };
      engine.command(create(CommandSchema, { body: { case: 'attach', value } }));
    });
  }

  protected give(body: Command['body']): string {
    const command = create(CommandSchema, { id: `id-${String(++this.ids)}`, body });
    this.pending.push(command);
    this.write(command);
    return command.id;
  }

  protected write(command: Command): void {
    const { engine } = this;
    this.inThisHost(IPC_MS, () => {
      if (engine === this.engine) engine?.command(command);
    });
  }

  protected inThisHost(ms: number, run: () => void): void {
    const { host } = this;
    this.world.after(ms, () => {
      if (host === this.host) run();
    });
  }
}
