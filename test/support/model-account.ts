// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import {
  AttachSchema,
  CommandSchema,
  DetachSchema,
  HandledSchema,
  Link_State,
  SendMessageSchema,
  MessageState_State as State,
  QueryMessageSchema,
  SetPresenceSchema,
} from '../../src/contract/engine_pb.js';
import type { Attach, Detach_How } from '../../src/contract/engine_pb.js';
import type { EventBody } from '../../src/features/feature.js';
import { ModelDisk } from './model/disk.js';
import { ModelEngine } from './model/engine.js';
import type { Machine } from './model/machine.js';
import { ModelServer } from './model/server.js';
import type { ServerOptions } from './model/profiles.js';
import { World } from './model/world.js';

const DOMAIN = 'model.test';

type EventCase = NonNullable<EventBody['case']>;
type Value<C extends EventCase> = Extract<EventBody, { case: C }>['value'];

/** One real account on a model of everything outside it, told what to do step by step. */
export class ModelAccount {
  readonly world = new World(1);
  readonly server: ModelServer;
  readonly disk = new ModelDisk(this.world);
  readonly told: { readonly case: EventCase; readonly value: unknown }[] = [];
  /** How far the wall clock of its machine is ahead of the server's. */
  aheadMs = 0;
  engine: ModelEngine;
  private ids = 0;

  /** Signed in, at work, and nothing of it written down. */
  static signedIn(this: void, options: Partial<ServerOptions> = {}): ModelAccount {
    const account = new ModelAccount(options);
    account.attach();
    if (account.links().at(-1) !== 'ONLINE') throw new Error('the account is not online');
    // Its archive is read again a little later.
    account.pass(options.archive === true ? 3_000 : 0);
    account.wire();
    account.told.length = 0;
    return account;
  }

  /** @param latencyMs of the line, one way, at least; twice that at most */
  constructor(
    options: Partial<ServerOptions> = {},
    private readonly latencyMs = 5,
  ) {
    this.server = new ModelServer(this.world, DOMAIN, {
      resumeMs: 600_000,
      failedH: true,
      ...options,
    });
    this.engine = this.newEngine();
  }

  /** The engine is killed and a new one started on the same disk. */
  restart(): void {
    this.engine.kill();
    this.told.length = 0;
    this.engine = this.newEngine();
  }

  /** The host dies: the engine flushes what it has and ends, and both are started again. */
  hostDies(): void {
    this.engine.end();
    this.pass(100);
    this.told.length = 0;
    this.engine = this.newEngine();
  }

  attach(
    init: Partial<
      Pick<
        Attach,
        | 'jid'
        | 'folder'
        | 'password'
        | 'authMethod'
        | 'clientCert'
        | 'connectServer'
        | 'noArchive'
        | 'inboxTaken'
        | 'online'
        | 'queueHours'
        | 'pinSha256'
        | 'rooms'
      >
    > = {},
    ms = 1_000,
  ): void {
    const value = create(AttachSchema, {
      jid: `alice@${DOMAIN}`,
      password: 'secret',
      presence: create(SetPresenceSchema, {}),
      ...init,
    });
    this.engine.command(create(CommandSchema, { body: { case: 'attach', value } }));
    this.pass(ms);
  }

  detach(how: Detach_How, ms = 1_000): void {
    const value = create(DetachSchema, { how });
    this.engine.command(create(CommandSchema, { body: { case: 'detach', value } }));
    this.pass(ms);
  }

  /** @returns the command's id */
  send(body: string, id = `id-${String(++this.ids)}`, to = `bob@${DOMAIN}`): string {
    const value = create(SendMessageSchema, { to, body });
    this.engine.command(create(CommandSchema, { id, body: { case: 'sendMessage', value } }));
    this.pass(500);
    return id;
  }

  /** The server sends alice a stanza. */
  says(text: string): void {
    const [session] = this.server.sessions.values();
    if (session === undefined) throw new Error('alice has no session');
    this.server.deliver(session, { text, at: this.world.clock().wall });
  }

  /** Our server tells that bob does not exist, before it acknowledges the message. */
  bounce(id: string): void {
    const error =
      "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    this.says(`<message from='bob@${DOMAIN}' type='error' id='${id}'>${error}</message>`);
    this.pass(100);
  }

  handled(seq: number): void {
    const value = create(HandledSchema, { seq });
    this.engine.command(create(CommandSchema, { body: { case: 'handled', value } }));
    this.pass(100);
  }

  /** Somebody else's message for alice. */
  receive(body: string, id = body): void {
    const [session] = this.server.sessions.values();
    if (session === undefined) {
      throw new Error('alice has no session');
    }
    this.server.routeText(messageText(`bob@${DOMAIN}/b`, session.jid, body, id), session.user);
    this.pass(500);
  }

  /** Somebody's message that the server routes by itself: to a session, or to the offline store. */
  arrives(body: string): void {
    const user = `alice@${DOMAIN}`;
    this.server.routeText(messageText(`bob@${DOMAIN}/b`, user, body), user);
  }

  /** A message for alice that another device of hers has got. */
  handedElsewhere(body: string): void {
    this.archived(`bob@${DOMAIN}/b`, `alice@${DOMAIN}`, body);
  }

  sentElsewhere(body: string): void {
    this.archived(`alice@${DOMAIN}/phone`, `bob@${DOMAIN}`, body);
  }

  /** Where a text stands, by the journal. */
  standing(id: string): string | undefined {
    const value = create(QueryMessageSchema, { id });
    this.engine.command(create(CommandSchema, { body: { case: 'queryMessage', value } }));
    const answer = this.take('messageState').at(-1);
    return answer === undefined ? undefined : State[answer.state];
  }

  private archived(from: string, to: string, body: string): void {
    this.server.keep(`alice@${DOMAIN}`, messageText(from, to, body));
  }

  cut(): void {
    this.engine.link?.cut(true, true);
    this.pass(100);
  }

  pass(ms: number): void {
    this.world.run(this.world.now + ms);
  }

  /** What the server got since the last call, by element name; `/` is a closing tag. */
  wire(): string[] {
    return this.server.received.splice(0).map((text) => /^<([^\s/>]+|\/)/.exec(text)?.[1] ?? text);
  }

  /** Bodies of the messages told since the last call of `take`. */
  take<C extends EventCase>(which: C): Value<C>[] {
    return this.told
      .splice(0)
      .filter((body) => body.case === which)
      .map(({ value }) => value as Value<C>);
  }

  links(): string[] {
    return this.take('link').map(
      ({ state, error }) => Link_State[state] + (error === undefined ? '' : ` ${error.condition}`),
    );
  }

  private machine(): Machine {
    const { world } = this;
    return {
      chance: world.chance,
      clock: () => ({ ...world.clock(), wall: world.clock().wall + this.aheadMs }),
      get ranMs() {
        return world.ranMs;
      },
      after: world.after.bind(world),
      wake: world.wake.bind(world),
      note: world.note.bind(world),
    };
  }

  private newEngine(): ModelEngine {
    const tell = ({ body }: { body: EventBody }) => this.told.push(body);
    return new ModelEngine(this.machine(), this.disk, this.server, this.latencyMs, tell, 0);
  }
}

function messageText(from: string, to: string, body: string, id = body): string {
  return `<message xmlns='jabber:client' from='${from}' to='${to}' type='chat' id='${id}'><body>${body}</body></message>`;
}
