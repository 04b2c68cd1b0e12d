// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { readLimits } from '../../src/core/stream-limits.js';
import { boundAs, features, offerBind, readOne, signedIn } from '../support/negotiating.js';

const limits = (content: string): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'>${content}</limits>`;

describe('the limits of a stream (XEP-0478) are read from its features', () => {
  it.each<[string, string, object]>([
    [
      'both',
      limits('<max-bytes>10000</max-bytes><idle-seconds>1800</idle-seconds>'),
      { maxBytes: 10_000, idleSeconds: 1_800 },
    ],
    ['bytes alone', limits('<max-bytes>262144</max-bytes>'), { maxBytes: 262_144 }],
    ['seconds alone', limits('<idle-seconds> 60\n</idle-seconds>'), { idleSeconds: 60 }],
    ['the most', limits('<max-bytes>4294967295</max-bytes>'), { maxBytes: 4_294_967_295 }],
    ['neither', limits(''), {}],
    ['none', '', {}],
    ['zero', limits('<max-bytes>0</max-bytes><idle-seconds>0</idle-seconds>'), {}],
    ['too much', limits('<max-bytes>4294967296</max-bytes>'), {}],
    ['a negative', limits('<max-bytes>-1</max-bytes>'), {}],
    ['a fraction', limits('<idle-seconds>1.5</idle-seconds>'), {}],
    ['a word', limits('<max-bytes>many</max-bytes>'), {}],
    ['nothing', limits('<max-bytes/>'), {}],
    ['another namespace', limits("<max-bytes xmlns='urn:x'>10000</max-bytes>"), {}],
    ['another namespace of all', "<limits xmlns='urn:x'><max-bytes>1</max-bytes></limits>", {}],
  ])('%s', (_, content, expected) => {
    expect(readLimits(readOne(features(content)))).toEqual(expected);
  });

  it('and the last ones hold', () => {
    const { say } = signedIn();
    say(features(offerBind, limits('<max-bytes>20000</max-bytes>')));
    expect(say(boundAs('alice@example.org/desk'))).toMatchObject([
      { type: 'established', limits: { maxBytes: 20_000 } },
    ]);
  });

  it('what is said before the sign-in does not hold behind it', () => {
    const { say } = signedIn();
    say(features(offerBind));
    expect(say(boundAs('alice@example.org/desk'))).toMatchObject([
      { type: 'established', limits: {} },
    ]);
  });
});
