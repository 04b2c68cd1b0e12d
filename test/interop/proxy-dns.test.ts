// SPDX-License-Identifier: MIT
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority } from '../support/certificates.js';
import { run } from '../support/processes.js';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

interface Told {
  title: string;
  end: string;
  text: string;
  questions: number;
}

let workspace: Workspace;
let told: Map<string, Told>;

/** In a namespace with nothing but the loopback interface, and our name server. */
const script = `
  set -e
  ip link set lo up
  mount --bind "$1" /etc/resolv.conf
  shift
  exec "$@"
`;

beforeAll(async () => {
  workspace = new Workspace();
  const authority = await Authority.create(workspace.path('ca'));
  const certificate = await authority.server({ dns: ['home.example'] });
  const outfile = workspace.path('dials.mjs');
  await build({
    entryPoints: [projectPath('test', 'support', 'resolver-less.ts')],
    ...{ bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' },
    // The package ws asks for the modules of Node.js by require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const resolvers = workspace.write('resolv.conf', 'nameserver 127.0.0.1\n');
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const inside = ['unshare', '--net', '--mount', ...asRoot, 'sh', '-c', script, 'sh', resolvers];
  const folder = workspace.makeFolder('tor');
  const [command = '', ...args] = [
    ...inside,
    ...[process.execPath, outfile, certificate.certFile, certificate.keyFile, folder],
  ];
  const printed = await run(command, args);
  const lines = printed.split('\n').filter((line) => line.startsWith('{'));
  told = new Map(lines.map((line) => JSON.parse(line) as Told).map((one) => [one.title, one]));
}, 120_000);
afterAll(() => workspace.close());

describe('where there is no name server but ours', () => {
  it('a dial without proxy asks it, so that it would see every question', () => {
    expect(told.get('direct')).toMatchObject({ end: 'dns-failure' });
    expect(told.get('direct')?.questions).toBeGreaterThan(0);
  });

  it.each(['socks5', 'tor', 'socks4', 'http'])('a dial through %s asks nothing', (title) => {
    expect(told.get(title)).toMatchObject({ end: 'ready', questions: 0 });
  });

  it('a name below .onion is not asked for without a proxy either', () => {
    expect(told.get('onion without proxy')).toMatchObject({
      end: 'onion-without-tor',
      questions: 0,
    });
  });

  it('Debian’s tor without a network is told in its own words, and asks nothing', () => {
    const failed = told.get('real tor');
    expect(failed).toMatchObject({ end: 'proxy-refused', questions: 0 });
    expect(failed?.text).toMatch(/Tor proxy 127\.0\.0\.1:\d+ did not connect to home\.example/);
    const onion = told.get('real tor, onion');
    expect(onion).toMatchObject({ end: 'proxy-refused', questions: 0 });
    expect(onion?.text).toContain('no valid onion address');
  });
});
