// SPDX-License-Identifier: MIT
//
// Runs everything that is checked and adds it up in the last line: "N passed, N failed". Above it stands, one
// in a line, what failed. With --lint only what needs no test run. A suite that crashes, a skipped test and a
// check that fails count as failed.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

const RESULTS = 'build/test-results';
const FIRST = 'fast';
/** So many suites that start servers and hosts run side by side: they wait most of their time. */
const LANES = 3;
/** The longest first, and cut where one alone would hold up the end. Projects that build the same go in turn. */
const JOBS = [
  { projects: ['chaos'] },
  { projects: ['sanitized', 'sanitized-node'] },
  { projects: ['interop'], shards: 4 },
  { projects: ['native'], shards: 2 },
];

let passed = 0;
/** What failed, by its full name. */
const failed = [];

/**
 * Runs a program to its end.
 * @param aside its words are kept until then, since another one is talking
 * @returns whether it ended well, and the words that were kept
 */
async function run(command, args, aside = false) {
  const words = [];
  const child = spawn(command, args, { stdio: aside ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  child.stdout?.on('data', (bytes) => words.push(bytes));
  child.stderr?.on('data', (bytes) => words.push(bytes));
  const well = await once(child, 'close').then(
    ([status]) => status === 0,
    (error) => (words.push(Buffer.from(`${inWords(command, error)}\n`)), false),
  );
  return { well, words: Buffer.concat(words).toString() };
}

function captured(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(inWords(command, error));
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

function inWords(command, { code, message }) {
  return code === 'ENOENT' ? `${command} is not installed; make test would do it.` : message;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** One check, counted as one. */
async function check(name, command, args) {
  const { well, words } = await run(command, args, true);
  say(`\n== ${name}\n${words}`);
  if (well) passed++;
  else fails(name);
}

function fails(name) {
  failed.push(name);
  say(`FAILED: ${name}`);
}

async function checks() {
  const sources = captured('git', ['ls-files', '*.c', '*.h']).split('\n').filter(Boolean);
  await Promise.all([
    check('eslint', 'eslint', ['.']),
    inTurn([
      () => check('the types', 'tsc', ['--build']),
      () => check('prettier', 'prettier', ['--check', '--log-level=warn', '.']),
      () => check('clang-format', 'clang-format', ['--dry-run', '-Werror', ...sources]),
      () => check('the generated contract is fresh', 'node', ['scripts/contract.mjs', '--check']),
      () => check('the tables of specs are fresh', 'node', ['scripts/specs.mjs', '--check']),
    ]),
  ]);
}

async function inTurn(jobs) {
  for (const job of jobs) await job();
}

/** The fast suite takes all processors there are; one lane beside it, and then all, take the others from one queue. */
async function suites() {
  const all = await projects();
  const named = new Set(JOBS.flatMap(({ projects }) => projects));
  const others = all.filter((name) => name !== FIRST && !named.has(name));
  const jobs = [...JOBS, ...others.map((name) => ({ projects: [name] }))].flatMap(parts);
  const lane = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await inTurn(job);
  };
  const [first, beside] = [vitest(FIRST), lane()];
  await first;
  await Promise.all([beside, ...Array.from({ length: LANES - 1 }, lane)]);
}

function parts({ projects, shards = 1 }) {
  return Array.from({ length: shards }, (_, i) =>
    projects.map((project) => () => vitest(project, `${i + 1}/${shards}`, true)),
  );
}

/** As configured, with files or not: a suite that has none fails. `make soak` is for itself. */
async function projects() {
  const { createVitest } = await import('vitest/node');
  const configured = await createVitest('test', { watch: false });
  const names = configured.projects.map(({ name }) => name);
  await configured.close();
  return names.filter((name) => name !== 'soak');
}

/**
 * One project a run: what one of them breaks, it breaks for itself.
 * @param shard which part of its files
 * @param aside its words are kept until it ends, since another one is talking
 */
async function vitest(project, shard = '1/1', aside = false) {
  const name = shard === '1/1' ? project : `${project} ${shard}`;
  if (!aside) say(`\n== vitest ${name}`);
  const file = `${RESULTS}/${name.replace(/\W/g, '-')}.json`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['run', '--project', project, '--shard', shard, ...reporters];
  const { well, words } = await run('vitest', args, aside);
  say(aside ? `\n== vitest ${name}\n${words}` : words);
  const { testResults = [] } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const tests = testResults.flatMap(outcomes);
  const bad = tests.filter(({ well }) => !well);
  passed += tests.length - bad.length;
  for (const test of bad) fails(`${project}: ${test.name}`);
  // Unhandled errors, crashes and a suite without files show in the exit status alone.
  if (bad.length === 0 && (!well || tests.length === 0)) fails(`vitest ${name}`);
}

/** Of the tests of one file: how they are called, and whether they passed. */
function outcomes({ name, status, message, assertionResults }) {
  const file = relative('.', name);
  if (status === 'failed' && assertionResults.length === 0) {
    return [{ name: `${file}: ${message.split('\n')[0]}`, well: false }];
  }
  return assertionResults.map(({ ancestorTitles, title, status }) => {
    const full = [file, ...ancestorTitles, title].join(' > ');
    const well = status === 'passed';
    return { name: well || status === 'failed' ? full : `${full} (${status})`, well };
  });
}

// What the simulation plays here; more by `make soak`.
process.env.STEADFAST_SEEDS ??= '1000';

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
try {
  await checks();
  if (!process.argv.includes('--lint')) await suites();
} catch (fault) {
  say(fault.stack);
  fails('the tests as a whole');
}
const line = `${passed} passed, ${failed.length} failed`;
writeFileSync(`${RESULTS}/sum`, `${line}\n`);
say(['', ...failed.map((name) => `FAILED: ${name}`), line].join('\n'));
process.exitCode = failed.length === 0 ? 0 : 1;
