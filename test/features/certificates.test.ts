// SPDX-License-Identifier: MIT
//
// XEP-0257: what goes over the wire, and that an account can sign in wherever it is cut.

import { describe, expect, it } from 'vitest';
import {
  AppendCertificateSchema,
  MakeCertificateSchema,
  QueryCertificatesSchema,
  RevokeCertificateSchema,
} from '../../src/contract/engine_pb.js';
import { serialise } from '../../src/core/xml.js';
import { NS } from '../../src/core/namespaces.js';
import { factsOf, NOT_TAKEN } from './certificates-desk.js';
import { failure, RecordingHost, result } from './host.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const item = (name: string, text: string, more = ''): string =>
  `<item><name>${name}</name><x509cert>\n  ${base64(text)}\n</x509cert>${more}</item>`;
const items = (...list: string[]) =>
  result(`<items xmlns='${NS.saslCert}'>${list.join('')}</items>`);

function open(): RecordingHost {
  return new RecordingHost().signedIn();
}

const make = (host: RecordingHost, id = 'c1', name = 'Pidgin on desk'): void => {
  host.command('makeCertificate', MakeCertificateSchema, { name }, id);
};

describe('the list', () => {
  it('is told with names, dates and what is used here', () => {
    const host = open();
    host.certificates.current = factsOf('certificate A').sha256;
    host.command('queryCertificates', QueryCertificatesSchema, {});
    const request = host.take('items', NS.saslCert);
    expect([request.to, request.type]).toEqual([undefined, 'get']);
    const users = '<users><resource>Phone</resource></users>';
    request.done(items(item('Laptop', 'certificate A', users), item('Odd', 'no such thing')));
    expect(host.accepted).toEqual(['c1']);
    expect(host.toldOf('certificates')[0]?.certificates).toMatchObject([
      {
        ...{ name: 'Laptop', sha256: factsOf('certificate A').sha256, current: true },
        ...{ notBeforeTimeMs: 1_000n, notAfterTimeMs: 2_000n, resources: ['Phone'] },
      },
      { name: 'Odd', sha256: '', notAfterTimeMs: 0n, current: false, resources: [] },
    ]);
  });

  it.each(['service-unavailable', 'feature-not-implemented'])(
    'is refused in plain words where the server says %s',
    (condition) => {
      const host = open();
      host.command('queryCertificates', QueryCertificatesSchema, {});
      host.take('items', NS.saslCert).done(failure('stanza', condition));
      expect(host.refused).toMatchObject([{ id: 'c1', fault: { condition } }]);
      expect(host.refused[0]?.fault.text).toContain('does not keep certificates');
    },
  );

  it('is asked for again when the session that it was asked in is lost', () => {
    const host = open();
    host.command('queryCertificates', QueryCertificatesSchema, {});
    host.newSession();
    host.take('items', NS.saslCert).done(items());
    expect(host.accepted).toEqual(['c1']);
  });
});

describe('a certificate of somebody else', () => {
  const bot = { name: 'Bot', path: '/bot.pem', noManagement: true };

  it('is uploaded under its name, without its key', () => {
    const host = open();
    host.certificates.files.set('/bot.pem', 'certificate of a bot');
    host.command('appendCertificate', AppendCertificateSchema, bot);
    const request = host.take('append', NS.saslCert);
    expect(request.type).toBe('set');
    expect(serialise(request.payload)).toBe(
      `<append xmlns="${NS.saslCert}"><name>Bot</name><no-cert-management/>` +
        `<x509cert>${base64('certificate of a bot')}</x509cert></append>`,
    );
    request.done(result());
    expect(host.accepted).toEqual(['c1']);
  });

  it.each([
    ['a file that is not there', bot, 'file-missing'],
    ['no name', { ...bot, name: ' ' }, 'bad-request'],
  ])('is refused for %s', (_, value, condition) => {
    const host = open();
    host.command('appendCertificate', AppendCertificateSchema, value);
    expect(host.refused).toMatchObject([{ fault: { condition } }]);
    expect(host.requests).toEqual([]);
  });

  it('is not sent in clear', () => {
    const host = open();
    host.certificates.secure = false;
    host.certificates.files.set('/bot.pem', 'certificate of a bot');
    host.command('appendCertificate', AppendCertificateSchema, bot);
    expect(host.refused).toMatchObject([{ fault: { condition: 'encryption-required' } }]);
    expect(host.requests).toEqual([]);
  });
});

