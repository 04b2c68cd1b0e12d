// SPDX-License-Identifier: MIT
import { beforeEach, describe, expect, it } from 'vitest';
import { Stream } from '../../src/core/stream.js';
import { serialise, xml } from '../../src/core/xml.js';
import {
  features,
  header,
  offerBind,
  offerSasl,
  offerTls,
  proceed,
  success,
} from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const ours =
  '<?xml version=\'1.0\'?><stream:stream to="example.org" version="1.0" xml:lang="en" ' +
  'xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">';
const closing = '</stream:stream>';
const errorOf = (condition: string): string =>
  `<stream:error><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>${closing}`;

let stream: Stream;
let log: string[];
/** What a test does when an element arrives, as the owner would. */
let onElement: (name: string) => void;

function create(domain = 'example.org'): Stream {
  return new Stream(
    { domain, tools: nodeTools },
    {
      write: (text) => log.push(`write ${text}`),
      opened: ({ id, from, version, lang }) =>
        log.push(`opened ${[id, from, version, lang].join(' ')}`),
      element: (el) => {
        log.push(`element ${el.name}`);
        onElement(el.name);
      },
      ended: () => log.push('ended'),
      fault: (f) => log.push(`fault ${f.kind} ${f.condition} ${f.retry}`),
    },
  );
}

function take(): string[] {
  const taken = log;
  log = [];
  return taken;
}

function receive(text: string): string[] {
  stream.bytes(nodeTools.utf8(text));
  return take();
}

/** A stream on which both headers were exchanged. */
beforeEach(() => {
  log = [];
  onElement = () => undefined;
  stream = create();
  stream.start();
  receive(header);
});

describe('the headers of a stream', () => {
  it('ours says whom it is for, and not who we are (RFC 6120 §4.7)', () => {
    const fresh = create();
    expect(take()).toEqual([]);
    fresh.start();
    expect(take()).toEqual([`write ${ours}`]);
  });

  it('under TLS it says who we are', () => {
    create().start('a&b@example.org');
    const named = ours.replace(' version="1.0" ', ' from="a&amp;b@example.org" version="1.0" ');
    expect(take()).toEqual([`write ${named}`]);
  });

  const theirs = (attributes: string): string =>
    `<stream:stream xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`;
  const client = "xmlns='jabber:client'";

  it.each([
    [
      'all of it',
      `${client} id='i' from='example.org' version='1.0' xml:lang='de'`,
      'i example.org 1.0 de',
    ],
    ['no sender', `${client} id='i' version='1.0'`, 'i  1.0 '],
    ['no id', `${client} from='example.org' version='1.0'`, ' example.org 1.0 '],
    ['a sender in capitals', `${client} from='EXAMPLE.org' version='1.0'`, ' EXAMPLE.org 1.0 '],
    ['a later version', `${client} version='1.10'`, '  1.10 '],
  ])('theirs with %s opens the stream', (_, attributes, opened) => {
    stream = create();
    stream.start();
    take();
    expect(receive(theirs(attributes))).toEqual([`opened ${opened}`]);
  });

  it.each([
    ['no version', theirs(client), 'unsupported-version', 'never'],
    ['version 0.9', theirs(`${client} version='0.9'`), 'unsupported-version', 'never'],
    ['version 2.0', theirs(`${client} version='2.0'`), 'unsupported-version', 'never'],
    ['version 11.0', theirs(`${client} version='11.0'`), 'unsupported-version', 'never'],
    ['a version that is none', theirs(`${client} version='1'`), 'unsupported-version', 'never'],
    [
      'another sender',
      theirs(`${client} version='1.0' from='evil.example'`),
      'invalid-from',
      'later',
    ],
    [
      'a sender below',
      theirs(`${client} version='1.0' from='x.example.org'`),
      'invalid-from',
      'later',
    ],
    ['an empty sender', theirs(`${client} version='1.0' from=''`), 'invalid-from', 'later'],
    [
      'servers’ namespace',
      theirs("xmlns='jabber:server' version='1.0'"),
      'invalid-namespace',
      'later',
    ],
    ['no namespace', theirs("version='1.0'"), 'invalid-namespace', 'later'],
    ['another root', "<stream xmlns='jabber:client' version='1.0'>", 'invalid-namespace', 'later'],
    [
      'another namespace of streams',
      "<stream:stream xmlns='jabber:client' xmlns:stream='urn:x' version='1.0'>",
      'invalid-namespace',
      'later',
    ],
  ])('theirs with %s is answered by a stream error', (_, text, condition, retry) => {
    stream = create();
    stream.start();
    take();
    expect(receive(`${text}<stream:features/><message/>`)).toEqual([
      `write ${errorOf(condition)}`,
      `fault stream ${condition} ${retry}`,
    ]);
    expect(receive('<message/>')).toEqual([]);
  });

  it('an account of U-labels knows its server by A-labels', () => {
    stream = create('münchen.example');
    stream.start();
    take();
    const from = "from='xn--mnchen-3ya.example' version='1.0'";
    expect(receive(theirs(`${client} ${from}`))).toEqual(['opened  xn--mnchen-3ya.example 1.0 ']);
  });
});

