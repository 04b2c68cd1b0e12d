// SPDX-License-Identifier: MIT
//
// The server's message archive (XEP-0313): what was missed is read from it, and what is in doubt is
// looked for in it.

import { NS } from '../core/namespaces.js';
import { attribute, child, localName } from '../core/xml.js';
import { archiveQueriesOf } from './archive-query.js';
import { ArchiveReading } from './archive-reading.js';
import { AccountSource } from './archive-source.js';
import type { Feature, FeatureHost, FeatureHooks } from './feature.js';
import { ownPresenceOf } from './own-presence.js';

function attach(host: FeatureHost): FeatureHooks {
  const queries = archiveQueriesOf(host);
  const reading = new ArchiveReading(host, new AccountSource(host));
  return {
    incoming: (stanza, { from }) => {
      if (localName(stanza) !== 'message') return 'pass';
      if (queries.result(stanza, from)) return 'taken';
      // What is said in a room is in the room's archive, if in any.
      const text = child(stanza, 'body', NS.client) !== undefined;
      if (text && attribute(stanza, 'type') !== 'groupchat') reading.came();
      return 'pass';
    },
    settling: () => {
      reading.hold();
    },
    // What the presence brings comes live, and is younger than what the archive has.
    starting: () => {
      reading.hold();
    },
    started: () => {
      reading.started();
      if (host.archiveFirst) {
        reading.whenReleased(() => {
          ownPresenceOf(host).release();
          reading.announced();
        });
      }
    },
    resumed: (outageMs) => {
      reading.resumed(outageMs);
    },
    leaving: (answered) => reading.leaving(answered),
    ended: () => {
      reading.ended();
    },
    attached: () => {
      reading.watch();
    },
  };
}

export const archive: Feature = {
  name: 'archive',
  specs: [
    { id: 'XEP-0059', name: 'Result Set Management', version: '1.0.0', status: 'complete' },
    {
      id: 'XEP-0313',
      name: 'Message Archive Management',
      version: '1.1.3',
      status: 'partial',
      note: 'the archives of the account and of its rooms are read; preferences are left to the server',
    },
  ],
  // Presence first: what the server gets behind it comes live, all before it is in the archive.
  after: ['presence'],
  attach,
};
