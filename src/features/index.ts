// SPDX-License-Identifier: MIT
//
// The ordered list of everything an account can do. A stanza is offered from the top down.

import { UsageError } from '../core/errors.js';
import { access } from './access.js';
import { archive } from './archive.js';
import { bookmarks } from './bookmarks.js';
import { capsFeature } from './caps.js';
import { carbons } from './carbons.js';
import { certificates } from './certificates.js';
import { chatMarkers } from './chat-markers.js';
import { chatStates } from './chat-states.js';
import { contactInfo } from './contact-info.js';
import { csi } from './csi.js';
import { discoFeature } from './disco.js';
import type { Feature, Settings } from './feature.js';
import { messages } from './messages.js';
import { muc } from './muc.js';
import { mucDestruction } from './muc-destruction.js';
import { mucForms } from './muc-forms.js';
import { mucLines } from './muc-lines.js';
import { mucList } from './muc-list.js';
import { mucUsers } from './muc-users.js';
import { mucVoice } from './muc-voice.js';
import { ping } from './ping.js';
import { presence } from './presence.js';
import { receipts } from './receipts.js';
import { roster } from './roster.js';
import { subscriptions } from './subscriptions.js';
import { time } from './time.js';
import { version } from './version.js';

export { coreSpecs } from './core-specs.js';

/**
 * @returns the list itself
 * @throws UsageError when a feature stands before one that it must come after
 */
export function inOrder(list: readonly Feature[]): readonly Feature[] {
  const before = new Set<string>();
  for (const { name, after } of list) {
    const missing = after?.find((other) => !before.has(other));
    if (missing !== undefined) {
      throw new UsageError('feature-order', `${name} must come after ${missing}.`);
    }
    before.add(name);
  }
  return list;
}

const announced = (settings: Settings): string[] =>
  features.flatMap(({ namespaces = [] }) =>
    typeof namespaces === 'function' ? namespaces(settings) : namespaces,
  );

export const features: readonly Feature[] = inOrder([
  discoFeature(announced),
  capsFeature(announced),
  // Ahead of the presence, so that nothing goes to another device only once we are seen.
  carbons,
  roster,
  // Ahead of the presence, so that nobody in a room is taken for a contact.
  muc,
  mucList,
  mucVoice,
  mucForms,
  bookmarks,
  mucUsers,
  mucDestruction,
  presence,
  csi,
  subscriptions,
  archive,
  mucLines,
  receipts,
  chatMarkers,
  chatStates,
  messages,
  version,
  time,
  ping,
  contactInfo,
  certificates,
  access,
]);
