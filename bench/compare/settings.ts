// SPDX-License-Identifier: MIT
import { FAULTS, type Fault } from './faults.js';
import { PROTOCOLS, type Protocol } from '../../test/support/talk/person.js';
import { PERSON, ROOM, type Where } from '../../test/support/talk/where.js';
import { SERVERS, type ServerName } from '../../test/support/talk/server.js';

export interface Settings {
  faults: Fault[];
  protocols: Protocol[];
  servers: ServerName[];
  /** Where the talks are held. */
  where: Where;
  /** Runs of each fault and protocol, with seeds from `seed` on. */
  runs: number;
  /** Lines each way in a run. */
  messages: number;
  seed: number;
  /** Runs at a time. */
  jobs: number;
  /** Write the table into docs/comparison.md. */
  keep: boolean;
}

function words(text: string | undefined): string[] | undefined {
  const found = (text ?? '').split(/[\s,]+/).filter(Boolean);
  return found.length === 0 ? undefined : found;
}

function count(name: string, usual: number): number {
  const value = Number(process.env[name] ?? usual);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is a whole number from 1 on`);
  return value;
}

function pick<T>(what: string, wanted: string[] | undefined, all: Map<string, T>): T[] {
  return (wanted ?? [...all.keys()]).map((name) => {
    const found = all.get(name);
    if (found === undefined)
      throw new Error(`no ${what} “${name}”: there are ${[...all.keys()].join(', ')}`);
    return found;
  });
}

/** From the environment, where make puts what is given on its command line. */
export function readSettings(): Settings {
  const { env } = process;
  const servers = new Map(SERVERS.map((name) => [name as string, name]));
  const where = env.ROOMS === '1' ? ROOM : PERSON;
  const usual = FAULTS.filter(({ rooms }) => where === PERSON || rooms === true);
  const protocols = new Map(PROTOCOLS.map((name) => [name as string, name]));
  return {
    faults: pick(
      'fault',
      words(env.FAULTS) ?? usual.map(({ name }) => name),
      new Map(FAULTS.map((fault) => [fault.name, fault])),
    ),
    where,
    protocols: pick('protocol', words(env.PROTOCOLS), protocols),
    servers: pick('server', words(env.SERVERS) ?? ['prosody'], servers),
    ...{ runs: count('RUNS', 1), messages: count('MESSAGES', 200), seed: count('SEED', 1) },
    ...{ jobs: count('JOBS', 4), keep: env.KEEP === '1' },
  };
}
