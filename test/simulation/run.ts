// SPDX-License-Identifier: MIT

import { readJournal } from '../../src/delivery/journal.js';
import { isFinal, Ledger } from '../../src/delivery/ledger.js';
import type { OutboxEntry } from '../../src/delivery/ledger.js';
import { nodeTools } from '../support/tools.js';
import { ModelDisk } from './model/disk.js';
import { ModelEngine } from './model/engine.js';
import { HostRecord, ModelHost } from './model/host.js';
import { ModelServer } from './model/server.js';
import { World } from './model/world.js';

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  /** Broken promises, in words; empty when all held. */
  readonly broken: readonly string[];
  readonly hash: string;
  readonly trace: readonly string[];
  readonly delivered: number;
  readonly faults: number;
}

const DOMAIN = 'model.test';
const TROUBLE_MS = 90_000;
const QUIET_MS = 5 * 60_000;
const MESSAGES = 40;

/** One person at one machine: a host, an engine and a disk, started again whenever they die. */
class Person {
  readonly record = new HostRecord();
  readonly disk: ModelDisk;
  /** Lives whose forerunner died on a full disk: what it had shown could not be written down. */
  readonly unwritten = new Set<number>();
  host: ModelHost;
  engine: ModelEngine | undefined;

  constructor(
    private readonly world: World,
    private readonly server: ModelServer,
    readonly jid: string,
    private readonly latencyMs: number,
  ) {
    this.disk = new ModelDisk(world);
    this.host = this.newHost();
  }

  killEngine(): void {
    if (this.engine?.alive === true && this.host.alive) {
      this.engine.kill();
      this.host.engineDied();
    }
  }

  killHost(): void {
    if (!this.host.alive) {
      return;
    }
    this.host.kill();
    // The engine tries a disk that failed again after a second, and a slow one takes two.
    if (this.disk.full || this.world.now - this.disk.failedAt < 4_000) {
      this.unwritten.add(this.record.life + 1);
    }
    this.restartHost();
  }

  /** Only once the old engine has let go of the lock. */
  private restartHost(): void {
    this.world.after(this.world.chance.between(100, 3_000), () => {
      if (this.engine?.alive === true) {
        this.restartHost();
      } else {
        this.host = this.newHost();
      }
    });
  }

  private newHost(): ModelHost {
    return new ModelHost(this.world, this.jid, this.record, (toHost) => {
      this.engine = new ModelEngine(this.world, this.disk, this.server, this.latencyMs, toHost);
      return this.engine;
    });
  }
}

/** Plays one seeded schedule of talk and trouble, then waits for quiet and judges. */
export function runSeed(seed: number): Outcome {
  const world = new World(seed);
  const { chance } = world;
  // A server that does not say how far it had got leaves room for doubt, and only then may a text arrive twice.
  const failedH = chance.happens(0.7);
  const archive = chance.happens(0.7);
  const forgetful = chance.happens(0.3);
  const sure = failedH && !forgetful;
  const server = new ModelServer(world, DOMAIN, {
    resumeMs: chance.pick([20_000, 600_000]),
    failedH,
    archive,
    archiveLagMs: chance.pick([0, 0, 500, 1_500]),
    stripsIds: chance.happens(0.2),
    otherDevices: archive && chance.happens(0.5),
    archivedIsKept: chance.happens(0.5),
  });
  const alice = new Person(world, server, `alice@${DOMAIN}`, chance.pick([5, 50, 300]));
  const bob = new Person(world, server, `bob@${DOMAIN}`, chance.pick([5, 50, 300]));
  talk(world, alice, bob);
  talk(world, bob, alice);
  const faults = trouble(world, [alice, bob], () => {
    server.restart(forgetful);
  });
  world.run(TROUBLE_MS);
  for (const person of [alice, bob]) {
    person.disk.full = false;
  }
  const both = [
    { from: alice, to: bob },
    { from: bob, to: alice },
  ];
  const quiet = () =>
    both.every(
      ({ from, to }) => from.host.quiet && missing(from, to).length === 0 && settled(from),
    );
  world.run(TROUBLE_MS + QUIET_MS, quiet);
  const broken = both.flatMap(({ from, to }) => judge(from, to));
  for (const body of sure ? both.flatMap(({ from }) => [...doubted(from)]) : []) {
    broken.push(`${body} was doubted although the server had told`);
  }
  if (!quiet()) {
    broken.push('the quiet state was not reached');
  }
  const delivered = alice.record.shown.length + bob.record.shown.length;
  return { seed, broken, hash: world.hash(), trace: world.trace, delivered, faults };
}

