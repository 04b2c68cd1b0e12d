// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest';
import type { LinkNews } from '../../test/support/cutting-proxy.js';
import { taken } from './flights.js';

const RTT = 200;
const nobody = {} as LinkNews['link'];
const opened = (at: number): LinkNews => ({ link: nobody, news: 'opened', at });
const bytes = (direction: 'up' | 'down', at: number): LinkNews => ({
  ...{ link: nobody, news: 'bytes', direction, at },
});

test('each time the client wrote and waited is a flight, and TCP is one', () => {
  const news = [
    opened(1_000),
    bytes('up', 1_002),
    bytes('down', 1_102),
    bytes('up', 1_204),
    bytes('up', 1_210),
    bytes('down', 1_304),
    bytes('up', 1_406),
  ];
  expect(taken(news, 1_610, RTT)).toEqual({ roundTrips: 1 + 610 / RTT, flights: 4 });
});

test('what is written in the moment in which the sign-in is over, or later, does not count', () => {
  const news = [opened(0), ...[1, 205, 408, 420].map((at) => bytes('up', at))];
  expect(taken(news, 410, RTT).flights).toBe(3);
});

test('pieces of one flight that come one after the other are one', () => {
  const news = [opened(0), ...[0, 60, 120, 180, 240].map((at) => bytes('up', at))];
  expect(taken(news, 300, RTT).flights).toBe(2);
});

test('a link that was never opened has no round trips', () => {
  expect(taken([], 10, RTT).roundTrips).toBeNaN();
});
