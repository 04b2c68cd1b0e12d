// SPDX-License-Identifier: MIT
//
// RFC 7395: what a stream looks like on a WebSocket, and what a server must not do there.

import { describe, expect, it } from 'vitest';
import { webSocketFraming } from '../../src/core/framing-websocket.js';
import { defaultLimits } from '../../src/core/xml-limits.js';
import { parseFragment } from '../../src/core/xml.js';
import { features, offerBind, offerSasl, offerSm } from '../support/negotiating.js';
import { RecordedStream } from '../support/recorded-stream.js';
import { SigningIn } from '../support/signing-in.js';
import { nodeTools } from '../support/tools.js';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const STREAM = "xmlns:stream='http://etherx.jabber.org/streams'";
const open = `<open xmlns='${FRAMING}' from='example.org' id='s1' version='1.0'/>`;
const close = `<close xmlns='${FRAMING}'/>`;
const ourOpen = `<open xmlns="${FRAMING}" to="example.org" version="1.0" xml:lang="en"/>`;
const ourClose = `<close xmlns="${FRAMING}"/>`;
const message = "<message xmlns='jabber:client'><body>hé</body></message>";
const offers = (...of: string[]): string =>
  features(...of).replace('<stream:features>', `<stream:features ${STREAM}>`);
const ourError = (condition: string): string[] => [
  `write <stream:error xmlns:stream="http://etherx.jabber.org/streams">` +
    `<${condition} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>`,
  `write ${ourClose}`,
];

function started(from?: string): RecordedStream {
  const recorded = new RecordedStream('example.org', webSocketFraming);
  recorded.stream.start(from);
  return recorded;
}

/** A stream that both sides have opened. */
function opened(): RecordedStream {
  const recorded = started();
  recorded.receive(open);
  return recorded;
}

describe('a stream on a WebSocket', () => {
  it('is opened and closed by elements, and says who we are in them (RFC 7395 §3.3.2)', () => {
    const recorded = started('a&b@example.org');
    expect(recorded.take()).toEqual([
      `write ${ourOpen.replace(' version', ' from="a&amp;b@example.org" version')}`,
    ]);
    expect(recorded.receive(open)).toEqual(['opened s1 example.org 1.0 ']);
    expect(recorded.receive(message)).toEqual(['element message']);
    recorded.stream.end();
    expect(recorded.take()).toEqual([`write ${ourClose}`]);
    expect(recorded.receive(close)).toEqual(['ended']);
    expect(recorded.receive(message)).toEqual([]);
  });

  it('starts anew behind the sign-in by another <open/>, without a close (§3.4)', () => {
    const recorded = opened();
    recorded.onElement = (name) => {
      if (name === 'success') recorded.stream.start();
    };
    expect(recorded.receive("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")).toEqual([
      'element success',
      `write ${ourOpen}`,
    ]);
    expect(recorded.receive(open)).toEqual(['opened s1 example.org 1.0 ']);
  });

  it.each([
    [
      '<message to="bob@example.org"><body>a &gt; b</body></message>',
      '<message xmlns="jabber:client" to="bob@example.org"><body>a &gt; b</body></message>',
    ],
    ['<presence/>', '<presence xmlns="jabber:client"/>'],
    ['<iq id=" xmlns=&quot;"/>', '<iq xmlns="jabber:client" id=" xmlns=&quot;"/>'],
    ['<r xmlns="urn:xmpp:sm:3"/>', '<r xmlns="urn:xmpp:sm:3"/>'],
    ["<a xmlns='urn:xmpp:sm:3' h='1'/>", "<a xmlns='urn:xmpp:sm:3' h='1'/>"],
    [
      '<message><x xmlns="urn:x"/></message>',
      '<message xmlns="jabber:client"><x xmlns="urn:x"/></message>',
    ],
  ])('declares the namespace of %s in the message itself (§3.3.3)', (text, written) => {
    const recorded = opened();
    recorded.take();
    const presence = '<presence xmlns="jabber:client"/>';
    const length = recorded.stream.write([text, '<presence/>']);
    expect(length).toBe(written.length + presence.length);
    expect(recorded.take()).toEqual([`write ${written}`, `write ${presence}`]);
  });

  it('that another domain opens is none of ours', () => {
    const recorded = started();
    recorded.take();
    expect(recorded.receive(open.replace('example.org', 'evil.example'))).toEqual([
      ...ourError('invalid-from'),
      'fault stream invalid-from later',
    ]);
  });

  it.each([
    ['a stream of RFC 6120', `<stream:stream xmlns='jabber:client' ${STREAM} version='1.0'/>`],
    ['features', offers()],
    ['a message', message],
    ['an <open/> without a namespace', "<open version='1.0' from='example.org'/>"],
  ])('that begins with %s is none', (_what, text) => {
    const recorded = started();
    recorded.take();
    expect(recorded.receive(text)).toEqual([
      ...ourError('invalid-namespace'),
      'fault stream invalid-namespace later',
    ]);
  });
});

