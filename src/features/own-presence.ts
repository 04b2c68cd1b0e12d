// SPDX-License-Identifier: MIT
//
// What the user wants said of himself, for the features that say it.

import { create } from '@bufbuild/protobuf';
import { NS } from '../core/namespaces.js';
import { formatDateTime } from '../core/stanza.js';
import { xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { SetPresenceSchema } from '../contract/engine_pb.js';
import type { SetPresence } from '../contract/engine_pb.js';
import type { FeatureHost } from './feature.js';
import { perHost } from './per-host.js';
import { showWord } from './show.js';
import { withoutNul } from './text.js';

class OwnPresence {
  #wanted: SetPresence = create(SetPresenceSchema);
  #changed: (() => void)[] = [];
  #announced: (() => void)[] = [];
  #held = false;

  get wanted(): SetPresence {
    return this.#wanted;
  }

  set(wanted: SetPresence): void {
    this.#wanted = wanted;
    for (const run of this.#changed) run();
  }

  /** @param held nothing is said to the server until `release` */
  hold(held: boolean): void {
    this.#held = held;
  }

  get held(): boolean {
    return this.#held;
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    for (const run of this.#changed) run();
  }

  /** Calls `run` after each command of the user, and when what was held may be said. */
  onChange(run: () => void): void {
    this.#changed.push(run);
  }

  /** The server was told what is wanted, in this session for the first time or because it changed. */
  announced(): void {
    for (const run of this.#announced) run();
  }

  /** Calls `run` behind each presence to the server, for those who need one of their own. */
  onAnnounced(run: () => void): void {
    this.#announced.push(run);
  }
}

export const ownPresenceOf = perHost(() => new OwnPresence());

/** Says what the user wants said; to whom is the caller's to add. */
export function ownPresence(host: FeatureHost): Element {
  const { show, status, priority, idleSinceTimeMs } = ownPresenceOf(host).wanted;
  const word = showWord(show);
  const bounded = Math.max(-128, Math.min(127, priority));
  const idle =
    idleSinceTimeMs > 0n &&
    xml('idle', { xmlns: NS.idle, since: formatDateTime(Number(idleSinceTimeMs)) });
  return xml(
    'presence',
    {},
    word === undefined ? undefined : xml('show', {}, word),
    status === '' ? undefined : xml('status', {}, withoutNul(status)),
    bounded === 0 ? undefined : xml('priority', {}, String(bounded)),
    idle === false ? undefined : idle,
  );
}
