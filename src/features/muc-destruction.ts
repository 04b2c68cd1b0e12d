// SPDX-License-Identifier: MIT
//
// The end of a room by its owner's wish (XEP-0045 §10.9).

import { NS } from '../core/namespaces.js';
import { xml } from '../core/xml.js';
import type { DestroyRoom } from '../contract/engine_pb.js';
import type { Feature, FeatureHost } from './feature.js';
import { askable, onceInWords } from './muc-asking.js';
import { malformedJid, parseJid } from './per-host.js';
import { withoutNul } from './text.js';

const words = {
  forbidden: 'Only owners of the room can destroy it.',
  'item-not-found': 'There is no such room.',
  'not-allowed': 'The room does not let itself be destroyed.',
};

/** Once only: when a link is back, there may be another room by that name. */
function destroy(host: FeatureHost, wanted: DestroyRoom, id: string): void {
  const { reason, alternate, password } = wanted;
  const elsewhere = parseJid(host, alternate)?.bare();
  if (alternate !== '' && (elsewhere === undefined || elsewhere.local === '')) {
    host.refuse(id, malformedJid(alternate));
    return;
  }
  const room = askable(host, wanted.room, id);
  if (room === undefined) return;
  const order = xml(
    'destroy',
    { jid: elsewhere?.toString() },
    password === '' ? undefined : xml('password', {}, withoutNul(password)),
    reason === '' ? undefined : xml('reason', {}, withoutNul(reason)),
  );
  host.request(room, 'set', xml('query', { xmlns: NS.mucOwner }, order), (answer) => {
    if (answer.type === 'result') host.accept(id);
    else host.refuse(id, onceInWords(answer.fault, words));
  });
}

export const mucDestruction: Feature = {
  name: 'muc-destruction',
  specs: [],
  after: ['muc'],
  attach(host) {
    return {
      commands: {
        destroyRoom: (value, id) => {
          destroy(host, value, id);
        },
      },
    };
  },
};
