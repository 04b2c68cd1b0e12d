// SPDX-License-Identifier: MIT
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import { readOffer, writeOffer } from '../../src/core/remembered.js';
import type { Sasl2Options } from '../../src/core/steps/sasl2-request.js';
import {
  boundAs,
  facts,
  features,
  identity,
  negotiate,
  offerBind,
  offerSasl,
  offerSm,
  offerTls,
  readOne,
  wall,
} from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const agent = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
const HT = 'HT-SHA-256-NONE';
const token = { mechanism: HT, token: 'secret-token', count: 3 };
const usual: Sasl2Options = { agent, bind: false, over: true, carbons: true };

const sm = "<sm xmlns='urn:xmpp:sm:3'/>";
const bind2 = (...able: string[]): string =>
  `<bind xmlns='urn:xmpp:bind:0'><inline>${able.map((name) => `<feature var='${name}'/>`).join('')}</inline></bind>`;
const everyBind = bind2('urn:xmpp:sm:3', 'urn:xmpp:carbons:2');
const fast = `<fast xmlns='urn:xmpp:fast:0'><mechanism>${HT}</mechanism></fast>`;
const offerSasl2 = (names: string[], inline = ''): string =>
  "<authentication xmlns='urn:xmpp:sasl:2'>" +
  names.map((name) => `<mechanism>${name}</mechanism>`).join('') +
  `<inline>${inline}</inline></authentication>`;
const success = (inline = '', jid = 'alice@example.org', data = ''): string =>
  `<success xmlns='urn:xmpp:sasl:2'>${data}` +
  `<authorization-identifier>${jid}</authorization-identifier>${inline}</success>`;
const proof = (role: string): string =>
  createHmac('sha256', token.token).update(role).digest('base64');
const responder = `<additional-data>${proof('Responder')}</additional-data>`;
const failure = (word: string, text = ''): string =>
  `<failure xmlns='urn:xmpp:sasl:2'><${word} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>${text}</failure>`;
const resume = { previd: 'x', h: 3, resource: 'desk' };
const resumed = "<resumed xmlns='urn:xmpp:sm:3' previd='x' h='5'/>";
const enabled = "<enabled xmlns='urn:xmpp:sm:3' id='y' resume='true'/>";

function secure(options: Partial<NegotiationOptions> = {}): Driven {
  const driven = negotiate({ sasl2: usual, authMethod: 'plain', ...options });
  driven.negotiation.start(true);
  driven.negotiation.tlsReady(facts, wall);
  driven.take();
  return driven;
}

const written = (outputs: NegotiationOutput[]): string =>
  outputs.flatMap((o) => (o.type === 'write' ? [o.text] : [])).join('');

