// SPDX-License-Identifier: MIT
//
// Stream and negotiation together, as the session joins them, against the text of a server that is
// cut at every byte: where it is cut must make no difference.

import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Negotiation } from '../../src/core/negotiation.js';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import { Stream } from '../../src/core/stream.js';
import {
  account,
  boundAs,
  facts,
  features,
  fixed,
  fixedNonce,
  header,
  identity,
  offerBind,
  offerSasl,
  offerSm,
  offerTls,
  proceed,
  success,
  wall,
} from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

/** What the server says in one go, and what the client has written by then. */
interface Turn {
  readonly server: string;
  readonly client: readonly (string | RegExp)[];
}

class Client {
  readonly written: string[] = [];
  readonly told: string[] = [];
  private readonly stream: Stream;
  private readonly negotiation: Negotiation;

  constructor(options: Partial<NegotiationOptions>) {
    this.negotiation = new Negotiation({ ...account, ...options }, nodeTools, fixed, (o) => {
      this.on(o);
    });
    this.stream = new Stream(
      { domain: account.jid.domain, tools: nodeTools },
      {
        write: (text) => this.written.push(text),
        opened: () => undefined,
        element: (el) => {
          this.negotiation.element(el);
        },
        ended: () => this.told.push('ended'),
        fault: (f) => this.told.push(`fault ${f.condition}`),
      },
    );
    this.negotiation.start(false);
  }

  bytes(bytes: Uint8Array): void {
    this.stream.bytes(bytes);
  }

  private on(output: NegotiationOutput): void {
    if (output.type === 'restart') this.stream.start(output.from);
    else if (output.type === 'write') this.written.push(output.text);
    else if (output.type === 'start-tls') this.negotiation.tlsReady(facts, wall);
    else if (output.type === 'derive') {
      expect(output.derivation).toMatchObject({ password: 'pencil', iterations: 4096 });
      this.negotiation.derived(output.ticket, saltedPassword);
    } else if (output.type === 'resume-failed') {
      this.told.push(`resume-failed ${String(output.h)} ${output.condition}`);
    } else if (output.type === 'established') {
      const { mechanism, management, resumed } = output;
      const how = resumed === undefined ? `id=${management?.id ?? ''}` : `h=${String(resumed.h)}`;
      this.told.push(`established ${output.jid.toString()} ${mechanism} ${how}`);
    } else if (output.type === 'failed') this.told.push(`failed ${output.fault.condition}`);
    else if (!['step', 'offered', 'opening'].includes(output.type)) this.told.push(output.type);
  }
}

const tail = (from: string): string =>
  `to="example.org"${from} version="1.0" xml:lang="en" xmlns="jabber:client" ` +
  'xmlns:stream="http://etherx.jabber.org/streams">';
const clear = `<?xml version='1.0'?><stream:stream ${tail('')}`;
const named = `<?xml version='1.0'?><stream:stream ${tail(' from="alice@example.org"')}`;
const starttls = '<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const serverFirst = `r=${fixedNonce}server,s=c2FsdA==,i=4096`;
const saltedPassword = pbkdf2Sync('pencil', 'salt', 4096, 32, 'sha256');

/** The server's side of RFC 5802 for the one exchange of this file. */
function serverSignature(): string {
  const serverKey = nodeTools.hmac('sha256', saltedPassword, nodeTools.utf8('Server Key'));
  const message = `n=alice,r=${fixedNonce},${serverFirst},c=biws,r=${fixedNonce}server`;
  return base64(
    `v=${nodeTools.base64(nodeTools.hmac('sha256', serverKey, nodeTools.utf8(message)))}`,
  );
}

const upTls: Turn[] = [
  { server: header + features(offerTls), client: [clear, starttls] },
  { server: proceed, client: [named] },
];
const bind = /^<iq type="set" id="bind">/;
const enable = '<enable xmlns="urn:xmpp:sm:3" resume="true"/>';
const enabled = "<enabled xmlns='urn:xmpp:sm:3' id='ünï' resume='true'/>";

