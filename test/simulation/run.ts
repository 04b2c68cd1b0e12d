// SPDX-License-Identifier: MIT

import { PERSONS } from '../../src/delivery/lane-book.js';
import { MUC } from '../support/model/room-stanzas.js';
import { ModelServer } from '../support/model/server.js';
import type { ServerOptions } from '../support/model/profiles.js';
import { World } from '../support/model/world.js';
import { Den } from './den.js';
import { strike } from './faults.js';
import type { Fault, Moment } from './faults.js';
import { inheritedJournal, inheritedSession } from './inheritance.js';
import { judge, missing, settled } from './judge.js';
import type { Scene } from './judge.js';
import { LateWatch } from './late-watch.js';
import { bodyIn, bodyOf, Peers } from './peers.js';
import { Person } from './person.js';
import { DOMAIN, isPersonal, planOf, TROUBLE_MS } from './plan.js';
import { ROOMS_FROM } from './plan-room.js';
import type { RoomPlan } from './plan-room.js';
import type { Line, Name, Plan, RoomLine } from './plan.js';

/** What came of one seed. */
export interface Outcome {
  readonly plan: Plan;
  /** Broken promises, in words; empty when all held. */
  readonly broken: readonly string[];
  readonly hash: string;
  readonly trace: readonly string[];
  readonly shown: number;
}

/** With everything well again, so long may it take until nothing is under way any more. */
const QUIET_MS = 5 * 60_000;
/** A room that has lost somebody without a word is asked after a quarter of an hour (XEP-0410 §3.2). */
const SILENT_ROOM_MS = 20 * 60_000;
const LOOK_MS = 500;

export function runSeed(seed: number): Outcome {
  return runPlan(planOf(seed));
}

/** Plays a schedule of talk and trouble, then waits for quiet and judges. */
export function runPlan(plan: Plan): Outcome {
  const play = new Play(plan);
  try {
    play.run();
  } catch (error) {
    play.stopped(error);
  }
  return play.outcome();
}

class Play {
  readonly broken: string[] = [];
  private readonly world: World;
  private readonly server: ModelServer;
  private readonly people: Readonly<Record<Name, Person>>;
  private readonly peers: Peers;
  private readonly scene: Scene;
  private readonly said = new Set<Line>();
  private readonly dropped = new Set<string>();
  private readonly routed = new Map<string, number>();
  private readonly late: LateWatch;
  private readonly den: Den | undefined;
  private lookAt = 0;
  /** Until then nothing befell the server that its archive could have suffered from. */
  private tellsUntil = Infinity;

  constructor(private readonly plan: Plan) {
    this.world = new World(plan.seed % ROOMS_FROM);
    this.server = new ModelServer(this.world, DOMAIN, plan.server);
    this.peers = new Peers(this.server);
    this.watchServer();
    this.people = { alice: this.person('alice'), bob: this.person('bob') };
    this.late = new LateWatch(plan, this.people);
    this.den = plan.room && this.openDen(plan.room);
    const { people, peers, said, dropped, routed } = this;
    const doubtful =
      !plan.server.failedH ||
      plan.server.plain === true ||
      plan.server.stoppedH === false ||
      plan.faults.some(({ kind, told }) => KILLS.has(kind) || (FORGETS.has(kind) && told[0])) ||
      plan.server.queue?.end === 'silence';
    const tellsUntil = (lane: string) =>
      archiveTells(plan.server, lane === PERSONS ? plan.server : (plan.room?.options ?? {}))
        ? this.tellsUntil
        : 0;
    const den = this.den === undefined ? {} : { den: this.den };
    this.scene = { plan, people, peers, said, dropped, routed, doubtful, tellsUntil, ...den };
  }

  run(): void {
    const { world, plan } = this;
    if (plan.inherits) {
      inheritedSession(plan, this.server, this.people.alice.record);
    }
    for (const line of plan.lines) {
      world.after(line.at, () => {
        this.say(line);
      });
    }
    this.den?.open();
    this.arm();
    world.run(TROUBLE_MS);
    this.server.mute = false;
    this.server.archiveMute = false;
    this.people.alice.heal();
    this.people.bob.heal();
    const quietMs = this.den === undefined ? QUIET_MS : SILENT_ROOM_MS;
    world.run(TROUBLE_MS + quietMs, () => this.isQuiet());
    this.broken.push(...judge(this.scene), ...this.late.broken);
    if (!this.quiet()) {
      this.broken.push('the quiet state was not reached');
    }
  }

  /** The model server throws at a client that breaks the protocol; an engine at what it did not foresee. */
  stopped(error: unknown): void {
    const { alice, bob } = this.people;
    // What had been lost, or was under way, nobody can say; what had been broken by then is known.
    const known = [...alice.witness.broken, ...bob.witness.broken, ...this.late.broken];
    this.broken.push(...known, error instanceof Error ? error.message : String(error));
  }

  outcome(): Outcome {
    const { world, plan, broken } = this;
    const shown = [this.people.alice, this.people.bob].reduce(
      (sum, { record }) => sum + record.shown.length + record.lines.length,
      0,
    );
    return { plan, broken, hash: world.hash(), trace: world.trace, shown };
  }

