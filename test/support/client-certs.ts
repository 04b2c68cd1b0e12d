// SPDX-License-Identifier: MIT
//
// Prosody with certificates of its users (XEP-0257): mod_client_certs of Debian's prosody-modules, in a
// copy in which two things are put right that keep it from loading and from taking a certificate.

import { readFileSync } from 'node:fs';
import type { ProsodyOptions } from './prosody.js';
import { projectPath } from './project.js';
import type { Workspace } from './workspace.js';

const INSTALLED = '/usr/lib/prosody/modules/mod_client_certs/mod_client_certs.lua';

/** Each once or more; what is not there any more is a module that needs another copy. */
const PATCHES: readonly (readonly [string, string])[] = [
  // Who may use its ad-hoc command: Prosody 0.12 knows the word for it as "any".
  ['adhoc_handler, "user")', 'adhoc_handler, "any")'],
  // Prosody's own function gives gsub a number that Lua 5.4 does not take.
  ['util_x509.der2pem(', 'der_to_pem('],
  [
    'local base64 = require "util.encodings".base64;\n',
    [
      'local base64 = require "util.encodings".base64;',
      'local function der_to_pem(der)',
      '\tlocal lines = base64.encode(der):gsub(("."):rep(64), "%0\\n");',
      '\treturn "-----BEGIN CERTIFICATE-----\\n" .. lines .. "\\n-----END CERTIFICATE-----\\n";',
      'end',
      '',
    ].join('\n'),
  ],
];

/** @returns what Prosody is to be started with besides: SCRAM by its own accounts, and EXTERNAL by this */
export function withClientCerts(workspace: Workspace): Partial<ProsodyOptions> {
  let text = readFileSync(INSTALLED, 'utf8');
  for (const [from, to] of PATCHES) {
    if (!text.includes(from)) throw new Error(`${INSTALLED} has no ${from}`);
    text = text.replaceAll(from, () => to);
  }
  const file = workspace.write('modules/mod_client_certs.lua', text);
  const folders = [file.slice(0, file.lastIndexOf('/')), projectPath('test/support/prosody')];
  return {
    modules: ['client_certs', 'adhoc'],
    global: { plugin_paths: folders, authentication: 'internal_hashed' },
  };
}
