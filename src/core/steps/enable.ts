// SPDX-License-Identifier: MIT
//
// XEP-0198 §3: enabling stream management. A server that does not want to is one without it.

import type { Management } from '../negotiation-output.js';
import { NS } from '../namespaces.js';
import { attribute, child, is, xml } from '../xml.js';
import type { Element } from '../xml.js';
import type { Step, StepHost } from './step.js';

export function enable(host: StepHost): Step {
  let asked = false;
  const ask = (features: Element): boolean => {
    if (asked || child(features, 'sm', NS.sm) === undefined) return asked;
    asked = true;
    host.progress(5, 'Starting the session');
    // No `max`: the server's own limit is the longest it gives.
    host.write(xml('enable', { xmlns: NS.sm, resume: 'true' }));
    // What XEP-0386 has bound says presence behind the archive.
    if (host.outcome().bound !== true) host.opening();
    return true;
  };
  return {
    start(features) {
      if (host.outcome().enabling === true || !ask(features)) host.next();
    },
    ahead: ask,
    element(el) {
      if (is(el, 'enabled', NS.sm)) host.learn({ management: readEnabled(el) });
      else if (!is(el, 'failed', NS.sm)) return false;
      host.next();
      return true;
    },
  };
}

/** An id without `resume` names the session but does not let it be resumed (XEP-0198 §5). */
export function readEnabled(el: Element): Management {
  const [id, max, location] = ['id', 'max', 'location'].map((name) => attribute(el, name));
  const resume = attribute(el, 'resume');
  if ((resume !== 'true' && resume !== '1') || id === undefined || id === '') return {};
  const seconds = max !== undefined && /^\d{1,9}$/.test(max) ? Number(max) : undefined;
  return {
    id,
    ...(seconds === undefined ? {} : { max: seconds }),
    ...(location === undefined || location === '' ? {} : { location }),
  };
}
