// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { CertificateNames, TlsFacts } from '../../src/core/effects.js';
import { judgeCertificate, namesMatch } from '../../src/core/server-identity.js';
import { facts, jid, wall } from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const names = (more: Partial<CertificateNames>): CertificateNames => ({
  dns: [],
  srv: [],
  xmppAddr: [],
  ...more,
});
const d = 'example.org';

describe('the names in a server certificate', () => {
  it.each<[string, Partial<CertificateNames>, string]>([
    ['the domain as DNS-ID', { dns: [d] }, d],
    ['the domain in another case', { dns: ['EXAMPLE.Org'] }, d],
    ['the domain among others', { dns: ['www.example.org', d] }, d],
    ['a wildcard for one label', { dns: ['*.example.org'] }, 'chat.example.org'],
    ['a wildcard in another case', { dns: ['*.EXAMPLE.org'] }, 'chat.example.org'],
    ['an SRV-ID for clients', { srv: ['_xmpp-client.example.org'] }, d],
    ['an SRV-ID for direct TLS', { srv: ['_xmpps-client.Example.org'] }, d],
    ['an xmppAddr', { xmppAddr: [d] }, d],
    ['an xmppAddr beside a DNS-ID of another', { dns: ['example.net'], xmppAddr: [d] }, d],
    [
      'an A-label for an account of U-labels',
      { dns: ['xn--mnchen-3ya.example'] },
      'münchen.example',
    ],
    [
      'an A-label for an account of A-labels',
      { dns: ['xn--mnchen-3ya.example'] },
      'xn--mnchen-3ya.example',
    ],
    ['an xmppAddr of U-labels', { xmppAddr: ['München.example'] }, 'münchen.example'],
    ['an SRV-ID of A-labels', { srv: ['_xmpp-client.xn--mnchen-3ya.example'] }, 'münchen.example'],
    ['a wildcard over an A-label', { dns: ['*.example.org'] }, 'münchen.example.org'],
    ['a host without dots', { dns: ['localhost'] }, 'localhost'],
  ])('%s is right', (_, found, domain) => {
    expect(namesMatch(names(found), domain, nodeTools)).toBe(true);
  });

  it.each<[string, Partial<CertificateNames>, string]>([
    ['no name at all (so with a common name alone)', {}, d],
    ['another domain', { dns: ['example.net'] }, d],
    ['the domain’s parent', { dns: ['org'] }, d],
    ['a domain below', { dns: ['xmpp.example.org'] }, d],
    ['a domain that ends alike', { dns: ['badexample.org'] }, d],
    ['a wildcard for the bare domain', { dns: ['*.example.org'] }, d],
    ['a wildcard for two labels', { dns: ['*.example.org'] }, 'a.b.example.org'],
    ['a wildcard within a label', { dns: ['xm*.example.org'] }, 'xmpp.example.org'],
    ['a wildcard at a label’s beginning', { dns: ['*pp.example.org'] }, 'xmpp.example.org'],
    ['a wildcard further right', { dns: ['chat.*.org'] }, 'chat.example.org'],
    ['two wildcards', { dns: ['*.*.org'] }, 'chat.example.org'],
    ['a bare wildcard', { dns: ['*'] }, d],
    ['a bare wildcard for one label', { dns: ['*'] }, 'localhost'],
    ['a wildcard over a top-level domain', { dns: ['*.org'] }, d],
    ['a wildcard with nothing behind', { dns: ['*.'] }, d],
    ['a wildcard over an address', { dns: ['*.0.0.1'] }, '127.0.0.1'],
    ['an address as DNS-ID', { dns: ['127.0.0.1'] }, '127.0.0.1'],
    ['an SRV-ID for mail', { srv: ['_imap.example.org'] }, d],
    ['an SRV-ID for servers', { srv: ['_xmpp-server.example.org'] }, d],
    ['an SRV-ID of another domain', { srv: ['_xmpp-client.example.net'] }, d],
    ['an SRV-ID with a wildcard', { srv: ['_xmpp-client.*.example.org'] }, 'a.example.org'],
    ['an SRV-ID without a service', { srv: [d] }, d],
    ['an SRV-ID as DNS-ID', { dns: ['_xmpp-client.example.org'] }, d],
    ['an xmppAddr with a local part', { xmppAddr: ['alice@example.org'] }, d],
    ['an xmppAddr with a resource', { xmppAddr: ['example.org/x'] }, d],
    ['an xmppAddr with a wildcard', { xmppAddr: ['*.example.org'] }, 'a.example.org'],
    ['an xmppAddr with a port', { xmppAddr: ['example.org:5222'] }, d],
    ['an xmppAddr in percent escapes', { xmppAddr: ['ex%61mple.org'] }, d],
    ['an xmppAddr with a NUL', { xmppAddr: ['example.org\0.evil.example'] }, d],
    ['an xmppAddr with a zero width space', { xmppAddr: ['exa\u200bmple.org'] }, d],
    ['a NUL in a DNS-ID', { dns: ['example.org\0.evil.example'] }, d],
    ['a comma in a DNS-ID', { dns: ['evil.example, DNS:example.org'] }, d],
    ['a quote in a DNS-ID', { dns: ['"example.org"'] }, d],
    ['white space round a DNS-ID', { dns: [' example.org '] }, d],
    ['a DNS-ID with a dot behind', { dns: ['example.org.'] }, d],
    ['an empty DNS-ID', { dns: [''] }, d],
    ['a look-alike letter', { dns: ['xn--xample-2of.org'] }, d],
    ['a look-alike letter as it is', { dns: ['еxample.org'], xmppAddr: ['еxample.org'] }, d],
    ['a U-label in a DNS-ID', { dns: ['münchen.example'] }, 'münchen.example'],
    ['a domain that is none', { dns: [''], xmppAddr: [''] }, ''],
  ])('%s is wrong', (_, found, domain) => {
    expect(namesMatch(names(found), domain, nodeTools)).toBe(false);
  });
});

