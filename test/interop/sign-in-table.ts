// SPDX-License-Identifier: MIT
//
// Every way to sign in, for each server and each version of TLS, and what the server makes of it: a table
// of facts, asked of the servers themselves by a client that shares no code with the engine.

import type { BindingType } from '../support/knock.js';
import type { TlsVersion } from './sign-in-story.js';

export const SERVERS = [
  'Prosody, passwords in SHA-1',
  'Prosody, passwords in SHA-256',
  'Prosody with SASL2 in a patched copy',
  'ejabberd, passwords in clear',
  'the model server',
  'the model server with SASL2',
] as const;
export type ServerName = (typeof SERVERS)[number];

export const VERSIONS: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];

export interface Way {
  /** RFC 6120 if not given. */
  readonly profile?: 'SASL2';
  readonly mechanism: string;
  readonly binding?: BindingType;
}

const BINDINGS: readonly BindingType[] = ['tls-exporter', 'tls-server-end-point', 'tls-unique'];

const OF_BOTH: readonly Way[] = [
  ...['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism): Way[] => [
    { mechanism },
    ...BINDINGS.map((binding) => ({ mechanism: `${mechanism}-PLUS`, binding })),
  ]),
  { mechanism: 'PLAIN' },
  { mechanism: 'EXTERNAL' },
];

export const WAYS: readonly Way[] = [
  ...OF_BOTH,
  ...[
    ...OF_BOTH,
    { mechanism: 'HT-SHA-256-NONE' },
    { mechanism: 'HT-SHA-256-ENDP', binding: 'tls-server-end-point' as const },
    { mechanism: 'HT-SHA-256-UNIQ', binding: 'tls-unique' as const },
    { mechanism: 'HT-SHA-256-EXPR', binding: 'tls-exporter' as const },
  ].map((way): Way => ({ ...way, profile: 'SASL2' })),
];

export interface Answer {
  readonly is: 'lets in' | 'not offered' | `refuses ${string}`;
  /** Why a cell that is not to be had is not. */
  readonly because?: string;
}

const LETS_IN: Answer = { is: 'lets in' };
const absent = (because: string): Answer => ({ is: 'not offered', because });

function prosody(hash: string, { mechanism, binding }: Way, tls: TlsVersion): Answer {
  if (!mechanism.startsWith('SCRAM')) return LETS_IN;
  if (mechanism.startsWith('SCRAM-SHA-512'))
    return absent('no store of Prosody 0.12 knows that hash');
  if (mechanism.replace('-PLUS', '') !== `SCRAM-${hash}`)
    return absent('a host of Prosody keeps passwords by one hash');
  if (binding === undefined) return LETS_IN;
  if (tls === 'TLSv1.3') return absent('Prosody 0.12 binds to TLS 1.2 only');
  return binding === 'tls-unique' ? LETS_IN : wrongType('malformed-request');
}

function ejabberd({ mechanism, binding }: Way): Answer {
  if (!mechanism.startsWith('SCRAM') || binding === undefined) return LETS_IN;
  return binding === 'tls-unique' ? LETS_IN : wrongType('not-authorized');
}

const wrongType = (condition: string): Answer => ({
  is: `refuses ${condition}`,
  because: 'of all bindings it knows tls-unique alone',
});

function model({ mechanism }: Way): Answer {
  return mechanism === 'PLAIN'
    ? LETS_IN
    : absent('it keeps no passwords, and asks for no certificate');
}

function modelBySasl2({ profile, mechanism, binding }: Way, tls: TlsVersion): Answer {
  if (profile === undefined) return absent('it signs in by SASL2 alone');
  if (tls === 'TLSv1.2' || binding !== 'tls-unique') return LETS_IN;
  const because = 'TLS 1.3 has no tls-unique';
  return mechanism.startsWith('HT-') ? absent(because) : { is: 'refuses not-authorized', because };
}

function prosodyBySasl2(way: Way, tls: TlsVersion): Answer {
  if (way.mechanism.startsWith('HT-')) {
    const unique = way.binding === 'tls-unique' && tls === 'TLSv1.2';
    const taken = way.binding === undefined || unique;
    return taken ? LETS_IN : absent('Prosody 0.12 has tls-unique alone, and that in TLS 1.2');
  }
  return prosody('SHA-256', way, tls);
}

/** Why the others have none. */
const WITHOUT_SASL2: Record<string, string> = {
  Prosody: 'what Debian has of it ends the stream, unless it is patched',
  ejabberd: 'ejabberd 23.01 has no SASL2',
  the: 'it is set up without SASL2',
};

export function answerOf(server: ServerName, tls: TlsVersion, way: Way): Answer {
  if (server === 'the model server with SASL2') return modelBySasl2(way, tls);
  if (server === 'Prosody with SASL2 in a patched copy' && way.profile === 'SASL2')
    return prosodyBySasl2(way, tls);
  const [maker = ''] = server.split(/[ ,]/);
  if (way.profile === 'SASL2') return absent(WITHOUT_SASL2[maker] ?? '');
  switch (server) {
    case 'Prosody, passwords in SHA-1':
      return prosody('SHA-1', way, tls);
    case 'Prosody, passwords in SHA-256':
    case 'Prosody with SASL2 in a patched copy':
      return prosody('SHA-256', way, tls);
    case 'ejabberd, passwords in clear':
      return ejabberd(way);
    case 'the model server':
      return model(way);
  }
}