describe('errors of a stream', () => {
  it.each([
    ['conflict', 'later'],
    ['host-unknown', 'never'],
    ['host-gone', 'never'],
    ['policy-violation', 'later'],
    ['system-shutdown', 'later'],
    ['see-other-host', 'later'],
    ['unsupported-version', 'never'],
    ['not-authorized', 'later'],
    ['resource-constraint', 'later'],
  ])('theirs: %s is told once, try again %s, and nothing after it is read', (condition, retry) => {
    const error = `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`;
    expect(receive(`${error}<message/></stream:stream>`)).toEqual([
      `fault stream ${condition} ${retry}`,
    ]);
    expect(receive('<message/>')).toEqual([]);
  });

  it.each([
    ['an unknown condition', "<newer xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"],
    ['a condition of another namespace', "<conflict xmlns='urn:x'/>"],
    ['nothing', ''],
  ])('theirs: %s is undefined-condition', (_, inner) => {
    expect(receive(`<stream:error>${inner}</stream:error>`)).toEqual([
      'fault stream undefined-condition later',
    ]);
  });

  it('after theirs we may still close, once', () => {
    receive("<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
    stream.end();
    stream.end();
    expect(take()).toEqual([`write ${closing}`]);
  });

  it.each([
    ['not well formed', '<message to=bob/>', 'not-well-formed'],
    ['a comment', '<!-- -->', 'restricted-xml'],
    ['a document type', '<!DOCTYPE x>', 'restricted-xml'],
    ['text between stanzas', 'hello <message/>', 'bad-format'],
  ])('what cannot be read (%s) is answered, told and ends all', (_, text, condition) => {
    expect(receive(text)).toEqual([
      `write ${errorOf(condition)}`,
      `fault stream ${condition} later`,
    ]);
    expect(receive('<message/>')).toEqual([]);
    stream.end();
    stream.fail('reset');
    expect(take()).toEqual([]);
  });

  it('ours is written with its text, its detail and the closing tag', () => {
    const detail = xml('handled-count-too-high', { xmlns: 'urn:xmpp:sm:3', h: '9' });
    stream.fail('undefined-condition', 'h < 9', detail);
    expect(take()).toEqual([
      'write <stream:error><undefined-condition xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>' +
        '<text xmlns="urn:ietf:params:xml:ns:xmpp-streams" xml:lang="en">h &lt; 9</text>' +
        `${serialise(detail)}</stream:error>${closing}`,
    ]);
    expect(receive('<message/></stream:stream>')).toEqual([]);
  });

  it('ours with a word that RFC 6120 does not know is undefined-condition', () => {
    stream.fail('unexpected-element');
    expect(take()).toEqual([`write ${errorOf('undefined-condition')}`]);
  });
});

describe('the end of a stream', () => {
  it('our closing tag is written once, and what was on its way still arrives', () => {
    stream.end();
    stream.end();
    expect(take()).toEqual([`write ${closing}`]);
    expect(receive('<message/></stream:stream>')).toEqual(['element message', 'ended']);
  });

  it('after their closing tag nothing is read and ours can follow', () => {
    expect(receive('</stream:stream>')).toEqual(['ended']);
    expect(receive('<message/>')).toEqual([]);
    stream.end();
    expect(take()).toEqual([`write ${closing}`]);
  });

  it('after stop nothing goes out or comes in', () => {
    stream.stop();
    stream.end();
    stream.fail('reset');
    stream.start();
    expect(receive('<message/></stream:stream>')).toEqual([]);
  });

  it('a closed stream is not started again', () => {
    stream.end();
    take();
    stream.start();
    expect(take()).toEqual([]);
  });

  it.each([
    ['while it may be restarted', ''],
    ['when it is in full use', features(offerBind)],
  ])('stop within an element leaves the rest of the chunk alone, %s', (_, before) => {
    receive(before);
    onElement = () => {
      stream.stop();
    };
    expect(receive('<message/><presence/>')).toEqual(['element message']);
  });
});

describe('a restart', () => {
  const restartAt = (name: string, from?: string): void => {
    onElement = (element) => {
      if (element === name) stream.start(from);
    };
  };

  it('reads a new document, its declaration and header included', () => {
    restartAt('success');
    receive(features(offerSasl('PLAIN')));
    expect(receive(success)).toEqual(['element success', `write ${ours}`]);
    expect(receive(header + features(offerBind))).toEqual([
      'opened s1 example.org 1.0 ',
      'element stream:features',
    ]);
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
    ['the closing tag', closing],
  ];
  const all = restarts.flatMap(([name, text]) =>
    behind.map(([what, rest]): [string, string, string] => [name, what, text + rest]),
  );

  it.each(all)(
    '%s with %s in the same bytes is thrown away as a whole (RFC 6120 §5.4.3.3)',
    (_, __, text) => {
      for (const opening of openings) {
        stream = create();
        stream.start();
        receive(header + opening);
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

  it('throws the unfinished rest of the old stream away', () => {
    receive(features(offerTls));
    receive(proceed);
    stream.start('alice@example.org');
    take();
    expect(receive(header)).toEqual(['opened s1 example.org 1.0 ']);
  });
});
