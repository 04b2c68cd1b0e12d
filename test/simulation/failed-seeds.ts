// SPDX-License-Identifier: MIT

/** Seeds that found something before there were rooms: no plan of theirs has one. */
export const BEFORE_ROOMS: readonly number[] = [
  ...[
    12, 27, 41, 69, 104, 124, 154, 157, 197, 223, 290, 293, 298, 307, 320, 326, 361, 394, 400, 406,
  ],
  ...[450, 452, 466, 497, 515, 540, 549, 572, 574, 604, 632, 712, 714, 724, 772, 823, 827, 838],
  ...[
    985, 1011, 1145, 1689, 2067, 4135, 4240, 151325608, 151325802, 151326144, 161325978, 161326351,
  ],
  ...[158429754, 158429973, 158430454, 158431308, 200002136, 263314216, 263315443, 391264692],
  ...[50001560, 50002022, 60001542, 70001111, 70001366, 70005089, 67372181],
];

/** Seeds that once found something. They are played at each run of the tests, before any new ones. */
export const FAILED_SEEDS: readonly number[] = [...BEFORE_ROOMS];
