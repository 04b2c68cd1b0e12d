// SPDX-License-Identifier: MIT
//
// XEP-0257: a certificate is made, uploaded and tried.

import { describe, expect, it } from 'vitest';
import { NS } from '../../src/core/namespaces.js';
import { serialise } from '../../src/core/xml.js';
import { factsOf, NOT_TAKEN } from './certificates-desk.js';
import { asked, base64, item, items, make, open } from './certificates-stage.js';
import { failure, result } from './host.js';
import type { RecordingHost } from './host.js';

const FILE = 'certificate-d0f631ca.pem';
const TEXT = `certificate of ${FILE}`;
const NAME = `Pidgin on desk, ${factsOf(TEXT).sha256.slice(0, 8)}`;

/** Uploaded, and then not taken at the sign-in; its entry is in the server's list. */
function untaken(): RecordingHost {
  const host = open();
  make(host);
  host.certificates.making.shift()?.();
  host.take('append', NS.saslCert).done(result());
  host.certificates.trials.shift()?.done(NOT_TAKEN);
  host.take('items', NS.saslCert).done(items(item(NAME, TEXT)));
  return host;
}

describe('a certificate that is made', () => {
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

  it('is not tried, and so not taken back, where an earlier engine had told the host of it', () => {
    const host = open();
    host.certificates.files.set(FILE, TEXT);
    host.certificates.current = factsOf(TEXT).sha256;
    make(host);
    host.certificates.making.shift()?.();
    host.take('append', NS.saslCert).done(failure('stanza', 'conflict'));
    host.take('items', NS.saslCert).done(items(item(NAME, TEXT)));
    expect(host.certificates.trials).toEqual([]);
    expect(host.toldOf('certificateMade')).toMatchObject([{ id: 'c1', name: NAME, replaces: '' }]);
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
    const host = untaken();
    const request = host.take('revoke', NS.saslCert);
    expect(serialise(request.payload)).toContain(NAME);
    request.done(result());
    expect(host.certificates.files.size).toBe(0);
    expect(host.refused).toMatchObject([{ id: 'c1', fault: { retry: 'never' } }]);
    expect(host.refused[0]?.fault.text).toContain('Not this one. It was revoked again');
    expect(host.toldOf('certificateMade')).toEqual([]);
  });

  it('says so where the server would not revoke it, and keeps its key', () => {
    const host = untaken();
    host.take('revoke', NS.saslCert).done(failure('stanza', 'forbidden'));
    expect(host.refused[0]?.fault.text).toContain('still be in its list');
    expect(host.refused[0]?.fault.text).toContain(`/folder/${FILE}`);
    expect(host.certificates.files.size).toBe(1);
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
    host.take('items', NS.saslCert).done(items(item(NAME, TEXT)));
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

  it('is not asked for without end at a server that ends the session for it', () => {
    const host = open();
    make(host);
    host.certificates.making.shift()?.();
    for (let session = 0; session < 5; session++) {
      expect(asked(host)).toEqual(['append']);
      host.newSession();
    }
    host.take('items', NS.saslCert).done(items(item('Phone', 'certificate B')));
    expect(host.refused).toMatchObject([{ id: 'c1' }]);
    expect([host.certificates.files.size, asked(host)]).toEqual([0, []]);
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
