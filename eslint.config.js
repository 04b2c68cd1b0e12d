// SPDX-License-Identifier: MIT
//
// Beside the usual type-checked rules: the fence between the rooms. The project references in
// src/*/tsconfig.json stop a forbidden import at compile time; these rules say why, and stop what the
// compiler cannot see: clocks, chance and promises in the rooms that have none.

import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const SPDX = '// SPDX-License-Identifier: MIT';

/** From here on a file is looked at twice; at `MOST_LINES` it is split. */
const MANY_LINES = 300;
const MOST_LINES = 400;

const steadfast = {
  rules: {
    'spdx-line': rule(`The first line must be: ${SPDX}`, (lines) => lines[0] !== SPDX),
    'many-lines': rule(
      `More than ${MANY_LINES} lines: is this one thing?`,
      (lines) => lines.length > MANY_LINES,
    ),
  },
};

function rule(message, breaks) {
  return {
    meta: { type: 'problem', schema: [], messages: { broken: message } },
    create: (context) => ({
      Program(node) {
        if (breaks(context.sourceCode.lines)) context.report({ node, messageId: 'broken' });
      },
    }),
  };
}

/** Reached through one input at a time, so that the simulator can run the same code on a model. */
const SANS_IO = [
  'src/core/**/*.ts',
  'src/delivery/**/*.ts',
  'src/features/**/*.ts',
  'src/engine/account*.ts',
];

const forbiddenGlobals = [
  ['Date', 'Time comes as Clock, with the input.'],
  ['performance', 'Time comes as Clock, with the input.'],
  ['crypto', 'Chance comes as Random, hashes as Tools.'],
  ['Promise', 'What takes time is an effect; its answer is an input.'],
  ['process', 'Nothing here knows the process it runs in.'],
  ['Buffer', 'Uint8Array, and Tools for text.'],
  ['console', 'Logging is an effect.'],
  ...['fetch', 'queueMicrotask'].map((name) => [name, 'What takes time is an effect.']),
  ...['Timeout', 'Interval', 'Immediate'].flatMap((name) => [
    [`set${name}`, 'Return a deadline and await the tick.'],
    [`clear${name}`, 'Return a deadline and await the tick.'],
  ]),
].map(([name, message]) => ({ name, message }));

const forbiddenSyntax = [
  [':function[async=true]', 'What takes time is an effect; its answer is an input.'],
  ['AwaitExpression', 'What takes time is an effect; its answer is an input.'],
  ['ForOfStatement[await=true]', 'What takes time is an effect; its answer is an input.'],
  ['ImportExpression', 'An import at run time is I/O, and makes a promise.'],
  ['MemberExpression[object.name="globalThis"]', 'No way around the fence.'],
].map(([selector, message]) => ({ selector, message }));

/** Imports go down only. Names the rooms that `room` must not reach, with the reason. */
function fence(room, forbidden, { node = false } = {}) {
  const above = forbidden.map((name) => ({
    regex: `^(\\.\\./)+(src/)?${name}(/|\\.js$)`,
    message: `${room} must not import ${name}: imports go down only.`,
  }));
  const platform = {
    regex:
      '^node:|^(assert|buffer|child_process|crypto|dns|events|fs|http|https|net|os|path|process|stream|timers|tls|url|util)(/|$)',
    message: `${room} does no I/O: the driver does, or Tools has it.`,
  };
  return {
    name: `steadfast/fence-${room}`,
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': ['error', { patterns: node ? above : [...above, platform] }],
    },
  };
}

export default defineConfig(
  globalIgnores(['build/', 'src/contract/', 'node_modules/', 'test/**/fixtures/']),
  {
    name: 'steadfast/all',
    files: ['**/*.{ts,js,mjs}'],
    extends: [js.configs.recommended],
    plugins: { steadfast },
    rules: {
      'steadfast/spdx-line': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      'steadfast/many-lines': 'warn',
      'max-lines': ['error', { max: MOST_LINES }],
    },
  },
  {
    name: 'steadfast/typescript',
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // A name with an underscore is taken out of an object on purpose, to leave the rest.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    name: 'steadfast/sans-io',
    files: SANS_IO,
    rules: {
      'no-restricted-globals': ['error', ...forbiddenGlobals],
      'no-restricted-syntax': ['error', ...forbiddenSyntax],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Chance comes as Random.' },
      ],
    },
  },
  fence('core', [
    'delivery',
    'features',
    'contract',
    'transport',
    'disk',
    'engine',
    'ipc',
    'main',
    'index',
  ]),
  fence('delivery', [
    'features',
    'contract',
    'transport',
    'disk',
    'engine',
    'ipc',
    'main',
    'index',
  ]),
  fence('features', ['transport', 'disk', 'engine', 'ipc', 'main']),
  fence(
    'transport',
    ['core', 'delivery', 'features', 'contract', 'disk', 'engine', 'ipc', 'main', 'index'],
    { node: true },
  ),
  fence(
    'disk',
    ['core', 'delivery', 'features', 'contract', 'transport', 'engine', 'ipc', 'main', 'index'],
    { node: true },
  ),
  fence('ipc', ['core', 'delivery', 'features', 'transport', 'disk', 'engine', 'main', 'index'], {
    node: true,
  }),
  fence('engine', ['ipc', 'main', 'index'], { node: true }),
  {
    name: 'steadfast/scripts',
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: { Buffer: 'readonly', console: 'readonly', process: 'readonly', URL: 'readonly' },
    },
    rules: { 'no-console': 'off' },
  },
);
