// SPDX-License-Identifier: MIT
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { createServer, type Server, type Socket } from 'node:net';
import {
  CommandSchema,
  EventSchema,
  Link_State,
  type Command,
} from '../../src/contract/engine_pb.js';
import { FrameReader, frame } from '../../src/ipc/frames.js';
import { Observed } from '../support/observed.js';
import type { Workspace } from '../support/workspace.js';

type EventInit = MessageInitShape<typeof EventSchema>;
export type EventBody = NonNullable<EventInit['body']>;
type CommandCase = NonNullable<Command['body']['case']>;
export type CommandOf<K extends CommandCase> = Command & {
  body: Extract<Command['body'], { case: K }>;
};

/**
 * The other end of the contract, played by the test: what libsteadfast starts is a relay to a socket
 * of this process, where the test says which event comes when.
 */
export class FakeEngine {
  readonly commands = new Observed<Command>();
  /** The program to run in the engine's place. */
  readonly script: string;
  /** How often it was started. */
  starts = 0;
  /** Answer each state-changing command by Accepted (default). */
  accepting = true;
  /** Answer each Detach by its last Link (default). */
  lettingGo = true;
  readonly #server: Server;
  #host: Socket | undefined;
  #seq = 0;

  private constructor(script: string, server: Server) {
    this.script = script;
    this.#server = server;
    server.on('connection', (socket) => this.#started(socket));
  }

  static async start(workspace: Workspace): Promise<FakeEngine> {
    const path = workspace.path('run', 'engine.sock');
    const script = workspace.write(
      'engine.cjs',
      `const { Socket, connect } = require('node:net');
const host = new Socket({ fd: 3, readable: true, writable: true });
const test = connect(${JSON.stringify(path)});
for (const socket of [host, test]) socket.on('error', () => process.exit()).on('close', () => process.exit());
host.pipe(test).pipe(host);
`,
    );
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const engine = new FakeEngine(script, server);
    workspace.atEnd(() => engine.close());
    return engine;
  }

  /** Sends one event to the host. */
  send(account: number, body: EventBody): void {
    const event = create(EventSchema, { account, seq: ++this.#seq, body });
    this.#host?.write(frame(toBinary(EventSchema, event)));
  }

  /** The account is signed in. */
  online(account: number, resumed = false): void {
    this.send(account, {
      case: 'link',
      value: {
        state: Link_State.ONLINE,
        resumed,
        jid: 'alice@home.example/laptop',
        tlsVersion: 'TLSv1.3',
        mechanism: 'EXTERNAL',
      },
    });
  }

  /** The last Link of a Detach. */
  detached(account: number): void {
    this.send(account, { case: 'link', value: { state: Link_State.DETACHED } });
  }

  /** The next command of a kind that fits, of those since `after`. */
  async next<K extends CommandCase>(
    kind: K,
    fits: (command: CommandOf<K>) => boolean = () => true,
    after = 0,
  ): Promise<CommandOf<K>> {
    const found = await this.commands.next(
      `the command ${kind}`,
      (command) => command.body.case === kind && fits(command as CommandOf<K>),
      { after },
    );
    return found as CommandOf<K>;
  }

  get now(): number {
    return this.commands.all.length;
  }

  all<K extends CommandCase>(kind: K, after = 0): CommandOf<K>[] {
    const found = this.commands.all.slice(after).filter(({ body }) => body.case === kind);
    return found as CommandOf<K>[];
  }

  /** Dies as by SIGKILL: no Goodbye. */
  die(): void {
    this.#host?.destroy();
  }

  close(): Promise<void> {
    this.#host?.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #started(socket: Socket): void {
    const reader = new FrameReader();
    this.#host = socket;
    this.#seq = 0;
    this.starts++;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      for (const one of reader.push(bytes)) this.#arrived(fromBinary(CommandSchema, one));
    });
  }

  #arrived(command: Command): void {
    if (command.body.case === 'hello')
      this.send(0, { case: 'hello', value: { version: 1, program: 'Fake 1.0' } });
    if (command.id !== '' && this.accepting)
      this.send(command.account, { case: 'accepted', value: { id: command.id } });
    if (command.body.case === 'detach' && this.lettingGo) this.detached(command.account);
    this.commands.add(command);
  }
}
