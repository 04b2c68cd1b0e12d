// SPDX-License-Identifier: MIT
//
// Short ways to the contract's events.

import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TlsFacts } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import {
  AcceptedSchema,
  AskSecretSchema,
  AskTrustSchema,
  LinkSchema,
  MessageStateSchema,
  RefusedSchema,
} from '../contract/engine_pb.js';
import type { AskSecret_What } from '../contract/engine_pb.js';
import { errorMessage } from '../features/error.js';
import type { EventBody } from '../features/feature.js';

export function accepted(id: string): EventBody {
  return { case: 'accepted', value: create(AcceptedSchema, { id }) };
}

export function refused(id: string, fault: Fault): EventBody {
  return { case: 'refused', value: create(RefusedSchema, { id, error: errorMessage(fault) }) };
}

export function link(init: MessageInitShape<typeof LinkSchema>): EventBody {
  return { case: 'link', value: create(LinkSchema, init) };
}

export function messageState(
  init: MessageInitShape<typeof MessageStateSchema>,
): Extract<EventBody, { case: 'messageState' }> {
  return { case: 'messageState', value: create(MessageStateSchema, init) };
}

export function askTrust(
  domain: string,
  facts: TlsFacts,
  reasons: readonly string[],
  text: string,
): EventBody {
  const { sha256 } = facts;
  const chain = facts.chain.map((der) => Uint8Array.from(der));
  const value = create(AskTrustSchema, { domain, chain, sha256, reasons: [...reasons], text });
  return { case: 'askTrust', value };
}

/** @param cause why the last secret was no good */
export function askSecret(what: AskSecret_What, cause: Fault | undefined): EventBody {
  const error = cause === undefined ? {} : { error: errorMessage(cause) };
  return { case: 'askSecret', value: create(AskSecretSchema, { what, ...error }) };
}
