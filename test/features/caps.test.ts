// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { capsHash, readInfo } from '../../src/features/caps-hash.js';
import { tools } from '../../src/engine/tools-node.js';
import { SetPresenceSchema } from '../../src/contract/engine_pb.js';
import { failure, RecordingHost, result, stanza } from './host.js';

const INFO = 'http://jabber.org/protocol/disco#info';
const EXODUS = `
  <identity category='client' name='Exodus 0.9.1' type='pc'/>
  <feature var='http://jabber.org/protocol/caps'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/muc'/>`;
const EXODUS_VER = 'QgayPKawpkPSDYmwT/WM94uAlu0=';
const PSI = `
  <identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
  <identity xml:lang='el' category='client' name='\u03a8 0.11' type='pc'/>
  <feature var='http://jabber.org/protocol/caps'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/muc'/>
  <x xmlns='jabber:x:data' type='result'>
    <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
    <field var='ip_version' type='text-multi'><value>ipv4</value><value>ipv6</value></field>
    <field var='os'><value>Mac</value></field>
    <field var='os_version'><value>10.5.1</value></field>
    <field var='software'><value>Psi</value></field>
    <field var='software_version'><value>0.11</value></field>
  </x>`;
const PSI_VER = 'q07IKJEyjvHSyhy//CH0CxmKi8w=';

function query(content: string): string {
  return `<query xmlns='${INFO}'>${content}</query>`;
}

function hashOf(content: string): string | undefined {
  const info = readInfo(stanza(query(content)));
  return info === undefined ? undefined : capsHash(info, tools);
}

describe('the hash of XEP-0115 §5', () => {
  test('is that of the simple example (§5.2)', () => {
    expect(hashOf(EXODUS)).toBe(EXODUS_VER);
  });

  test('is that of the complex example (§5.3)', () => {
    expect(hashOf(PSI)).toBe(PSI_VER);
  });

  test('sorts by octets, where JavaScript would not', () => {
    const astral = "<feature var='\u{1f600}'/>";
    const high = "<feature var='\uffee'/>";
    const bytes = tools.utf8('\uffee<\u{1f600}<');
    expect(hashOf(astral + high)).toBe(tools.base64(tools.hash('sha1', bytes)));
  });

  test.each([
    ['an identity given twice', "<identity category='client' type='pc' name='x'/>".repeat(2)],
    ['a feature given twice', "<feature var='a'/><feature var='a'/>"],
    [
      'a form given twice',
      "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>f</value></field></x>".repeat(
        2,
      ),
    ],
    [
      'a form of two types',
      "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>f</value><value>g</value></field></x>",
    ],
    ['a feature that looks like two', "<feature var='a&lt;b'/>"],
    ['a name that looks like a feature', "<identity category='client' type='pc' name='x&lt;a'/>"],
  ])('is not made of %s (§5.4, §9.2)', (_title, content) => {
    expect(hashOf(content)).toBeUndefined();
  });

  test.each([
    ['no FORM_TYPE', "<x xmlns='jabber:x:data'><field var='os'><value>Mac</value></field></x>"],
    [
      'a FORM_TYPE that is not hidden',
      "<x xmlns='jabber:x:data'><field var='FORM_TYPE'><value>f</value></field></x>",
    ],
  ])('leaves out a form with %s (§5.4)', (_title, form) => {
    expect(hashOf(EXODUS + form)).toBe(EXODUS_VER);
  });
});

const JULIET = 'juliet@capulet.example';

function announce(host: RecordingHost, from: string, ver: string, hash = 'sha-1'): void {
  host.receive(
    `<presence from='${from}'><c xmlns='http://jabber.org/protocol/caps' hash='${hash}' node='n' ver='${ver}'/></presence>`,
  );
}

function clients(host: RecordingHost): string[] {
  return host.toldOf('presence').map(({ resources }) => resources.map((r) => r.client).join());
}

