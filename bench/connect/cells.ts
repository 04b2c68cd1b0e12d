// SPDX-License-Identifier: MIT
import type { Protocol } from '../../test/support/talk/person.js';

export type ServerName =
  'prosody' | 'ejabberd' | 'model' | 'model with SASL2' | 'model with SASL2 and tokens';
export type Path = 'STARTTLS' | 'direct TLS';

/** One way to sign in that is measured; all of them over TLS 1.3. */
export interface Cell {
  readonly protocol: Protocol;
  readonly server: ServerName;
  readonly path: Path;
  /** What the account proves itself by. */
  readonly by: 'EXTERNAL' | 'SCRAM' | 'PLAIN' | 'FAST';
  /** Round trips to reach: to online, and to a session that goes on. */
  readonly goal?: { readonly online: number; readonly resumed?: number };
}

export const hasSasl2 = ({ server }: Cell): boolean => server.startsWith('model with SASL2');

const paths: readonly Path[] = ['STARTTLS', 'direct TLS'];

/**
 * TCP, STARTTLS, TLS, and then what the mechanism needs; direct TLS saves one. With SASL2 the session comes
 * with the sign-in, be it a new one or the former one.
 */
const goals: Partial<Record<Cell['by'], Cell['goal']>> = {
  EXTERNAL: { online: 5 },
  SCRAM: { online: 6 },
};
const inline: Partial<Record<Cell['by'], Cell['goal']>> = {
  EXTERNAL: { online: 4, resumed: 4 },
  FAST: { online: 4, resumed: 4 },
  SCRAM: { online: 5, resumed: 5 },
};

function ours(server: ServerName, by: Cell['by'], least = goals[by]): Cell[] {
  return paths.map((path) => {
    const cell: Cell = { protocol: 'prpl-steadfast', server, path, by };
    if (least === undefined) return cell;
    const saved = path === 'STARTTLS' ? 0 : 1;
    const { online, resumed } = least;
    const goal = { online: online - saved };
    return { ...cell, goal: resumed === undefined ? goal : { ...goal, resumed: resumed - saved } };
  });
}

function theirs(server: ServerName): Cell[] {
  return paths.map((path) => ({ protocol: 'prpl-jabber', server, path, by: 'SCRAM' }));
}

/**
 * The model server without SASL2 has no passwords to prove, so it is asked by the one mechanism that needs no
 * answer. prpl-jabber cannot be measured there: it asks for sessions that cannot be resumed, which that server
 * takes for a mistake, and knows nothing of SASL2.
 */
export const CELLS: readonly Cell[] = [
  ...(['prosody', 'ejabberd'] as const).flatMap((server) => [
    ...theirs(server),
    ...ours(server, 'SCRAM'),
    ...ours(server, 'EXTERNAL'),
  ]),
  ...ours('model', 'PLAIN'),
  ...ours('model with SASL2', 'SCRAM', inline.SCRAM),
  ...ours('model with SASL2', 'EXTERNAL', inline.EXTERNAL),
  ...ours('model with SASL2 and tokens', 'FAST', inline.FAST),
];
