// SPDX-License-Identifier: MIT
//
// Writes doap.xml (XEP-0453) and the table of specifications in README.md from what the features say
// of themselves. With --check nothing is written, and the exit status is 1 if either is stale.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const check = process.argv.includes('--check');
const BEGIN = '<!-- specs:begin -->';
const END = '<!-- specs:end -->';

/** The features' own lists, by running them: no second place can then say something else. */
async function readSpecs() {
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-specs-'));
  const outfile = join(folder, 'features.mjs');
  try {
    await build({
      entryPoints: [join(root, 'src/features/index.ts')],
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'error',
    });
    const { coreSpecs, features } = await import(pathToFileURL(outfile).href);
    return [...coreSpecs, ...features.flatMap(({ specs }) => specs)].sort((a, b) =>
      a.id.localeCompare(b.id, 'en'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function link(id) {
  const number = id.slice(4);
  return id.startsWith('RFC')
    ? `https://www.rfc-editor.org/rfc/rfc${number}`
    : `https://xmpp.org/extensions/xep-${number}.html`;
}

function table(specs) {
  const rows = specs.map(({ id, name, version = '', status, note }) => {
    const support = note === undefined ? status : `${status}: ${note}`;
    return `| [${id}](${link(id)}) | ${name} | ${version} | ${support} |`;
  });
  const head = ['| specification | name | version | support |', '|---|---|---|---|'];
  return [BEGIN, '', ...head, ...rows, '', END].join('\n');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function implementation({ id, version, status, note }) {
  const resource = link(id);
  if (id.startsWith('RFC')) return [`    <implements rdf:resource="${resource}"/>`];
  return [
    '    <implements>',
    '      <xmpp:SupportedXep>',
    `        <xmpp:xep rdf:resource="${resource}"/>`,
    `        <xmpp:status>${status}</xmpp:status>`,
    `        <xmpp:version>${version}</xmpp:version>`,
    `        <xmpp:since>0.1.0</xmpp:since>`,
    ...(note === undefined
      ? []
      : [`        <xmpp:note xml:lang="en">${escaped(note)}</xmpp:note>`]),
    '      </xmpp:SupportedXep>',
    '    </implements>',
  ];
}

function doap(specs, { description }) {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!-- Written by scripts/specs.mjs from the specs in src/features; do not edit. -->',
    '<rdf:RDF xmlns="http://usefulinc.com/ns/doap#"',
    '         xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"',
    '         xmlns:xmpp="https://linkmauve.fr/ns/xmpp-doap#">',
    '  <Project>',
    '    <name>Steadfast</name>',
    `    <shortdesc xml:lang="en">${escaped(description)}</shortdesc>`,
    '    <license rdf:resource="https://spdx.org/licenses/MIT"/>',
    '    <license rdf:resource="https://spdx.org/licenses/GPL-2.0-or-later"/>',
    '    <programming-language>TypeScript</programming-language>',
    '    <programming-language>C</programming-language>',
    '    <os>Linux</os>',
    '    <category rdf:resource="https://linkmauve.fr/ns/xmpp-doap#category-client"/>',
    '    <category rdf:resource="https://linkmauve.fr/ns/xmpp-doap#category-library"/>',
    ...specs.flatMap(implementation),
    '  </Project>',
    '</rdf:RDF>',
    '',
  ].join('\n');
}

/** @returns the README with a fresh table, or undefined if it has no place for one */
function readme(old, specs) {
  const begin = old.indexOf(BEGIN);
  const end = old.indexOf(END);
  if (begin < 0 || end < begin) return undefined;
  return old.slice(0, begin) + table(specs) + old.slice(end + END.length);
}

function read(name) {
  const path = join(root, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

const specs = await readSpecs();
const fresh = {
  'doap.xml': doap(specs, JSON.parse(read('package.json'))),
  'README.md': readme(read('README.md'), specs),
};

for (const [name, text] of Object.entries(fresh)) {
  if (text === read(name)) continue;
  if (text === undefined) {
    process.stderr.write(`${name} has no ${BEGIN} … ${END} to hold the specifications.\n`);
    process.exitCode = 1;
  } else if (check) {
    process.stderr.write(`${name} is stale; run: node scripts/specs.mjs\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(join(root, name), text);
  }
}
