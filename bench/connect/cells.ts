// SPDX-License-Identifier: MIT
import type { Protocol } from '../../test/support/talk/person.js';

export type ServerName = 'prosody' | 'ejabberd' | 'model';
export type Path = 'STARTTLS' | 'direct TLS';

/** One way to sign in that is measured; all of them over TLS 1.3. */
export interface Cell {
  readonly protocol: Protocol;
  readonly server: ServerName;
  readonly path: Path;
  /** What the account proves itself by. */
  readonly by: 'EXTERNAL' | 'SCRAM' | 'PLAIN';
  /** Round trips to reach: to online, and to a session that goes on. */
  readonly goal?: { readonly online: number; readonly resumed?: number };
}

const paths: readonly Path[] = ['STARTTLS', 'direct TLS'];

/** TCP, STARTTLS, TLS, and then what the mechanism needs; direct TLS saves one. */
const goals = { EXTERNAL: 5, SCRAM: 6 };

function ours(server: ServerName, by: Cell['by']): Cell[] {
  return paths.map((path) => {
    const cell: Cell = { protocol: 'prpl-steadfast', server, path, by };
    const least = by === 'PLAIN' ? undefined : goals[by] - (path === 'STARTTLS' ? 0 : 1);
    return least === undefined ? cell : { ...cell, goal: { online: least } };
  });
}

function theirs(server: ServerName): Cell[] {
  return paths.map((path) => ({ protocol: 'prpl-jabber', server, path, by: 'SCRAM' }));
}

/** The model server has no passwords to prove, so it is asked by the one mechanism that needs no answer. */
export const CELLS: readonly Cell[] = [
  ...(['prosody', 'ejabberd'] as const).flatMap((server) => [
    ...theirs(server),
    ...ours(server, 'SCRAM'),
    ...ours(server, 'EXTERNAL'),
  ]),
  ...ours('model', 'PLAIN'),
];
