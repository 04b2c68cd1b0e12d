// SPDX-License-Identifier: MIT
import { Error_Kind, Link_State } from '../../src/contract/engine_pb.js';
import { Workspace } from '../support/workspace.js';
import { FakeEngine, type EventBody } from './fake-engine.js';
import { PurpleHost, type HostOptions } from './host.js';
import type { Buddy, Json } from './host-events.js';

/** The link is gone and the session kept. */
export const interrupted = {
  case: 'link',
  value: {
    state: Link_State.INTERRUPTED,
    error: { kind: Error_Kind.LINK, condition: 'reset', text: 'The server <b>went</b>.' },
  },
} as const;

/** One libpurple host with the real plugin and libsteadfast, and an engine that the test plays. */
export class Stage {
  #marks = 0;

  private constructor(
    readonly workspace: Workspace,
    readonly engine: FakeEngine,
    readonly host: PurpleHost,
  ) {}

  static async set(options: HostOptions = {}): Promise<Stage> {
    const workspace = new Workspace();
    const engine = await FakeEngine.start(workspace);
    const env = { STEADFAST_ENGINE: engine.script, STEADFAST_NODE: process.execPath };
    const host = await PurpleHost.start(workspace, {
      debug: true,
      ...options,
      env: { ...env, ...options.env },
    });
    return new Stage(workspace, engine, host);
  }

  /** An account that waits for its first Link. Returns the host's number and the contract's. */
  async attach(
    username = 'alice@home.example/laptop',
    options: Json = {},
    password = 'sesame',
  ): Promise<{ account: number; number: number }> {
    const after = this.engine.now;
    const account = await this.host.account(username, options, password);
    await this.host.run('account-enable', { account, enabled: true });
    const attach = await this.engine.next('attach', () => true, after);
    return { account, number: attach.account };
  }

  async signIn(username?: string): Promise<{ account: number; number: number }> {
    const both = await this.attach(username);
    this.engine.online(both.number);
    await this.host.next('connected', ({ account }) => account === both.account);
    return both;
  }

  /** Sends the event and returns once the host has dealt with it. */
  async tell(number: number, body: EventBody): Promise<void> {
    const id = `mark-${this.#marks++}`;
    this.engine.send(number, body);
    // Events of an account stay in order: when the log line is out, what came before it is done.
    this.engine.send(number, { case: 'log', value: { category: 'test', text: id, level: 1 } });
    await this.host.next('debug', ({ text }) => text.includes(id));
  }

  async buddies(account: number): Promise<Buddy[]> {
    return (await this.host.run('buddies', { account })).buddies;
  }

  close(): Promise<void> {
    return this.workspace.close();
  }
}
