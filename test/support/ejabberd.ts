// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import type { Authority, Certificate } from './certificates.js';
import { eventually } from './observed.js';
import { freePort } from './ports.js';
import { Running } from './processes.js';
import { projectPath } from './project.js';
import type { Workspace } from './workspace.js';

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** One of the domains that a server is home of. */
export interface EjabberdDomain {
  /** User name → password. */
  users: Record<string, string>;
  /** The hash of the stored passwords; without it they are kept in clear and every SCRAM works. */
  hash?: 'sha' | 'sha256' | 'sha512';
}

export interface EjabberdOptions {
  domains: Record<string, EjabberdDomain>;
  authority: Authority;
  /** Without it one with the domains as DNS-IDs is made. */
  certificate?: Certificate;
  /** How long a lost session can be resumed (default 300 s). */
  hibernationMs?: number;
  /** The address of rooms that outlive the server, with an archive each; without it there are none. */
  rooms?: string;
  /** The port of WebSockets over TLS 1.3, at `/ws`; without it there are none. */
  webPort?: number;
  /** Erlang modules of test/support/ejabberd; `serve` of each is called for each domain. */
  modules?: string[];
}

interface Ports {
  starttls: number;
  direct: number;
}

const VERSIONS: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];
const OTHERS = {
  'TLSv1.2': ['no_sslv3', 'no_tlsv1', 'no_tlsv1_1', 'no_tlsv1_3'],
  'TLSv1.3': ['no_sslv3', 'no_tlsv1', 'no_tlsv1_1', 'no_tlsv1_2'],
};

/**
 * A throw-away ejabberd in one Erlang node without a name, with free loopback ports that each speak
 * one version of TLS.
 */
export class Ejabberd {
  readonly ports: Readonly<Record<TlsVersion, Ports>>;
  readonly #workspace: Workspace;
  readonly #folder: string;
  readonly #options: EjabberdOptions;
  #running: Running | undefined;

  private constructor(
    workspace: Workspace,
    options: EjabberdOptions,
    ports: Record<TlsVersion, Ports>,
  ) {
    this.#workspace = workspace;
    this.#options = options;
    this.ports = ports;
    this.#folder = `ejabberd-${ports['TLSv1.3'].starttls}`;
  }

  static async start(workspace: Workspace, options: EjabberdOptions): Promise<Ejabberd> {
    const pair = async (): Promise<Ports> => ({
      starttls: await freePort(),
      direct: await freePort(),
    });
    const ports = { 'TLSv1.2': await pair(), 'TLSv1.3': await pair() };
    const server = new Ejabberd(workspace, options, ports);
    const certificate =
      options.certificate ??
      (await options.authority.server({ dns: Object.keys(options.domains) }));
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
    const register = Object.entries(this.#options.domains).flatMap(([domain, { users }]) =>
      Object.entries(users).map(
        ([user, password]) =>
          `ejabberd_auth:try_register(${[user, domain, password].map(binary).join(', ')})`,
      ),
    );
    const script = [
      '{ok, _} = application:ensure_all_started(ejabberd)',
      ...register,
      ...this.#served(),
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

  /** Stops and continues the whole process, as a server that hangs. */
  freeze(frozen: boolean): void {
    this.#running?.signal(frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** The log so far. */
  log(): string {
    const path = this.#workspace.path(this.#folder, 'log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Who was let in and by which mechanism, as the log has it so far. */
  logins(): { jid: string; mechanism: string }[] {
    const lines = this.log().matchAll(/Accepted c2s (\S+) authentication for (\S+) by/g);
    return [...lines].map(([, mechanism = '', jid = '']) => ({ jid, mechanism }));
  }

  /** Erlang that compiles and starts the modules of our own. */
  #served(): string[] {
    return (this.#options.modules ?? []).flatMap((name, index) => {
      const source = projectPath('test', 'support', 'ejabberd', `${name}.erl`);
      return [
        `{ok, ${name}, Code${index}} = compile:file("${source}", [binary])`,
        `{module, ${name}} = code:load_binary(${name}, "${source}", Code${index})`,
        ...Object.keys(this.#options.domains).map((domain) => `${name}:serve(${binary(domain)})`),
      ];
    });
  }

  #settings({
    domains,
    authority,
    hibernationMs = 300_000,
    rooms,
    webPort,
  }: EjabberdOptions): object {
    const passwords = Object.entries(domains).map(([domain, { hash }]) => [
      domain,
      hash === undefined
        ? { auth_password_format: 'plain' }
        : { auth_password_format: 'scram', auth_scram_hash: hash },
    ]);
    return {
      hosts: Object.keys(domains),
      ...{ loglevel: 'info', log_rotate_count: 0, s2s_access: 'none' },
      acme: { auto: false },
      certfiles: [this.#workspace.path(this.#folder, 'server.pem')],
      listen: [
        ...VERSIONS.flatMap((tls) => listeners(this.ports[tls], tls, authority.certFile)),
        ...(webPort === undefined ? [] : [webListener(webPort)]),
      ],
      ...{ auth_method: ['internal'], host_config: Object.fromEntries(passwords) as object },
      ...{ acl: { local: { user_regexp: '' } }, access_rules: { c2s: { allow: 'all' } } },
      modules: {
        ...{ mod_roster: { versioning: true }, mod_disco: {}, mod_caps: {}, mod_ping: {} },
        ...{ mod_time: {}, mod_version: {}, mod_last: {}, mod_blocking: {}, mod_privacy: {} },
        ...{ mod_carboncopy: {}, mod_client_state: {}, mod_offline: {}, mod_private: {} },
        mod_vcard: { search: false },
        mod_mam: { default: 'always', assume_mam_usage: true },
        ...(rooms !== undefined && {
          mod_muc: { hosts: [rooms], default_room_options: { persistent: true, mam: true } },
        }),
        mod_pubsub: { plugins: ['flat', 'pep'] },
        mod_stream_mgmt: {
          resend_on_timeout: 'if_offline',
          resume_timeout: `${hibernationMs / 1000} seconds`,
        },
      },
    };
  }
}

/** Each asks for a client certificate; what it thinks of it is told by EXTERNAL, not by TLS. */
function listeners({ starttls, direct }: Ports, tls: TlsVersion, cafile: string): object[] {
  const common = {
    ...{ ip: '127.0.0.1', module: 'ejabberd_c2s', access: 'c2s', tls_verify: true, cafile },
    protocol_options: OTHERS[tls],
  };
  return [
    { ...common, port: starttls, starttls: true, starttls_required: true },
    { ...common, port: direct, tls: true },
  ];
}

function webListener(port: number): object {
  return {
    ...{ ip: '127.0.0.1', port, module: 'ejabberd_http', tls: true },
    ...{ protocol_options: OTHERS['TLSv1.3'], request_handlers: { '/ws': 'ejabberd_http_ws' } },
  };
}

/** An Erlang binary. */
function binary(text: string): string {
  return `<<"${text.replace(/[\\"]/g, '\\$&')}">>`;
}
