// SPDX-License-Identifier: MIT
import { beforeEach, describe, expect, it } from 'vitest';
import {
  features,
  header,
  offerBind,
  offerSasl,
  offerTls,
  proceed,
  success,
} from '../support/negotiating.js';
import { closingTag, errorOf, ourHeader, RecordedStream } from '../support/recorded-stream.js';

let recorded: RecordedStream;
const receive = (text: string): string[] => recorded.receive(text);

beforeEach(() => {
  recorded = new RecordedStream().opened(header);
});

describe('a restart', () => {
  const restartAt = (name: string, from?: string): void => {
    recorded.onElement = (element) => {
      if (element === name) recorded.stream.start(from);
    };
  };

  it('reads a new document, its declaration and header included', () => {
    restartAt('success');
    receive(features(offerSasl('PLAIN')));
    expect(receive(success)).toEqual(['element success', `write ${ourHeader}`]);
    expect(receive(header + features(offerBind))).toEqual([
      'opened s1 example.org 1.0 ',
      'element stream:features',
    ]);
  });

  it('does not follow the success of SASL2: the features come behind it, and large stanzas', () => {
    const done = "<success xmlns='urn:xmpp:sasl:2'/>";
    const large = `<message><body>${'x'.repeat(100_000)}</body></message>`;
    const told = receive(features(offerSasl('PLAIN')) + done + features(offerBind) + large);
    expect(told).toEqual([
      ...['element stream:features', 'element success', 'element stream:features'],
      'element message',
    ]);
    recorded = new RecordedStream().opened(header);
    expect(receive(large)).not.toContain('element message');
  });

  const openings = [features(offerTls), features(offerSasl('PLAIN')), ''];
  const restarts: [string, string][] = [
    ['<proceed/>', proceed],
    ['<success/>', success],
  ];
  const behind: [string, string][] = [
    ['a stanza', "<message from='example.org'><body>pay me</body></message>"],
    ['features and more', `${features(offerSasl('PLAIN'))}${success}<message/>`],
    ['a whole stream', `${header}${features(offerBind)}`],
    ['white space', ' '],
    ['a cut tag', '<me'],
    ['a NUL', '\0'],
    ['the closing tag', closingTag],
  ];
  const all = restarts.flatMap(([name, text]) =>
    behind.map(([what, rest]): [string, string, string] => [name, what, text + rest]),
  );

  it.each(all)(
    '%s with %s in the same bytes is thrown away as a whole (RFC 6120 §5.4.3.3)',
    (_, __, text) => {
      for (const opening of openings) {
        recorded = new RecordedStream().opened(header + opening);
        expect(receive(text)).toEqual([
          `write ${errorOf('policy-violation')}`,
          'fault stream policy-violation later',
        ]);
        expect(receive(header)).toEqual([]);
      }
    },
  );

  it('bytes that come between <proceed/> and TLS are a fault too', () => {
    receive(features(offerTls));
    expect(receive(proceed)).toEqual(['element proceed']);
    expect(receive(' ')).toEqual([
      `write ${errorOf('policy-violation')}`,
      'fault stream policy-violation later',
    ]);
  });

  it('when no restart can follow, the words of one are nothing special', () => {
    receive(features(offerBind));
    expect(receive(`${success}<message/>`)).toEqual(['element success', 'element message']);
  });

  it('only a stream that is signed in carries large stanzas', () => {
    const large = `<message><body>${'x'.repeat(70_000)}</body></message>`;
    restartAt('success');
    receive(features(offerSasl('PLAIN')));
    receive(success);
    receive(header + features(offerBind));
    expect(receive(large)).toEqual(['element message']);
    recorded = new RecordedStream().opened(header);
    expect(receive(large)).toEqual([
      `write ${errorOf('policy-violation')}`,
      'fault stream policy-violation later',
    ]);
  });

  it('over TLS says who we are and reads the header again', () => {
    receive(features(offerTls));
    receive(proceed);
    recorded.stream.start('alice@example.org');
    const named = ourHeader.replace(' version="', ' from="alice@example.org" version="');
    expect(recorded.take()).toEqual([`write ${named}`]);
    expect(receive(header)).toEqual(['opened s1 example.org 1.0 ']);
  });
});
