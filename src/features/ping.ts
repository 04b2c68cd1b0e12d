// SPDX-License-Identifier: MIT

import { NS } from '../core/namespaces.js';
import type { Feature } from './feature.js';

/** Answers who asks whether we are still there (XEP-0199 §4). */
export const ping: Feature = {
  name: 'ping',
  specs: [{ id: 'XEP-0199', name: 'XMPP Ping', version: '2.0.1', status: 'complete' }],
  namespaces: [NS.ping],
  attach: () => ({
    requests: [{ type: 'get', name: 'ping', xmlns: NS.ping, answer: () => undefined }],
  }),
};
