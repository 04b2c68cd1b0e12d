// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { readHostMeta } from '../../src/core/host-meta.js';
import { nodeTools } from '../support/tools.js';

const XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0';
const WS = 'urn:xmpp:alt-connections:websocket';
const uri = 'wss://home.example/ws';
const link = (href: string, rel = WS): string => `<Link rel="${rel}" href="${href}"/>`;
const xrd = (content: string): string =>
  `<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='${XRD}'>\n${content}\n</XRD>\n`;
const jrd = (...links: unknown[]): string => JSON.stringify({ links });

function read(form: 'xrd' | 'jrd', text: string | Uint8Array): string[] {
  return readHostMeta(form, typeof text === 'string' ? nodeTools.utf8(text) : text, nodeTools);
}

describe('host-meta as XRD', () => {
  it('names WebSockets among other things', () => {
    const others = `<Subject>home.example</Subject>${link('https://home.example/bosh', 'urn:xmpp:alt-connections:xbosh')}`;
    expect(read('xrd', xrd(others + link(uri) + link('wss://b.example/')))).toEqual([
      uri,
      'wss://b.example/',
    ]);
  });

  it.each([
    ['nothing', ''],
    ['something else than XML', 'hello'],
    ['a page', '<html><Link rel="x"/></html>'],
    ['another namespace', `<XRD xmlns='urn:x'>${link(uri)}</XRD>`],
    ['a link of another namespace', xrd(`<x:Link xmlns:x='urn:x' rel='${WS}' href='${uri}'/>`)],
    ['a link within something', xrd(`<Property>${link(uri)}</Property>`)],
    ['a link without an address', xrd(`<Link rel='${WS}'/>`)],
    ['a document that is cut', xrd(link(uri)).slice(0, -8)],
    ['a comment', xrd(`<!-- -->${link(uri)}`)],
    [
      'an internal entity',
      `<!DOCTYPE XRD [<!ENTITY u "${uri}">]><XRD xmlns='${XRD}'>${link('&u;')}</XRD>`,
    ],
    [
      'an external entity',
      `<!DOCTYPE XRD [<!ENTITY u SYSTEM "file:///etc/passwd">]><XRD xmlns='${XRD}'>${link('&u;')}</XRD>`,
    ],
    [
      'a bomb',
      `<!DOCTYPE XRD [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><XRD xmlns='${XRD}'>&b;${link(uri)}</XRD>`,
    ],
    ['an undefined entity', xrd(link('wss://&home;/'))],
    ['another encoding', xrd(link(uri)).replace('utf-8', 'utf-16')],
  ])('with %s names none', (_what, text) => {
    expect(read('xrd', text)).toEqual([]);
  });

  it('that is no text names none', () => {
    expect(read('xrd', Uint8Array.of(0xff, 0xfe, 0))).toEqual([]);
  });
});

describe('host-meta as JSON', () => {
  it('names WebSockets among other things', () => {
    const others = [{ rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://home.example/bosh' }];
    expect(read('jrd', jrd(...others, { rel: WS, href: uri }))).toEqual([uri]);
  });

  it.each([
    ['nothing', ''],
    ['something else', 'hello'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no links', '{}'],
    ['links that are none', JSON.stringify({ links: { rel: WS, href: uri } })],
    ['a link that is none', jrd(null, 1, 'x', [])],
    ['an address that is none', jrd({ rel: WS, href: 1 }, { rel: WS })],
    ['another prototype', `{"__proto__":{"links":[{"rel":"${WS}","href":"${uri}"}]}}`],
    ['levels without end', '['.repeat(60_000)],
    ['a document that is cut', jrd({ rel: WS, href: uri }).slice(0, -1)],
  ])('with %s names none', (_what, text) => {
    expect(read('jrd', text)).toEqual([]);
  });

  it('that is no text names none', () => {
    expect(read('jrd', Uint8Array.of(0xff, 0xfe, 0))).toEqual([]);
  });
});
