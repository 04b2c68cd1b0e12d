// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import { delayOf, errorReply, stanzaError } from '../../src/core/stanza.js';
import type { Element } from '../../src/core/xml.js';
import { parseFragment, serialise } from '../../src/core/xml.js';
import { nodeTools } from '../support/tools.js';

function parsed(text: string): Element {
  const element = parseFragment(text, nodeTools)?.[0];
  if (element === undefined) throw new Error(`not one element: ${text}`);
  return element;
}

const ns = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'";
const stanza = (content: string): Element =>
  parsed(`<message xmlns='jabber:client' type='error'>${content}</message>`);

describe('an error stanza is told in plain words', () => {
  it.each([
    ['bad-request', 'modify', 'never'],
    ['conflict', 'cancel', 'never'],
    ['feature-not-implemented', 'cancel', 'never'],
    ['forbidden', 'auth', 'never'],
    ['gone', 'cancel', 'never'],
    ['internal-server-error', 'cancel', 'never'],
    ['item-not-found', 'cancel', 'never'],
    ['jid-malformed', 'modify', 'never'],
    ['not-acceptable', 'modify', 'never'],
    ['not-allowed', 'cancel', 'never'],
    ['not-authorized', 'auth', 'never'],
    ['policy-violation', 'modify', 'never'],
    ['recipient-unavailable', 'wait', 'later'],
    ['redirect', 'modify', 'never'],
    ['registration-required', 'auth', 'never'],
    ['remote-server-not-found', 'cancel', 'never'],
    ['remote-server-timeout', 'wait', 'later'],
    ['resource-constraint', 'wait', 'later'],
    ['service-unavailable', 'cancel', 'never'],
    ['subscription-required', 'auth', 'never'],
    ['undefined-condition', 'cancel', 'never'],
    ['unexpected-request', 'wait', 'later'],
  ])('%s (RFC 6120 §8.3.3)', (condition, type, retry) => {
    const fault = stanzaError(stanza(`<error type='${type}'><${condition} ${ns}/></error>`));
    expect(fault).toMatchObject({ kind: 'stanza', condition, retry, by: 'peer' });
    expect(fault.text).toMatch(/^[A-Z][a-z' ]+\.$/);
  });

  it("the other side's own words are quoted, English before others", () => {
    const fault = stanzaError(
      stanza(
        `<error type='cancel'><text ${ns} xml:lang='de'>Nein</text><not-allowed ${ns}/>` +
          `<text ${ns} xml:lang='en-GB'> No \n guests </text></error>`,
      ),
    );
    expect(fault.text).toBe('Nobody is allowed to do that. (“No guests”)');
  });

  it('words without end are cut', () => {
    const text = 'x'.repeat(100_000);
    const fault = stanzaError(stanza(`<error><gone ${ns}/><text ${ns}>${text}</text></error>`));
    expect(fault.text.length).toBeLessThan(600);
    expect(fault.text).toContain('x…');
  });

  it('a cut never leaves half a character', () => {
    const text = `${'x'.repeat(499)}😀😀`;
    const fault = stanzaError(stanza(`<error><gone ${ns}/><text ${ns}>${text}</text></error>`));
    expect(fault.text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  it('a condition of an application stands beside the defined one', () => {
    const fault = stanzaError(
      stanza(`<error type='wait'><too-many xmlns='urn:x'/><resource-constraint ${ns}/></error>`),
    );
    expect(fault.condition).toBe('resource-constraint');
  });

  it.each([
    ['no error at all', ''],
    ['an empty error', '<error/>'],
    ['an error of another namespace', `<error xmlns='urn:x'><gone ${ns}/></error>`],
    ['a condition of another namespace', "<error type='cancel'><gone xmlns='urn:x'/></error>"],
    ['a condition that nobody defined', `<error type='cancel'><nonsense ${ns}/></error>`],
    ['a condition that every object has', `<error type='cancel'><constructor ${ns}/></error>`],
  ])('%s is an undefined condition', (_title, content) => {
    expect(stanzaError(stanza(content))).toMatchObject({
      condition: 'undefined-condition',
      retry: 'never',
    });
  });
});

describe('a request is answered with an error', () => {
  it('of the same kind and id, to its sender, without its payload (RFC 6120 §8.3.1)', () => {
    const request = parsed(
      "<iq xmlns='jabber:client' type='get' id='a&amp;b' from='x@y/z' to='me@here'><q xmlns='urn:q'/></iq>",
    );
    const reply = errorReply(request, { error: 'cancel', condition: 'service-unavailable' });
    expect(serialise(reply)).toBe(
      '<iq type="error" id="a&amp;b" to="x@y/z"><error type="cancel">' +
        '<service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>',
    );
  });

  it('without an address if there was none', () => {
    const reply = errorReply(parsed("<iq xmlns='jabber:client' type='get' id='1'/>"), {
      error: 'modify',
      condition: 'bad-request',
    });
    expect(serialise(reply)).toMatch(/^<iq type="error" id="1"><error type="modify">/);
  });
});

describe('a delay is read (XEP-0203)', () => {
  const delay = (attributes: string): string => `<delay xmlns='urn:xmpp:delay' ${attributes}/>`;

  it.each<[string, string, { stamp: number; from?: string } | undefined]>([
    ['none', '<body>a</body>', undefined],
    [
      'one with its writer',
      delay("stamp='2002-09-10T23:08:25Z' from='capulet.com'"),
      { stamp: Date.UTC(2002, 8, 10, 23, 8, 25), from: 'capulet.com' },
    ],
    ['one without', delay("stamp='1970-01-01T00:00:01Z'"), { stamp: 1000 }],
    ['one that cannot be read', delay("stamp='soon' from='a'"), undefined],
    ['one without a stamp', delay("from='a'"), undefined],
    [
      'the first that can be read',
      delay("stamp='x'") + delay("stamp='1970-01-01T00:00:02Z' from='b'"),
      { stamp: 2000, from: 'b' },
    ],
    ['one of another namespace', "<delay xmlns='urn:x' stamp='1970-01-01T00:00:01Z'/>", undefined],
    ['the year 1', delay("stamp='0001-01-01T00:00:00Z'"), { stamp: -62_135_596_800_000 }],
    ['a negative year', delay("stamp='-0001-01-01T00:00:00Z'"), undefined],
  ])('%s', (_title, content, expected) => {
    expect(delayOf(stanza(content))).toEqual(expected);
  });
});
