// SPDX-License-Identifier: MIT
import type { Authority } from '../certificates.js';
import { Ejabberd } from '../ejabberd.js';
import { Prosody } from '../prosody.js';
import type { Workspace } from '../workspace.js';
import { DOMAIN, PASSWORDS } from './names.js';
import { lineIn, type Direction } from './record.js';
import { ROOM, type Where } from './where.js';

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

/** Rooms that outlive the server, with an archive each. */
const PROSODY_ROOMS = [
  `Component "${ROOM.service}" "muc"`,
  '  modules_enabled = { "muc_mam" }',
  '  muc_log_by_default = true',
  '  muc_room_default_persistent = true',
].join('\n');

/** @param where rooms are served only for talks in one */
export async function startServer(
  name: ServerName,
  workspace: Workspace,
  authority: Authority,
  where: Where,
): Promise<Server> {
  const rooms = where === ROOM;
  if (name === 'ejabberd') {
    const options = { authority, domains: { [DOMAIN]: { users: PASSWORDS } } };
    const server = await Ejabberd.start(workspace, {
      ...options,
      ...(rooms && { rooms: ROOM.service }),
    });
    return new UnwatchedEjabberd(server);
  }
  const friends: [string, string][] = [['alice', 'bob']];
  const options = { domain: DOMAIN, authority, users: PASSWORDS, friends };
  return new WatchedProsody(
    await Prosody.start(workspace, { ...options, ...(rooms && { settings: PROSODY_ROOMS }) }),
  );
}
