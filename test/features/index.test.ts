// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { coreSpecs, features, inOrder } from '../../src/features/index.js';
import type { Feature } from '../../src/features/feature.js';

const specs = [...coreSpecs, ...features.flatMap((feature) => feature.specs)];

function feature(name: string, after: readonly string[] = []): Feature {
  return { name, specs: [], after, attach: () => ({}) };
}

describe('the list of features', () => {
  test('has each name once', () => {
    const names = features.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('may not have a feature before one that it must come after', () => {
    expect(inOrder([feature('a'), feature('b', ['a'])])).toHaveLength(2);
    expect(() => inOrder([feature('b', ['a']), feature('a')])).toThrow('b must come after a');
    expect(() => inOrder([feature('b', ['c'])])).toThrow('b must come after c');
  });
});

describe('the specifications', () => {
  test('are named once each', () => {
    const ids = specs.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('say what is left out where it is not all', () => {
    const silent = specs.filter(({ status, note }) => status === 'partial' && note === undefined);
    expect(silent).toEqual([]);
  });

  test('give a version if they are XEPs', () => {
    const without = specs.filter(
      ({ id, version }) => id.startsWith('XEP') && version === undefined,
    );
    expect(without).toEqual([]);
  });

  const ofFeatures = features.flatMap((feature) => feature.specs.map(({ id }) => id));

  test.each(ofFeatures)('%s is named by a test', (id) => {
    const folder = new URL('../', import.meta.url);
    const files = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.test.ts') && name !== 'features/index.test.ts');
    const named = files.some((name) => readFileSync(new URL(name, folder), 'utf8').includes(id));
    expect(named).toBe(true);
  });
});
