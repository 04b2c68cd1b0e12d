// SPDX-License-Identifier: MIT

import type { Ledger } from '../../src/delivery/ledger.js';
import { ModelDisk } from '../support/model/disk.js';
import { ModelEngine } from '../support/model/engine.js';
import { Chance } from '../support/model/chance.js';
import { OwnMachine } from '../support/model/machine.js';
import type { ModelServer } from '../support/model/server.js';
import type { World } from '../support/model/world.js';
import type { Moment } from './faults.js';
import { HostRecord, ModelHost } from './host.js';
import { JournalView } from './journal-view.js';
import type { Name } from './plan.js';
import { DOMAIN } from './plan.js';
import { Witness } from './witness.js';

/** One person at one machine: a host, an engine and a disk, started again whenever they die. */
export class Person {
  readonly jid: string;
  readonly machine: OwnMachine;
  readonly record = new HostRecord();
  readonly disk: ModelDisk;
  readonly witness: Witness;
  /** Lives whose forerunner died where what it had shown could not be written down. */
  readonly unwritten = new Set<number>();
  host: ModelHost;
  engine: ModelEngine | undefined;
  /** By minutes, at some time. */
  clockWasWrong = false;
  /** Calls back at the moments after which faults are due. */
  onMoment: (moment: Moment) => void = () => undefined;
  /** Somebody else writes to this person so often at once. */
  flood: (count: number) => void = () => undefined;
  private reachableAt = 0;
  private engineDiedAt = -Infinity;
  private readonly journal = new JournalView();
  private readonly strangers: Chance | undefined;

  constructor(
    private readonly world: World,
    private readonly server: ModelServer,
    readonly name: Name,
    private readonly latencyMs: number,
    journal: Uint8Array,
    strangers?: number,
  ) {
    this.strangers = strangers === undefined ? undefined : new Chance(strangers ^ name.length);
    this.jid = `${name}@${DOMAIN}`;
    this.machine = new OwnMachine(world, name);
    this.disk = new ModelDisk(this.machine);
    this.disk.durable = journal;
    this.witness = new Witness(this.jid, server, this.record, this.disk);
    this.disk.onBusy = () => {
      this.onMoment('disk');
    };
    this.host = this.newHost();
  }

  killEngine(): void {
    if (this.engine?.alive === true && this.host.alive) {
      this.engineDiedAt = this.machine.ranMs;
      this.engine.kill();
      this.host.engineDied();
    }
  }

  killHost(): void {
    if (this.host.alive) {
      this.host.kill();
      this.noteUnwritten();
      this.restartHost();
    }
  }

  /** Host and engine at once, as in a power cut. */
  killMachine(): void {
    this.engine?.kill();
    if (this.host.alive) {
      this.host.alive = false;
      // Nobody was left to write down what the host had shown.
      this.unwritten.add(this.record.life + 1);
      this.restartHost();
    }
  }

  /** No server can be had for so long. */
  outOfReach(ms: number): void {
    this.reachableAt = Math.max(this.reachableAt, this.world.now + ms);
    this.reach();
    this.world.after(ms, () => {
      this.reach();
    });
  }

  /** The disk is ill for so long. */
  ails(set: (disk: ModelDisk, ill: boolean) => void, ms: number): void {
    set(this.disk, true);
    this.world.after(ms, () => {
      set(this.disk, false);
    });
  }

  heal(): void {
    Object.assign(this.disk, { full: false, failing: false, slowMs: 0 });
    this.reachableAt = 0;
    this.reach();
  }

  /** What the journal says now. */
  ledger(): Ledger {
    return this.journal.of(this.disk);
  }

  private reach(): void {
    if (this.engine !== undefined) {
      this.engine.unreachable = this.world.now < this.reachableAt;
    }
  }

  private noteUnwritten(): void {
    const { full, failing, failedAt } = this.disk;
    // The engine tries a disk that failed again after a second, and a slow one takes two; a new engine is to
    // be told, and to write down, what the host has dealt with.
    const since = this.machine.ranMs - Math.max(failedAt, this.engineDiedAt);
    if (full || failing || since < 4_000) {
      this.unwritten.add(this.record.life + 1);
    }
  }

  private restartHost(): void {
    this.machine.after(this.machine.chance.between(100, 3_000), () => {
      if (!this.mayStart()) {
        this.restartHost();
      } else if (!this.host.alive) {
        // The engine wrote down what the host had shown after that was gone.
        this.noteUnwritten();
        this.host = this.newHost();
      }
    });
  }

  /** Only once the old engine has let go of the lock. */
  private mayStart(): boolean {
    return this.engine?.alive !== true;
  }

  private newHost(): ModelHost {
    return new ModelHost(this.machine, this.jid, this.record, (toHost) => {
      this.witness.started(this.engine?.alive === true);
      const { machine, disk, server, latencyMs } = this;
      this.engine = new ModelEngine(machine, disk, server, latencyMs, toHost);
      this.engine.watch = this.witness.watch;
      this.engine.strangers = this.strangers;
      this.reach();
      return this.engine;
    });
  }
}
