// SPDX-License-Identifier: MIT

import { child, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Feature } from './feature.js';
import { clip } from './text.js';

/** This release, as in package.json. */
export const RELEASE = '0.1.0';

const LENGTH = 100;

export interface SoftwareVersion {
  readonly software: string;
  readonly version: string;
  readonly os: string;
}

/** @param result the answer to a `jabber:iq:version` request; what it does not say is empty */
export function readVersion(result: Element): SoftwareVersion {
  const query = child(result, 'query', NS.version);
  const text = (name: string): string =>
    query === undefined ? '' : clip((childText(query, name, NS.version) ?? '').trim(), LENGTH);
  return { software: text('name'), version: text('version'), os: text('os') };
}

/** Says which program this is (XEP-0092). The system it runs on is nobody's business. */
export const version: Feature = {
  name: 'version',
  specs: [{ id: 'XEP-0092', name: 'Software Version', version: '1.1', status: 'complete' }],
  namespaces: [NS.version],
  attach: (host) => ({
    requests: [
      {
        type: 'get',
        name: 'query',
        xmlns: NS.version,
        answer: () =>
          xml(
            'query',
            { xmlns: NS.version },
            xml('name', {}, 'Steadfast'),
            xml('version', {}, host.program === '' ? RELEASE : `${RELEASE} in ${host.program}`),
          ),
      },
    ],
  }),
};
