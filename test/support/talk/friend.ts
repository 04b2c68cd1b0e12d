// SPDX-License-Identifier: MIT
import type { Workspace } from '../workspace.js';
import { XmppPeer } from '../xmpp-peer.js';
import { archiveOf, type Archived } from './archive.js';
import { lineIn, type Talk } from './record.js';
import { missing } from './lines.js';
import { linesOf } from './tally.js';
import { DOMAIN, PASSWORDS } from './names.js';
import type { Server } from './server.js';
import type { Where } from './where.js';

/**
 * Bob: a client that shares no code with either protocol and does not go through the proxy. Only a
 * server that goes away can take something from him, and then his archive tells.
 */
export class Friend {
  #peer: Promise<XmppPeer>;
  #last = 0;
  /** Lines that came while he reads what came before them. */
  #unread: number[] | undefined;

  private constructor(
    private readonly workspace: Workspace,
    private readonly server: Server,
    private readonly caFile: string,
    private readonly talk: Talk,
    private readonly where: Where,
  ) {
    this.#peer = this.#signIn();
  }

  static async start(
    workspace: Workspace,
    server: Server,
    caFile: string,
    talk: Talk,
    where: Where,
  ): Promise<Friend> {
    const friend = new Friend(workspace, server, caFile, talk, where);
    await friend.#peer;
    return friend;
  }

  get lines(): number {
    return this.#last;
  }

  /** Says something that is no line. */
  async greet(text: string): Promise<void> {
    this.where.say(await this.#peer, text);
  }

  /** Says the next line; waits for a server that is away. */
  async say(more = ''): Promise<void> {
    const peer = await this.#peer;
    const line = ++this.#last;
    this.talk.said.push({ line, at: Date.now() });
    this.where.say(peer, `down ${line}${more}`);
  }

  /** Signs in again once the server is back. */
  returns(back: Promise<void>): Promise<unknown> {
    this.#peer = back.then(async () => {
      this.#unread = this.where.archive === undefined ? undefined : [];
      const peer = await this.#signIn();
      const entries = await archiveOf(peer, this.where.archive);
      this.talk.strayed = missing(linesOf(this.talk.said), this.#taken(entries));
      this.#catchUp(entries);
      return peer;
    });
    return this.#peer;
  }

  /** Writes down what the archive and the server's watch have. */
  async settle(): Promise<void> {
    const { talk, server, where } = this;
    const entries = await archiveOf(await this.#peer, where.archive);
    talk.archived = this.#hers(entries);
    talk.taken = this.#taken(entries);
    talk.seen = server.seen('up');
  }

  /**
   * A room keeps nothing for one who was away: he reads it in the archive. Anything that came live by now is
   * there, too, unless the archive forgot it.
   */
  #catchUp(entries: readonly Archived[]): void {
    const live = this.#unread;
    this.#unread = undefined;
    if (live === undefined) return;
    const missed = missing(this.#hers(entries), [...linesOf(this.talk.heard), ...live]);
    this.#hear(...missed, ...live);
  }

  #hear(...lines: number[]): void {
    this.talk.heard.push(...lines.map((line) => ({ line, at: Date.now() })));
  }

  #hers(entries: readonly Archived[]): number[] {
    const own = entries.filter(({ from }) => from.startsWith(this.where.hers));
    return own.flatMap(({ body }) => lineIn(body, 'up') ?? []);
  }

  #taken(entries: readonly Archived[]): number[] {
    const own = entries.filter(({ from }) => from.startsWith(this.where.his));
    const taken = own.flatMap(({ body }) => lineIn(body, 'down') ?? []);
    // The watch sees a line before a room does, which may never come to it.
    const seen = this.where.archive === undefined ? this.server.seen('down') : undefined;
    return [...new Set([...taken, ...(seen ?? [])])];
  }

  async #signIn(): Promise<XmppPeer> {
    const { caFile, server } = this;
    const login = { domain: DOMAIN, user: 'bob', password: PASSWORDS.bob, caFile };
    const peer = await XmppPeer.connect({ ...login, port: server.port });
    this.workspace.atEnd(() => peer.close());
    peer.messages.each(({ body }) => {
      const line = lineIn(body, 'up');
      if (line === undefined) return;
      if (this.#unread === undefined) this.#hear(line);
      else this.#unread.push(line);
    });
    await this.where.enter?.(peer);
    return peer;
  }
}
