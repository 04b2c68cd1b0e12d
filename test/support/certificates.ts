// SPDX-License-Identifier: MIT
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.js';

export interface Certificate {
  /** PEM of the certificate alone. */
  certFile: string;
  /** PEM of its private key, not encrypted. */
  keyFile: string;
}

export interface Validity {
  /** Days from now, may be negative; 0 and 30 when not given. */
  fromDays?: number;
  toDays?: number;
}

export interface ServerNames {
  dns?: string[];
  /** Domains for SRV-ID (RFC 4985): `_xmpp-client.` is put before each. */
  srv?: string[];
  /** XmppAddr names (RFC 6120 §13.7.1.4). */
  xmpp?: string[];
  /** Further alternative names, as openssl writes them. */
  other?: string[];
  commonName?: string;
}

const XMPP_ADDR = '1.3.6.1.5.5.7.8.5';
const SRV_NAME = '1.3.6.1.5.5.7.8.7';

const CA_SETTINGS = `[ca]
default_ca = here
[here]
database = index.txt
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
`;

/** ASN.1 UTCTime, the form `openssl ca` takes. */
function utcTime(days: number): string {
  const iso = new Date(Date.now() + days * 86_400_000).toISOString();
  return `${iso.slice(2).replace(/[-:T]/g, '').slice(0, 12)}Z`;
}

/** An authority in a folder of its own, by the openssl program; issues one after the other only. */
export class Authority {
  readonly certFile: string;
  /** Its own key, for certificates that it would not issue. */
  readonly keyFile: string;
  readonly #folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.certFile = join(folder, 'ca.pem');
    this.keyFile = join(folder, 'ca.key');
  }

  static async create(folder: string, name = 'Steadfast test CA'): Promise<Authority> {
    const ca = new Authority(folder);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    ca.#write('ca.cnf', CA_SETTINGS);
    ca.#write('index.txt', '');
    await ca.#openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', 'ca.key', '-out', 'ca.pem', '-days', '60', '-subj', `/CN=${name}`],
      ...[
        '-addext',
        'basicConstraints=critical,CA:TRUE',
        '-addext',
        'keyUsage=keyCertSign,cRLSign',
      ],
    );
    return ca;
  }

  server(names: ServerNames, validity: Validity = {}): Promise<Certificate> {
    const alternatives = [
      ...(names.dns ?? []).map((name) => `DNS:${name}`),
      ...(names.srv ?? []).map((name) => `otherName:${SRV_NAME};IA5STRING:_xmpp-client.${name}`),
      ...(names.xmpp ?? []).map((name) => `otherName:${XMPP_ADDR};UTF8:${name}`),
      ...(names.other ?? []),
    ];
    return this.#issue(names.commonName ?? 'server', alternatives, 'serverAuth', validity);
  }

  /** A client certificate with one XmppAddr for each JID (XEP-0178 §2), possibly none. */
  client(jids: string[], validity: Validity = {}): Promise<Certificate> {
    const alternatives = jids.map((jid) => `otherName:${XMPP_ADDR};UTF8:${jid}`);
    return this.#issue(jids[0] ?? 'nobody', alternatives, 'clientAuth', validity);
  }

  /** Encrypted PKCS#8; returns the path of the PEM file. */
  async encryptKey(certificate: Certificate, passphrase: string): Promise<string> {
    const file = certificate.keyFile.replace(/\.key$/, '.enc.key');
    const secret = this.#write('passphrase', passphrase);
    await this.#openssl(
      ...['pkcs8', '-topk8', '-in', certificate.keyFile, '-out', file],
      ...['-v2', 'aes-256-cbc', '-passout', `file:${secret}`],
    );
    return file;
  }

  /** PKCS#12 with AES; returns the path of the file. */
  async pkcs12(certificate: Certificate, passphrase: string): Promise<string> {
    const file = certificate.certFile.replace(/\.pem$/, '.p12');
    const secret = this.#write('passphrase', passphrase);
    await this.#openssl(
      ...['pkcs12', '-export', '-in', certificate.certFile, '-inkey', certificate.keyFile],
      ...['-certfile', this.certFile, '-out', file, '-passout', `file:${secret}`],
    );
    return file;
  }

  async #issue(
    name: string,
    alternatives: string[],
    usage: string,
    { fromDays = -1, toDays = 30 }: Validity,
  ): Promise<Certificate> {
    const stem = `${usage}-${++this.#count}`;
    const section = alternatives.map((value, at) => {
      const [kind, rest] = [
        value.slice(0, value.indexOf(':')),
        value.slice(value.indexOf(':') + 1),
      ];
      return `${kind}.${at} = ${rest}`;
    });
    const extensions = [
      ...['[ext]', 'basicConstraints = critical,CA:FALSE', `extendedKeyUsage = ${usage}`],
      ...['keyUsage = critical,digitalSignature'],
      ...(section.length > 0 ? ['subjectAltName = @alt', '[alt]', ...section] : []),
    ];
    this.#write(`${stem}.cnf`, extensions.join('\n') + '\n');
    await this.#openssl(
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', `${stem}.key`, '-out', `${stem}.csr`, '-subj', `/CN=${name}`],
    );
    await this.#openssl(
      ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key'],
      ...['-in', `${stem}.csr`, '-out', `${stem}.pem`, '-outdir', '.'],
      ...['-startdate', utcTime(fromDays), '-enddate', utcTime(toDays)],
      ...['-extfile', `${stem}.cnf`, '-extensions', 'ext'],
    );
    return {
      certFile: join(this.#folder, `${stem}.pem`),
      keyFile: join(this.#folder, `${stem}.key`),
    };
  }

  #openssl(...args: string[]): Promise<string> {
    return run('openssl', args, { cwd: this.#folder });
  }

  #write(name: string, content: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }
}

/** SHA-256 of the DER, lower-case hex without colons. */
export function fingerprint(certFile: string): string {
  const { fingerprint256 } = new X509Certificate(readFileSync(certFile));
  return fingerprint256.replaceAll(':', '').toLowerCase();
}
