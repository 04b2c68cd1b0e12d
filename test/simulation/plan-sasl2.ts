// SPDX-License-Identifier: MIT
//
// How the server of seeds from `SASL2_FROM` on lets people in: by SASL2 (XEP-0388), where that profile could.
// Those seeds are what they are without, and that beside it.

import { Chance } from '../support/model/chance.js';
import type { Profile } from '../support/model/profiles.js';
import type { Sasl2Options } from '../support/model/sasl2.js';

/** Twice where rooms begin, so that each kind is there with rooms and without. */
export const SASL2_FROM = 4_000_000_000;

/** These were asked, and do not have it. */
const WITHOUT: readonly Profile[] = ['prosody-0.12', 'ejabberd-23.01'];

/** In one of four of them strangers are met on the way: a seed for these. */
export function strangersOf(seed: number): number | undefined {
  return seed >= SASL2_FROM && seed % 4 === 1 ? seed - SASL2_FROM : undefined;
}

export function sasl2Of(seed: number, profile: Profile): Sasl2Options | undefined {
  if (seed < SASL2_FROM || WITHOUT.includes(profile)) return undefined;
  const chance = new Chance((seed - SASL2_FROM) ^ 0x0388_0484);
  return {
    bind: chance.happens(0.7),
    fast: chance.happens(0.7),
    keepsOld: chance.happens(0.3),
    unstable: chance.happens(0.2),
  };
}
