// SPDX-License-Identifier: MIT
//
// RFC 3921 §3: session establishment, which RFC 6121 dropped. Done only for a server that insists.

import { fault } from '../errors.js';
import { NS } from '../namespaces.js';
import { attribute, child, is, xml } from '../xml.js';
import type { Element } from '../xml.js';
import type { Step, StepHost } from './step.js';

const id = 'session';

const refused = fault(
  'stream',
  'session-refused',
  'The server accepted the sign-in but began no session. It is tried again later.',
);

export function session(host: StepHost): Step {
  return {
    start(features) {
      if (host.outcome().bound === true || !isRequired(features)) return host.next();
      host.write(xml('iq', { type: 'set', id }, xml('session', { xmlns: NS.session })));
    },
    ahead: (features) => !isRequired(features),
    element(el) {
      if (!is(el, 'iq', NS.client) || attribute(el, 'id') !== id || !ofServer(el, host))
        return false;
      const type = attribute(el, 'type');
      if (type === 'result') host.next();
      else if (type === 'error') host.fail(refused);
      else return false;
      return true;
    },
  };
}

/** Servers that merely humour old clients say so (draft-cridland-xmpp-session-01). */
function isRequired(features: Element): boolean {
  const offer = child(features, 'session', NS.session);
  return offer !== undefined && child(offer, 'optional', NS.session) === undefined;
}

/** We have an address now, so others could answer in the server's place (RFC 6120 §8.1.2.1). */
function ofServer(el: Element, host: StepHost): boolean {
  const from = attribute(el, 'from');
  const { jid } = host.options;
  return from === undefined || from === jid.domain || from === jid.bare().toString();
}
