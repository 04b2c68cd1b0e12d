// SPDX-License-Identifier: MIT
//
// What the user wants said of himself, for the features that say it.

import { create } from '@bufbuild/protobuf';
import { SetPresenceSchema } from '../contract/engine_pb.js';
import type { SetPresence } from '../contract/engine_pb.js';
import { perHost } from './per-host.js';

class OwnPresence {
  #wanted: SetPresence = create(SetPresenceSchema);
  #changed: (() => void)[] = [];

  get wanted(): SetPresence {
    return this.#wanted;
  }

  set(wanted: SetPresence): void {
    this.#wanted = wanted;
    for (const run of this.#changed) run();
  }

  /** Calls `run` after each command of the user. */
  onChange(run: () => void): void {
    this.#changed.push(run);
  }
}

export const ownPresenceOf = perHost(() => new OwnPresence());
