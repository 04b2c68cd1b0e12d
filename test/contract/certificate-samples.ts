// SPDX-License-Identifier: MIT
//
// Those of certificates; see samples.ts.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CommandSchema, EventSchema } from '../../src/contract/engine_pb.js';

export const certificateCommands: Record<string, MessageInitShape<typeof CommandSchema>> = {
  'query-certificates': {
    account: 1,
    id: 'aa-20',
    body: { case: 'queryCertificates', value: {} },
  },
  'make-certificate': {
    account: 1,
    id: 'aa-21',
    body: { case: 'makeCertificate', value: { name: 'Pidgin on Älice' } },
  },
  'append-certificate': {
    account: 1,
    id: 'aa-22',
    body: {
      case: 'appendCertificate',
      value: { name: 'Bot', path: '/home/alice/bot.pem', noManagement: true },
    },
  },
  'revoke-certificate': {
    account: 1,
    id: 'aa-23',
    body: { case: 'revokeCertificate', value: { name: 'Bot', disable: true } },
  },
};

export const certificateEvents: Record<string, MessageInitShape<typeof EventSchema>> = {
  certificates: {
    account: 1,
    seq: 30,
    body: {
      case: 'certificates',
      value: {
        certificates: [
          {
            name: 'Pidgin on Älice, 0a1b2c3d',
            sha256: '0a'.repeat(32),
            notBeforeTimeMs: 1_795_000_000_000n,
            notAfterTimeMs: 1_826_000_000_000n,
            current: true,
            resources: ['desk', 'couch'],
          },
          { name: 'broken' },
        ],
      },
    },
  },
  'certificate-made': {
    account: 1,
    seq: 31,
    body: {
      case: 'certificateMade',
      value: {
        id: 'aa-21',
        name: 'Pidgin on Älice, 0a1b2c3d',
        path: '/home/alice/.purple/steadfast/a/certificate-01020304.pem',
        sha256: '0a'.repeat(32),
        notAfterTimeMs: 1_826_000_000_000n,
        replaces: 'Old',
      },
    },
  },
};
