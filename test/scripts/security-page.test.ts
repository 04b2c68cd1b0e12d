// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/project.js';

interface Claim {
  file: string;
  titles: string[];
}

/** The tests that a page names: `file`: *title*; *title*. A file alone stands for all that is in it. */
function claims(page: string): Claim[] {
  const text = readFileSync(projectPath('docs', page), 'utf8').replace(/\s+/g, ' ');
  const named = text.matchAll(/`(test\/[\w./-]+)`((?:[:;]? \*(?:[^*\\]|\\.)+\*)*)/g);
  return [...named].map(([, file = '', titles = '']) => ({
    file,
    titles: [...titles.matchAll(/\*((?:[^*\\]|\\.)+)\*/g)].map(([, title = '']) =>
      title.replace(/\\(.)/g, '$1'),
    ),
  }));
}

describe('a test that docs/security.md names is there', () => {
  const all = claims('security.md');

  it('and there are many of them', () => {
    expect(all.flatMap(({ titles }) => titles).length).toBeGreaterThan(20);
  });

  it.each(all.map(({ file, titles }) => [file, titles] as const))('%s', (file, titles) => {
    const path = projectPath(file);
    expect(existsSync(path)).toBe(true);
    const source = readFileSync(path, 'utf8').replace(/\s+/g, ' ');
    for (const title of titles) expect(source).toContain(title);
  });
});
