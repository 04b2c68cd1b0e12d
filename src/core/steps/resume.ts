// SPDX-License-Identifier: MIT
//
// XEP-0198 §5: going on with the former session, in place of binding a new one.

import { fault } from '../errors.js';
import { NS } from '../namespaces.js';
import { parseHandled } from '../stream-management.js';
import { attribute, child, elements, is, localName, namespaceOf, xml } from '../xml.js';
import type { Element } from '../xml.js';
import type { Step, StepHost } from './step.js';

const mixedUp = fault(
  'stream',
  'resumed-wrongly',
  'The server went on with a session in a way that makes no sense. ' +
    'The connection was closed; unsent messages are kept.',
);

export function resume(host: StepHost): Step {
  return {
    start(features) {
      const former = host.options.resume;
      if (former === undefined) return host.next();
      if (child(features, 'sm', NS.sm) === undefined) {
        host.out({ type: 'resume-failed', condition: 'feature-not-implemented' });
        return host.next();
      }
      host.progress(4, 'Resuming');
      host.learn({ askedToResume: true });
      host.write(xml('resume', { xmlns: NS.sm, previd: former.previd, h: String(former.h) }));
    },
    element(el) {
      if (is(el, 'resumed', NS.sm)) resumed(host, el);
      else if (is(el, 'failed', NS.sm)) failed(host, el);
      else return false;
      return true;
    },
  };
}

function resumed(host: StepHost, el: Element): void {
  const { options } = host;
  const former = options.resume;
  const h = parseHandled(attribute(el, 'h'));
  if (former === undefined || h === undefined || attribute(el, 'previd') !== former.previd)
    return host.fail(mixedUp);
  host.learn({ resumed: { h }, jid: options.jid.bare().withResource(former.resource) });
  host.established();
}

/**
 * The session is lost; `h`, if given, still settles what was sent in it. One that cannot be read is
 * as good as none: the messages are then in doubt, never lost.
 */
function failed(host: StepHost, el: Element): void {
  const h = parseHandled(attribute(el, 'h'));
  host.learn({ askedToResume: false });
  const condition =
    elements(el)
      .map((reason) => (namespaceOf(reason) === NS.stanzas ? localName(reason) : ''))
      .find((name) => name !== '' && name !== 'text') ?? 'undefined-condition';
  host.out({ type: 'resume-failed', ...(h === undefined ? {} : { h }), condition });
  host.next();
}
