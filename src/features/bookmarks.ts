// SPDX-License-Identifier: MIT
//
// Bookmarks of rooms (XEP-0402; XEP-0048 on servers that have nothing newer).

import { NS } from '../core/namespaces.js';
import { BookmarkBook } from './bookmarks-book.js';
import type { Feature } from './feature.js';

export const bookmarks: Feature = {
  name: 'bookmarks',
  specs: [
    {
      id: 'XEP-0402',
      name: 'PEP Native Bookmarks',
      version: '1.2.0',
      status: 'partial',
      note: 'rooms of XEP-0045; without a nickname of XEP-0172',
    },
    {
      id: 'XEP-0048',
      name: 'Bookmarks',
      version: '1.2',
      status: 'partial',
      note: 'rooms, on servers without XEP-0402; addresses of web pages are left as they are',
    },
    {
      id: 'XEP-0049',
      name: 'Private XML Storage',
      version: '1.2',
      status: 'partial',
      note: 'for bookmarks, on servers that have nothing newer',
    },
    {
      id: 'XEP-0060',
      name: 'Publish-Subscribe',
      version: '1.30.0',
      status: 'partial',
      note: 'what bookmarks need: items of the account’s own nodes',
    },
    {
      id: 'XEP-0163',
      name: 'Personal Eventing Protocol',
      version: '1.2.2',
      status: 'partial',
      note: 'own nodes only',
    },
    {
      id: 'XEP-0223',
      name: 'Persistent Storage of Private Data via PubSub',
      version: '1.1.1',
      status: 'complete',
    },
    {
      id: 'XEP-0411',
      name: 'Bookmarks Conversion',
      version: '1.1.0',
      status: 'complete',
    },
  ],
  after: ['muc'],
  // XEP-0163 §4: what is asked for here is what `incoming` handles.
  namespaces: ({ bookmarks: on }) =>
    on ? [`${NS.bookmarks}+notify`, `${NS.bookmarkStorage}+notify`] : [],
  attach(host) {
    const all = new BookmarkBook(host);
    return {
      commands: {
        setBookmark: (value, id) => {
          all.set(value, id);
        },
        removeBookmark: ({ room }, id) => {
          all.remove(room, id);
        },
      },
      incoming: (stanza, incoming) => all.incoming(stanza, incoming),
      started: () => {
        all.started();
      },
      resumed: () => {
        all.resumed();
      },
      leaving: () => {
        all.leaving();
        return false;
      },
      ended: () => {
        all.ended();
      },
      attached: (_rooms, again) => {
        all.attached(again);
      },
    };
  },
};
