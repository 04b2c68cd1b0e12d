// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Observed } from './observed.js';

/** A proxy as offices have it (HTTP CONNECT): it lets through to where it was told, and refuses all else. */
export class OfficeProxy {
  /** `host:port`, as it was asked for. */
  readonly asked = new Observed<string>();
  readonly #server: Server = createServer();
  readonly #sockets = new Set<Socket>();

  /** @param routes the port on loopback for each `host:port` that it lets through to; may be changed */
  private constructor(readonly routes: Record<string, number>) {
    this.#server.on('connect', (request, socket, head) => {
      const place = request.url ?? '';
      this.asked.add(place);
      const port = this.routes[place];
      if (port === undefined) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      this.#pass(socket as Socket, port, head);
    });
  }

  static async start(routes: Record<string, number>): Promise<OfficeProxy> {
    const proxy = new OfficeProxy(routes);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends everything that goes through it. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.#server.close(done));
  }

  #pass(near: Socket, port: number, head: Buffer): void {
    const far = connect(port, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n');
      far.write(head);
      near.pipe(far);
      far.pipe(near);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined); // told by 'close'
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