describe('the SASL2 step (XEP-0388)', () => {
  it('asks for a session in the old way where nothing else is wanted', () => {
    const { say } = secure();
    expect(written(say(features(offerSasl2(['PLAIN']), offerSasl('PLAIN'))))).toBe(
      '<authenticate xmlns="urn:xmpp:sasl:2" mechanism="PLAIN">' +
        `<initial-response>${Buffer.from('\0alice\0pencil').toString('base64')}</initial-response>` +
        `<user-agent id="${agent}"><software>Steadfast</software></user-agent></authenticate>`,
    );
    // No new stream is begun: the features follow.
    expect(say(success())).toEqual([]);
    expect(written(say(features(offerBind, offerSm)))).toMatch(/^<iq .*<enable /);
    say(boundAs('alice@example.org/desk'));
    expect(say(enabled)).toMatchObject([
      { type: 'established', mechanism: 'PLAIN', management: { id: 'y' }, archiveFirst: false },
    ]);
  });

  it('by certificate sends an initial response that is there and empty, and no token', () => {
    const { say } = secure({ identity, authMethod: 'auto', sasl2: { ...usual } });
    expect(written(say(features(offerSasl2(['EXTERNAL', 'PLAIN'], fast))))).toBe(
      '<authenticate xmlns="urn:xmpp:sasl:2" mechanism="EXTERNAL"><initial-response></initial-response>' +
        `<user-agent id="${agent}"><software>Steadfast</software></user-agent></authenticate>`,
    );
  });

  it('is passed over in clear, and where it offers nothing that fits', () => {
    const clear = negotiate({ sasl2: usual, security: 'opportunistic_tls' });
    clear.negotiation.start(false);
    const offer = features(offerSasl2(['SCRAM-SHA-1']), offerSasl('SCRAM-SHA-1'));
    expect(written(clear.say(offer))).toMatch(/^<auth /);
    const { say } = secure({ authMethod: 'scram' });
    const less = features(offerSasl2(['PLAIN']), offerSasl('SCRAM-SHA-1'));
    expect(written(say(less))).toMatch(/^<auth .*SCRAM/);
  });

  it('goes on with the former session, and waits for no features', () => {
    const { say } = secure({ resume });
    const request = written(say(features(offerSasl2(['PLAIN'], sm))));
    expect(request).toContain('<resume xmlns="urn:xmpp:sm:3" previd="x" h="3"/>');
    const [end] = say(success(resumed));
    expect(end).toMatchObject({ type: 'established', resumed: { h: 5 } });
    expect(end).not.toHaveProperty('offered');
  });

  it.each([
    ['with an h', "<failed xmlns='urn:xmpp:sm:3' h='4'/>", { h: 4 }],
    ['without', "<failed xmlns='urn:xmpp:sm:3'/>", {}],
    ['without a word', '', {}],
  ])('a former session that is gone, %s, gives way to the new one', (_, failed, told) => {
    const { say, noted, negotiation } = secure({ resume, sasl2: { ...usual, bind: true } });
    const request = written(say(features(offerSasl2(['PLAIN'], sm + everyBind))));
    expect(request).toMatch(/<resume .*<bind xmlns="urn:xmpp:bind:0"><tag>Steadfast<\/tag>/);
    const bound = `<bound xmlns='urn:xmpp:bind:0'>${enabled}</bound>`;
    const outputs = say(success(failed + bound, 'alice@example.org/Steadfast/1'));
    expect(outputs).toMatchObject([{ type: 'resume-failed', ...told }]);
    // That is an answer: a close from here on has another reason.
    expect(negotiation.askedToResume).toBe(false);
    const [end] = say(features(offerBind, offerSm));
    expect(end).toMatchObject({
      ...{ type: 'established', management: { id: 'y' }, archiveFirst: true, carbons: true },
      offered: ['urn:ietf:params:xml:ns:xmpp-bind', 'urn:xmpp:sm:3'],
    });
    // Presence comes behind the archive.
    expect(noted).not.toContain('opening');
  });

  it('asks behind the sign-in for a session that cannot be asked for in it, and binds none before', () => {
    const { say } = secure({ resume, sasl2: { ...usual, bind: true } });
    const request = written(say(features(offerSasl2(['PLAIN'], everyBind))));
    expect(request).not.toMatch(/<resume|<bind/);
    say(success());
    expect(written(say(features(offerBind, offerSm)))).toMatch(/^<resume /);
    expect(say(resumed)).toMatchObject([{ type: 'established', resumed: { h: 5 } }]);
  });

  it('counts what comes between the session and the last features', () => {
    const { say } = secure({ sasl2: { ...usual, bind: true } });
    say(features(offerSasl2(['PLAIN'], everyBind)));
    say(success(`<bound xmlns='urn:xmpp:bind:0'>${enabled}</bound>`, 'alice@example.org/a'));
    say("<message id='1'/><r xmlns='urn:xmpp:sm:3'/>");
    const [end] = say(features());
    expect(end?.type === 'established' && [end.early.length, end.counted.length]).toEqual([0, 2]);
  });
});

describe('a server that lets us in by SASL2 in a way that cannot be', () => {
  it.each([
    ['as nobody', "<success xmlns='urn:xmpp:sasl:2'/>", 'bind-invalid'],
    ['as somebody else', success('', 'bob@example.org'), 'bind-invalid'],
    ['under no resource', success("<bound xmlns='urn:xmpp:bind:0'/>"), 'bind-invalid'],
    [
      'with another session',
      success("<resumed xmlns='urn:xmpp:sm:3' previd='z' h='1'/>"),
      'resumed-wrongly',
    ],
    [
      'with what is no base64',
      success('', 'alice@example.org', '<additional-data>!</additional-data>'),
      'incorrect-encoding',
    ],
    [
      'with a second step',
      "<continue xmlns='urn:xmpp:sasl:2'><tasks><task>X</task></tasks></continue>",
      'additional-task',
    ],
    [
      'by the old word',
      "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
      'unexpected-element',
    ],
  ])('%s, is left', (_, answer, condition) => {
    const { say } = secure({ sasl2: { ...usual, bind: true } });
    say(features(offerSasl2(['PLAIN'], sm + everyBind)));
    expect(say(answer).at(-1)).toMatchObject({ type: 'failed', fault: { condition } });
  });

  it('without the signature that SCRAM asks for, is left', () => {
    const { say } = secure({ authMethod: 'scram' });
    say(features(offerSasl2(['SCRAM-SHA-256'])));
    expect(say(success()).at(-1)).toMatchObject({ type: 'failed', fault: { kind: 'sasl' } });
  });

  it('quotes its reason', () => {
    const { say } = secure();
    say(features(offerSasl2(['PLAIN'])));
    const [end] = say(failure('account-disabled', '<text>Pay first</text>'));
    expect(end).toMatchObject({
      type: 'failed',
      fault: {
        condition: 'account-disabled',
        text: expect.stringContaining('Pay first') as string,
      },
    });
  });
});

