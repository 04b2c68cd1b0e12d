// SPDX-License-Identifier: MIT
//
// What the host is told of bookmarks, in parts, so that it is not held up by a long list.

import { create } from '@bufbuild/protobuf';
import { BookmarksSchema } from '../contract/engine_pb.js';
import { isSameBookmark } from './bookmark.js';
import type { Bookmark } from './bookmark.js';
import type { FeatureHost } from './feature.js';

/** By room. */
export type Book = ReadonlyMap<string, Bookmark>;

const PART = 200;

export function tellAll(host: FeatureHost, book: Book): void {
  const all = [...book.values()];
  // An empty list is one empty part, both first and last.
  const parts = Math.max(1, Math.ceil(all.length / PART));
  for (let part = 0; part < parts; part += 1) {
    const value = create(BookmarksSchema, {
      bookmarks: all.slice(part * PART, (part + 1) * PART),
      begin: part === 0,
      end: part === parts - 1,
    });
    host.tell({ case: 'bookmarks', value });
  }
}

/** Nothing where nothing changed. */
export function tellChanges(host: FeatureHost, before: Book, next: Book): void {
  const set = [...next.values()].filter((one) => !isSameBookmark(one, before.get(one.room)));
  const removed = [...before.keys()].filter((room) => !next.has(room));
  for (let at = 0; at < Math.max(set.length, removed.length); at += PART) {
    const value = create(BookmarksSchema, {
      bookmarks: set.slice(at, at + PART),
      removed: removed.slice(at, at + PART),
    });
    host.tell({ case: 'bookmarks', value });
  }
}
