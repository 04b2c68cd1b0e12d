// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import type { Authority, Certificate } from './certificates.js';
import { eventually } from './observed.js';
import { freePort } from './ports.js';
import { Running } from './processes.js';
import type { Workspace } from './workspace.js';

export interface EjabberdOptions {
  domain?: string;
  /** User name → password. */
  users: Record<string, string>;
  authority: Authority;
  /** Without it one with the domain as DNS-ID is made. */
  certificate?: Certificate;
  /** The hash of the stored passwords; without it they are kept in clear and every SCRAM works. */
  hash?: 'sha' | 'sha256' | 'sha512';
  /** The one TLS version spoken (default: 1.2 and 1.3). */
  tls?: 'TLSv1.2' | 'TLSv1.3';
  /** How long a lost session can be resumed (default 300 s). */
  hibernationMs?: number;
}

const VERSIONS = ['no_sslv3', 'no_tlsv1', 'no_tlsv1_1'];

/** A throw-away ejabberd on free loopback ports, in one Erlang node without a name. */
export class Ejabberd {
  readonly domain: string;
  readonly port: number;
  readonly directTlsPort: number;
  readonly #workspace: Workspace;
  readonly #folder: string;
  readonly #users: Record<string, string>;
  #running: Running | undefined;

  private constructor(workspace: Workspace, options: EjabberdOptions, ports: [number, number]) {
    this.#workspace = workspace;
    this.domain = options.domain ?? 'home.example';
    this.#users = options.users;
    [this.port, this.directTlsPort] = ports;
    this.#folder = `ejabberd-${this.port}`;
  }

  static async start(workspace: Workspace, options: EjabberdOptions): Promise<Ejabberd> {
    const server = new Ejabberd(workspace, options, [await freePort(), await freePort()]);
    const certificate =
      options.certificate ?? (await options.authority.server({ dns: [server.domain] }));
    workspace.makeFolder(server.#folder, 'mnesia');
    // ejabberd takes the certificate and its key from one list of files.
    const pem = [certificate.certFile, certificate.keyFile].map((file) =>
      readFileSync(file, 'utf8'),
    );
    workspace.write(`${server.#folder}/server.pem`, pem.join(''));
    // JSON is YAML.
    const settings = JSON.stringify(server.#settings(options), undefined, 1);
    workspace.write(`${server.#folder}/ejabberd.yml`, `${settings}\n`);
    workspace.atEnd(() => server.stop());
    await server.restart();
    return server;
  }

  get pid(): number {
    if (this.#running === undefined) throw new Error('ejabberd does not run');
    return this.#running.pid;
  }

  /** Starts it again with the same ports and state (it must have been stopped or killed). */
  async restart(): Promise<void> {
    const here = (name: string): string => this.#workspace.path(this.#folder, name);
    const registered = here(`registered-${Date.now()}`);
    const register = Object.entries(this.#users).map(
      ([user, password]) =>
        `ejabberd_auth:try_register(${[user, this.domain, password].map(binary).join(', ')})`,
    );
    const script = [
      '{ok, _} = application:ensure_all_started(ejabberd)',
      ...register,
      `file:write_file("${registered}", <<>>)`,
    ];
    // Without a node name there is no epmd, and no port but ours.
    const running = new Running(
      'erl',
      [
        ...['-noinput', '-mnesia', 'dir', `"${here('mnesia')}"`],
        ...['-eval', `${script.join(', ')}.`],
      ],
      {
        cwd: here('.'),
        log: here('output'),
        env: this.#workspace.env({
          ERL_LIBS: '/usr/lib/x86_64-linux-gnu',
          EJABBERD_CONFIG_PATH: here('ejabberd.yml'),
          EJABBERD_LOG_PATH: here('log'),
          ERL_CRASH_DUMP: here('crash'),
        }),
      },
    );
    this.#running = running;
    await eventually(
      'ejabberd to serve',
      () => {
        if (!running.running) throw new Error(`ejabberd ended: ${running.output()}${this.log()}`);
        return existsSync(registered);
      },
      60_000,
    );
  }

  /** Ends all streams with words (SIGTERM). */
  async stop(): Promise<void> {
    if (this.#running?.running === true) await this.#running.stop(10_000);
  }

  async kill(): Promise<void> {
    await this.#running?.kill();
  }

  log(): string {
    const path = this.#workspace.path(this.#folder, 'log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  #settings(options: EjabberdOptions): Record<string, unknown> {
    const cafile = options.authority.certFile;
    const other = { 'TLSv1.2': ['no_tlsv1_3'], 'TLSv1.3': ['no_tlsv1_2'], both: [] };
    const listener = {
      ...{ ip: '127.0.0.1', module: 'ejabberd_c2s', access: 'c2s', tls_verify: true, cafile },
      protocol_options: [...VERSIONS, ...other[options.tls ?? 'both']],
    };
    return {
      hosts: [this.domain],
      ...{ loglevel: 'debug', log_rotate_count: 0, s2s_access: 'none' },
      certfiles: [this.#workspace.path(this.#folder, 'server.pem')],
      listen: [
        { ...listener, port: this.port, starttls: true, starttls_required: true },
        { ...listener, port: this.directTlsPort, tls: true },
      ],
      auth_method: ['internal'],
      auth_password_format: options.hash === undefined ? 'plain' : 'scram',
      ...(options.hash === undefined ? {} : { auth_scram_hash: options.hash }),
      ...{ acl: { local: { user_regexp: '' } }, access_rules: { c2s: { allow: 'all' } } },
      modules: {
        ...{ mod_roster: { versioning: true }, mod_disco: {}, mod_caps: {}, mod_ping: {} },
        ...{ mod_time: {}, mod_version: {}, mod_last: {}, mod_blocking: {}, mod_privacy: {} },
        ...{ mod_carboncopy: {}, mod_client_state: {}, mod_offline: {}, mod_private: {} },
        mod_vcard: { search: false },
        mod_mam: { default: 'always', assume_mam_usage: true },
        mod_pubsub: { plugins: ['flat', 'pep'] },
        mod_stream_mgmt: {
          resend_on_timeout: 'if_offline',
          resume_timeout: `${(options.hibernationMs ?? 300_000) / 1000} seconds`,
        },
      },
    };
  }
}

/** An Erlang binary. */
function binary(text: string): string {
  return `<<"${text.replace(/[\\"]/g, '\\$&')}">>`;
}
