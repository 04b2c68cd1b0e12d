// SPDX-License-Identifier: MIT
//
// RFC 6120 §5: STARTTLS. Also the gate: nothing of SASL is written in clear unless the account says so.

import { fault } from '../errors.js';
import { NS } from '../namespaces.js';
import { child, is, xml } from '../xml.js';
import type { Step, StepHost } from './step.js';

/** The condition of a server that has no STARTTLS. */
export const STARTTLS_MISSING = 'starttls-missing';

/** A server without STARTTLS and a network that strips it look the same (CVE-2016-10027). */
const missing = fault(
  'tls',
  STARTTLS_MISSING,
  'The server offers no encryption here, or the network hides it. ' +
    'Nothing was sent, least of all a password; it is tried again later.',
);

const refused = fault(
  'tls',
  'starttls-failed',
  'The server offers encryption but could not start it. Nothing was sent; it is tried again later.',
);

export function starttls(host: StepHost): Step {
  let asked = false;
  return {
    start(features) {
      if (child(features, 'starttls', NS.tls) !== undefined) {
        if (asked) return;
        asked = true;
        host.progress(2, 'Encrypting');
        host.write(xml('starttls', { xmlns: NS.tls }));
      } else if (host.options.security === 'opportunistic_tls' && !asked) {
        host.next();
      } else {
        host.fail(missing);
      }
    },
    element(el) {
      if (!asked) return false;
      if (is(el, 'proceed', NS.tls)) host.startTls();
      else if (is(el, 'failure', NS.tls)) host.fail(refused);
      else return false;
      return true;
    },
  };
}