const fresh: Turn[] = [
  {
    server: header + features(offerSasl('SCRAM-SHA-256', 'PLAIN')),
    client: [/^<auth .*mechanism="SCRAM-SHA-256"/],
  },
  {
    server: `<challenge ${sasl}>${base64(serverFirst)}</challenge>`,
    client: [/^<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">/],
  },
  { server: `<success ${sasl}>${serverSignature()}</success>`, client: [named] },
  { server: header + features(offerBind, offerSm), client: [bind, enable] },
  { server: boundAs('alice@example.org/désk'), client: [] },
  { server: enabled, client: [] },
];

const byCertificate: Turn[] = [
  { server: header + features(offerSasl('EXTERNAL')), client: [/EXTERNAL">=<\/auth>$/] },
  { server: success, client: [named] },
  {
    server: header + features(offerBind, offerSm),
    client: ['<resume xmlns="urn:xmpp:sm:3" previd="ünï" h="3"/>'],
  },
];

const scripts: {
  title: string;
  options: Partial<NegotiationOptions>;
  turns: Turn[];
  told: string[];
}[] = [
  {
    title: 'a fresh session by SCRAM',
    options: {},
    turns: [...upTls, ...fresh],
    told: ['sign-in', 'established alice@example.org/désk SCRAM-SHA-256 id=ünï'],
  },
  {
    title: 'a resumed session by certificate',
    options: { identity, resume: { previd: 'ünï', h: 3, resource: 'desk' } },
    turns: [
      ...upTls,
      ...byCertificate,
      { server: "<resumed xmlns='urn:xmpp:sm:3' previd='ünï' h='5'/>", client: [] },
    ],
    told: ['sign-in', 'established alice@example.org/desk EXTERNAL h=5'],
  },
  {
    title: 'a session lost and begun anew',
    options: { identity, resume: { previd: 'ünï', h: 3, resource: 'desk' } },
    turns: [
      ...upTls,
      ...byCertificate,
      {
        server:
          "<failed xmlns='urn:xmpp:sm:3' h='5'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
        client: [bind, enable],
      },
      { server: boundAs('alice@example.org/désk'), client: [] },
      { server: enabled, client: [] },
    ],
    told: [
      'sign-in',
      'resume-failed 5 item-not-found',
      'established alice@example.org/désk EXTERNAL id=ünï',
    ],
  },
];

describe('a whole sign-in, cut at every byte', () => {
  it.each(scripts)('$title', ({ options, turns, told }) => {
    const texts = turns.map((turn) => nodeTools.utf8(turn.server));
    turns.forEach((_, cutTurn) => {
      for (let cut = 0; cut < (texts[cutTurn]?.length ?? 0); cut += 1) {
        const client = new Client(options);
        texts.forEach((bytes, i) => {
          const at = i === cutTurn ? cut : 0;
          if (at > 0) client.bytes(bytes.subarray(0, at));
          client.bytes(bytes.subarray(at));
        });
        const expected = turns.flatMap((turn) => turn.client);
        expect(client.written).toHaveLength(expected.length);
        expected.forEach((text, i) => {
          if (typeof text === 'string') expect(client.written[i]).toBe(text);
          else expect(client.written[i]).toMatch(text);
        });
        expect(client.told).toEqual(told);
      }
    });
  });

  it.each(scripts)('$title, one byte at a time', ({ options, turns, told }) => {
    const client = new Client(options);
    for (const { server } of turns) {
      for (const byte of nodeTools.utf8(server)) client.bytes(Uint8Array.of(byte));
    }
    expect(client.told).toEqual(told);
  });

  it.each(scripts)('$title, is not complete before the last byte', ({ options, turns }) => {
    const client = new Client(options);
    const bytes = nodeTools.utf8(turns.map((turn) => turn.server).join(''));
    const ends = turns.map(
      (_, i) =>
        nodeTools.utf8(
          turns
            .slice(0, i + 1)
            .map((turn) => turn.server)
            .join(''),
        ).length,
    );
    let from = 0;
    for (const end of ends) {
      client.bytes(bytes.subarray(from, end - 1));
      expect(client.told.join()).not.toContain('established');
      client.bytes(bytes.subarray(end - 1, end));
      from = end;
    }
    expect(client.told.join()).toContain('established');
  });

  it('a network that answers for the server before TLS gets nothing but the header (CVE-2011-0411 class)', () => {
    const injected = `${proceed}${header}${features(offerSasl('PLAIN'))}${success}<message/>`;
    const bytes = nodeTools.utf8(injected);
    for (let cut = proceed.length + 1; cut < bytes.length; cut += 1) {
      const client = new Client({});
      client.bytes(nodeTools.utf8(header + features(offerTls)));
      client.bytes(bytes.subarray(0, cut));
      client.bytes(bytes.subarray(cut));
      expect(client.written.slice(0, 2)).toEqual([clear, starttls]);
      expect(client.written.slice(2).join()).toMatch(/^<stream:error><policy-violation /);
      expect(client.told).toEqual(['fault policy-violation']);
    }
  });
});