  private person(name: Name): Person {
    const { plan, world, server } = this;
    const journal =
      name === 'alice' ? inheritedJournal(plan, world.clock().wall) : new Uint8Array();
    const { [name]: latencyMs } = plan.latencyMs;
    const person = new Person(world, server, name, latencyMs, journal, plan.strangers);
    person.flood = (count) => {
      this.peers.flood(person.jid, count);
    };
    const others = ['alice', 'bob', 'carol'].filter((other) => other !== name);
    server.contacts.set(
      person.jid,
      others.map((other) => `${other}@${DOMAIN}`),
    );
    return person;
  }

  /** Looked for now and then, since it takes reading the journals. */
  private isQuiet(): boolean {
    if (this.world.now < this.lookAt) {
      return false;
    }
    this.lookAt = this.world.now + LOOK_MS;
    return this.quiet();
  }

  private quiet(): boolean {
    const { alice, bob } = this.people;
    return (
      [alice, bob].every(({ host }) => host.alive && host.quiet) &&
      missing(this.scene).length === 0 &&
      settled(this.scene)
    );
  }

  private say(line: Line | RoomLine): void {
    const { from, to } = line;
    if (!isPersonal(line)) {
      this.den?.say(line);
    } else if (from === 'carol' || from === 'tablet') {
      this.said.add(line);
      this.peers.say(line);
    } else if (line.inherited === true) {
      this.said.add(line);
    } else if (this.people[from].host.alive) {
      this.said.add(line);
      this.people[from].host.type(`${to}@${DOMAIN}`, bodyOf(line));
    }
  }

  // --- trouble -----------------------------------------------------------------------------------

  private arm(): void {
    const { world, plan, people } = this;
    const left = new Map(plan.faults.map((fault) => [fault, fault.after?.nth ?? 0]));
    for (const fault of plan.faults) {
      if (fault.at !== undefined) {
        world.after(fault.at, () => {
          this.befall(people[fault.who], fault);
        });
      }
    }
    for (const person of [people.alice, people.bob]) {
      person.onMoment = (moment: Moment) => {
        for (const fault of plan.faults) {
          const { after } = fault;
          if (after?.moment !== moment || fault.who !== person.name || world.now >= TROUBLE_MS) {
            continue;
          }
          const nth = (left.get(fault) ?? 0) - 1;
          left.set(fault, nth);
          if (nth === 0) {
            world.after(after.delayMs, () => {
              this.befall(person, fault);
            });
          }
        }
      };
    }
  }

  private befall(person: Person, fault: Fault): void {
    if (DULLS.has(fault.kind)) {
      this.tellsUntil = Math.min(this.tellsUntil, this.world.now);
    }
    strike(person, fault, this.server);
  }

  // --- what the server sees ----------------------------------------------------------------------

  private of(user: string): Person | undefined {
    const name = user.split('@')[0];
    return name === 'alice' || name === 'bob' ? this.people[name] : undefined;
  }

  private watchServer(): void {
    this.server.watch = {
      bound: (user) => {
        this.of(user)?.witness.bound();
        this.of(user)?.onMoment('bound');
      },
      resumed: ({ user }) => {
        this.of(user)?.witness.resumed();
        this.of(user)?.onMoment('resumed');
      },
      asked: (session) => this.of(session.user)?.witness.asked(session),
      page: (user, last) => {
        this.of(user)?.witness.page(user, last);
        this.of(user)?.onMoment('page');
      },
      stanza: (session, stanza) => {
        const of = (attribute: string) => String(stanza.getAttr(attribute) ?? '');
        const heading = { name: stanza.getName(), id: of('id'), type: of('type'), to: of('to') };
        this.of(session.user)?.witness.stanza(session, heading);
        if (stanza.getChild('x', MUC) !== undefined) {
          this.of(session.user)?.onMoment('asked to enter');
        }
      },
      routed: (from, text) => {
        this.countRouted(from, text);
      },
      dropped: (text) => {
        this.dropped.add(bodyIn(text) ?? '');
      },
    };
  }

  private openDen(room: RoomPlan): Den {
    return new Den(room, this.server, this.people, {
      taken: ({ body }) => {
        this.routed.set(body, (this.routed.get(body) ?? 0) + 1);
      },
      forgotten: (body) => {
        this.dropped.add(body);
      },
    });
  }

  private countRouted(from: string, text: string): void {
    const body = bodyIn(text);
    if (body !== undefined) {
      this.routed.set(body, (this.routed.get(body) ?? 0) + 1);
      const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id ?? '');
      for (const id of ids) {
        this.of(from)?.witness.taken.add(id);
      }
      this.of(from)?.onMoment('wrote');
    }
  }
}

const KILLS: ReadonlySet<string> = new Set(['server killed', 'lie']);
const FORGETS: ReadonlySet<string> = new Set(['server stopped']);
/** After these an archive may not answer, not have all, or have the one that is looked for too far back. */
const DULLS: ReadonlySet<string> = new Set([
  ...[...KILLS, ...FORGETS],
  ...['archive mute', 'server mute', 'flood'],
]);

/** A server that does not say how far it had got, and does not seem to have died, either. */
function archiveTells(
  { plain, failedH, stoppedH }: ServerOptions,
  { archive, archiveLagMs = 0 }: Pick<ServerOptions, 'archive' | 'archiveLagMs'>,
) {
  const dies = plain !== true && (!failedH || stoppedH === false);
  return archive === true && archiveLagMs === 0 && !dies;
}
