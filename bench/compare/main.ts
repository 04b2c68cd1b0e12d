// SPDX-License-Identifier: MIT
//
// The same faults for prpl-jabber and prpl-steadfast in one run, as one table, and their times as another: `make compare`.
// ROOMS=1: the same in a room, as one table.
// FAULTS=rst,fin RUNS=2 MESSAGES=200 SERVERS="prosody ejabberd" SEED=1 JOBS=4 KEEP=1

import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { projectPath } from '../../test/support/project.js';
import { keep } from '../keep.js';
import type { Fault } from './faults.js';
import { circumstances } from './machine.js';
import { emptyTalk, type Talk } from '../../test/support/talk/record.js';
import { play } from './scenario.js';
import { standing } from '../../test/support/talk/journal.js';
import { Scene } from '../../test/support/talk/scene.js';
import type { ServerName } from '../../test/support/talk/server.js';
import { PERSON, type Where } from '../../test/support/talk/where.js';
import { readSettings, type Settings } from './settings.js';
import { table, type Row } from './table.js';
import { timesTable } from './times-table.js';

/** Where the tables of each are kept in docs/comparison.md. */
const MARKS: Record<Where['name'], string> = { person: 'table', room: 'rooms' };

/** What a packet takes from alice to the server, and another one back. */
const LATENCY_MS = 100;

interface Task {
  row: Row;
  fault: Fault;
  server: ServerName;
  seed: number;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const open = new Set<Scene>();

function plan({ servers, faults, protocols }: Settings): (Omit<Task, 'seed'> & { row: Row })[] {
  return servers.flatMap((server) =>
    faults.flatMap((fault) =>
      protocols
        .filter(
          (protocol) => (fault.only ?? protocol) === protocol && (fault.on ?? server) === server,
        )
        .map((protocol) => ({
          row: { server, what: fault.what, protocol, timing: fault.timing, talks: [] },
          ...{ fault, server },
        })),
    ),
  );
}

async function talkOf(
  { row, fault, server, seed }: Task,
  { messages, where }: Settings,
): Promise<Talk> {
  const { latencyMs = LATENCY_MS } = fault;
  // With debug lines the host tells when a session went on, too; the same for both protocols.
  const host = () => Promise.resolve({ debug: true });
  const scene = await Scene.open(server, row.protocol, { latencyMs, host, where });
  open.add(scene);
  try {
    const talk = await play(scene, fault, messages, seed);
    return { ...talk, announced: standing(scene.workspace).announced };
  } finally {
    open.delete(scene);
    await scene.close();
  }
}

/** One run; one that breaks off is told and is no row of zeros. */
async function carryOut(task: Task, settings: Settings): Promise<boolean> {
  const { row, fault, server, seed } = task;
  const began = performance.now();
  const place = settings.where === PERSON ? '' : ` ${settings.where.name}`;
  const name = `${server}${place} ${fault.name} ${row.protocol} seed ${seed}`;
  try {
    const talk = await talkOf(task, settings);
    row.talks.push(talk);
    record(name, talk);
    say(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    return true;
  } catch (error) {
    row.talks.push({ ...emptyTalk(), remarks: [`seed ${seed} broke off: ${String(error)}`] });
    say(`${name} BROKE OFF: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    return false;
  }
}

/** Some at a time; they wait most of their time. */
async function inPool(tasks: Task[], settings: Settings): Promise<boolean> {
  const waiting = [...tasks].sort((a, b) => Number(b.fault.slow ?? 0) - Number(a.fault.slow ?? 0));
  let well = true;
  const worker = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift())
      well = (await carryOut(task, settings)) && well;
  };
  await Promise.all(Array.from({ length: settings.jobs }, worker));
  return well;
}

/** All that was written down, for whoever wants to know why. */
function record(name: string, talk: Talk): void {
  const folder = projectPath('build', 'compare');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name.replaceAll(' ', '-')}.json`, JSON.stringify(talk, undefined, 1));
}

function command(): string {
  const names = ['ROOMS', 'FAULTS', 'PROTOCOLS', 'SERVERS', 'RUNS', 'MESSAGES', 'SEED', 'JOBS'];
  const given = names.filter((name) => (process.env[name] ?? '') !== '');
  return ['make compare', ...given.map((name) => `${name}="${process.env[name] ?? ''}"`)].join(' ');
}

async function main(): Promise<void> {
  const settings = readSettings();
  const rows = plan(settings);
  const tasks = rows.flatMap((row) =>
    Array.from({ length: settings.runs }, (_, run) => ({ ...row, seed: settings.seed + run })),
  );
  const well = await inPool(tasks, settings);
  const load = loadavg();
  const { runs, messages, seed } = settings;
  const facts = [
    `Command: \`${command()}\` (${runs} run(s) a row, ${messages} lines each way, seeds from ${seed})`,
    ...(await circumstances(settings.servers)),
    `Load of the machine in the last 1, 5 and 15 minutes: ${load.map((one) => one.toFixed(2)).join(', ')}`,
  ];
  const made = rows.map(({ row }) => row);
  // The times that have goals are those of the talk with one person.
  const times = settings.where === PERSON ? ['', timesTable(made)] : [];
  const text = [...facts.map((fact) => `- ${fact}`), '', table(made), ...times];
  say(`\n${text.join('\n')}`);
  if (settings.keep) keep('comparison.md', MARKS[settings.where.name], text.join('\n'));
  process.exitCode = well ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    void Promise.allSettled([...open].map((scene) => scene.close())).then(() => process.exit(1));
  });

await main();
