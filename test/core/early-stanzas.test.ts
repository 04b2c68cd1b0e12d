// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { EarlyStanzas } from '../../src/core/early-stanzas.js';
import { NS } from '../../src/core/namespaces.js';
import { xml } from '../../src/core/xml.js';
import { jid } from '../support/negotiating.js';

const own = jid('juliet@capulet.example/balcony');
const nothing = {};
const bound = { jid: own };
const enabled = { jid: own, management: { id: 'sm-1' } };

const client = (name: string) => xml(name, { xmlns: NS.client });
const request = xml('r', { xmlns: NS.sm });

describe('what comes before a negotiation is over', () => {
  it.each([
    ['a message', 'before there is an address', client('message'), nothing, undefined],
    ['a message', 'behind bind', client('message'), bound, 'early'],
    ['presence', 'behind bind', client('presence'), bound, 'early'],
    ['a request', 'behind bind', client('iq'), bound, 'early'],
    ['a message', 'behind <enabled/>', client('message'), enabled, 'counted'],
    ['a request', 'behind <enabled/>', client('iq'), enabled, 'counted'],
    ['<r/>', 'behind <enabled/>', request, enabled, 'counted'],
    ['<r/>', 'behind bind', request, bound, undefined],
    ['<a/>', 'behind <enabled/>', xml('a', { xmlns: NS.sm, h: '0' }), enabled, undefined],
    ['another element', 'behind <enabled/>', client('query'), enabled, undefined],
    ['a foreign message', 'behind bind', xml('message', { xmlns: 'urn:x' }), bound, undefined],
  ])('%s %s', (_what, _when, element, so, kept) => {
    const early = new EarlyStanzas();
    expect(early.take(element, so)).toBe(kept !== undefined);
    expect(early.all()).toEqual({ early: [], counted: [], ...(kept && { [kept]: [element] }) });
  });

  it.each([
    ['behind bind', bound],
    ['behind <enabled/>', enabled],
  ])('stays in order %s, and is no more than 256', (_, so) => {
    const early = new EarlyStanzas();
    const some = Array.from({ length: 256 }, () => client('message'));
    expect(some.every((stanza) => early.take(stanza, so))).toBe(true);
    expect(early.take(client('message'), so)).toBe(false);
    const { early: behindBind, counted } = early.all();
    expect([...behindBind, ...counted].map((stanza, at) => stanza === some[at])).toEqual(
      some.map(() => true),
    );
  });
});
