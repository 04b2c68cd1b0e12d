// SPDX-License-Identifier: MIT
//
// scripts/install.sh on a folder that looks like a built project.

import { chmodSync, cpSync, lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../support/processes.js';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

const PLUGINS = 'home/.purple/plugins';
const SHARED = 'target/usr/lib/steadfast';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
  for (const path of ['scripts', 'bindings/c', 'package.json', 'LICENSE', 'native/COPYING'])
    cpSync(projectPath(path), workspace.path('project', path), { recursive: true });
  workspace.write('project/build/plugins/libsteadfast-purple.so', 'plugin');
  workspace.write('project/build/plugins/steadfast/engine.cjs', 'engine');
  workspace.write('project/build/lib/libsteadfast.so.0', 'library');
  // Where libpurple's packages are absent, too.
  workspace.write('bin/pkg-config', '#!/bin/sh\necho /usr/lib/purple-2\n', 0o700);
});

afterEach(() => workspace.close());

/** Lets the build's link name a Node.js at that place, with its licence where its archive has it. */
function nodeAt(place: string): string {
  const node = workspace.write(`${place}/bin/node`, '#!/bin/sh\n', 0o755);
  workspace.write(`${place}/LICENSE`, 'the licence of Node.js');
  linkTo(node);
  return node;
}

function linkTo(node: string): void {
  symlinkSync(node, workspace.path('project/build/plugins/steadfast/node'));
}

function install(what: 'install' | 'uninstall', prefix = ''): Promise<string> {
  return run(workspace.path('project/scripts/install.sh'), [what], {
    env: workspace.env({
      PATH: `${workspace.path('bin')}:${process.env.PATH ?? ''}`,
      PREFIX: prefix,
      DESTDIR: prefix === '' ? '' : workspace.path('target'),
    }),
  });
}

function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}

describe('for one user', () => {
  it('makes a folder of libpurple that others cannot read', async () => {
    linkTo('/bin/true');
    await install('install');
    expect(statSync(workspace.path('home/.purple')).mode & 0o777).toBe(0o700);
    expect(readFileSync(workspace.path(PLUGINS, 'libsteadfast-purple.so'), 'utf8')).toBe('plugin');
  });

  it('leaves the mode of a folder that was there', async () => {
    linkTo('/bin/true');
    chmodSync(workspace.makeFolder('home/.purple'), 0o750);
    await install('install');
    expect(statSync(workspace.path('home/.purple')).mode & 0o777).toBe(0o750);
  });

  it('links to a Node.js in the own home', async () => {
    const node = nodeAt('home/node');
    await install('install');
    expect(readlinkSync(workspace.path(PLUGINS, 'steadfast/node'))).toBe(node);
  });

  it('copies a Node.js of the build folder, with its licence', async () => {
    nodeAt('project/build/node');
    await install('install');
    const engine = workspace.path(PLUGINS, 'steadfast');
    expect(isLink(join(engine, 'node'))).toBe(false);
    expect(readFileSync(join(engine, 'node.LICENSE'), 'utf8')).toBe('the licence of Node.js');
  });

  it('changes nothing when Node.js is not there any more, and says what to do', async () => {
    nodeAt('home/node');
    rmSync(workspace.path('home/node'), { recursive: true });
    await expect(install('install')).rejects.toThrow(/not any more .*bin\/node\n.*make build/);
    expect(() => statSync(workspace.path('home/.purple'))).toThrow();
  });

  it('is taken away again, and with it nothing of others', async () => {
    nodeAt('project/build/node');
    await install('install');
    const other = workspace.write(`${PLUGINS}/steadfast/notes`, 'of somebody else');
    expect(await install('uninstall')).toMatch(/other files are in it: .*\/steadfast$/m);
    rmSync(other);
    expect(await install('uninstall')).toBe('');
    expect(() => statSync(workspace.path(PLUGINS, 'steadfast'))).toThrow();
  });
});

describe('for all users', () => {
  it('links to a Node.js of the system', async () => {
    linkTo('/bin/true');
    await install('install', '/usr');
    expect(isLink(workspace.path(SHARED, 'node'))).toBe(true);
  });

  it.each(['home/node', 'project/build/node'])('copies one of a person: %s', async (place) => {
    nodeAt(place);
    await install('install', '/usr');
    expect(isLink(workspace.path(SHARED, 'node'))).toBe(false);
    expect(statSync(workspace.path(SHARED, 'node')).mode & 0o777).toBe(0o755);
    expect(statSync(workspace.path(SHARED, 'node.LICENSE')).mode & 0o777).toBe(0o644);
    await install('uninstall', '/usr');
    expect(() => statSync(workspace.path(SHARED))).toThrow();
  });
});
