// SPDX-License-Identifier: MIT
import type { Authority } from '../certificates.js';
import { Ejabberd } from '../ejabberd.js';
import { Prosody } from '../prosody.js';
import type { Workspace } from '../workspace.js';
import { lineIn, type Direction } from './record.js';

export const DOMAIN = 'home.example';
export const PASSWORDS = { alice: 'sesame', bob: 'correct-horse' };
export const ALICE = `alice@${DOMAIN}`;
export const BOB = `bob@${DOMAIN}`;

export const SERVERS = ['prosody', 'ejabberd'] as const;
export type ServerName = (typeof SERVERS)[number];

/** What the comparison needs of a real server. */
export interface Server {
  /** For STARTTLS. */
  readonly port: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** After stop() or kill(): the same server with its state. */
  restart(): Promise<void>;
  /** Stops and continues the whole process. */
  freeze(frozen: boolean): void;
  /** Lines that its watch saw coming in, where it has one. */
  seen(direction: Direction): number[] | undefined;
}

class WatchedProsody implements Server {
  constructor(private readonly prosody: Prosody) {}

  get port(): number {
    return this.prosody.port;
  }
  stop = (): Promise<void> => this.prosody.stop();
  kill = (): Promise<void> => this.prosody.kill();
  restart = (): Promise<void> => this.prosody.restart();
  freeze = (frozen: boolean): void => this.prosody.freeze(frozen);

  seen(direction: Direction): number[] {
    const { all } = this.prosody.sights;
    return all.flatMap(({ body }) => (body === undefined ? [] : (lineIn(body, direction) ?? [])));
  }
}

class UnwatchedEjabberd implements Server {
  constructor(private readonly ejabberd: Ejabberd) {}

  get port(): number {
    return this.ejabberd.ports['TLSv1.3'].starttls;
  }
  stop = (): Promise<void> => this.ejabberd.stop();
  kill = (): Promise<void> => this.ejabberd.kill();
  restart = (): Promise<void> => this.ejabberd.restart();
  freeze = (frozen: boolean): void => this.ejabberd.freeze(frozen);

  seen(): undefined {
    return undefined;
  }
}

export async function startServer(
  name: ServerName,
  workspace: Workspace,
  authority: Authority,
): Promise<Server> {
  if (name === 'ejabberd') {
    const domains = { [DOMAIN]: { users: PASSWORDS } };
    return new UnwatchedEjabberd(await Ejabberd.start(workspace, { authority, domains }));
  }
  const friends: [string, string][] = [['alice', 'bob']];
  return new WatchedProsody(
    await Prosody.start(workspace, { domain: DOMAIN, authority, users: PASSWORDS, friends }),
  );
}
