// SPDX-License-Identifier: MIT
import { setTimeout as delay } from 'node:timers/promises';
import { PurpleHost, type HostOptions } from '../native/host.js';
import type { HostEventOf } from '../native/host-events.js';
import { Authority, type Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Prosody, type ProsodyOptions } from '../support/prosody.js';
import { ScriptedServer, type Script } from '../support/scripted-server.js';
import { Workspace } from '../support/workspace.js';

export const ALICE = 'alice@home.example';
export const PASSWORD = 'sesame';

/** PurpleConnectionError. Those but the first and ENCRYPTION disable the account. */
export const Reason = {
  NETWORK: 0,
  AUTHENTICATION_FAILED: 2,
  AUTHENTICATION_IMPOSSIBLE: 3,
  INVALID_SETTINGS: 7,
  CERT_UNTRUSTED: 9,
  OTHER: 16,
} as const;

/** Longer than the engine's rhythm of redials (a second), so that one that goes on is seen. */
const WATCHED_MS = 2000;

export type Options = Record<string, string | number | boolean>;

/** What a failed sign-in came to: what the host was told, and how often it was dialled for that. */
export interface Outcome {
  error: HostEventOf<'connection-error'>;
  host: PurpleHost;
  account: number;
}

/** An authority, servers that misbehave, and a libpurple host that signs in to them. */
export class Failing {
  readonly workspace = new Workspace();
  #authority: Authority | undefined;

  static async open(): Promise<Failing> {
    const failing = new Failing();
    failing.#authority = await Authority.create(failing.workspace.path('ca'));
    return failing;
  }

  get authority(): Authority {
    if (this.#authority === undefined) throw new Error('not open');
    return this.#authority;
  }

  /** An authority that our side was told nothing of. */
  stranger(): Promise<Authority> {
    return Authority.create(this.workspace.path('stranger'), 'Unheard-of CA');
  }

  async scripted(script: Partial<Script> = {}): Promise<ScriptedServer> {
    const certificate = script.certificate ?? (await this.certificate());
    const server = await ScriptedServer.start({ ...script, certificate });
    this.workspace.atEnd(() => server.close());
    return server;
  }

  /** Prosody behind a relay that counts the dials. */
  async prosody(more: Partial<ProsodyOptions> = {}): Promise<[CuttingProxy, Prosody]> {
    const users = { alice: PASSWORD, bob: 'builder' };
    const server = await Prosody.start(this.workspace, {
      ...{ users, authority: this.authority },
      ...more,
    });
    return [await this.relay(server.port), server];
  }

  async relay(port: number): Promise<CuttingProxy> {
    const proxy = await CuttingProxy.start(port);
    this.workspace.atEnd(() => proxy.close());
    return proxy;
  }

  /** The server's, as it should be. */
  certificate(): Promise<Certificate> {
    return this.authority.server({ dns: ['home.example'] });
  }

  /** Options that lead to a port of this machine; our authority is trusted. */
  to(port: number): Options {
    return { connect_server: '127.0.0.1', port, ca_file: this.authority.certFile };
  }

  /** Options to sign in by this certificate. */
  by({ certFile, keyFile }: Certificate): Options {
    return { auth_method: 'external', client_cert: certFile, client_key: keyFile };
  }

  /** Alice is enabled in a new host. */
  async signIn(
    options: Options,
    { username = `${ALICE}/desk`, password = PASSWORD, proxy, ...more }: SignIn = {},
  ): Promise<{ host: PurpleHost; account: number }> {
    const host = await PurpleHost.start(this.workspace, { debug: true, ...more });
    const account = await host.account(username, options, password);
    if (proxy !== undefined) await host.run('account-set', { account, proxy });
    await host.run('account-enable', { account, enabled: true });
    return { host, account };
  }

  /** Waits for the end of a sign-in that fails, and watches what follows for a while. */
  async outcome({ host, account }: { host: PurpleHost; account: number }): Promise<Outcome> {
    const error = await host.events.next(
      'the sign-in to fail',
      (event) => event.event === 'connection-error',
      { withinMs: 60_000 },
    );
    if (error.event !== 'connection-error') throw new Error('no error');
    await host.next('disconnected');
    await delay(WATCHED_MS);
    return { error, host, account };
  }

  async fail(options: Options, more: SignIn = {}): Promise<Outcome> {
    return this.outcome(await this.signIn(options, more));
  }

  close(): Promise<void> {
    return this.workspace.close();
  }
}

export interface SignIn extends HostOptions {
  username?: string;
  password?: string;
  /** As libpurple keeps it: `type` is PurpleProxyType. */
  proxy?: { type: number; host: string; port: number; user: string; password: string };
}

/** All that a person was shown beside the one connection error. */
export function otherwiseShown(host: PurpleHost): unknown[] {
  return [
    ...host.all('connection-error').slice(1),
    ...host.all('notify'),
    ...host.all('request'),
    ...host.all('write'),
    ...host.all('connected'),
  ];
}
