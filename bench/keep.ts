// SPDX-License-Identifier: MIT
import { readFileSync, writeFileSync } from 'node:fs';
import { projectPath } from '../test/support/project.js';

/** Puts a table between its marks in a page below docs/, as `<!-- marks:begin -->` is one. */
export function keep(page: string, marks: string, text: string): void {
  const [begin, end] = [`<!-- ${marks}:begin -->`, `<!-- ${marks}:end -->`];
  const path = projectPath('docs', page);
  const old = readFileSync(path, 'utf8');
  const [from, to] = [old.indexOf(begin), old.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no marks for the table`);
  writeFileSync(path, `${old.slice(0, from)}${begin}\n\n${text}\n\n${old.slice(to)}`);
}

/** A number for a run, from the environment. */
export function count(name: string, usual: number): number {
  const value = Number(process.env[name] ?? usual);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is a whole number from 1 on`);
  return value;
}
