// SPDX-License-Identifier: MIT
//
// Short ways to the contract's events.

import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Fault } from '../core/errors.js';
import {
  AcceptedSchema,
  LinkSchema,
  MessageStateSchema,
  RefusedSchema,
} from '../contract/engine_pb.js';
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