describe('a token (XEP-0484)', () => {
  const withToken = { ...usual, fast: { token } };

  it('is asked for where it is wanted, and handed over', () => {
    const { say } = secure({ sasl2: { ...usual, fast: {} } });
    const request = written(say(features(offerSasl2(['PLAIN'], fast))));
    expect(request).toContain(`<request-token xmlns="urn:xmpp:fast:0" mechanism="${HT}"/>`);
    const given = "<token xmlns='urn:xmpp:fast:0' expiry='2030-01-01T00:00:00Z' token='new'/>";
    expect(say(success(given))).toEqual([
      { type: 'token', token: { mechanism: HT, token: 'new', count: 0 } },
    ]);
  });

  it('that nobody asked for is not taken', () => {
    const { say } = secure();
    say(features(offerSasl2(['PLAIN'], fast)));
    expect(say(success("<token xmlns='urn:xmpp:fast:0' token='new'/>"))).toEqual([]);
  });

  it('signs in with one message each way, without a password', () => {
    const { say } = secure({ sasl2: withToken, password: '' });
    const request = written(say(features(offerSasl2(['PLAIN'], fast))));
    const response = Buffer.from(/<initial-response>([^<]+)/.exec(request)?.[1] ?? '', 'base64');
    const mac = createHmac('sha256', token.token).update('Initiator').digest();
    expect(response).toEqual(Buffer.concat([Buffer.from('alice\0'), mac]));
    expect(request).toContain('<fast xmlns="urn:xmpp:fast:0" count="3"/>');
    expect(request).not.toContain('request-token');
    expect(request).not.toContain(token.token);
    expect(say(success('', 'alice@example.org', responder))).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['our own proof', `<additional-data>${proof('Initiator')}</additional-data>`],
  ])('a server that proves by %s that it gave it is not believed', (_, data) => {
    const { say } = secure({ sasl2: withToken });
    say(features(offerSasl2(['PLAIN'], fast)));
    expect(say(success('', 'alice@example.org', data))).toMatchObject([
      { type: 'token' },
      { type: 'failed', fault: { condition: 'server-not-verified' } },
    ]);
  });

  it('is kept to its mechanism', () => {
    const { say } = secure({
      sasl2: { ...usual, fast: { token: { ...token, mechanism: 'HT-SHA-256-EXPR' } } },
    });
    expect(written(say(features(offerSasl2(['PLAIN'], fast))))).toContain('mechanism="PLAIN"');
  });

  it.each(['not-authorized', 'credentials-expired', 'malformed-request'])(
    'that is refused as %s gives way to the password, in the same stream',
    (word) => {
      const { say } = secure({ sasl2: withToken, resume });
      say(features(offerSasl2(['PLAIN'], fast + sm)));
      const outputs = say(failure(word));
      expect(outputs[0]).toEqual({ type: 'token' });
      expect(written(outputs)).toMatch(/mechanism="PLAIN".*<request-token .*<resume /);
      // Refused as well, that is the end.
      expect(say(failure('not-authorized'))).toMatchObject([{ type: 'failed' }]);
    },
  );
});

