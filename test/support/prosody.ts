// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'node:path';
import type { Authority, Certificate } from './certificates.js';
import { eventually, Observed } from './observed.js';
import { freePort, listens } from './ports.js';
import { Running } from './processes.js';
import { follow } from './follow.js';
import { lua } from './lua.js';
import { projectPath } from './project.js';
import type { Workspace } from './workspace.js';

/** What mod_steadfast_watch and mod_steadfast_wire saw. `session` is the XEP-0198 resumption id, once there is one. */
export interface Sight {
  event:
    | 'authenticated'
    | 'refused'
    | 'bound'
    | 'unbound'
    | 'hibernating'
    | 'resumed'
    | 'active'
    | 'inactive'
    | 'message'
    /** By mod_steadfast_wire: an element on a stream, from a user or to one. */
    | 'received'
    | 'sent';
  /** Unix time in ms. */
  at: number;
  user?: string;
  resource?: string;
  session?: string;
  mechanism?: string;
  condition?: string;
  /** As LuaSec names it, `TLSv1.3`. */
  tls?: string;
  /** SHA-256 of the client certificate the server was shown. */
  certificate?: string;
  to?: string;
  id?: string;
  body?: string;
  /** The element's name, and all of it. */
  name?: string;
  xml?: string;
}

export interface ProsodyOptions {
  domain?: string;
  /** User name → password; `null` makes an account that no password opens. */
  users: Record<string, string | null>;
  authority: Authority;
  /** Without it one with the domain as DNS-ID is made. */
  certificate?: Certificate;
  /** The hash of the stored passwords, and so the one SCRAM offered (default SHA-1). */
  hash?: 'SHA-1' | 'SHA-256';
  /** The one TLS version spoken (default: 1.2 and 1.3). */
  tls?: 'TLSv1.2' | 'TLSv1.3';
  /** False leaves STARTTLS unannounced and logins in clear allowed. */
  starttls?: boolean;
  /** How long a lost session can be resumed (default 600 s). */
  hibernationMs?: number;
  /** Contacts that see each other from the start: pairs of user names. */
  friends?: [string, string][];
  modules?: string[];
  withoutModules?: string[];
  /** Lines of Lua for the host's section. */
  settings?: string;
  /** More for the global section, or other values than the usual ones. */
  global?: Record<string, unknown>;
}

const MODULES = [
  ...['disco', 'roster', 'saslauth', 'tls', 'blocklist', 'bookmarks', 'carbons', 'pep', 'private'],
  ...['smacks', 'vcard4', 'vcard_legacy', 'csi', 'csi_simple', 'ping', 'time', 'version', 'mam'],
  ...['offline', 'presence', 'message', 'iq', 'steadfast_watch'],
];

/** A throw-away Prosody on free loopback ports; its state survives restart(), not the workspace. */
export class Prosody {
  readonly domain: string;
  readonly port: number;
  readonly directTlsPort: number;
  readonly sights = new Observed<Sight>();
  readonly #workspace: Workspace;
  readonly #folder: string;
  #running: Running | undefined;

  private constructor(workspace: Workspace, domain: string, ports: [number, number]) {
    this.#workspace = workspace;
    this.domain = domain;
    [this.port, this.directTlsPort] = ports;
    this.#folder = `prosody-${this.port}`;
  }

