// SPDX-License-Identifier: MIT
//
// The forms in which a person has a certificate: what is in the files, and what the account is told of them.

import { readFileSync, writeFileSync } from 'node:fs';
import type { AccountOptions } from '../../bindings/node/index.js';
import type { Authority } from '../support/certificates.js';

export const PASSPHRASE = 'a phrase of words';

type Files = Pick<AccountOptions, 'clientCert' | 'clientKey' | 'clientCertPassphrase'>;

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
};
