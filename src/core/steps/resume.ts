// SPDX-License-Identifier: MIT
//
// XEP-0198 §5: going on with the former session, in place of binding a new one.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { NS } from '../namespaces.js';
import { parseHandled } from '../stream-management.js';
import { attribute, child, elements, is, localName, namespaceOf, xml } from '../xml.js';
import type { Element } from '../xml.js';
import type { Step, StepHost } from './step.js';

/** The server says of two sessions that they are one, or has none of ours. */
export const mixedUp = fault(
  'stream',
  'resumed-wrongly',
  'The server went on with a session in a way that makes no sense. ' +
    'The connection was closed; unsent messages are kept.',
);

export function resume(host: StepHost): Step {
  let asked = false;
  return {
    start(features) {
      const former = host.options.resume;
      // Asked and answered in SASL2, perhaps.
      const over = host.outcome().askedToResume === false || host.outcome().bound === true;
      if (former === undefined || over) return host.next();
      const real = host.footing() === 'offered';
      if (real && asked) return host.learn({ askedToResume: true });
      if (child(features, 'sm', NS.sm) === undefined) {
        // From memory alone no session is given up.
        if (!real) return;
        host.out({ type: 'resume-failed', condition: 'feature-not-implemented' });
        return host.next();
      }
      host.progress(4, 'Resuming');
      asked = true;
      // A server that closes before it has said anything has not refused this.
      if (real) host.learn({ askedToResume: true });
      host.write(xml('resume', { xmlns: NS.sm, previd: former.previd, h: String(former.h) }));
    },
    element(el) {
      if (is(el, 'resumed', NS.sm)) resumed(host, el);
      else if (!is(el, 'failed', NS.sm)) return false;
      else {
        resumeFailed(host, el);
        host.next();
      }
      return true;
    },
  };
}

function resumed(host: StepHost, el: Element): void {
  const fault = readResumed(host, el);
  if (fault === undefined) host.established();
  else host.fail(fault);
}

/** Learns from `<resumed/>`. @returns why it cannot be */
export function readResumed(host: StepHost, el: Element): Fault | undefined {
  const { options } = host;
  const former = options.resume;
  const h = parseHandled(attribute(el, 'h'));
  if (former === undefined || h === undefined || attribute(el, 'previd') !== former.previd)
    return mixedUp;
  host.learn({ resumed: { h }, jid: options.jid.bare().withResource(former.resource) });
  return undefined;
}

/**
 * The session is lost; `h`, if given, still settles what was sent in it. One that cannot be read is
 * as good as none: the messages are then in doubt, never lost.
 */
export function resumeFailed(host: StepHost, el: Element): void {
  const h = parseHandled(attribute(el, 'h'));
  host.learn({ askedToResume: false });
  const condition =
    elements(el)
      .map((reason) => (namespaceOf(reason) === NS.stanzas ? localName(reason) : ''))
      .find((name) => name !== '' && name !== 'text') ?? 'undefined-condition';
  host.out({ type: 'resume-failed', ...(h === undefined ? {} : { h }), condition });
}
