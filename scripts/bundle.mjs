// SPDX-License-Identifier: MIT
//
// Makes build/plugins/steadfast/: engine.cjs (the engine in one file), the notices of what is inside
// it, and `node`, a link to the Node that runs this, since a desktop session may have none on its PATH.

import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'build', 'plugins', 'steadfast');
const outfile = join(folder, 'engine.cjs');

checkVersion();
mkdirSync(folder, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  legalComments: 'none',
  // Native helpers that ws would take from wherever it finds them: the engine has none.
  define: {
    'process.env.WS_NO_BUFFER_UTIL': '"1"',
    'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
  },
  banner: { js: '/* Steadfast. MIT; parts of others: see engine.cjs.LICENSES.txt */' },
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(`${outfile}.LICENSES.txt`, notices(bundledPackages(metafile)));
const link = join(folder, 'node');
rmSync(link, { force: true });
symlinkSync(process.execPath, link);

function checkVersion() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const source = readFileSync(join(root, 'src/engine/version.ts'), 'utf8');
  if (!source.includes(`'${version}'`)) {
    throw new Error(`src/engine/version.ts does not say ${version}, as package.json does`);
  }
}

/** Every package of which at least one file went into the bundle. */
function bundledPackages({ inputs }) {
  const names = Object.keys(inputs).map(
    (path) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

function notices(names) {
  const parts = names.map((name) => {
    const home = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    const files = readdirSync(home).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    const texts = files.map((file) => readFileSync(join(home, file), 'utf8').trim());
    const body = texts.length > 0 ? texts : [`Licence: ${license}`];
    return [`${name} ${version} (${license})`, '', ...body].join('\n');
  });
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `engine.cjs holds code of these packages.${rule}${parts.join(rule)}\n`;
}