describe('to a server that is known', () => {
  const offer = features(offerSasl2(['PLAIN', 'EXTERNAL'], fast + sm + everyBind));
  const remembered = { offers: { tls: readOne(offer) }, sha256: facts.sha256 };
  const first = (options: Partial<NegotiationOptions>): [string, Driven] => {
    const driven = negotiate({ authMethod: 'plain', remembered, ...options });
    driven.negotiation.start(true);
    driven.negotiation.tlsReady(facts, wall);
    return [written(driven.take()), driven];
  };

  it.each<[string, Partial<NegotiationOptions>, string]>([
    ['a token', { sasl2: { ...usual, bind: true, fast: { token } } }, HT],
    [
      'a certificate',
      { sasl2: { ...usual, bind: true }, identity, authMethod: 'auto' },
      'EXTERNAL',
    ],
  ])('the first flight by %s has it all, and one answer resumes', (_, options, mechanism) => {
    const [flight, { say }] = first({ ...options, resume });
    expect(flight).toMatch(
      new RegExp(`^<authenticate .*mechanism="${mechanism}".*<resume .*<bind `),
    );
    const data = mechanism === HT ? responder : '';
    expect(say(offer + success(resumed, 'alice@example.org', data)).at(-1)).toMatchObject({
      ...{ type: 'established', resumed: { h: 5 } },
    });
  });

  it('nothing is taken for a refusal of the session before the server has said anything', () => {
    const [, { say, negotiation }] = first({ sasl2: { ...usual, fast: { token } }, resume });
    expect(negotiation.askedToResume).toBe(false);
    say(offer);
    expect(negotiation.askedToResume).toBe(true);
  });

  it('that has SASL2 no more, the sign-in is begun anew on another link', () => {
    const [, { say }] = first({ sasl2: { ...usual, fast: { token } } });
    expect(say(features(offerSasl('PLAIN')))).toMatchObject([
      { type: 'failed', fault: { condition: 'offer-changed', retry: 'later' } },
    ]);
  });

  it.each([
    ['of SASL2', remembered],
    [
      'of the older profile',
      { offers: { tls: readOne(features(offerSasl('PLAIN'))) }, sha256: facts.sha256 },
    ],
  ])('by an offer %s, no password goes out before the end of a token', (_, known) => {
    const [flight, { say }] = first({ sasl2: { ...usual, revoke: token }, remembered: known });
    expect(flight).toBe('');
    expect(written(say(offer))).toMatch(/mechanism="HT-SHA-256-NONE".*invalidate="true"/);
  });

  it('that can do more inline by now, nothing is taken for asked that was not', () => {
    const old = features(offerSasl2(['PLAIN'], bind2('urn:xmpp:sm:3')));
    const [flight, { say, negotiation }] = first({
      sasl2: { ...usual, bind: true },
      remembered: { offers: { tls: readOne(old) }, sha256: facts.sha256 },
    });
    expect(flight).toMatch(/<bind /);
    expect(flight).not.toContain('urn:xmpp:carbons:2');
    say(features(offerSasl2(['PLAIN'], sm + everyBind)));
    expect(negotiation.askedToResume).toBe(false);
    const bound = `<bound xmlns='urn:xmpp:bind:0'>${enabled}</bound>`;
    say(success(bound, 'alice@example.org/a'));
    expect(say(features(offerBind, offerSm))).toMatchObject([
      { type: 'established', management: { id: 'y' }, carbons: false },
    ]);
  });

  it('that cannot do it inline any more, stream management is enabled behind the bind, without presence', () => {
    const [flight, { say, noted }] = first({ sasl2: { ...usual, bind: true } });
    expect(flight).toMatch(/<bind .*<enable/);
    say(features(offerSasl2(['PLAIN', 'EXTERNAL'], bind2())));
    say(success("<bound xmlns='urn:xmpp:bind:0'/>", 'alice@example.org/a'));
    expect(written(say(features(offerBind, offerSm)))).toMatch(/^<enable /);
    expect(say(enabled)).toMatchObject([{ type: 'established', archiveFirst: true }]);
    expect(noted).not.toContain('opening');
  });

  it('that can do less inline by now, what was asked was asked', () => {
    const [flight, { say, negotiation }] = first({ sasl2: { ...usual, bind: true }, resume });
    expect(flight).toMatch(/<resume .*<bind .*<enable/);
    say(features(offerSasl2(['PLAIN', 'EXTERNAL'], bind2())));
    expect(negotiation.askedToResume).toBe(true);
    const bound = `<bound xmlns='urn:xmpp:bind:0'>${enabled}</bound>`;
    say(success("<failed xmlns='urn:xmpp:sm:3'/>" + bound, 'alice@example.org/a'));
    expect(say(features(offerBind, offerSm))).toMatchObject([
      { type: 'established', management: { id: 'y' }, carbons: false },
    ]);
  });

  it.each([
    ['has nothing but SASL2', features(offerSasl2(['EXTERNAL']))],
    ['has no way to sign in', features()],
  ])('by the older profile and now %s, the sign-in is begun anew on another link', (_, now) => {
    const old = { offers: { tls: readOne(features(offerSasl('PLAIN'))) }, sha256: facts.sha256 };
    const [flight, { say }] = first({ sasl2: usual, remembered: old });
    expect(flight).toMatch(/^<auth /);
    say(now);
    const refused =
      "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><invalid-mechanism/></failure>";
    expect(say(refused)).toMatchObject([
      { type: 'failed', fault: { condition: 'offer-changed', retry: 'later' } },
    ]);
  });
});

it.each([
  ['of SASL2', features(offerSasl2(['PLAIN'], fast + sm + everyBind))],
  ['before TLS', features(offerTls)],
])('what is offered %s is the same when it is remembered', (_, text) => {
  const read = readOne(text);
  const again = readOffer(writeOffer(read) ?? '', nodeTools);
  expect(again && writeOffer(again)).toBe(writeOffer(read));
});
