// SPDX-License-Identifier: MIT
//
// From the platform's error codes to plain words.

import type { LinkFault, Target } from './types.js';
import { linkFault } from './types.js';

/** What {@link errorCode} says of an error without a code. */
export const unknownCode = 'UNKNOWN';

/** The code of a Node error, or of the first inside an AggregateError; `UNKNOWN` without one. */
export function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return error.code;
  return unknownCode;
}

/** TCP, and the look-up of a host's addresses. */
export function connectFault(code: string, target: Target, domain: string): LinkFault {
  const where = `${target.host}:${target.port}`;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ENODATA':
    case 'ESERVFAIL':
      return linkFault(
        'link',
        'dns-failure',
        `The server for ${domain} was not found: no address is known for ${target.host}. Trying again.`,
      );
    case 'ECONNREFUSED':
      return linkFault('link', 'connection-refused', `${where} refuses connections. Trying again.`);
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
      return linkFault(
        'link',
        'network-unreachable',
        `There is no network path to ${where}. Trying again.`,
      );
    case 'ETIMEDOUT':
      return linkFault('timeout', 'connect-timeout', `${where} does not answer. Trying again.`);
    default:
      return linkFault(
        'link',
        'connect-failed',
        `Connecting to ${where} failed (${code}). Trying again.`,
      );
  }
}

/** An open link broke. */
export function lostFault(code: string): LinkFault {
  return code === 'ETIMEDOUT'
    ? linkFault(
        'timeout',
        'connection-lost',
        'The connection to the server is dead. Connecting again.',
      )
    : linkFault(
        'link',
        'connection-lost',
        `The connection to the server broke (${code}). Connecting again.`,
      );
}

/** How far TLS had come; after our certificate went out, alerts are about it. */
export interface TlsStage {
  readonly secure: boolean;
  readonly certificate: boolean;
  /** TLS 1.2 was allowed for our certificate, with ECDHE. */
  readonly tls12: boolean;
}

/** Between the link that judged the server and the one that would have shown it our certificate. */
export const otherCertificate = linkFault(
  'tls',
  'certificate-changed',
  'The server showed another certificate on the second connection than on the first, so your certificate was not shown to it. Trying again.',
);

const refusals =
  /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN)|ACCESS_DENIED|DECRYPT_ERROR|NO_CERTIFICATE)/;
const versions = /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION/;
const notTls = /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE/;

/**
 * Everything that ends a TLS channel, in the handshake or after it. Before it is complete an alert may be anybody's, in
 * clear (RFC 8446 §6.2): it is no verdict of the server's, and trying again may help.
 */
export function tlsFault(code: string, stage: TlsStage): LinkFault {
  // COMPAT(Prosody, 0.12): on TLS 1.2 it wants of our key one of the curves listed for its own.
  const curve = stage.tls12 && code.includes('ALERT_ILLEGAL_PARAMETER');
  // With TLS 1.3 ours goes out at the very end of the handshake: what comes before is about something else.
  const shown = stage.secure || stage.tls12;
  if ((refusals.test(code) || curve) && stage.certificate && shown)
    return refusedFault(code, stage);
  if (!code.startsWith('ERR_SSL')) return stage.secure ? lostFault(code) : hungUpFault(code, stage);
  if (versions.test(code)) return versionFault(stage);
  if (notTls.test(code) && !stage.secure) {
    return linkFault(
      'tls',
      'not-tls',
      'The server does not speak TLS there. Check the port and the kind of encryption.',
    );
  }
  if (stage.tls12 && !stage.secure && code.includes('HANDSHAKE_FAILURE')) return ecdheFault;
  return stage.secure
    ? linkFault(
        'tls',
        'tls-broken',
        `The encrypted connection broke (${alert(code)}). Connecting again.`,
      )
    : linkFault(
        'tls',
        'handshake-failed',
        `TLS could not be set up with the server (${alert(code)}). Trying again.`,
      );
}

function refusedFault(code: string, { secure }: TlsStage): LinkFault {
  const what = `The server refused the certificate you sign in with (${alert(code)})`;
  const text = secure
    ? `${what}. Nothing is tried until it is replaced or the account's settings change.`
    : `${what}, or somebody on the way said so. Trying again.`;
  return linkFault('tls', 'certificate-refused', text, { retry: secure ? 'never' : 'later' });
}

/** ejabberd without TLS 1.3 ends the connection in place of the alert of RFC 8446 §4.2.1. */
function hungUpFault(code: string, { certificate, tls12 }: TlsStage): LinkFault {
  const why =
    certificate && !tls12
      ? ' It may lack TLS 1.3, which signing in with a certificate (EXTERNAL) needs.'
      : '';
  return linkFault(
    'tls',
    'handshake-failed',
    `The server ended the connection while TLS was set up (${code}).${why} Trying again.`,
  );
}

function versionFault(stage: TlsStage): LinkFault {
  return stage.certificate && !stage.tls12
    ? linkFault(
        'tls',
        'tls13-required',
        'The server does not offer TLS 1.3, and signing in with a certificate (EXTERNAL) needs it: below it the certificate would be shown before the server has proved who it is. The account’s setting for certificates over TLS 1.2 allows it by two connections. Trying again.',
      )
    : linkFault(
        'tls',
        'tls-version',
        'The server offers only TLS versions that are no longer safe; TLS 1.2 is the least. Trying again.',
      );
}

export const noCertificate = linkFault(
  'tls',
  'no-certificate',
  'The server showed no certificate. Nothing was sent to it.',
);

const ecdheFault = linkFault(
  'tls',
  'ecdhe-required',
  'TLS 1.2 could not be set up with the server: signing in with a certificate needs ECDHE there, so that the server proves who it is first. Trying again.',
);

export function alpnFault(protocol: string): LinkFault {
  return linkFault(
    'tls',
    'wrong-alpn',
    `The server speaks ${JSON.stringify(protocol)} there, not what was asked for. Check server and port.`,
  );
}

/** `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED` as "certificate required". */
function alert(code: string): string {
  return code
    .replace(/^ERR_SSL_/, '')
    .replace(/^(TLSV1|TLSV13|SSLV3)_ALERT_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
}
