// SPDX-License-Identifier: MIT
//
// What is said to a person who starts the engine by hand. Hosts give it no arguments.

import { version } from './engine/version.js';

/** EX_USAGE of sysexits.h. */
export const usageCode = 64;

const help = `Steadfast ${version}: the engine, which speaks XMPP for all accounts of one program.

Usage: node engine.cjs         with a socket on descriptor 3; not by hand, but by libsteadfast
       node engine.cjs --help  prints this

The plugin for Pidgin, Finch and BitlBee (libsteadfast-purple.so) starts it by itself, and so does every
program that uses the C library (libsteadfast). It ends when that socket does.

Environment of the program that starts it:
  STEADFAST_ENGINE  path of engine.cjs; else steadfast/engine.cjs beside the plugin or library is used
  STEADFAST_NODE    path of Node.js, 20 or newer; else steadfast/node beside the engine, or PATH
  https_proxy, all_proxy, http_proxy, no_proxy
                    the way to servers, for accounts whose proxy settings say "environmental settings"

Documentation: README.md and docs/ of the project; for programs steadfast.h, which is installed with the
C library. What is inside engine.cjs of others, and by which licences: engine.cjs.LICENSES.txt beside it.
`;

/**
 * @param args behind the name of the program
 * @returns what to print and how to exit; undefined for no arguments
 */
export function answerTo(
  args: readonly string[],
): { readonly out?: string; readonly err?: string; readonly code: number } | undefined {
  if (args.length === 0) return undefined;
  if (args.every((arg) => arg === '--help' || arg === '-h')) return { out: help, code: 0 };
  const [unknown = ''] = args.filter((arg) => arg !== '--help' && arg !== '-h');
  const err = `steadfast: the argument "${unknown}" is not known. Try --help.\n`;
  return { err, code: usageCode };
}