function talk(world: World, from: Person, to: Person): void {
  for (let n = 1; n <= MESSAGES; n++) {
    world.after(world.chance.between(0, TROUBLE_MS - 5_000), () => {
      if (from.host.alive) {
        const number = String(from.record.typed.size + 1);
        from.host.type(to.jid, `${from.jid.slice(0, 1)}-${number}`);
      }
    });
  }
}

function trouble(world: World, people: readonly Person[], restart: () => void): number {
  const { chance } = world;
  const count = chance.between(3, 20);
  for (let n = 0; n < count; n++) {
    world.after(chance.between(1_000, TROUBLE_MS - 10_000), () => {
      const person = chance.pick(people);
      const kind = chance.pick([
        'cut',
        'cut',
        'half-open',
        'engine',
        'host',
        'disk',
        'sleep',
        'deaf',
        'server',
        'slow disk',
      ] as const);
      world.note(`fault ${kind} ${person.jid}`);
      if (kind === 'server') {
        restart();
      } else {
        strike(world, person, kind);
      }
    });
  }
  return count;
}

function strike(
  world: World,
  person: Person,
  kind: 'cut' | 'half-open' | 'engine' | 'host' | 'disk' | 'sleep' | 'deaf' | 'slow disk',
): void {
  switch (kind) {
    case 'cut':
      person.engine?.link?.cut(true, world.chance.happens(0.5));
      return;
    case 'half-open':
      person.engine?.link?.cut(false, world.chance.happens(0.5));
      return;
    case 'deaf':
      person.engine?.link?.deafen();
      return;
    case 'slow disk':
      person.disk.slowMs = world.chance.between(50, 2_000);
      world.after(world.chance.between(500, 6_000), () => {
        person.disk.slowMs = 0;
      });
      return;
    case 'engine':
      person.killEngine();
      return;
    case 'host':
      person.killHost();
      return;
    case 'disk':
      person.disk.full = true;
      world.after(world.chance.between(500, 6_000), () => {
        person.disk.full = false;
      });
      return;
    case 'sleep':
      world.wallOffset += world.chance.between(4_000, 400_000);
  }
}

/** Accepted texts that the other side has not been shown. */
function missing(from: Person, to: Person): string[] {
  const shown = new Set(to.record.shown.map(({ body }) => body));
  return [...from.record.typed.values()]
    .filter((typed) => typed.accepted && !typed.failed && !shown.has(typed.body))
    .map(({ body }) => body);
}

/** Whether the journal knows what became of every text; what the host was told dies with a host. */
function settled(person: Person): boolean {
  return outboxOf(person).every(({ state }) => isFinal(state));
}

/** Texts that may have arrived twice, by the sender's own account. */
function doubted(person: Person): Set<string> {
  return new Set(outboxOf(person).flatMap(({ body, twice }) => (twice ? [body] : [])));
}

function outboxOf(person: Person): OutboxEntry[] {
  const ledger = new Ledger();
  ledger.applyAll(readJournal(person.disk.durable, nodeTools).transactions);
  return [...ledger.outbox.values()];
}

function judge(from: Person, to: Person): string[] {
  const broken = missing(from, to).map((body) => `${body} was accepted and lost`);
  const typed = new Map([...from.record.typed.values()].map((t) => [t.body, t]));
  const seen = new Map<string, number>();
  const twice = doubted(from);
  let last = 0;
  for (const { body, marked, late, life } of to.record.shown) {
    const earlier = seen.get(body);
    if (earlier === life || (earlier !== undefined && !marked)) {
      if (!twice.has(body) && !to.unwritten.has(life)) {
        broken.push(`${body} was shown twice`);
      }
    }
    const order = Number(body.split('-')[1]);
    if (earlier === undefined && order < last && !late && !twice.has(body)) {
      broken.push(`${body} was shown after ${String(last)}`);
    }
    if (typed.get(body)?.refused === true) {
      broken.push(`${body} was refused and yet sent`);
    }
    last = Math.max(last, order);
    seen.set(body, life);
  }
  return broken;
}
