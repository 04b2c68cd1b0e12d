// SPDX-License-Identifier: MIT
//
// Debian's modules for SASL2, Bind 2 and FAST do not work with Debian's Prosody 0.12: they ask for functions
// that only later ones have. A copy is made to work, as small as can be.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { projectPath } from './project.js';
import type { ProsodyOptions } from './prosody.js';
import type { Workspace } from './workspace.js';

const INSTALLED = '/usr/lib/prosody/modules';

/** Module, what stands there, and what is to stand there. */
const PATCHES: readonly (readonly [string, string, string])[] = [
  ['mod_sasl2', 'origin.conn:ssl_info()', 'origin.conn:socket():info()'],
  ['mod_sasl2', '"]:ssl_peerfinished()', '"]:socket():getpeerfinished()'],
  [
    'mod_sasl2',
    'origin.conn.ssl_peerfinished and origin.conn:ssl_peerfinished()',
    'origin.conn:socket():getpeerfinished()',
  ],
  [
    'mod_sasl2_fast',
    'username = jid.node(event.stream.from);\n\t\tif not username then return; end',
    'username = event.stream and jid.node(event.stream.from);',
  ],
  [
    'mod_sasl2_fast',
    'auth:get_child_attr("user-agent", nil, "id")',
    'auth:get_child("user-agent") and auth:get_child("user-agent").attr.id',
  ],
  [
    'mod_sasl2_fast',
    'dt.datetime(token_info.expires_at)',
    'dt.datetime(math.floor(token_info.expires_at))',
  ],
];

/** @returns what Prosody is to be started with besides */
export function withSasl2(workspace: Workspace): Partial<ProsodyOptions> {
  return {
    modules: ['sasl2', 'sasl2_bind2', 'sasl2_fast'],
    global: { plugin_paths: [projectPath('test/support/prosody'), patchedSasl2(workspace)] },
  };
}

/** @returns the folder for `plugin_paths` */
export function patchedSasl2(workspace: Workspace): string {
  const folder = workspace.makeFolder('sasl2-modules');
  for (const name of ['mod_sasl2', 'mod_sasl2_bind2', 'mod_sasl2_fast']) {
    cpSync(`${INSTALLED}/${name}`, `${folder}/${name}`, { recursive: true });
  }
  for (const [name, from, to] of PATCHES) {
    const path = `${folder}/${name}/${name}.lua`;
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${name} is not the one that was patched: ${from}`);
    writeFileSync(path, text.replace(from, to));
  }
  return folder;
}