describe('the verdict on a server certificate', () => {
  const account = { jid: jid('alice@example.org') };
  const other = names({ dns: ['evil.example'] });

  it.each<[string, Partial<TlsFacts>, string[]]>([
    ['nothing wrong', {}, []],
    ['a chain of one', { chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, ['self-signed']],
    ['a strange root', { chainError: 'SELF_SIGNED_CERT_IN_CHAIN' }, ['unknown-ca']],
    ['no issuer', { chainError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, ['unknown-ca']],
    ['only the leaf', { chainError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, ['unknown-ca']],
    ['a date past, by the chain', { chainError: 'CERT_HAS_EXPIRED' }, ['expired']],
    ['a date past', { notAfter: wall - 1 }, ['expired']],
    [
      'a date past, told twice',
      { chainError: 'CERT_HAS_EXPIRED', notAfter: wall - 1 },
      ['expired'],
    ],
    ['a date to come', { notBefore: wall + 1 }, ['not-yet-valid']],
    ['dates that cannot be read', { notBefore: NaN, notAfter: NaN }, ['expired', 'not-yet-valid']],
    ['a purpose for clients', { chainError: 'INVALID_PURPOSE' }, ['bad-purpose']],
    ['a leaf that acts as authority', { chainError: 'INVALID_CA' }, ['bad-purpose']],
    ['a short key', { chainError: 'EE_KEY_TOO_SMALL' }, ['weak-key']],
    ['a revoked one', { chainError: 'CERT_REVOKED' }, ['revoked']],
    ['a broken signature', { chainError: 'CERT_SIGNATURE_FAILURE' }, ['bad-signature']],
    ['a word not known here', { chainError: 'UNSPECIFIED' }, ['not-trusted']],
    ['an empty word', { chainError: '' }, ['not-trusted']],
    ['a name of another', { names: other }, ['wrong-name']],
    [
      'all at once',
      { names: other, chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT', notAfter: 0 },
      ['wrong-name', 'self-signed', 'expired'],
    ],
  ])('%s', (_, change, reasons) => {
    const verdict = judgeCertificate({ ...facts, ...change }, account, wall, nodeTools);
    expect(verdict.trusted).toBe(reasons.length === 0);
    expect(verdict.trusted ? [] : verdict.reasons).toEqual(reasons);
    // The pin of exactly this certificate accepts it with all its faults.
    const pinned = { ...account, pin: facts.sha256 };
    expect(judgeCertificate({ ...facts, ...change }, pinned, wall, nodeTools).trusted).toBe(true);
  });

  it('a pin accepts no other certificate, not even one without a fault', () => {
    const verdict = judgeCertificate(facts, { ...account, pin: 'cd'.repeat(32) }, wall, nodeTools);
    expect(verdict).toMatchObject({ trusted: false, reasons: ['wrong-pin'] });
  });

  it('the words name the domain and every reason', () => {
    const bad = { ...facts, names: other, chainError: 'CERT_HAS_EXPIRED' };
    expect(judgeCertificate(bad, account, wall, nodeTools)).toEqual({
      trusted: false,
      reasons: ['wrong-name', 'expired'],
      text:
        'The certificate shown for example.org is not trusted: it was not issued for this domain; ' +
        'it has expired. Nothing was sent to the server.',
    });
  });
});
