// SPDX-License-Identifier: MIT
//
// The fence between the rooms of src/ is part of the design, so it is tested like the rest: what must not
// be reachable must not compile, and what the compiler cannot see must not pass the lint.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The same for all rooms, which share their compiler options. */
const parsedFiles = new Map<string, ts.SourceFile>();

/** Type-checks snippets as files of a room that are not on disk; returns the errors' numbers for each. */
function compile(room: string, snippets: readonly string[]): number[][] {
  const folder = join(ROOT, 'src', room);
  const config = join(folder, 'tsconfig.json');
  const read = ts.readConfigFile(config, (path) => ts.sys.readFile(path));
  const parsed = ts.parseJsonConfigFileContent(read.config, ts.sys, folder, undefined, config);
  const texts = new Map(snippets.map((text, i) => [join(folder, `trespass-${i}.ts`), text]));
  const options = { ...parsed.options, noEmit: true };
  const host = ts.createCompilerHost(options);
  const plain = { ...host };
  host.fileExists = (path) => texts.has(path) || plain.fileExists(path);
  host.readFile = (path) => texts.get(path) ?? plain.readFile(path);
  host.getSourceFile = (path, target) => {
    const text = texts.get(path);
    const file =
      text === undefined
        ? (parsedFiles.get(path) ?? plain.getSourceFile(path, target))
        : ts.createSourceFile(path, text, target);
    if (file !== undefined) parsedFiles.set(path, file);
    return file;
  };
  // Nothing needs to have been built.
  Object.assign(host, { useSourceOfProjectReferenceRedirect: () => true });
  const program = ts.createProgram({
    rootNames: [...parsed.fileNames, ...texts.keys()],
    options,
    host,
    ...(parsed.projectReferences && { projectReferences: parsed.projectReferences }),
  });
  const ofProgram = program.getOptionsDiagnostics();
  return [...texts.keys()].map((path) =>
    [...ofProgram, ...program.getSemanticDiagnostics(program.getSourceFile(path))]
      .filter(({ file }) => file?.fileName === path)
      .map(({ code }) => code),
  );
}

const NO_MODULE = 2307;
const NOT_OF_THIS_PROJECT = 6307;

const some = (module: string) => `import * as it from '${module}';\nexport const kept = it;\n`;
const using = (name: string) => `export const kept = ${name};\n`;

/** The rooms without I/O, and the rooms each may import from. */
const ROOMS: readonly [string, readonly string[]][] = [
  ['core', []],
  ['delivery', ['core']],
  ['features', ['core', 'delivery', 'contract']],
];
// The lower first: the compiler blames the import by which it came upon a file at first.
const ALL = ['core', 'contract', 'delivery', 'features', 'transport', 'disk', 'engine', 'ipc'];

function someFileOf(room: string): string | undefined {
  const names = readdirSync(join(ROOT, 'src', room)).filter((name) => name.endsWith('.ts'));
  return names[0];
}
const moduleOf = (room: string) => `../${room}/${someFileOf(room) ?? ''}`.replace(/\.ts$/, '.js');

describe.each(ROOMS)('in src/%s the compiler', (room, below) => {
  const others = ALL.filter((other) => other !== room && someFileOf(other) !== undefined);
  const allowed = others.filter((other) => below.includes(other));
  const forbidden = others.filter((other) => !below.includes(other));
  const platform = ['node:fs', 'node:net', 'fs'];
  const globals = ['process', 'Buffer', 'setTimeout', 'console', 'fetch', 'performance'];
  const sound = [some(`./${(someFileOf(room) ?? '').replace(/\.ts$/, '.js')}`)];
  const snippets = [
    ...[...allowed, ...forbidden].map((other) => some(moduleOf(other))),
    ...platform.map(some),
    ...globals.map(using),
    ...sound,
  ];
  let errors: ReadonlyMap<string, number[]>;

  beforeAll(() => {
    const found = compile(room, snippets);
    errors = new Map(snippets.map((snippet, i) => [snippet, found[i] ?? []]));
  }, 60_000);

  it('takes imports from the room itself and from the rooms below', () => {
    for (const snippet of [...sound, ...allowed.map((other) => some(moduleOf(other)))]) {
      expect(errors.get(snippet), snippet).toEqual([]);
    }
  });

  it.each(forbidden)('refuses an import from src/%s', (other) => {
    expect(errors.get(some(moduleOf(other)))).toContain(NOT_OF_THIS_PROJECT);
  });

  it.each(platform)('does not know the module %s', (name) => {
    const found = errors.get(some(name)) ?? [];
    expect(found.length).toBeGreaterThan(0);
    expect([NO_MODULE, 2591]).toContain(found[0]);
  });

  it.each(globals)('does not know the global %s', (name) => {
    expect(errors.get(using(name))?.length).toBeGreaterThan(0);
  });
});

