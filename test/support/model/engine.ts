// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { create, toBinary } from '@bufbuild/protobuf';
import type { ClientIdentity, Dial, TlsFacts } from '../../../src/core/effects.js';
import { fault } from '../../../src/core/errors.js';
import { Account } from '../../../src/engine/account.js';
import type { AccountEffect, AccountInput, CertificateJob } from '../../../src/engine/effects.js';
import { EventSchema } from '../../../src/contract/engine_pb.js';
import type { Command } from '../../../src/contract/engine_pb.js';
import type { EventBody } from '../../../src/features/feature.js';
import { nodeTools } from '../tools.js';
import { missing } from './certificate-folder.js';
import type { Chance } from './chance.js';
import type { ModelDisk } from './disk.js';
import type { End } from './network.js';
import { ModelLink } from './network.js';
import type { ModelServer } from './server.js';
import type { Machine } from './machine.js';
import { ModelTrialLink } from './trial-link.js';

/** What an observer of the engine hears of. */
export interface EngineWatch {
  /** @param now on the engine's own clock, in milliseconds */
  dialled?: (now: number, dial: Dial) => void;
  wrote?: (text: string) => void;
  heard?: (bytes: Uint8Array) => void;
  told?: (body: EventBody, inbox: number | undefined) => void;
}

export interface Frame {
  readonly body: EventBody;
  readonly inbox: number | undefined;
}

const TRUSTED: Omit<TlsFacts, 'names'> = {
  protocol: 'TLSv1.3',
  sha256: '00'.repeat(32),
  notBefore: 0,
  notAfter: 8.64e15,
  chain: [],
};

/** Of a server that is somewhere on the way, and nobody's. */
const STRANGER: TlsFacts = {
  ...TRUSTED,
  sha256: 'ff'.repeat(32),
  names: { dns: ['stranger.test'], srv: [], xmppAddr: [] },
  chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
};

const CUT = fault('link', 'reset', 'The connection was cut.');

/** The engine process: the real account, and a driver on the model's clock, network and disk. */
export class ModelEngine {
  alive = true;
  /** How often an account said that it is over. */
  ended = 0;
  link: ModelLink | undefined;
  /** Where it has dialled, oldest first. */
  readonly dialled: Dial[] = [];
  /** Nobody answers a dial. */
  unreachable = false;
  /** What is in each file of a certificate. */
  identity: ClientIdentity | undefined;
  /** By which chance a dial meets a stranger first. */
  strangers: Chance | undefined;
  watch: EngineWatch = {};
  /** Of a certificate that is tried, once there was one. */
  trial: ModelTrialLink | undefined;
  private account: Account;
  /** It has come to its end: nothing reaches it. */
  private over = false;
  /** The certificate that was read last. */
  private shown: Uint8Array | undefined;
  private readonly inputs: AccountInput[] = [];
  private running = false;
  private timer = 0;
  /** Counts dials: news of an older one is dropped. */
  private dials = 0;
  /** Who is met by the dial that is under way: nobody who may be written to in TLS, unless he was accepted. */
  private stranger = false;
  private distrusted = false;

  constructor(
    private readonly machine: Machine,
    private readonly disk: ModelDisk,
    private readonly server: ModelServer,
    private readonly latencyMs: number,
    private readonly toHost: (frame: Frame) => void,
    /** How often a dial is refused by chance. */
    private readonly refusals = 0.1,
  ) {
    this.account = this.newAccount();
  }

  private newAccount(): Account {
    const { machine, disk } = this;
    return new Account(
      { program: 'Model 1' },
      nodeTools,
      machine.chance.bytes,
      disk.durable,
      disk.caches,
      (effect) => {
        this.run(effect);
      },
    );
  }

  command(command: Command): void {
    if (this.over && command.body.case === 'attach') return this.anew(command);
    this.input({ type: 'command', command });
  }

  /** As the real one: of an account that has come to its end, and is on disk, a new one is made. */
  private anew(attach: Command): void {
    if (!this.disk.idle) return void this.machine.after(5, () => this.command(attach));
    this.over = false;
    this.account = this.newAccount();
    this.command(attach);
  }

  /** SIGKILL: nothing more is done or said; the kernel closes the socket or the machine is gone. */
  kill(): void {
    if (this.alive) {
      this.alive = false;
      this.link?.clientCloses('reset');
      this.trial?.close('reset');
      this.disk.crash();
    }
  }

  /** The host is gone: what was handed to the disk is flushed, then the process ends. */
  end(): void {
    this.input({ type: 'host-died' });
    this.endFlushed();
  }

  private endFlushed(): void {
    if (this.disk.idle || this.disk.full) {
      this.kill();
    } else {
      this.machine.after(5, () => {
        this.endFlushed();
      });
    }
  }

  input(input: AccountInput): void {
    if (!this.alive || this.over) {
      return;
    }
    this.inputs.push(input);
    if (this.running) {
      return;
    }
    this.running = true;
    for (let next = this.inputs.shift(); next !== undefined; next = this.inputs.shift()) {
      if (!this.over) this.account.input(next, this.machine.clock());
    }
    this.running = false;
    this.arm();
  }

  private arm(): void {
    const deadline = this.account.deadline();
    const timer = ++this.timer;
    if (deadline !== undefined) {
      const ms = Math.ceil(deadline - this.machine.clock().now);
      this.machine.after(Math.max(1, ms), () => {
        if (timer === this.timer) {
          this.input({ type: 'tick' });
        }
      });
    }
  }

