// SPDX-License-Identifier: MIT
//
// Runs everything that is checked and adds it up in the last line: "N passed, N failed". With --lint only
// what needs no test run. A suite that crashes, a skipped test and a check that fails count as failed.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createVitest } from 'vitest/node';

const RESULTS = 'build/test-results';
const sum = { passed: 0, failed: 0 };

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error !== undefined) say(inWords(command, error));
  return status === 0;
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
function check(name, passes) {
  say(`\n== ${name}`);
  const passed = passes();
  sum[passed ? 'passed' : 'failed']++;
  if (!passed) say(`FAILED: ${name}`);
}

function checks() {
  const sources = captured('git', ['ls-files', '*.c', '*.h']).split('\n').filter(Boolean);
  check('the types', () => run('tsc', ['--build']));
  check('eslint', () => run('eslint', ['.']));
  check('prettier', () => run('prettier', ['--check', '--log-level=warn', '.']));
  check('clang-format', () => run('clang-format', ['--dry-run', '-Werror', ...sources]));
  check('the generated contract is fresh', () => run('node', ['scripts/contract.mjs', '--check']));
  check('the tables of specs are fresh', () => run('node', ['scripts/specs.mjs', '--check']));
}

/**
 * The fast suite takes all processors there are. Of the others the longest, which waits for servers and hosts
 * most of its time, runs in two halves beside the rest.
 */
async function suites() {
  const all = await projects();
  const [first, long] = ['fast', 'interop'];
  const rest = all.filter((name) => name !== first && name !== long);
  await vitest(first);
  await Promise.all([vitest(long, '1/2'), vitest(long, '2/2', true), inTurn(rest)]);
}

/** One after the other, beside something else. */
async function inTurn(projects) {
  for (const project of projects) await vitest(project, '1/1', true);
}

/** As configured, with files or not: a suite that has none fails. `make soak` is for itself. */
async function projects() {
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
  const words = [];
  const stdio = aside ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const child = spawn('vitest', ['run', '--project', project, '--shard', shard, ...reporters], {
    stdio,
  });
  child.stdout?.on('data', (bytes) => words.push(bytes));
  child.stderr?.on('data', (bytes) => words.push(bytes));
  const well = await once(child, 'close').then(
    ([status]) => status === 0,
    (error) => (say(inWords('vitest', error)), false),
  );
  if (aside) say(`\n== vitest ${name}\n${Buffer.concat(words).toString()}`);
  const { passed, failed } = existsSync(file)
    ? count(JSON.parse(readFileSync(file, 'utf8')))
    : { passed: 0, failed: 0 };
  sum.passed += passed;
  // Unhandled errors, crashes and a suite without files show in the exit status alone.
  const silent = failed === 0 && (!well || passed === 0);
  sum.failed += silent ? 1 : failed;
  if (silent) say(`FAILED: vitest ${name}`);
}

function count({ numPassedTests, numTotalTests, testResults }) {
  const unread = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: numPassedTests, failed: numTotalTests - numPassedTests + unread.length };
}

// What the simulation plays here; more by `make soak`.
process.env.STEADFAST_SEEDS ??= '1000';

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
try {
  checks();
  if (!process.argv.includes('--lint')) await suites();
} catch (fault) {
  check('the tests as a whole', () => say(fault.stack));
}
const line = `${sum.passed} passed, ${sum.failed} failed`;
writeFileSync(`${RESULTS}/sum`, `${line}\n`);
say(`\n${line}`);
process.exitCode = sum.failed === 0 ? 0 : 1;
