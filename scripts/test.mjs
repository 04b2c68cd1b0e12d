// SPDX-License-Identifier: MIT
//
// Runs everything that is checked, one suite after the other, and adds it up in the last line:
// "N passed, N failed". With --lint only what needs no test run. A suite that crashes, a skipped
// test and a check that fails count as failed.

import { spawnSync } from 'node:child_process';
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

/** As configured, with files or not: a suite that has none fails. `make soak` is for itself. */
async function projects() {
  const configured = await createVitest('test', { watch: false });
  const names = configured.projects.map(({ name }) => name);
  await configured.close();
  return names.filter((name) => name !== 'soak');
}

/** One project a run: what one of them breaks, it breaks for itself. */
function vitest(project) {
  say(`\n== vitest ${project}`);
  const file = `${RESULTS}/${project}.json`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const well = run('vitest', ['run', '--project', project, ...reporters]);
  const { passed, failed } = existsSync(file)
    ? count(JSON.parse(readFileSync(file, 'utf8')))
    : { passed: 0, failed: 0 };
  sum.passed += passed;
  // Unhandled errors, crashes and a suite without files show in the exit status alone.
  const silent = failed === 0 && (!well || passed === 0);
  sum.failed += silent ? 1 : failed;
  if (silent) say(`FAILED: vitest ${project}`);
}

function count({ numPassedTests, numTotalTests, testResults }) {
  const unread = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: numPassedTests, failed: numTotalTests - numPassedTests + unread.length };
}

// What the simulation plays here; more by `make soak`.
process.env.STEADFAST_SEEDS ??= '1000';
process.env.STEADFAST_SIM_SECONDS ??= '120';

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
try {
  checks();
  if (!process.argv.includes('--lint')) (await projects()).forEach(vitest);
} catch (fault) {
  check('the tests as a whole', () => say(fault.stack));
}
const line = `${sum.passed} passed, ${sum.failed} failed`;
writeFileSync(`${RESULTS}/sum`, `${line}\n`);
say(`\n${line}`);
process.exitCode = sum.failed === 0 ? 0 : 1;
