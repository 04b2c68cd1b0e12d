// SPDX-License-Identifier: MIT
//
// The forms in which a person has a certificate: what is in the files, and what the account is told of them.

import { readFileSync, writeFileSync } from 'node:fs';
import type { AccountOptions } from '../../bindings/node/index.js';
import { dirname, join } from 'node:path';
import { CertificateFiles, PKCS12 } from '../support/certificate-files.js';
import { KEYS, type Authority } from '../support/certificates.js';

export const PASSPHRASE = 'a phrase of words';

type Files = Pick<AccountOptions, 'clientCert' | 'clientKey' | 'clientCertPassphrase'>;

/** Of a kind of key, its own file beside it. */
const withKey =
  (kind: keyof typeof KEYS): Form =>
  async (authority, jid) => {
    const { certFile, keyFile } = await authority.client([jid], {}, { key: [...KEYS[kind]] });
    return { clientCert: certFile, clientKey: keyFile };
  };

/** Makes the files of a certificate for an account. */
export type Form = (authority: Authority, jid: string) => Promise<Files>;

export const FORMS: Record<string, Form> = {
  'PEM, the key in a file of its own': async (authority, jid) => {
    const { certFile, keyFile } = await authority.client([jid]);
    return { clientCert: certFile, clientKey: keyFile };
  },
  'PEM, all in one file': async (authority, jid) => {
    const { certFile, keyFile } = await authority.client([jid]);
    const file = certFile.replace(/\.pem$/, '.all.pem');
    const parts = [certFile, keyFile].map((part) => readFileSync(part, 'utf8'));
    writeFileSync(file, parts.join(''), { mode: 0o600 });
    return { clientCert: file };
  },
  'PEM, the key encrypted as PKCS#8': async (authority, jid) => {
    const made = await authority.client([jid]);
    const clientKey = await authority.encryptKey(made, PASSPHRASE);
    return { clientCert: made.certFile, clientKey, clientCertPassphrase: PASSPHRASE };
  },
  'PKCS#12 by AES': async (authority, jid) => {
    const made = await authority.client([jid]);
    const clientCert = await authority.pkcs12(made, PASSPHRASE);
    return { clientCert, clientCertPassphrase: PASSPHRASE };
  },
  'PKCS#12 of Windows and old browsers': async (authority, jid) => {
    const made = await authority.client([jid]);
    const files = new CertificateFiles(dirname(made.certFile));
    const how = PKCS12['of Windows 7 to 10 and old browsers (RC2-40, 3DES, SHA-1)'];
    const clientCert = await files.pkcs12(made, PASSPHRASE, how);
    return { clientCert, clientCertPassphrase: PASSPHRASE };
  },
  'PEM, the key locked in the traditional form': async (authority, jid) => {
    const made = await authority.client([jid]);
    const files = new CertificateFiles(dirname(made.certFile));
    const clientKey = await files.traditionalKey(made, PASSPHRASE);
    return { clientCert: made.certFile, clientKey, clientCertPassphrase: PASSPHRASE };
  },
  'PEM, by an authority below the one that is known': async (authority, jid) => {
    const below = await authority.below(join(dirname(authority.certFile), `below-${jid}`));
    const { certFile, keyFile } = await below.client([jid]);
    const chain = `${certFile}.chain.pem`;
    writeFileSync(chain, [certFile, below.certFile].map((part) => readFileSync(part)).join(''));
    return { clientCert: chain, clientKey: keyFile };
  },
  'PEM, RSA of 2048 bits': withKey('rsa2048'),
  'PEM, P-384': withKey('p384'),
  'PEM, Ed25519': withKey('ed25519'),
};
