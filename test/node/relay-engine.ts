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

export type EventBody = NonNullable<MessageInitShape<typeof EventSchema>['body']>;
type CommandCase = NonNullable<Command['body']['case']>;
type CommandOf<K extends CommandCase> = Command & { body: Extract<Command['body'], { case: K }> };

/**
 * The engine's side of the contract, played by the test byte by byte: what libsteadfast starts is a
 * relay to a socket of this process. Each start is numbered from 1; several may live at once.
 */
export class RelayEngine {
  readonly commands = new Observed<Command>();
  readonly script: string;
  /** Answer each command with an id by Accepted (default). */
  accepting = true;
  /** Answer each Detach by its last Link (default). */
  lettingGo = true;
  readonly #server: Server;
  readonly #hosts: { socket: Socket; seq: number }[] = [];

  private constructor(script: string, server: Server) {
    this.script = script;
    this.#server = server;
    server.on('connection', (socket) => this.#started(socket));
  }

  static async start(workspace: Workspace): Promise<RelayEngine> {
    const path = workspace.path('run', 'engine.sock');
    const script = workspace.write(
      'relay/engine.cjs',
      `const { Socket, connect } = require('node:net');
const host = new Socket({ fd: 3, readable: true, writable: true });
const test = connect(${JSON.stringify(path)});
for (const socket of [host, test]) socket.on('error', () => process.exit());
test.on('close', () => process.exit());
host.pipe(test).pipe(host);
`,
    );
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const engine = new RelayEngine(script, server);
    workspace.atEnd(() => engine.#close());
    return engine;
  }

  get starts(): number {
    return this.#hosts.length;
  }

  /** How many commands have come so far. */
  get now(): number {
    return this.commands.all.length;
  }

  /** Sends an event to the host started last, or by number. Returns its seq. */
  send(account: number, body: EventBody, start = this.#hosts.length): number {
    const host = this.#host(start);
    const seq = ++host.seq;
    host.socket.write(frame(toBinary(EventSchema, create(EventSchema, { account, seq, body }))));
    return seq;
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void {
    this.#host(this.#hosts.length).socket.write(bytes);
  }

  /** Ends, after what was sent has gone. */
  die(): void {
    this.#host(this.#hosts.length).socket.end();
  }

  /** The first command of a kind that fits, of those since `after`. */
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

  all<K extends CommandCase>(kind: K): CommandOf<K>[] {
    return this.commands.all.filter(({ body }) => body.case === kind) as CommandOf<K>[];
  }

  #host(start: number): { socket: Socket; seq: number } {
    const host = this.#hosts[start - 1];
    if (host === undefined) throw new Error(`there was no start ${start}`);
    return host;
  }

  #started(socket: Socket): void {
    const reader = new FrameReader();
    this.#hosts.push({ socket, seq: 0 });
    const start = this.#hosts.length;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      for (const one of reader.push(bytes)) this.#arrived(start, fromBinary(CommandSchema, one));
    });
  }

  #arrived(start: number, command: Command): void {
    const { account, id } = command;
    if (command.body.case === 'hello')
      this.send(0, { case: 'hello', value: { version: 1, program: 'Relay 1.0' } }, start);
    if (command.body.case === 'detach' && this.lettingGo)
      this.send(account, { case: 'link', value: { state: Link_State.DETACHED } }, start);
    if (id !== '' && this.accepting) this.send(account, { case: 'accepted', value: { id } }, start);
    this.commands.add(command);
  }

  #close(): Promise<void> {
    for (const { socket } of this.#hosts) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