describe('a certificate that is to go', () => {
  it.each([
    [false, 'revoke'],
    [true, 'disable'],
  ])('with disable %s is taken away by <%s/>, and its key here with it', (disable, word) => {
    const host = open();
    host.certificates.files.set('certificate-1.pem', 'certificate A');
    host.command('revokeCertificate', RevokeCertificateSchema, { name: 'Laptop', disable });
    host.take('items', NS.saslCert).done(items(item('Laptop', 'certificate A')));
    const request = host.take(word, NS.saslCert);
    expect(serialise(request.payload)).toContain('<name>Laptop</name>');
    expect(host.certificates.files.size).toBe(0);
    request.done(result());
    expect(host.accepted).toEqual(['c1']);
  });

  it.each([
    ['is kept while the server has not agreed', failure('stanza', 'forbidden'), 1],
    ['goes when the server has agreed', result(), 0],
  ])('and is in use: its key %s', (_, answer, left) => {
    const host = open();
    host.certificates.current = factsOf('certificate A').sha256;
    host.certificates.files.set('certificate-1.pem', 'certificate A');
    host.command('revokeCertificate', RevokeCertificateSchema, { name: 'Laptop' });
    host.take('items', NS.saslCert).done(items(item('Laptop', 'certificate A')));
    expect(host.certificates.files.size).toBe(1);
    host.take('revoke', NS.saslCert).done(answer);
    expect(host.certificates.files.size).toBe(left);
  });

  it('is unknown where the list has no such name', () => {
    const host = open();
    host.command('revokeCertificate', RevokeCertificateSchema, { name: 'Laptop' });
    host.take('items', NS.saslCert).done(items(item('Phone', 'certificate B')));
    expect(host.refused).toMatchObject([{ fault: { condition: 'item-not-found' } }]);
    expect(host.requests).toEqual([]);
  });
});

