// SPDX-License-Identifier: MIT
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.js';

export interface Certificate {
  /** PEM of the certificate alone. */
  certFile: string;
  /** PEM of its private key, not encrypted. */
  keyFile: string;
}

export interface Validity {
  /** Days from now, may be negative; 0 and 50 when not given: of less than 30 an account is warned. */
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

/** What a client certificate may be beside the usual. */
export interface ClientForm {
  /** As `openssl req -newkey` takes it, with its `-pkeyopt`; P-256 when not given. */
  key?: string[];
  /** The value of the extension, null for none; `clientAuth` when not given. */
  extendedKeyUsage?: string | null;
  /** The same; `critical,digitalSignature` when not given. */
  keyUsage?: string | null;
}

/** For {@link ClientForm.key}. */
export const KEYS = {
  rsa2048: ['rsa:2048'],
  rsa1024: ['rsa:1024'],
  p256: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  p521: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  p192: ['ec', '-pkeyopt', 'ec_paramgen_curve:prime192v1'],
  p224: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-224'],
  k256: ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
  brainpool: ['ec', '-pkeyopt', 'ec_paramgen_curve:brainpoolP256r1'],
  rsaPss: ['rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ed448: ['ed448'],
  ed25519: ['ed25519'],
} as const satisfies Record<string, string[]>;

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
    ca.#prepare();
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

  /** An authority below this one, in a folder of its own. */
  async below(folder: string): Promise<Authority> {
    const form = { extendedKeyUsage: null, keyUsage: 'keyCertSign,cRLSign', authority: true };
    const name = 'Steadfast test CA below';
    return Authority.#of(folder, await this.#issue(name, [], {}, form));
  }

  static #of(folder: string, { certFile, keyFile }: Certificate): Authority {
    const ca = new Authority(folder);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    ca.#prepare();
    copyFileSync(certFile, ca.certFile);
    copyFileSync(keyFile, join(folder, 'ca.key'));
    return ca;
  }

  server(names: ServerNames, validity: Validity = {}, form: ClientForm = {}): Promise<Certificate> {
    const alternatives = [
      ...(names.dns ?? []).map((name) => `DNS:${name}`),
      ...(names.srv ?? []).map((name) => `otherName:${SRV_NAME};IA5STRING:_xmpp-client.${name}`),
      ...(names.xmpp ?? []).map((name) => `otherName:${XMPP_ADDR};UTF8:${name}`),
      ...(names.other ?? []),
    ];
    const purpose = { extendedKeyUsage: 'serverAuth', ...form };
    return this.#issue(names.commonName ?? 'server', alternatives, validity, purpose);
  }

  /** A client certificate with one XmppAddr for each JID (XEP-0178 §2), possibly none. */
  client(jids: string[], validity: Validity = {}, form: ClientForm = {}): Promise<Certificate> {
    const alternatives = jids.map((jid) => `otherName:${XMPP_ADDR};UTF8:${jid}`);
    return this.#issue(jids[0] ?? 'nobody', alternatives, validity, form);
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
    { fromDays = -1, toDays = 50 }: Validity,
    form: ClientForm & { authority?: boolean },
  ): Promise<Certificate> {
    const { extendedKeyUsage = 'clientAuth', keyUsage = 'critical,digitalSignature' } = form;
    const stem = `${extendedKeyUsage ?? 'any'}-${++this.#count}`;
    const section = alternatives.map((value, at) => {
      const [kind, rest] = [
        value.slice(0, value.indexOf(':')),
        value.slice(value.indexOf(':') + 1),
      ];
      return `${kind}.${at} = ${rest}`;
    });
    const extensions = [
      ...['[ext]', `basicConstraints = critical,CA:${form.authority === true ? 'TRUE' : 'FALSE'}`],
      ...(extendedKeyUsage === null ? [] : [`extendedKeyUsage = ${extendedKeyUsage}`]),
      ...(keyUsage === null ? [] : [`keyUsage = ${keyUsage}`]),
      ...(section.length > 0 ? ['subjectAltName = @alt', '[alt]', ...section] : []),
    ];
    this.#write(`${stem}.cnf`, extensions.join('\n') + '\n');
    await this.#openssl(
      ...['req', '-new', '-newkey', ...(form.key ?? KEYS.p256), '-nodes'],
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

  #prepare(): void {
    this.#write('ca.cnf', CA_SETTINGS);
    this.#write('index.txt', '');
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
