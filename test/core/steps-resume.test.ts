// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import { boundAs, features, offerBind, offerSm, signedIn } from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';

const previd = 'some "id"';

function asked(h = 7): Driven {
  const driven = signedIn({ resume: { previd, h, resource: 'desk' } });
  driven.say(features(offerBind, offerSm));
  return driven;
}

const resumed = (attributes: string): string => `<resumed xmlns='urn:xmpp:sm:3' ${attributes}/>`;
const failed = (attributes: string, condition?: string): string =>
  `<failed xmlns='urn:xmpp:sm:3' ${attributes}>` +
  (condition === undefined ? '' : `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>`) +
  '</failed>';
const id = "previd='some &quot;id&quot;'";
const binding: Partial<NegotiationOutput>[] = [
  { type: 'step', step: 4, text: 'Binding' },
  { type: 'write' },
  { type: 'step', step: 5 },
  { type: 'write', text: '<enable xmlns="urn:xmpp:sm:3" resume="true"/>' },
];

describe('the resume step (XEP-0198 §5)', () => {
  it.each([0, 7, 2 ** 32 - 1])('asks before anything is bound, with h=%d', (h) => {
    const { say } = signedIn({ resume: { previd: 'x', h, resource: 'desk' } });
    expect(say(features(offerBind, offerSm))).toMatchObject([
      { type: 'step', step: 4, text: 'Resuming' },
      { type: 'write', text: `<resume xmlns="urn:xmpp:sm:3" previd="x" h="${String(h)}"/>` },
    ]);
  });

  it('takes h as it is when the request is written', () => {
    const former = { previd: 'x', h: 1, resource: 'desk' };
    const { say } = signedIn({ resume: former });
    former.h = 2;
    const [, request] = say(features(offerBind, offerSm));
    expect(request).toMatchObject({ text: '<resume xmlns="urn:xmpp:sm:3" previd="x" h="2"/>' });
  });

  it.each([
    ['0', 0],
    ['9', 9],
    ['007', 7],
    ['4294967295', 4294967295],
  ])('goes on with the session at h=%s', (text, h) => {
    const [output, ...more] = asked().say(resumed(`${id} h='${text}'`));
    expect(more).toEqual([]);
    const offered = ['urn:ietf:params:xml:ns:xmpp-bind', 'urn:xmpp:sm:3'];
    expect(output).toMatchObject({ type: 'established', resumed: { h }, offered, early: [] });
    expect(output).not.toHaveProperty('management');
    expect(output?.type === 'established' && output.jid.toString()).toBe('alice@example.org/desk');
  });

  it('goes on under the resource that was bound, whatever would be asked for now', () => {
    const { say } = signedIn({ resume: { previd, h: 1, resource: 'desk' }, resource: 'desk-2' });
    say(features(offerBind, offerSm));
    const [output] = say(resumed(`${id} h='1'`));
    expect(output?.type === 'established' && output.jid.toString()).toBe('alice@example.org/desk');
  });

  it.each([
    ['another session', "previd='other' h='3'"],
    ['no session', "h='3'"],
    ['no h', id],
    ['an empty h', `${id} h=''`],
    ['a negative h', `${id} h='-1'`],
    ['a signed h', `${id} h='+3'`],
    ['an h of 2^32', `${id} h='4294967296'`],
    ['a fractional h', `${id} h='3.0'`],
    ['an h with an exponent', `${id} h='1e2'`],
    ['a hexadecimal h', `${id} h='0x3'`],
    ['an h with a space', `${id} h=' 3'`],
    ['an h in other digits', `${id} h='٣'`],
    ['a word for h', `${id} h='x'`],
  ])('ends the stream when <resumed/> has %s', (_, attributes) => {
    expect(asked().say(resumed(attributes))).toMatchObject([
      { type: 'failed', fault: { kind: 'stream', condition: 'resumed-wrongly', retry: 'later' } },
    ]);
  });

  it.each<[string, string, object]>([
    ['an h', failed("h='3'", 'item-not-found'), { h: 3, condition: 'item-not-found' }],
    ['h=0', failed("h='0'", 'item-not-found'), { h: 0, condition: 'item-not-found' }],
    ['no h', failed('', 'item-not-found'), { condition: 'item-not-found' }],
    ['no reason', failed(''), { condition: 'undefined-condition' }],
    ['an h that is none', failed("h='x'", 'item-not-found'), { condition: 'item-not-found' }],
    ['an h of 2^32', failed("h='4294967296'", 'item-not-found'), { condition: 'item-not-found' }],
    [
      'no session id',
      failed("previd='other'", 'feature-not-implemented'),
      { condition: 'feature-not-implemented' },
    ],
  ])('a failure with %s is told, and a resource is bound on the same stream', (_, answer, told) => {
    const { say } = asked();
    const [first, ...rest] = say(answer);
    expect(first).toEqual({ type: 'resume-failed', ...told });
    expect(rest).toMatchObject(binding);
    expect(say(boundAs('alice@example.org/desk'))).toEqual([]);
    const [established] = say("<enabled xmlns='urn:xmpp:sm:3' id='y' resume='true'/>");
    expect(established).toMatchObject({ type: 'established', management: { id: 'y' } });
    expect(established).not.toHaveProperty('resumed');
  });

  it('a failure told by a text alone has no reason', () => {
    const text = "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>gone</text>";
    const [first] = asked().say(`<failed xmlns='urn:xmpp:sm:3'>${text}</failed>`);
    expect(first).toEqual({ type: 'resume-failed', condition: 'undefined-condition' });
  });

  it('without stream management the session is lost, and a resource is bound', () => {
    const { say } = signedIn({ resume: { previd, h: 7, resource: 'desk' } });
    const [first, ...rest] = say(features(offerBind));
    expect(first).toEqual({ type: 'resume-failed', condition: 'feature-not-implemented' });
    expect(rest).toMatchObject(binding.slice(0, 2));
  });

  it('an account without a former session asks for none', () => {
    expect(signedIn().say(features(offerBind, offerSm))).toMatchObject(binding);
  });

  it.each([
    ['a second answer', resumed(`${id} h='1'`)],
    ['a late failure', failed("h='3'")],
  ])('%s after a failure is out of place', (_, answer) => {
    const { say } = asked();
    say(failed(''));
    expect(say(answer)).toMatchObject([
      { type: 'failed', fault: { condition: 'unexpected-element' } },
    ]);
  });
});
