// SPDX-License-Identifier: MIT
import { beforeEach, describe, expect, it } from 'vitest';
import type { Stream } from '../../src/core/stream.js';
import { serialise, xml } from '../../src/core/xml.js';
import { features, header, offerBind } from '../support/negotiating.js';
import { closingTag, errorOf, ourHeader, RecordedStream } from '../support/recorded-stream.js';

let recorded: RecordedStream;
let stream: Stream;
const take = (): string[] => recorded.take();
const receive = (text: string): string[] => recorded.receive(text);

/** A stream whose header of ours is out. */
function start(domain?: string, from?: string): string[] {
  recorded = new RecordedStream(domain);
  stream = recorded.stream;
  stream.start(from);
  return take();
}

beforeEach(() => {
  start();
  receive(header);
});

describe('the headers of a stream', () => {
  it('ours says whom it is for, and not who we are (RFC 6120 §4.7)', () => {
    expect(start()).toEqual([`write ${ourHeader}`]);
  });

  it('under TLS it says who we are', () => {
    const named = ourHeader.replace(
      ' version="1.0" ',
      ' from="a&amp;b@example.org" version="1.0" ',
    );
    expect(start('example.org', 'a&b@example.org')).toEqual([`write ${named}`]);
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
    start();
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
    start();
    expect(receive(`${text}<stream:features/><message/>`)).toEqual([
      `write ${errorOf(condition)}`,
      `fault stream ${condition} ${retry}`,
    ]);
    expect(receive('<message/>')).toEqual([]);
  });

  it('an account of U-labels knows its server by A-labels', () => {
    start('münchen.example');
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
    expect(take()).toEqual([`write ${closingTag}`]);
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
        `${serialise(detail)}</stream:error>${closingTag}`,
    ]);
    expect(receive('<message/></stream:stream>')).toEqual([]);
  });

  it('ours with a word that RFC 6120 does not know is undefined-condition', () => {
    stream.fail('unexpected-element');
    expect(take()).toEqual([`write ${errorOf('undefined-condition')}`]);
  });
});

describe('what is too much', () => {
  const many = Array.from({ length: 130 }, (_, n) => ` a${String(n)}='1'`).join('');
  const error = [`write ${errorOf('policy-violation')}`, 'fault stream policy-violation later'];

  it('ends the stream before the sign-in', () => {
    expect(receive(`<message><x${many}/></message>`)).toEqual(error);
  });

  describe('after the sign-in', () => {
    beforeEach(() => {
      receive("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
      stream.start();
      receive(header + features(offerBind));
    });

    it.each(['message', 'presence', 'iq'])('is no end if it is a stanza: %s', (name) => {
      expect(receive(`<${name}><x${many}/></${name}><iq/>`)).toEqual([
        `element ${name}`,
        'element iq',
      ]);
    });

    it.each([
      ['stream:features', `<stream:features><x${many}/></stream:features>`],
      ['stream:error', `<stream:error><x${many}/></stream:error>`],
      ['an element of XEP-0198', `<a xmlns='urn:xmpp:sm:3' h='1'${many}/>`],
      ['a message of another namespace', `<message xmlns='urn:x'${many}/>`],
    ])('is the end if only a server can say it: %s', (_, text) => {
      expect(receive(`${text}<iq/>`)).toEqual(error);
    });
  });
});

describe('the end of a stream', () => {
  it('our closing tag is written once, and what was on its way still arrives', () => {
    stream.end();
    stream.end();
    expect(take()).toEqual([`write ${closingTag}`]);
    expect(receive('<message/></stream:stream>')).toEqual(['element message', 'ended']);
  });

  it('after their closing tag nothing is read and ours can follow', () => {
    expect(receive('</stream:stream>')).toEqual(['ended']);
    expect(receive('<message/>')).toEqual([]);
    stream.end();
    expect(take()).toEqual([`write ${closingTag}`]);
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
    recorded.onElement = () => {
      stream.stop();
    };
    expect(receive('<message/><presence/>')).toEqual(['element message']);
  });
});
