// SPDX-License-Identifier: MIT
//
// What commands are given as objects.

import type { shows } from './words.js';

export type Show = (typeof shows)[number];

export interface Presence {
  show?: Show;
  status?: string;
  priority?: number;
  idleSinceTimeMs?: number;
}