  static async start(workspace: Workspace, options: ProsodyOptions): Promise<Prosody> {
    const domain = options.domain ?? 'home.example';
    const server = new Prosody(workspace, domain, [await freePort(), await freePort()]);
    const certificate = options.certificate ?? (await options.authority.server({ dns: [domain] }));
    workspace.makeFolder(server.#folder, 'data');
    server.#writeConfiguration(options, certificate);
    server.#writeAccounts(options);
    server.#writeRosters(options.friends ?? []);
    const watch = workspace.write(`${server.#folder}/watch`, '');
    workspace.atEnd(follow(watch, (line) => server.sights.add(JSON.parse(line) as Sight)));
    workspace.atEnd(() => server.stop());
    await server.restart();
    return server;
  }

  get pid(): number {
    if (this.#running === undefined) throw new Error('Prosody does not run');
    return this.#running.pid;
  }

  /** Starts it again with the same ports and state (it must have been stopped or killed). */
  async restart(): Promise<void> {
    const config = this.#workspace.path(this.#folder, 'prosody.cfg.lua');
    // Never with --version or --help: this program takes any argument as an order to serve.
    const running = new Running('prosody', ['-F', '--config', config], {
      env: this.#workspace.env(),
      log: this.#workspace.path(this.#folder, 'output'),
    });
    this.#running = running;
    await eventually('Prosody to listen', async () => {
      if (!running.running) throw new Error(`Prosody ended: ${running.output()}${this.log()}`);
      return (await listens(this.port)) && (await listens(this.directTlsPort));
    });
  }

  /** Closes all streams with words (SIGTERM). */
  async stop(): Promise<void> {
    if (this.#running?.running === true) await this.#running.stop();
  }

  async kill(): Promise<void> {
    await this.#running?.kill();
  }

  /** Stops and continues the whole process, as a server that hangs. */
  freeze(frozen: boolean): void {
    this.#running?.signal(frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** The debug log so far. */
  log(): string {
    const path = this.#workspace.path(this.#folder, 'log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** What the server keeps for a user in one of its stores, as the text of its file. */
  stored(store: string, user: string): string {
    const folder = this.#workspace.path(this.#folder, 'data', folderName(this.domain), store);
    if (!existsSync(folder)) return '';
    const file = readdirSync(folder).find((name) => parse(name).name === folderName(user));
    return file === undefined ? '' : readFileSync(`${folder}/${file}`, 'utf8');
  }

  #writeConfiguration(options: ProsodyOptions, certificate: Certificate): void {
    const here = (name: string): string => this.#workspace.path(this.#folder, name);
    const left = new Set(options.withoutModules ?? []);
    const modules = [...MODULES, ...(options.modules ?? [])].filter((name) => !left.has(name));
    const protocol = { 'TLSv1.2': 'tlsv1_2', 'TLSv1.3': 'tlsv1_3', both: 'tlsv1_2+' };
    const ssl = {
      certificate: certificate.certFile,
      key: certificate.keyFile,
      cafile: options.authority.certFile,
      protocol: protocol[options.tls ?? 'both'],
      // Asks for a client certificate; one it does not trust is told by EXTERNAL, not by TLS.
      verify: ['peer'],
      verifyext: { lsec_continue: true, lsec_ignore_purpose: false },
    };
    const secure = options.starttls !== false;
    const global = {
      ...{ run_as_root: true, pidfile: here('pid'), data_path: here('data') },
      ...{ plugin_paths: [projectPath('test/support/prosody')] },
      ...{ interfaces: ['127.0.0.1'], c2s_ports: [this.port] },
      ...{ c2s_direct_tls_ports: [this.directTlsPort], c2s_direct_tls_ssl: ssl },
      ...{ s2s_ports: [], http_ports: [], https_ports: [] },
      ...{ modules_disabled: ['s2s', 'http'] },
      ...{ modules_enabled: modules.filter((name) => secure || name !== 'tls') },
      ...{ log: { debug: here('log') }, ssl, c2s_ssl: ssl },
      ...{ c2s_require_encryption: secure, allow_unencrypted_plain_auth: !secure },
      ...{ authentication: 'steadfast_external', password_hash: options.hash ?? 'SHA-1' },
      ...{ smacks_hibernation_time: (options.hibernationMs ?? 600_000) / 1000 },
      ...{ steadfast_watch_file: here('watch'), storage: 'internal' },
      ...options.global,
    };
    const lines = Object.entries(global).map(([name, value]) => `${name} = ${lua(value)}`);
    this.#workspace.write(
      `${this.#folder}/prosody.cfg.lua`,
      [...lines, `VirtualHost ${lua(this.domain)}`, options.settings ?? '', ''].join('\n'),
    );
  }

  #writeAccounts({ users }: ProsodyOptions): void {
    for (const [user, password] of Object.entries(users)) {
      // A password in clear is hashed by Prosody at the first login.
      this.#store('accounts', user, password === null ? {} : { password });
    }
  }

  #writeRosters(friends: [string, string][]): void {
    const users = new Map<string, Record<string, unknown>>();
    for (const [a, b] of [...friends, ...friends.map(([a, b]): [string, string] => [b, a])]) {
      const contact = { subscription: 'both', name: capital(b), groups: { Friends: true } };
      users.set(a, { ...users.get(a), [`${b}@${this.domain}`]: contact });
    }
    for (const [user, contacts] of users) this.#store('roster', user, contacts);
  }

  #store(store: string, user: string, content: unknown): void {
    this.#workspace.write(
      `${this.#folder}/data/${folderName(this.domain)}/${store}/${folderName(user)}.dat`,
      `return ${lua(content)};\n`,
    );
  }
}

/** Prosody writes all but letters and digits as %xx in the names of its files. */
function folderName(name: string): string {
  return name.replace(/[^a-zA-Z0-9]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
