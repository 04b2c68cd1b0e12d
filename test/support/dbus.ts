// SPDX-License-Identifier: MIT
import { connect, type Socket } from 'node:net';
import { ERROR, FIELD, methodCall, RETURN, SIGNAL, takeMessage, types } from './dbus-wire.js';
import type { Header, Value } from './dbus-wire.js';
import { eventually, Observed } from './observed.js';
import { Running } from './processes.js';
import type { Workspace } from './workspace.js';

export interface Signal {
  interface: string;
  member: string;
  args: Value[];
}

const BUS = {
  to: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
};

interface Waiting {
  resolve: (values: Value[]) => void;
  reject: (fault: Error) => void;
}

/** A session bus of one host's own, and a client on it. */
export class Bus {
  readonly address: string;
  readonly signals = new Observed<Signal>();
  readonly #calls = new Map<number, Waiting>();
  #socket: Socket | undefined;
  #buffer = Buffer.alloc(0);
  #serial = 0;
  /** Why no call is answered any more. */
  #fault: Error | undefined;

  private constructor(address: string) {
    this.address = address;
  }

  /** Starts a bus whose socket and log are called `name`; it ends with the workspace. */
  static async start(workspace: Workspace, name: string): Promise<Bus> {
    const path = workspace.path('run', `${name}.bus`);
    const bus = new Bus(`unix:path=${path}`);
    const daemon = new Running(
      'dbus-daemon',
      ['--session', '--nofork', '--nopidfile', '--nosyslog', `--address=${bus.address}`],
      { env: workspace.env(), log: workspace.path(`${name}.bus.log`) },
    );
    workspace.atEnd(async () => {
      bus.#socket?.destroy();
      await daemon.stop();
    });
    // Its socket is there a moment before anybody listens on it.
    await eventually('the session bus', () => bus.#open(path));
    await bus.#connect();
    return bus;
  }

  /** Calls a method; rejects with the error's name, also when the other side goes away. */
  call(
    names: { to: string; path: string; interface: string; member: string },
    ...args: (number | string)[]
  ): Promise<Value[]> {
    const serial = ++this.#serial;
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) throw this.#fault;
      this.#calls.set(serial, { resolve, reject });
      this.#socket?.write(methodCall(serial, names, args));
    });
  }

  /** From now on this interface's signals come in `signals`. */
  async watch(name: string): Promise<void> {
    await this.call({ ...BUS, member: 'AddMatch' }, `type='signal',interface='${name}'`);
  }

  async owned(name: string): Promise<boolean> {
    const [owned] = await this.call({ ...BUS, member: 'NameHasOwner' }, name);
    return owned === 1;
  }

  /** @returns whether somebody listens there */
  #open(path: string): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(path);
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        this.#socket = socket;
        resolve(true);
      });
    });
  }

  /** The EXTERNAL handshake: our uid in hex of its decimal text. */
  async #connect(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) throw new Error('there is no bus');
    socket.on('error', (fault) => this.#lost(fault));
    socket.on('close', () => this.#lost(new Error('the bus is gone')));
    const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
    socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
    await new Promise<void>((resolve, reject) => {
      socket.once('close', () => reject(new Error('the bus went before it took us')));
      socket.once('data', (line: Buffer) => {
        if (line.toString().startsWith('OK ')) resolve();
        else reject(new Error(`the bus refused us: ${line.toString()}`));
      });
    });
    socket.write('BEGIN\r\n');
    socket.on('data', (bytes: Buffer) => this.#arrived(bytes));
    await this.call({ ...BUS, member: 'Hello' });
  }

  #arrived(bytes: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (let next = takeMessage(this.#buffer); next; next = takeMessage(this.#buffer)) {
      this.#buffer = this.#buffer.subarray(next.size);
      this.#take(next.message);
    }
  }

  #take({ type, fields, body }: Header): void {
    const args = types(String(fields.get(FIELD.body) ?? '')).map((one) => body.value(one));
    if (type === SIGNAL) {
      const name = (field: number): string => String(fields.get(field));
      this.signals.add({ interface: name(FIELD.interface), member: name(FIELD.member), args });
      return;
    }
    const serial = Number(fields.get(FIELD.reply));
    const waiting = this.#calls.get(serial);
    this.#calls.delete(serial);
    if (type === RETURN) waiting?.resolve(args);
    if (type === ERROR)
      waiting?.reject(new Error([fields.get(FIELD.error), ...args].map(String).join(': ')));
  }

  #lost(fault: Error): void {
    this.#fault ??= fault;
    for (const { reject } of this.#calls.values()) reject(fault);
    this.#calls.clear();
  }
}
