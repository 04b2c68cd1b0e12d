// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import type { Fault } from '../core/errors.js';
import { Error_By, Error_Kind, Error_Retry, ErrorSchema } from '../contract/engine_pb.js';
import type { Error as ErrorMessage } from '../contract/engine_pb.js';

const kinds: Record<Fault['kind'], Error_Kind> = {
  usage: Error_Kind.USAGE,
  link: Error_Kind.LINK,
  tls: Error_Kind.TLS,
  sasl: Error_Kind.SASL,
  stream: Error_Kind.STREAM,
  stanza: Error_Kind.STANZA,
  timeout: Error_Kind.TIMEOUT,
  contract: Error_Kind.CONTRACT,
  store: Error_Kind.STORE,
};

/** A fault in the contract's words. */
export function errorMessage(fault: Fault): ErrorMessage {
  return create(ErrorSchema, {
    kind: kinds[fault.kind],
    condition: fault.condition,
    text: fault.text,
    by: fault.by === 'us' ? Error_By.US : Error_By.PEER,
    retry: fault.retry === 'never' ? Error_Retry.NEVER : Error_Retry.LATER,
  });
}
