// SPDX-License-Identifier: MIT
//
// XEP-0257: what goes over the wire, and that an account can sign in wherever it is cut.

import { describe, expect, it } from 'vitest';
import {
  AppendCertificateSchema,
  QueryCertificatesSchema,
  RevokeCertificateSchema,
} from '../../src/contract/engine_pb.js';
import { serialise } from '../../src/core/xml.js';
import { NS } from '../../src/core/namespaces.js';
import { factsOf } from './certificates-desk.js';
import { asked, base64, item, items, open } from './certificates-stage.js';
import { failure, result } from './host.js';
import type { RecordingHost } from './host.js';

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
    expect(host.certificates.files.size).toBe(1);
    request.done(result());
    expect(host.certificates.files.size).toBe(0);
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

  it('as it has a successor, but is in use as the settings were turned back, stays with its key', () => {
    const host = open();
    host.certificates.current = factsOf('certificate A').sha256;
    host.certificates.files.set('certificate-1.pem', 'certificate A');
    const value = { name: 'Laptop', disable: true };
    host.command('revokeCertificate', RevokeCertificateSchema, value);
    host.take('items', NS.saslCert).done(items(item('Laptop', 'certificate A')));
    expect(asked(host)).toEqual([]);
    expect(host.refused).toMatchObject([{ id: 'c1', fault: { condition: 'certificate-in-use' } }]);
    expect(host.certificates.files.size).toBe(1);
  });

  describe('and the answer is lost', () => {
    const LAPTOP = `Laptop, ${factsOf('certificate A').sha256.slice(0, 8)}`;
    const timeout = failure('timeout', 'no-answer');
    const ask = (host = open()): RecordingHost => {
      host.certificates.files.set('certificate-1.pem', 'certificate A');
      host.command('revokeCertificate', RevokeCertificateSchema, { name: LAPTOP });
      return host;
    };
    const list = (host: RecordingHost, ...all: string[]): void => {
      host.take('items', NS.saslCert).done(items(...all));
    };

    it.each([
      ['in the next session', (host: RecordingHost) => host.newSession()],
      [
        'in the same session',
        (host: RecordingHost) => host.take('revoke', NS.saslCert).done(timeout),
      ],
    ])('is done when the list has it no more, %s', (_, lose) => {
      const host = ask();
      list(host, item(LAPTOP, 'certificate A'));
      lose(host);
      expect(host.certificates.files.size).toBe(1);
      list(host, item('Phone', 'certificate B'));
      expect(host.certificates.files.size).toBe(0);
      expect([host.accepted, host.refused, asked(host)]).toEqual([['c1'], [], []]);
    });

    it('is asked again three times at most while the list has it, and ends in words', () => {
      const host = ask();
      for (let session = 0; session < 3; session++) {
        list(host, item(LAPTOP, 'certificate A'));
        host.newSession();
      }
      list(host, item(LAPTOP, 'certificate A'));
      expect(host.refused).toMatchObject([{ id: 'c1', fault: { retry: 'never' } }]);
      expect(host.refused[0]?.fault.text).toContain(`three times to take "${LAPTOP}" away`);
      expect([host.certificates.files.size, asked(host)]).toEqual([1, []]);
      host.newSession();
      expect(asked(host)).toEqual([]);
    });

    it('and the engine, too: the next one deletes its key, which nobody knows any more', () => {
      const host = ask();
      list(host, item('Phone', 'certificate B'));
      expect(host.refused).toMatchObject([{ fault: { condition: 'item-not-found' } }]);
      expect(host.certificates.files.size).toBe(0);
    });

    it.each([
      ['is in the list by another name', '', item('Desk', 'certificate A')],
      ['is in use', factsOf('certificate A').sha256, item('Phone', 'certificate B')],
    ])('the key stays where its certificate %s', (_, current, other) => {
      const host = ask();
      host.certificates.current = current;
      list(host, other);
      expect(host.certificates.files.size).toBe(1);
    });
  });

  it('is unknown where the list has no such name', () => {
    const host = open();
    host.command('revokeCertificate', RevokeCertificateSchema, { name: 'Laptop' });
    host.take('items', NS.saslCert).done(items(item('Phone', 'certificate B')));
    expect(host.refused).toMatchObject([{ fault: { condition: 'item-not-found' } }]);
    expect(host.requests).toEqual([]);
  });
});