  private run(effect: AccountEffect): void {
    const { machine } = this;
    switch (effect.type) {
      case 'dial':
        this.dialled.push(effect.dial);
        this.watch.dialled?.(machine.clock().now, effect.dial);
        this.meet(effect.dial);
        this.dial(effect.dial);
        return;
      case 'start-tls': {
        const dial = this.dials;
        machine.after(this.latencyMs * 2, () => {
          if (dial === this.dials) {
            this.distrusted = this.stranger && this.dialled.at(-1)?.pin !== STRANGER.sha256;
            this.input({ type: 'tls-ready', facts: this.stranger ? STRANGER : this.facts() });
          }
        });
        return;
      }
      case 'write':
        if (this.distrusted) throw new Error(`a stranger was sent ${effect.text}`);
        this.watch.wrote?.(effect.text);
        this.link?.toServer(Buffer.from(effect.text));
        return;
      case 'close':
        this.dials++;
        this.link?.clientCloses(effect.how);
        this.link = undefined;
        return;
      case 'append':
        this.disk.submit({ append: effect.append, bytes: effect.bytes }, (input) => {
          this.input(input);
        });
        return;
      case 'compact':
        this.disk.submit({ compact: effect.bytes }, (input) => {
          this.input(input);
        });
        return;
      case 'save':
        this.disk.caches.set(effect.name, effect.text);
        return;
      case 'confirm':
        machine.after(2, () => {
          this.input({ type: 'confirmed', kept: !this.disk.full });
        });
        return;
      case 'tell':
        // As the real one does: what cannot be encoded would end it.
        toBinary(EventSchema, create(EventSchema, { body: effect.body }));
        this.watch.told?.(effect.body, effect.inbox);
        this.toHost({ body: effect.body, inbox: effect.inbox });
        return;
      case 'log':
        machine.note(`log ${effect.category}: ${effect.text}`);
        return;
      case 'certificate':
        this.certificateJob(effect.ticket, effect.job);
        return;
      case 'trial':
        this.trial ??= this.newTrial();
        this.trial.run(effect.effect);
        return;
      case 'read-identity':
        this.readIdentity(effect.cert);
        return;
      case 'secret':
      case 'derive':
        return;
      case 'ended':
        this.ended++;
        this.over = true;
        this.toHost({ body: effect.last, inbox: undefined });
        return;
    }
  }

  /** What is written is there before anybody is told. */
  private certificateJob(ticket: number, job: CertificateJob): void {
    this.machine.after(2, () => {
      if (!this.alive) return;
      const result = this.disk.folder?.do(job);
      this.machine.after(1, () => {
        this.input({ type: 'certificate', ticket, ...(result === undefined ? {} : { result }) });
      });
    });
  }

  private readIdentity(path: string): void {
    const { folder } = this.disk;
    const found = folder?.identity(path);
    const identity = found ?? this.identity;
    if (identity === undefined && folder === undefined) return;
    this.machine.after(1, () => {
      this.shown = found?.der;
      if (identity !== undefined) this.input({ type: 'identity', identity });
      else this.input({ type: 'identity-failed', fault: missing(path), passphrase: false });
    });
  }

  private facts(): TlsFacts {
    return { ...TRUSTED, names: { dns: [this.server.domain], srv: [], xmppAddr: [] } };
  }

  private newTrial(): ModelTrialLink {
    const { machine, server, latencyMs } = this;
    const { folder } = this.disk;
    return new ModelTrialLink({
      ...{ machine, server, latencyMs, folder },
      facts: () => this.facts(),
      reachable: () => !this.unreachable,
      input: (input) => {
        this.input({ type: 'trial', input });
      },
      wrote: (text) => this.watch.wrote?.(text),
    });
  }

  private meet({ rest }: Dial): void {
    this.distrusted = false;
    this.stranger = rest !== true && this.strangers?.happens(0.3) === true;
  }

  private dial({ certificate }: Dial): void {
    const dial = ++this.dials;
    this.machine.after(this.latencyMs * 2, () => {
      if (!this.alive || dial !== this.dials) {
        return;
      }
      if (this.unreachable || this.machine.chance.happens(this.refusals)) {
        const refused = fault('link', 'refused', 'Nobody answers.');
        this.input({ type: 'link-closed', fault: refused });
        return;
      }
      const link = new ModelLink(this.server.world, this.latencyMs, this.machine.chance);
      link.certificate = certificate ? this.shown : undefined;
      this.link = link;
      link.connect(this.clientEnd(link), this.server.accept(link));
      const more = this.stranger && this.strangers?.happens(0.7) === true;
      this.input({ type: 'link-open', direct: false, ...(more ? { more } : {}) });
    });
  }

  private clientEnd(link: ModelLink): End {
    return {
      bytes: (bytes) => {
        this.onLink(link, () => {
          this.watch.heard?.(bytes);
          this.input({ type: 'link-bytes', bytes });
        });
      },
      closed: (cut) => {
        this.onLink(link, () => {
          this.link = undefined;
          this.input({ type: 'link-closed', ...(cut ? { fault: CUT } : {}) });
        });
      },
    };
  }

  /** News of a link, as soon as the machine is awake and unless it has another link by then. */
  private onLink(link: ModelLink, news: () => void): void {
    this.machine.wake(() => {
      if (this.alive && this.link === link) {
        news();
      }
    });
  }
}