describe('a message that is not one whole element', () => {
  it.each([
    ['two stanzas', message + message, 'bad-format'],
    ['a stanza and the end', message + close, 'bad-format'],
    ['a stanza and half of another one', `${message}<message`, 'not-well-formed'],
    ['a stanza and an open comment', `${message}<!-->`, 'bad-format'],
    ['a stanza and an open section', `${message}<![CDATA[>`, 'bad-format'],
    ['a stanza and a reference', `${message}&amp;`, 'bad-format'],
    ['the end of what is around it', '</_>', 'bad-format'],
    ['a stanza, and the end of what is around it', `${message}</_>`, 'bad-format'],
    ['a stanza that is put into another document', `${message}</_><_>`, 'bad-format'],
    ['a second opening', open, 'bad-format'],
    ['white space', ' ', 'bad-format'],
    ['white space before a stanza', ` ${message}`, 'bad-format'],
    ['nothing', '', 'bad-format'],
    ['text', 'hello', 'bad-format'],
    ['a declaration', `<?xml version='1.0'?>${message}`, 'not-well-formed'],
    ['a comment', `<!-- -->${message}`, 'restricted-xml'],
    ['an instruction', `<?x?>${message}`, 'restricted-xml'],
    ['a DTD', `<!DOCTYPE x [<!ENTITY e 'x'>]>${message}`, 'restricted-xml'],
    ['an entity', "<message xmlns='jabber:client'>&e;</message>", 'restricted-xml'],
    ['an undeclared prefix', '<stream:features/>', 'not-well-formed'],
  ])('%s ends the stream', (_what, text, condition) => {
    const recorded = opened();
    recorded.take();
    const heard = recorded.receive(text);
    expect(heard.at(-1)).toBe(`fault stream ${condition} later`);
    expect(heard.filter((line) => line.startsWith('element'))).toEqual([]);
    expect(recorded.receive(message)).toEqual([]);
  });

  it('a stanza that is cut at any byte ends it, and is not put together with what follows', () => {
    const bytes = nodeTools.utf8(message);
    for (let cut = 1; cut < bytes.length; cut++) {
      const recorded = opened();
      recorded.take();
      recorded.stream.bytes(bytes.subarray(0, cut));
      recorded.stream.bytes(bytes.subarray(cut));
      const heard = recorded.take();
      expect(heard.at(-1), String(cut)).toMatch(/^fault stream/);
      expect(heard.filter((line) => line.startsWith('element'))).toEqual([]);
    }
  });

  it('bytes that are no text end it', () => {
    const recorded = opened();
    recorded.stream.bytes(Uint8Array.of(0x3c, 0x61, 0xff));
    expect(recorded.take().at(-1)).toBe('fault stream unsupported-encoding later');
  });
});

describe('the limits of a stanza', () => {
  const long = (length: number): string =>
    `<message xmlns='jabber:client'><body>${'x'.repeat(length)}</body></message>`;

  it('are small before the sign-in', () => {
    const recorded = opened();
    expect(recorded.receive(long(64 * 1024)).at(-1)).toBe('fault stream policy-violation later');
  });

  it('are the usual ones behind it: one that is too long is known by its outline alone', () => {
    const recorded = opened();
    recorded.onElement = (name) => {
      if (name === 'success') recorded.stream.start();
    };
    recorded.receive("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    recorded.receive(open);
    for (const length of [64 * 1024, defaultLimits.stanza])
      expect(recorded.receive(long(length))).toEqual(['element message']);
    expect(recorded.receive(long(defaultLimits.reduced)).at(-1)).toBe(
      'fault stream policy-violation later',
    );
  });
});

describe('a session over WebSocket', () => {
  const bytes = (text: string): Uint8Array => nodeTools.utf8(text);
  const success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";
  const setting = {
    ...{ direct: true, framing: webSocketFraming },
    options: { authMethod: 'plain' },
  } as const;

  it('is signed in to and resumed, and each write of it is a document of its own', () => {
    const jid = 'alice@example.org/desk';
    const saved = { id: 'old', jid, sent: 3, acked: 3, handled: 5, tracked: [] };
    const signing = new SigningIn({ ...setting, saved });
    const says = [
      open,
      offers(offerSasl('PLAIN')),
      success,
      open,
      offers(offerBind, offerSm),
      "<resumed xmlns='urn:xmpp:sm:3' previd='old' h='3'/>",
    ];
    for (const text of says) signing.hear(bytes(text));
    expect(signing.told).toEqual(['online PLAIN']);
    // An earlier process may have had it by TCP: whether it really goes on is asked at once.
    expect(signing.wrote).toEqual(['open', 'auth PLAIN', 'open', 'resume', 'r']);
    for (const text of signing.texts) expect(parseFragment(text, nodeTools)).toHaveLength(1);
  });

  it('is not begun over STARTTLS, which has no place there (§3.9)', () => {
    const signing = new SigningIn(setting);
    for (const text of [open, offers("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")])
      signing.hear(bytes(text));
    expect(signing.wrote).not.toContain('starttls');
    expect(signing.told).toHaveLength(1);
  });

  it('writes nothing before the certificate is judged', () => {
    const signing = new SigningIn({
      ...setting,
      tls: { names: { dns: ['ws.example.net'], srv: [], xmppAddr: [] } },
    });
    signing.hear(bytes(open));
    expect(signing.told).toEqual(['untrusted wrong-name', 'down']);
    expect(signing.wrote).toEqual([]);
  });

  it('that is to go elsewhere says where (§3.6.1)', () => {
    const signing = new SigningIn(setting);
    signing.hear(bytes(open));
    signing.hear(bytes(`<close xmlns='${FRAMING}' see-other-uri='wss://b.example.org/ws'/>`));
    expect(signing.told).toEqual(['down stream see-other-host']);
    expect(signing.places).toEqual(['wss://b.example.org/ws']);
  });
});