describe('the lint', () => {
  const eslint = new ESLint({ cwd: ROOT });
  const SPDX = '// SPDX-License-Identifier: MIT\n';

  /** Lints text in the place of a file there is, so that the project service knows it. */
  async function rules(path: string, text: string): Promise<string[]> {
    const [result] = await eslint.lintText(text, { filePath: join(ROOT, path) });
    return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
  }

  const inCore = 'src/core/serial.ts';
  const inFeatures = 'src/features/feature.ts';
  const GLOBALS = 'no-restricted-globals';
  const SYNTAX = 'no-restricted-syntax';
  const IMPORTS = 'no-restricted-imports';

  it.each([
    [GLOBALS, inCore, 'export const at = Date.now();\n'],
    [GLOBALS, inCore, 'export const at = () => new Date(0);\n'],
    [GLOBALS, inCore, 'export const none = Promise.resolve(1);\n'],
    [GLOBALS, inFeatures, 'export const at = Date.now();\n'],
    [GLOBALS, 'src/engine/account.ts', 'export const at = Date.now();\n'],
    [GLOBALS, inCore, 'export const at = () => setTimeout(() => 1, 5);\n'],
    [SYNTAX, inCore, 'export async function late() { await late(); }\n'],
    [SYNTAX, inCore, 'export const late = async () => { await late(); };\n'],
    [SYNTAX, inCore, "export const late = () => import('./serial.js');\n"],
    [SYNTAX, inCore, 'export const at = globalThis.Date;\n'],
    ['no-restricted-properties', inCore, 'export const chance = Math.random();\n'],
    [IMPORTS, inCore, some('node:fs')],
    [IMPORTS, inCore, some('fs')],
    [IMPORTS, inCore, some('../engine/effects.js')],
    [IMPORTS, inCore, some('../delivery/journal.js')],
    [IMPORTS, 'src/core/sasl/mechanism.ts', some('../../engine/effects.js')],
    [IMPORTS, inFeatures, some('../engine/account.js')],
    [IMPORTS, inFeatures, some('node:crypto')],
    ['no-console', inCore, "console.log('');\n"],
    ['@typescript-eslint/no-explicit-any', inCore, 'export const it = 1 as any;\n'],
    ['@typescript-eslint/no-non-null-assertion', inCore, 'export const at = [1].at(0)!;\n'],
    ['max-lines', inCore, 'export {};\n'.repeat(400)],
  ])('finds %s in %s', { timeout: 60_000 }, async (rule, path, text) => {
    expect(await rules(path, SPDX + text)).toContain(rule);
  });

  it('asks for the SPDX line, and for nothing in the files as they are', async () => {
    const text = readFileSync(join(ROOT, inCore), 'utf8');
    expect(await rules(inCore, text)).toEqual([]);
    expect(await rules(inCore, text.replace(SPDX, ''))).toEqual(['steadfast/spdx-line']);
  });

  it('warns from 300 lines on and does not let 400 pass', async () => {
    const lines = (count: number) => SPDX + 'export {};\n'.repeat(count);
    expect(await rules(inCore, lines(250))).toEqual([]);
    expect(await rules(inCore, lines(350))).toEqual(['steadfast/many-lines']);
  });

  it('lets the rooms with I/O read the clock', async () => {
    const text = `${SPDX}export const at = Date.now();\n`;
    expect(await rules('src/engine/effects.ts', text)).toEqual([]);
  });
});
