// SPDX-License-Identifier: MIT
//
// The envelope in which a server passes a message on (XEP-0297), for carbons and archives alike. The
// server writes the envelope; what stands inside of it anybody may have written.

import { NS } from '../core/namespaces.js';
import { child, children } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { Copy } from '../delivery/copy.js';
import type { FeatureHost } from './feature.js';
import { readStamp, readStamps } from './message-reading.js';

export interface Forwarded {
  readonly message: Element;
  /** `stamp` by the envelope, `resent` by a stamp on the message, in whosever name. */
  readonly when: Pick<Copy, 'stamp' | 'resent'>;
}

/** @returns nothing where there is not exactly one envelope with exactly one message in it */
export function readForwarded(host: FeatureHost, wrapper: Element): Forwarded | undefined {
  const envelope = only(wrapper, 'forwarded', NS.forward);
  const message = envelope === undefined ? undefined : only(envelope, 'message', NS.client);
  if (envelope === undefined || message === undefined) return undefined;
  const delay = child(envelope, 'delay', NS.delay);
  const stamp = delay === undefined ? undefined : readStamp(host, delay);
  const said = readStamps(host, message);
  const resent = said.resent ?? said.stamp;
  const when = {
    ...(stamp === undefined ? {} : { stamp }),
    ...(resent === undefined ? {} : { resent }),
  };
  return { message, when };
}

function only(element: Element, name: string, xmlns: string): Element | undefined {
  const [first, ...more] = children(element, name, xmlns);
  return more.length === 0 ? first : undefined;
}
