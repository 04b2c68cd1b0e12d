// SPDX-License-Identifier: MIT
//
// RFC 6120 §7: resource binding.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { Jid } from '../jid.js';
import { NS } from '../namespaces.js';
import { stanzaError } from '../stanza.js';
import { attribute, child, childText, is, xml } from '../xml.js';
import type { Element } from '../xml.js';
import type { Step, StepHost } from './step.js';

/** Before a resource is bound no other request is under way, so the id needs no chance. */
const id = 'bind';

const missing = fault(
  'stream',
  'bind-missing',
  'The server accepted the sign-in but gives this client no address. It is tried again later.',
);

export function bind(host: StepHost): Step {
  let asked = false;
  return {
    start(features) {
      if (host.outcome().bound === true) return host.next();
      if (child(features, 'bind', NS.bind) === undefined) {
        if (host.footing() === 'offered') host.fail(missing);
        return;
      }
      if (asked) return host.ahead(features);
      asked = true;
      host.progress(4, 'Binding');
      const { resource } = host.options;
      // RFC 6120 §7.6: without a resource of ours the server makes one.
      const wish = resource === '' ? undefined : xml('resource', {}, resource);
      host.write(xml('iq', { type: 'set', id }, xml('bind', { xmlns: NS.bind }, wish)));
      host.ahead(features);
    },
    element(el) {
      if (!is(el, 'iq', NS.client) || attribute(el, 'id') !== id) return false;
      const type = attribute(el, 'type');
      if (type === 'error') host.fail(refusal(stanzaError(el)));
      else if (type === 'result') bound(host, el);
      else return false;
      return true;
    },
  };
}

/** The server may choose another resource (RFC 6120 §7.7.1), but not another account. */
function bound(host: StepHost, result: Element): void {
  const payload = child(result, 'bind', NS.bind);
  const text = payload === undefined ? undefined : childText(payload, 'jid', NS.bind);
  const jid = text === undefined ? undefined : Jid.parse(text.trim(), host.tools);
  if (jid === undefined || jid.resource === '') {
    const words = 'The server gave this client an address that is none. It is tried again later.';
    return host.fail(fault('stream', 'bind-invalid', words));
  }
  if (!jid.sameBare(host.options.jid)) {
    const words = `The server signed in ${jid.bare().toString()} instead of this account. The connection was closed.`;
    return host.fail(fault('stream', 'bind-wrong-account', words, { retry: 'never' }));
  }
  host.learn({ jid });
  host.next();
}

/** All of RFC 6120 §7.6.2 and §7.7.2 may pass: the other session ends, resources come free. */
function refusal(error: Fault): Fault {
  const words =
    error.condition === 'conflict'
      ? 'Another client of this account uses the same resource. It is tried again later.'
      : `The server gave this client no address: ${error.text}`;
  return { ...error, text: words, retry: 'later' };
}
