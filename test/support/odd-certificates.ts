// SPDX-License-Identifier: MIT
//
// Certificates that no sound authority makes.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from './certificates.js';
import { run } from './processes.js';

const settings = (domain: string): string => `[req]
distinguished_name = name
[name]
[ext]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:${domain}
`;

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

function files(folder: string, stem: string): Certificate {
  return { certFile: join(folder, `${stem}.pem`), keyFile: join(folder, `${stem}.key`) };
}

/** One that vouches only for itself. */
export function selfSigned(folder: string, domain: string): Promise<Certificate> {
  return issue(folder, 'self-signed', domain, EC);
}

/** RSA of 1024 bits, issued by an authority whose certificate and key are these. */
export function shortKey(
  folder: string,
  domain: string,
  issuer: Certificate,
): Promise<Certificate> {
  return issue(folder, 'short-key', domain, ['-newkey', 'rsa:1024'], issuer);
}

/** Signed by the key of a server's certificate, which is no authority; it is sent along. */
export /** Signed by the key of a server's certificate, which is no authority; it is sent along. */
async function issuedByLeaf(
  folder: string,
  domain: string,
  leaf: Certificate,
): Promise<Certificate> {
  const made = await issue(folder, 'by-leaf', domain, EC, leaf);
  const chain = [made, leaf].map(({ certFile }) => readFileSync(certFile, 'utf8'));
  writeFileSync(made.certFile, chain.join(''));
  return made;
}

async function issue(
  folder: string,
  stem: string,
  domain: string,
  key: readonly string[],
  issuer?: Certificate,
): Promise<Certificate> {
  const made = files(folder, stem);
  const config = join(folder, `${stem}.cnf`);
  writeFileSync(config, settings(domain));
  await run('openssl', [
    ...['req', '-x509', ...key, '-nodes', '-keyout', made.keyFile, '-out', made.certFile],
    ...['-days', '2', '-subj', '/CN=odd', '-config', config, '-extensions', 'ext'],
    ...(issuer === undefined ? [] : ['-CA', issuer.certFile, '-CAkey', issuer.keyFile]),
  ]);
  return made;
}
