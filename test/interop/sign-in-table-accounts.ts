// SPDX-License-Identifier: MIT
//
// What an account of ours comes to at each server, by what it proves itself with.

import type { AccountOptions } from '../../bindings/node/index.js';
import { PASSWORD, type TlsVersion } from './sign-in-story.js';
import { FORMS } from './sign-in-table-forms.js';
import type { ServerName } from './sign-in-table.js';

export interface Proof {
  readonly options: Partial<AccountOptions>;
  /** Of the certificate. */
  readonly form?: string;
  /** Signs in, off, and in again; that is what counts. */
  readonly again?: true;
  /** How often it dials where nothing goes wrong; once if not given. */
  readonly dials?: number;
}

/** By what is said of the account in a title. */
export const PROOFS: ReadonlyMap<string, Proof> = new Map<string, Proof>([
  ['a password', { options: { password: PASSWORD } }],
  ['a password, signed in again', { options: { password: PASSWORD }, again: true }],
  ['a password, set to SCRAM', { options: { password: PASSWORD, authMethod: 'scram' } }],
  ['a password, set to PLAIN', { options: { password: PASSWORD, authMethod: 'plain' } }],
  ...Object.keys(FORMS).map(
    (form) => [`a certificate (${form})`, { options: {}, form }] as [string, Proof],
  ),
  [
    'a certificate, signed in again',
    { options: {}, form: 'PEM, the key in a file of its own', again: true },
  ],
  [
    'a certificate, allowed on TLS 1.2',
    // The first link has no certificate, and finds out whose server it is.
    { options: { certTls12: true }, form: 'PEM, the key in a file of its own', dials: 2 },
  ],
]);

export interface End {
  readonly end: `online by ${string}` | `fails: ${string}`;
  readonly because?: string;
}

/** The strongest hash that each server has. */
const STRONGEST: Record<ServerName, string | undefined> = {
  'Prosody, passwords in SHA-1': 'SCRAM-SHA-1',
  'Prosody, passwords in SHA-256': 'SCRAM-SHA-256',
  'Prosody with SASL2 in a patched copy': 'SCRAM-SHA-256',
  'ejabberd, passwords in clear': 'SCRAM-SHA-512',
  'the model server': undefined,
  'the model server with SASL2': 'SCRAM-SHA-512',
};

export function comesTo(server: ServerName, tls: TlsVersion, name: string): End {
  const { options, form, again } = PROOFS.get(name) ?? { options: {} };
  if (form !== undefined) return byCertificate(server, tls, options.certTls12 === true);
  if (options.authMethod === 'plain') return { end: 'online by PLAIN' };
  if (server === 'the model server with SASL2') return bySasl2(again === true);
  if (server === 'Prosody with SASL2 in a patched copy' && again === true)
    return byPatchedToken(tls);
  const strongest = STRONGEST[server];
  if (strongest !== undefined) return byScram(strongest, server, tls);
  const because = 'PLAIN is all that it offers';
  return options.authMethod === 'scram'
    ? { end: 'fails: no-mechanism', because }
    : { end: 'online by PLAIN', because };
}

function bySasl2(again: boolean): End {
  const by = again ? 'HT-SHA-256-EXPR' : 'SCRAM-SHA-512-PLUS';
  return { end: `online by ${by}, bound to tls-exporter` };
}

function byPatchedToken(tls: TlsVersion): End {
  if (tls === 'TLSv1.3')
    return { end: 'online by HT-SHA-256-NONE', because: 'it binds to TLS 1.2 only' };
  // XEP-0440 §3 does not let a server of SASL2 do so: it might have been taken out on the way.
  const because = 'it offers -PLUS in SASL2 and no list of bindings, so the older way is taken';
  return { end: 'online by SCRAM-SHA-256-PLUS, bound to tls-unique', because };
}

function byScram(strongest: string, server: ServerName, tls: TlsVersion): End {
  if (tls === 'TLSv1.2') return { end: `online by ${strongest}-PLUS, bound to tls-unique` };
  const because = server.startsWith('ejabberd')
    ? 'it refuses the binding that RFC 9266 has for TLS 1.3, and then it is left out'
    : 'it binds to TLS 1.2 only';
  return { end: `online by ${strongest}`, because };
}

function byCertificate(server: ServerName, tls: TlsVersion, allowed: boolean): End {
  if (tls === 'TLSv1.2' && !allowed)
    return {
      end: server.startsWith('ejabberd') ? 'fails: handshake-failed' : 'fails: tls13-required',
      because: 'the certificate would be seen before the server is known',
    };
  return server === 'the model server'
    ? { end: 'fails: no-mechanism', because: 'it offers no EXTERNAL' }
    : { end: 'online by EXTERNAL' };
}
