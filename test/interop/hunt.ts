// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { PurpleHost } from '../native/host.js';
import { escapeXml } from '../support/peer-xml.js';
import { projectPath } from '../support/project.js';
import type { Workspace } from '../support/workspace.js';

/** A relay in the engine's place, which keeps what the engine prints and every byte it tells. */
function relay(told: string, printed: string, preload?: string): string {
  const engine = JSON.stringify(projectPath('build', 'plugins', 'steadfast', 'engine.cjs'));
  const before = preload === undefined ? '' : `'--require', ${JSON.stringify(preload)}, `;
  return `const { spawn } = require('node:child_process');
const { appendFileSync, openSync } = require('node:fs');
const { Socket } = require('node:net');
const printed = openSync(${JSON.stringify(printed)}, 'a');
const engine = spawn(process.execPath, [${before}${engine}], { stdio: ['ignore', printed, printed, 'pipe', 4] });
const host = new Socket({ fd: 3, readable: true, writable: true });
const inner = engine.stdio[3];
for (const end of [host, inner]) end.on('error', () => end.destroy());
host.pipe(inner);
inner.on('data', (bytes) => appendFileSync(${JSON.stringify(told)}, bytes)).pipe(host);
host.on('close', () => inner.destroy());
inner.on('close', () => host.destroy());
`;
}

/** Looks for secrets wherever somebody else could read them while programs run, and afterwards. */
export class Hunt {
  readonly env: Record<string, string>;
  /** Arguments and environment of every process of the workspace that was ever seen. */
  readonly processes = new Set<string>();
  readonly #workspace: Workspace;
  readonly #told: string;
  readonly #printed: string;
  readonly #timer: NodeJS.Timeout;

  /** @param preload a module that the engine has in it before its own code */
  constructor(workspace: Workspace, preload?: string) {
    this.#workspace = workspace;
    this.#told = workspace.write('told', '');
    this.#printed = workspace.write('printed', '');
    const script = workspace.write('relay/engine.cjs', relay(this.#told, this.#printed, preload));
    this.env = { STEADFAST_ENGINE: script };
    this.#timer = setInterval(() => this.look(), 20);
    workspace.atEnd(() => clearInterval(this.#timer));
  }

  /** Takes down what is to be read of the processes now. */
  look(): void {
    for (const { pid } of this.#workspace.residents())
      for (const name of ['cmdline', 'environ'])
        this.processes.add(content(`/proc/${pid}/${name}`).replaceAll('\0', ' '));
  }

  /** Every place looked at, by name. */
  places(host: PurpleHost): Map<string, string> {
    this.look();
    const kept = filesBelow(this.#workspace.path('purple', 'steadfast'));
    return new Map([
      ['what the host showed and logged', host.events.all.map((e) => JSON.stringify(e)).join('\n')],
      ['what the host printed', host.stderr],
      ['all that the engine told the host', content(this.#told)],
      ['what the engine printed', content(this.#printed)],
      ['arguments and environments', [...this.processes].join('\n')],
      ...kept.map((path): [string, string] => [path, content(path)]),
      ...filesBelow(this.#workspace.path('tmp')).map((path): [string, string] => [
        path,
        content(path),
      ]),
    ]);
  }

  /** Where one of the secrets is to be found, in whatever form. */
  found(host: PurpleHost, secrets: readonly string[]): string[] {
    const hits: string[] = [];
    for (const [place, text] of this.places(host))
      for (const secret of secrets)
        for (const form of forms(secret)) if (text.includes(form)) hits.push(`${form} in ${place}`);
    return hits;
  }
}

/** A secret in each way that it may be written. Files are compared by bytes, so UTF-8 as Latin-1. */
export function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const plain = [
    ...[secret, escapeXml(secret), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
  ];
  return [
    ...new Set([
      ...plain,
      ...plain.map((form) => Buffer.from(form).toString('latin1')),
      bytes.toString('base64'),
      bytes.toString('hex'),
    ]),
  ];
}

function content(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // the process ended, or the file was replaced, meanwhile
  }
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
}
