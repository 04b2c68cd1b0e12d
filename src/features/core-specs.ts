// SPDX-License-Identifier: MIT
//
// What the rooms below the features follow; together with the features' own `specs` it makes the table
// in the README and doap.xml.

import type { Spec } from './feature.js';

export const coreSpecs: readonly Spec[] = [
  {
    id: 'RFC 6120',
    name: 'XMPP: Core',
    status: 'partial',
    note: 'client side; DIGEST-MD5 and host names in certificates’ CN are left out on purpose',
  },
  {
    id: 'RFC 6121',
    name: 'XMPP: Instant Messaging and Presence',
    status: 'partial',
    note: 'threads and pre-approval are left out',
  },
  {
    id: 'RFC 7622',
    name: 'XMPP: Address Format',
    status: 'partial',
    note: 'PRECIS profiles by Unicode properties',
  },
  {
    id: 'RFC 7590',
    name: 'Use of TLS in XMPP',
    status: 'partial',
    note: 'no DANE, no revocation check',
  },
  {
    id: 'RFC 7395',
    name: 'XMPP Subprotocol for WebSocket',
    status: 'complete',
    note: 'where nothing else leads to the server',
  },
  { id: 'RFC 5802', name: 'SCRAM-SHA-1 and SCRAM-SHA-1-PLUS', status: 'complete' },
  { id: 'RFC 7677', name: 'SCRAM-SHA-256 and SCRAM-SHA-256-PLUS', status: 'complete' },
  {
    id: 'RFC 5929',
    name: 'Channel Bindings for TLS',
    status: 'partial',
    note: 'tls-unique after full handshakes of TLS 1.2, tls-server-end-point',
  },
  { id: 'RFC 9266', name: 'Channel Bindings for TLS 1.3', status: 'complete' },
  {
    id: 'XEP-0082',
    name: 'XMPP Date and Time Profiles',
    version: '1.1.1',
    status: 'partial',
    note: 'DateTime',
  },
  {
    id: 'XEP-0156',
    name: 'Discovering Alternative XMPP Connection Methods',
    version: '1.4.0',
    status: 'partial',
    note: 'WebSocket; the certificate must be the domain’s, whatever the host',
  },
  {
    id: 'XEP-0178',
    name: 'Best Practices for Use of SASL EXTERNAL with Certificates',
    version: '1.2',
    status: 'partial',
    note: 'client to server',
  },
  { id: 'XEP-0198', name: 'Stream Management', version: '1.6.3', status: 'complete' },
  {
    id: 'XEP-0368',
    name: 'SRV records for XMPP over TLS',
    version: '1.1.0',
    status: 'complete',
  },
  {
    id: 'XEP-0386',
    name: 'Bind 2',
    version: '1.1.0',
    status: 'partial',
    note: 'where the archive is read and the session can be resumed; the client state goes behind it',
  },
  {
    id: 'XEP-0388',
    name: 'Extensible SASL Profile',
    version: '1.0.4',
    status: 'partial',
    note: 'no tasks behind the sign-in, such as a second factor',
  },
  {
    id: 'XEP-0440',
    name: 'SASL Channel-Binding Type Capability',
    version: '1.0.0',
    status: 'complete',
  },
  {
    id: 'XEP-0474',
    name: 'SASL SCRAM Downgrade Protection',
    version: '0.5.0',
    status: 'complete',
  },
  {
    id: 'XEP-0478',
    name: 'Stream Limits Advertisement',
    version: '0.2.0',
    status: 'complete',
  },
  {
    id: 'XEP-0484',
    name: 'Fast Authentication Streamlining Tokens',
    version: '0.2.0',
    status: 'partial',
    note: 'nothing goes as early data of TLS',
  },
];