describe('a certificate that is made', () => {
  const FILE = 'certificate-d0f631ca.pem';
  const TEXT = `certificate of ${FILE}`;
  const NAME = `Pidgin on desk, ${factsOf(TEXT).sha256.slice(0, 8)}`;

  it('is told only once the server has let it sign in', () => {
    const host = open();
    make(host);
    host.certificates.making.shift()?.();
    const request = host.take('append', NS.saslCert);
    expect(serialise(request.payload)).toContain(`<name>${NAME}</name>`);
    expect(serialise(request.payload)).toContain(base64(TEXT));
    expect(host.certificates.trials).toEqual([]);
    request.done(result());
    expect([host.told, host.accepted]).toEqual([[], []]);
    host.certificates.trials.shift()?.done(undefined);
    expect(host.toldOf('certificateMade')).toMatchObject([
      { id: 'c1', name: NAME, path: `/folder/${FILE}`, replaces: '', notAfterTimeMs: 2_000n },
    ]);
    expect(host.accepted).toEqual(['c1']);
  });

  it('names the one that it replaces, by the server’s list', () => {
    const host = open();
    host.certificates.current = factsOf('certificate A').sha256;
    make(host);
    host.certificates.making.shift()?.();
    host.take('append', NS.saslCert).done(result());
    host.certificates.trials.shift()?.done(undefined);
    host.take('items', NS.saslCert).done(items(item('Old', 'certificate A'), item(NAME, TEXT)));
    expect(host.toldOf('certificateMade')).toMatchObject([{ replaces: 'Old' }]);
  });

  it('is revoked again and deleted when the server does not let it sign in', () => {
    const host = open();
    make(host);
    host.certificates.making.shift()?.();
    host.take('append', NS.saslCert).done(result());
    host.certificates.trials.shift()?.done(NOT_TAKEN);
    const request = host.take('revoke', NS.saslCert);
    expect(serialise(request.payload)).toContain(NAME);
    request.done(result());
    expect(host.certificates.files.size).toBe(0);
    expect(host.refused).toMatchObject([{ id: 'c1', fault: { retry: 'never' } }]);
    expect(host.refused[0]?.fault.text).toContain('Not this one. It was revoked again');
    expect(host.toldOf('certificateMade')).toEqual([]);
  });

  it('says so where the server would not revoke it', () => {
    const host = open();
    make(host);
    host.certificates.making.shift()?.();
    host.take('append', NS.saslCert).done(result());
    host.certificates.trials.shift()?.done(NOT_TAKEN);
    host.take('revoke', NS.saslCert).done(failure('stanza', 'forbidden'));
    expect(host.refused[0]?.fault.text).toContain('still in its list');
  });

  it('is tried again where the network failed, but not for ever', () => {
    const host = open();
    make(host);
    host.certificates.making.shift()?.();
    host.take('append', NS.saslCert).done(result());
    const lost = failure('link', 'reset');
    for (let tries = 0; tries < 5; tries++) {
      const trial = host.certificates.trials.shift();
      if (lost.type === 'error') trial?.done(lost.fault);
      host.pass(3_000);
    }
    expect(host.certificates.trials).toEqual([]);
    host.take('revoke', NS.saslCert).done(result());
    expect(host.refused).toHaveLength(1);
  });

  it.each([
    ['a full disk', (host: RecordingHost) => (host.certificates.full = NOT_TAKEN), 0],
    ['a server that keeps none', () => undefined, 1],
  ])('leaves nothing behind at %s', (_, spoil, asked) => {
    const host = open();
    spoil(host);
    make(host);
    host.certificates.making.shift()?.();
    expect(host.requests).toHaveLength(asked);
    for (const { done } of host.requests.splice(0)) done(failure('stanza', 'service-unavailable'));
    expect(host.refused).toHaveLength(1);
    expect(host.certificates.files.size).toBe(0);
    make(host, 'c2');
    expect(host.certificates.making).toHaveLength(1);
  });

  describe('and is refused by the server', () => {
    const refuse = (condition = 'conflict'): RecordingHost => {
      const host = open();
      make(host);
      host.certificates.making.shift()?.();
      host.take('append', NS.saslCert).done(failure('stanza', condition));
      return host;
    };

    it.each(['conflict', 'forbidden'])('with %s is deleted if its list has no such one', (word) => {
      const host = refuse(word);
      host.take('items', NS.saslCert).done(items(item(NAME, 'certificate of another')));
      expect(host.refused).toMatchObject([{ id: 'c1', fault: { condition: word } }]);
      expect(host.certificates.files.size).toBe(0);
    });

    it.each(['conflict', 'forbidden'])('with %s is tried if it was taken before', (word) => {
      const host = refuse(word);
      host.take('items', NS.saslCert).done(items(item(NAME, TEXT)));
      host.certificates.trials.shift()?.done(undefined);
      expect(host.toldOf('certificateMade')).toMatchObject([{ name: NAME }]);
    });

    it('keeps its key where the list is refused, too, and says where', () => {
      const host = refuse();
      host.take('items', NS.saslCert).done(failure('stanza', 'internal-server-error'));
      expect(host.refused).toMatchObject([{ id: 'c1', fault: { retry: 'never' } }]);
      expect(host.refused[0]?.fault.text).toContain(`/folder/${FILE}`);
      expect(host.refused[0]?.fault.text).toContain(NAME);
      expect([...host.certificates.files.keys()]).toEqual([FILE]);
      make(host, 'c2');
      expect(host.certificates.making).toHaveLength(1);
    });
  });

  it('is not even made where the connection is in clear', () => {
    const host = open();
    host.certificates.secure = false;
    make(host);
    expect(host.refused).toMatchObject([{ fault: { condition: 'encryption-required' } }]);
    expect([host.certificates.making, host.requests]).toEqual([[], []]);
  });

  it.each([
    ['without a name', ' ', 'bad-request'],
    ['while another is being made', 'Second', 'resource-constraint'],
  ])('is refused %s', (_, name, condition) => {
    const host = open();
    if (condition === 'resource-constraint') make(host, 'c0');
    make(host, 'c1', name);
    expect(host.refused).toMatchObject([{ id: 'c1', fault: { condition } }]);
  });
});
