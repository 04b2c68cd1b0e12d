// SPDX-License-Identifier: MIT
//
// What can befall the people of a simulation, and when: at a time, or a moment after something that
// makes it dangerous.

import type { Chance } from '../support/model/chance.js';
import type { ModelServer } from '../support/model/server.js';
import { DEN } from './plan-room.js';
import type { ROOM_KINDS } from './faults-room.js';
import type { Person } from './person.js';
import type { Name } from './plan.js';
import { TROUBLE_MS } from './plan.js';

export const KINDS = [
  ...(['cut', 'half-open', 'deaf', 'dumb', 'unreachable'] as const),
  ...(['engine', 'host', 'machine', 'standby', 'stopped', 'clock'] as const),
  ...(['disk full', 'disk failing', 'disk slow'] as const),
  ...(['server stopped', 'server killed', 'server mute', 'archive mute'] as const),
  ...(['sessions expire', 'flood', 'lie', 'strip tls'] as const),
];
export type Kind = (typeof KINDS)[number] | (typeof ROOM_KINDS)[number];

/**
 * What a fault may follow: the person's disk has work, a page came, a session began or went on, a room was
 * asked for entrance or gave it, a page of its archive came, it took a line.
 */
export type Moment =
  | ('disk' | 'page' | 'bound' | 'resumed' | 'wrote')
  | ('asked to enter' | 'entered' | 'room page' | 'line');

export interface Fault {
  readonly kind: Kind;
  readonly who: Name;
  /** At this time; or `delayMs` after the `nth` of such moments. */
  readonly at?: number;
  readonly after?: { readonly moment: Moment; readonly nth: number; readonly delayMs: number };
  /** How long, ms; or how much. */
  readonly size: number;
  /** Whether the client, and the server, learns of it. */
  readonly told: readonly [boolean, boolean];
}

/** Common ones more often. */
const OFTEN: readonly Kind[] = ['cut', 'cut', 'cut', 'half-open', 'engine', 'engine', 'host'];
const MOMENTS: readonly Moment[] = ['disk', 'page', 'bound', 'resumed', 'wrote'];

export function faultsOf(chance: Chance): Fault[] {
  return Array.from({ length: chance.between(3, 20) }, () => {
    const kind = chance.pick([...KINDS, ...OFTEN]);
    const aimed = chance.happens(0.4);
    const moment = chance.pick(MOMENTS);
    // Disks are busy and messages written often, sessions begin seldom.
    const nth = chance.between(1, moment === 'disk' || moment === 'wrote' ? 60 : 4);
    return {
      kind,
      who: chance.pick(['alice', 'bob'] as const),
      ...(aimed
        ? { after: { moment, nth, delayMs: chance.between(0, 40) } }
        : { at: chance.between(1_000, TROUBLE_MS - 10_000) }),
      size: chance.between(0, 1_000),
      told: [chance.happens(0.5), chance.happens(0.5)] as const,
    };
  });
}

/** A span of time, from the size of a fault. */
function span(size: number, least: number, most: number): number {
  return least + Math.floor((size / 1_000) * (most - least));
}

type Strike = (person: Person, fault: Fault, server: ModelServer) => void;

const STRIKES: Readonly<Record<Kind, Strike>> = {
  cut: ({ engine }, { told }) => engine?.link?.cut(true, told[1]),
  'half-open': ({ engine }, { told }) => engine?.link?.cut(false, told[1]),
  deaf: ({ engine }) => engine?.link?.deafen('client'),
  dumb: ({ engine }) => engine?.link?.deafen('server'),
  unreachable: (person, { size }) => {
    person.engine?.link?.cut(true, true);
    person.outOfReach(span(size, 500, 30_000));
  },
  engine: (person) => {
    person.killEngine();
  },
  host: (person) => {
    person.killHost();
  },
  machine: (person) => {
    person.killMachine();
  },
  standby: ({ machine, witness }, { size }) => {
    witness.slept();
    machine.sleep(span(size, 1_000, 40_000), true);
  },
  stopped: ({ machine, witness }, { size }) => {
    witness.slept();
    machine.sleep(span(size, 100, 20_000), false);
  },
  clock: (person, { size, told }) => {
    person.witness.slept();
    person.clockWasWrong = true;
    person.machine.wallOffset += span(size, 4_000, 400_000) * (told[0] ? 1 : -1);
  },
  'disk full': (person, { size }) => {
    person.ails((disk, ill) => (disk.full = ill), span(size, 500, 6_000));
  },
  'disk failing': (person, { size }) => {
    person.ails((disk, ill) => (disk.failing = ill), span(size, 10, 3_000));
  },
  'disk slow': (person, { size }) => {
    const slowMs = span(size, 50, 2_000);
    person.ails((disk, ill) => (disk.slowMs = ill ? slowMs : 0), span(size, 500, 6_000));
  },
  'server stopped': (_, { told }, server) => {
    server.restart(told[0]);
  },
  'server killed': (_person, _fault, server) => {
    server.kill();
  },
  'server mute': ({ machine }, { size }, server) => {
    server.mute = true;
    server.world.after(span(size, 1_000, 20_000), () => (server.mute = false));
    machine.note('the server says nothing');
  },
  'archive mute': (_, { size }, server) => {
    server.archiveMute = true;
    server.world.after(span(size, 1_000, 20_000), () => (server.archiveMute = false));
  },
  'sessions expire': (_person, _fault, server) => {
    for (const session of [...server.sessions.values()]) {
      if (session.connection === undefined) {
        server.end(session, false);
      }
    }
  },
  flood: (person, { size }) => {
    person.flood(span(size, 5, 120));
  },
  'strip tls': ({ engine }, { told }, server) => {
    server.stripTls = true;
    engine?.link?.cut(true, told[1]);
  },
  lie: (_, { size, told }, server) => {
    // Far from what can be under way: a smaller one nobody could know for a lie.
    server.lie = (1_000_000 + size) * (told[0] ? 1 : -1);
  },
  'rooms stopped': (_, { told }, server) => {
    server.rooms.stop(told[0]);
  },
  kicked: ({ name }, _fault, server) => {
    server.rooms.kick(`${DEN}@${server.rooms.domain}`, name);
  },
};

export function strike(person: Person, fault: Fault, server: ModelServer): void {
  person.machine.note(`fault ${fault.kind} ${person.jid}`);
  STRIKES[fault.kind](person, fault, server);
}
