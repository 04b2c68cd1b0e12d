// SPDX-License-Identifier: MIT
//
// Those of access to the account; see samples.ts.

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CommandSchema, EventSchema } from '../../src/contract/engine_pb.js';
import {
  AccessClient_Permission as Permission,
  SignedOut_Others as Others,
  SignedOut_Token as Token,
} from '../../src/contract/engine_pb.js';

export const accessCommands: Record<string, MessageInitShape<typeof CommandSchema>> = {
  'query-access': {
    account: 1,
    id: 'aa-24',
    body: { case: 'queryAccess', value: {} },
  },
  'revoke-access': {
    account: 1,
    id: 'aa-25',
    body: { case: 'revokeAccess', value: { id: 'HjEEr45_LQr' } },
  },
  'sign-out': {
    account: 1,
    id: 'aa-26',
    body: { case: 'signOut', value: { everywhere: true } },
  },
};

export const accessEvents: Record<string, MessageInitShape<typeof EventSchema>> = {
  access: {
    account: 1,
    seq: 32,
    body: {
      case: 'access',
      value: {
        clients: [
          {
            ...{ id: 'zeiP41HLglIu', connected: true, session: true, current: true },
            ...{ firstSeenTimeMs: 1_795_000_000_000n, lastSeenTimeMs: 1_795_000_600_000n },
            ...{ auth: ['password', 'fast'], permission: Permission.UNRESTRICTED },
            ...{ software: 'Steadfast', uri: 'https://home.example/', device: 'Pidgin (0a1b2c3d)' },
          },
          { id: 'HjEEr45_LQr', auth: ['grant'], permission: Permission.RESTRICTED },
        ],
        leftOut: 7,
      },
    },
  },
  'signed-out': {
    account: 1,
    seq: 33,
    body: {
      case: 'signedOut',
      value: {
        ...{ id: 'aa-26', others: Others.ASKED, ended: 3, needPassword: 2, left: 1 },
        ...{ token: Token.LEFT, text: '3 other clients were signed out for good.' },
        error: { condition: 'no-answer', text: 'The server could not be reached.' },
      },
    },
  },
};
