// SPDX-License-Identifier: MIT

import { child, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import { formatDateTime } from '../core/stanza.js';
import type { Feature } from './feature.js';

/**
 * @param result the answer to a request for `<time/>`
 * @returns what the entity's clock is ahead of UTC: `+02:00`; empty if it does not say so in order
 */
export function readUtcOffset(result: Element): string {
  const time = child(result, 'time', NS.time);
  const text = time === undefined ? '' : (childText(time, 'tzo', NS.time) ?? '').trim();
  if (text === 'Z') return '+00:00';
  return /^[+-](?:0\d|1[0-4]):[0-5]\d$/.test(text) ? text : '';
}

/** Tells our time (XEP-0202). Where on Earth the user is stays with him: we are in UTC. */
export const time: Feature = {
  name: 'time',
  specs: [{ id: 'XEP-0202', name: 'Entity Time', version: '2.0', status: 'complete' }],
  namespaces: [NS.time],
  attach: (host) => ({
    requests: [
      {
        type: 'get',
        name: 'time',
        xmlns: NS.time,
        answer: () =>
          xml(
            'time',
            { xmlns: NS.time },
            xml('tzo', {}, '+00:00'),
            xml('utc', {}, formatDateTime(host.clock().wall)),
          ),
      },
    ],
  }),
};