describe('entity capabilities (XEP-0115)', () => {
  test('one hash is asked once, and its answer names all who announce it', () => {
    const host = new RecordingHost().signedIn(JULIET);
    announce(host, `${JULIET}/a`, PSI_VER);
    announce(host, `${JULIET}/b`, PSI_VER);
    expect(host.requests).toHaveLength(1);
    const asked = host.take('query', INFO);
    expect(asked.to).toBe(`${JULIET}/a`);
    expect(asked.payload.attrs.node).toBe(`n#${PSI_VER}`);
    asked.done(result(query(PSI)));
    expect(clients(host).at(-1)).toBe('Psi 0.11,Psi 0.11');
  });

  test('an answer of another hash is not believed, and the next who announces it is asked', () => {
    const host = new RecordingHost().signedIn(JULIET);
    announce(host, `${JULIET}/liar`, PSI_VER);
    announce(host, `${JULIET}/honest`, PSI_VER);
    host.take('query', INFO).done(result(query(EXODUS)));
    expect(clients(host).join('')).toBe(',');
    const asked = host.take('query', INFO);
    expect(asked.to).toBe(`${JULIET}/honest`);
    asked.done(result(query(PSI)));
    expect(clients(host).at(-1)).toBe('Psi 0.11,Psi 0.11');
  });

  test.each([
    [
      'an ill-formed answer',
      result(query(PSI + "<feature var='http://jabber.org/protocol/muc'/>")),
    ],
    ['an error', failure('stanza', 'service-unavailable')],
    ['an answer without content', result()],
    ['silence', failure('timeout', 'no-answer')],
  ])('%s is not cached', (_title, answer) => {
    const host = new RecordingHost().signedIn(JULIET);
    announce(host, `${JULIET}/a`, PSI_VER);
    host.take('query', INFO).done(answer);
    host.pass(60_000);
    expect(host.files.has('caps')).toBe(false);
    announce(host, `${JULIET}/b`, PSI_VER);
    expect(host.take('query', INFO).to).toBe(`${JULIET}/b`);
  });

  test('a list longer than any client’s is not cached, though its hash is right', () => {
    const host = new RecordingHost().signedIn(JULIET);
    const features = Array.from({ length: 201 }, (_, n) => `urn:example:${String(n)}`);
    announce(host, `${JULIET}/a`, capsHash({ identities: [], features, forms: [] }, tools));
    const content = features.map((feature) => `<feature var='${feature}'/>`).join('');
    host.take('query', INFO).done(result(query(content)));
    host.pass(60_000);
    expect(host.files.has('caps')).toBe(false);
  });

  test.each([
    ['another hash function', PSI_VER, 'sha-512'],
    ['the legacy format', '0.9.1', 'sha-1'],
    ['something too long', 'A'.repeat(5_000), 'sha-1'],
  ])('%s is not asked for', (_title, ver, hash) => {
    const host = new RecordingHost().signedIn(JULIET);
    announce(host, `${JULIET}/a`, ver, hash);
    expect(host.requests).toHaveLength(0);
  });

  test('a stranger is not asked', () => {
    const host = new RecordingHost().signedIn(JULIET);
    announce(host, 'mallory@evil.example/a', PSI_VER);
    expect(host.requests).toHaveLength(0);
  });

  test('what was proved is known after a restart', () => {
    const first = new RecordingHost().signedIn(JULIET);
    announce(first, `${JULIET}/a`, PSI_VER);
    first.take('query', INFO).done(result(query(PSI)));
    first.pass(5_000);
    const second = new RecordingHost(first.files).signedIn(JULIET);
    announce(second, `${JULIET}/a`, PSI_VER);
    expect(second.requests).toHaveLength(0);
    expect(clients(second)).toEqual(['Psi 0.11']);
  });

  test.each(['', 'x', '[]', '{"format":1,"known":[["v",{"name":1}]]}', '{"format":2}'])(
    'a cache file that says %j is as good as none',
    (text) => {
      const host = new RecordingHost([['caps', text]]).signedIn(JULIET);
      announce(host, `${JULIET}/a`, PSI_VER);
      expect(host.requests).toHaveLength(1);
    },
  );

  test('a flood of hashes is asked 16 at a time and forgotten beyond 500', () => {
    const host = new RecordingHost().signedIn(JULIET);
    for (let n = 0; n < 2_000; n += 1) {
      announce(host, `${JULIET}/a`, `${String(n).padStart(27, 'A')}=`);
    }
    expect(host.requests).toHaveLength(16);
    let asked = 0;
    while (host.requests.length > 0) {
      host.take('query', INFO).done(failure('timeout', 'no-answer'));
      asked += 1;
    }
    expect(asked).toBe(500);
  });

  test('questions that died with their session are asked again in the next', () => {
    const host = new RecordingHost().signedIn(JULIET);
    announce(host, `${JULIET}/a`, PSI_VER);
    host.newSession();
    host.take('query', 'jabber:iq:roster');
    expect(host.requests).toHaveLength(0);
    announce(host, `${JULIET}/a`, PSI_VER);
    host.take('query', INFO).done(result(query(PSI)));
    expect(clients(host).at(-1)).toBe('Psi 0.11');
  });

  test('the hash in our presence is that of our own answer', () => {
    const host = new RecordingHost().signedIn();
    host.command('setPresence', SetPresenceSchema, { status: 'x' });
    const c = stanza(host.sent[0] ?? '').getChild('c', 'http://jabber.org/protocol/caps');
    const { node, ver } = c?.attrs as Record<string, string>;
    const answer = host.ask(
      `<iq type='get' id='1' from='${JULIET}/a'><query xmlns='${INFO}' node='${node ?? ''}#${ver ?? ''}'/></iq>`,
    );
    const info = readInfo(stanza(answer));
    expect(info === undefined ? undefined : capsHash(info, tools)).toBe(ver);
  });
});
