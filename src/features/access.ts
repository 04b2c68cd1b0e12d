// SPDX-License-Identifier: MIT
//
// Who has access to the account (XEP-0494). No feature announces that a server tells: it is asked.

import { create } from '@bufbuild/protobuf';
import { AccessClient_Permission as Permission, AccessSchema } from '../contract/engine_pb.js';
import type { Element } from '../core/xml.js';
import { inWords, NO_ID, NOT_SECURE } from './access-faults.js';
import { listRequest, readAccess, revokeRequest } from './access-list.js';
import type { AccessList } from './access-list.js';
import { Errands } from './errands.js';
import type { Answer, Feature, FeatureHost } from './feature.js';

const permissions = {
  unrestricted: Permission.UNRESTRICTED,
  normal: Permission.NORMAL,
  restricted: Permission.RESTRICTED,
  '': Permission.PERMISSION_UNKNOWN,
} as const;

/** Asks our own account, under TLS and not otherwise, since the list says where we are. */
export function askAccess(
  host: FeatureHost,
  type: 'get' | 'set',
  payload: Element,
  done: (answer: Answer) => void,
): void {
  if (!host.certificates.secure) return done({ type: 'error', fault: NOT_SECURE });
  host.request(undefined, type, payload, (answer) => {
    done(inWords(answer));
  });
}

class ClientAccess {
  readonly #errands: Errands;

  constructor(private readonly host: FeatureHost) {
    this.#errands = new Errands(host);
  }

  query(id: string): void {
    this.#errands.add(id, (done) => {
      askAccess(this.host, 'get', listRequest(), (answer) => {
        if (answer.type === 'result') this.#tell(readAccess(answer.stanza, this.host));
        done(answer);
      });
    });
  }

  revoke(client: string, id: string): void {
    if (client === '') return this.host.refuse(id, NO_ID);
    let tries = 0;
    this.#errands.add(
      id,
      (done) => {
        tries++;
        askAccess(this.host, 'set', revokeRequest(client), done);
      },
      // The session in which it was asked may have been the one that was ended.
      ({ condition }) => tries > 1 && condition === 'item-not-found',
    );
  }

  /** Signed in. */
  resume(): void {
    this.#errands.resume();
  }

  #tell({ clients, leftOut }: AccessList): void {
    const value = create(AccessSchema, {
      leftOut,
      clients: clients.map(({ firstSeen, lastSeen, permission, auth, ...client }) => ({
        ...client,
        firstSeenTimeMs: BigInt(firstSeen),
        lastSeenTimeMs: BigInt(lastSeen),
        auth: [...auth],
        permission: permissions[permission],
      })),
    });
    this.host.tell({ case: 'access', value });
  }
}

export const access: Feature = {
  name: 'access',
  specs: [
    {
      id: 'XEP-0494',
      name: 'Client Access Management',
      version: '0.1.0',
      status: 'complete',
    },
  ],
  attach(host) {
    const clients = new ClientAccess(host);
    const resume = (): void => {
      clients.resume();
    };
    return {
      commands: {
        queryAccess: (_, id) => {
          clients.query(id);
        },
        revokeAccess: (value, id) => {
          clients.revoke(value.id, id);
        },
      },
      started: resume,
      resumed: resume,
    };
  },
};
