// SPDX-License-Identifier: MIT
//
// Which way bookmarks go on this server: found out by service discovery, and where that does not say it
// by looking where they are.

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { attribute, child, children, xml } from '../core/xml.js';
import type { Bookmark } from './bookmark.js';
import { ListedBookmarks, nodeShelf, privateShelf } from './bookmarks-list.js';
import { NativeBookmarks } from './bookmarks-native.js';
import type { BookmarkStore } from './bookmarks-store.js';
import type { Answer, FeatureHost } from './feature.js';

export interface Found {
  readonly store: BookmarkStore;
  /** What is in it, or why that cannot be known. */
  readonly bookmarks: readonly Bookmark[] | Fault;
}

const PUBLISH_OPTIONS = `${NS.pubsub}#publish-options`;

const NOWHERE = fault(
  'stanza',
  'feature-not-implemented',
  'Not done: the server has no place for bookmarks.',
  { retry: 'never' },
);

/** @param done called once; with a fault where there is no place, or where that could not be found out */
export function findBookmarks(host: FeatureHost, done: (found: Found | Fault) => void): void {
  const info = xml('query', { xmlns: NS.discoInfo });
  host.request(host.jid.bare(), 'get', info, (answer) => {
    // An error says that the account has nothing to tell; silence says nothing.
    if (answer.type === 'error' && answer.fault.kind !== 'stanza') done(answer.fault);
    else look(waysOf(host, answer), undefined, done);
  });
}

function waysOf(host: FeatureHost, answer: Answer): BookmarkStore[] {
  const query = answer.type === 'result' ? child(answer.stanza, 'query', NS.discoInfo) : undefined;
  const features = new Set(
    query && children(query, 'feature', NS.discoInfo).map((one) => attribute(one, 'var')),
  );
  // XEP-0402 §6.3: the server keeps the others in step.
  const native = ['#compat', '#compat-pep'].some((end) => features.has(NS.bookmarks + end));
  if (native) return [new NativeBookmarks(host)];
  // XEP-0411 §2: the same for the list in a node and the one in private storage.
  const node = new ListedBookmarks(host, nodeShelf);
  if (features.has(NS.bookmarksConversion)) return [node];
  const stored = new ListedBookmarks(host, privateShelf);
  // XEP-0402 §9: without these a node could be open to others.
  if (!features.has(PUBLISH_OPTIONS)) return [stored];
  return [new NativeBookmarks(host), node, stored];
}

/** The first place that has any; where none has, the first that can be read. */
function look(
  ways: readonly BookmarkStore[],
  before: Found | undefined,
  done: (found: Found | Fault) => void,
): void {
  const [store, ...others] = ways;
  if (store === undefined) {
    done(before ?? NOWHERE);
    return;
  }
  store.read((bookmarks) => {
    const found = { store, bookmarks };
    if ('kind' in bookmarks && bookmarks.kind !== 'stanza') done(bookmarks);
    else if (!('kind' in bookmarks) && bookmarks.length > 0) done(found);
    else look(others, betterOf(before, found), done);
  });
}

function betterOf(before: Found | undefined, found: Found): Found | undefined {
  const { bookmarks } = found;
  if (!('kind' in bookmarks))
    return before === undefined || 'kind' in before.bookmarks ? found : before;
  // It has no such thing: nothing can be written there either.
  return UNSUPPORTED.has(bookmarks.condition) ? before : (before ?? found);
}

const UNSUPPORTED: ReadonlySet<string> = new Set([
  'feature-not-implemented',
  'service-unavailable',
]);
