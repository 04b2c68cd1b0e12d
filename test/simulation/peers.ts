// SPDX-License-Identifier: MIT
//
// Those without an engine: carol, whose client is somebody else's and never fails, and another device of
// alice's. They write straight into the server.

import { formatDateTime } from '../../src/core/stanza.js';
import { NS } from '../../src/core/namespaces.js';
import { xml } from '../../src/core/xml.js';
import type { Element } from '../../src/core/xml.js';
import type { ModelServer } from '../support/model/server.js';
import { bare, newSession } from '../support/model/sessions.js';
import type { ServerSession } from '../support/model/sessions.js';
import { DOMAIN } from './plan.js';
import type { Line, RoomLine } from './plan.js';

/** How long carol waits before she sends a line again, or says the same once more. */
const AGAIN_MS = 700;

type Said = Pick<Line | RoomLine, 'from' | 'to' | 'number'>;

export function bodyOf({ from, to, number }: Said): string {
  return `${from}-${to}-${String(number)}`;
}

/** The body of a message's text. */
export function bodyIn(text: string): string | undefined {
  return /<body>([^<]*)<\/body>/.exec(text)?.[1];
}

export class Peers {
  /** What carol got, in order. */
  readonly got: { readonly from: string; readonly body: string }[] = [];
  private readonly sessions: Readonly<Record<'carol' | 'tablet', ServerSession>>;
  private readonly floods: { readonly to: string; readonly body: string }[] = [];

  constructor(private readonly server: ModelServer) {
    this.sessions = {
      carol: newSession('carol', `carol@${DOMAIN}/c`, 0),
      tablet: newSession('tablet', `alice@${DOMAIN}/tablet`, 0),
    };
    server.peers.set(`carol@${DOMAIN}`, (text) => {
      const body = bodyIn(text);
      if (body !== undefined) {
        this.got.push({ from: bare(/from="([^"]*)"/.exec(text)?.[1] ?? ''), body });
      }
    });
  }

  say(line: Line): void {
    const { world } = this.server;
    const body = bodyOf(line);
    const from = this.sessions[line.from === 'tablet' ? 'tablet' : 'carol'];
    const to = `${line.to}@${DOMAIN}`;
    const { wall } = world.clock();
    this.server.route(this.message(to, body, line.trick === 'forged'), from);
    if (line.trick === 'twin') {
      world.after(AGAIN_MS, () => {
        this.server.route(this.message(to, body, false), from);
      });
    } else if (line.trick === 'again') {
      world.after(AGAIN_MS, () => {
        const again = this.message(to, body, false);
        again.append(xml('delay', { xmlns: NS.delay, stamp: formatDateTime(wall) }));
        this.server.route(again, from);
      });
    }
  }

  /** So many lines at once; they are no part of a chat, and have only to arrive. */
  flood(to: string, count: number): void {
    for (let i = 0; i < count; i++) {
      const body = `carol-flood-${String(this.floods.length + 1)}`;
      this.floods.push({ to, body });
      this.server.route(this.message(to, body, false), this.sessions.carol);
    }
  }

  flooded(to: string): string[] {
    return this.floods.filter((flood) => flood.to === to).map(({ body }) => body);
  }

  private message(to: string, body: string, forged: boolean): Element {
    const message = xml(
      'message',
      { xmlns: NS.client, to, type: 'chat', id: `id-${body}` },
      xml('body', {}, body),
      xml('origin-id', { xmlns: NS.sid, id: `id-${body}` }),
    );
    if (forged) {
      message.append(xml('stanza-id', { xmlns: NS.sid, by: to, id: `forged-${body}` }));
    }
    return message;
  }
}
