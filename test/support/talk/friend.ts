// SPDX-License-Identifier: MIT
import type { Workspace } from '../workspace.js';
import { XmppPeer } from '../xmpp-peer.js';
import { archiveOf, type Archived } from './archive.js';
import { lineIn, type Talk } from './record.js';
import { missing } from './lines.js';
import { linesOf } from './tally.js';
import { ALICE, BOB, DOMAIN, PASSWORDS, type Server } from './server.js';

/**
 * Bob: a client that shares no code with either protocol and does not go through the proxy. Only a
 * server that goes away can take something from him, and then his archive tells.
 */
export class Friend {
  #peer: Promise<XmppPeer>;
  #last = 0;

  private constructor(
    private readonly workspace: Workspace,
    private readonly server: Server,
    private readonly caFile: string,
    private readonly talk: Talk,
  ) {
    this.#peer = this.#signIn();
  }

  static async start(
    workspace: Workspace,
    server: Server,
    caFile: string,
    talk: Talk,
  ): Promise<Friend> {
    const friend = new Friend(workspace, server, caFile, talk);
    await friend.#peer;
    return friend;
  }

  get lines(): number {
    return this.#last;
  }

  /** Says something that is no line. */
  async greet(text: string): Promise<void> {
    (await this.#peer).say(ALICE, text);
  }

  /** Says the next line; waits for a server that is away. */
  async say(more = ''): Promise<void> {
    const peer = await this.#peer;
    const line = ++this.#last;
    this.talk.said.push({ line, at: Date.now() });
    peer.say(ALICE, `down ${line}${more}`);
  }

  /** Signs in again once the server is back. */
  returns(back: Promise<void>): Promise<unknown> {
    this.#peer = back.then(async () => {
      const peer = await this.#signIn();
      const taken = this.#taken(await archiveOf(peer));
      this.talk.strayed = missing(linesOf(this.talk.said), taken);
      return peer;
    });
    return this.#peer;
  }

  /** Writes down what the archive and the server's watch have. */
  async settle(): Promise<void> {
    const entries = await archiveOf(await this.#peer);
    const { talk, server } = this;
    talk.archived = entries.flatMap(({ body }) => lineIn(body, 'up') ?? []);
    talk.taken = this.#taken(entries);
    talk.seen = server.seen('up');
  }

  #taken(entries: readonly Archived[]): number[] {
    const own = entries.filter(({ from }) => from.startsWith(BOB));
    const taken = own.flatMap(({ body }) => lineIn(body, 'down') ?? []);
    return [...new Set([...taken, ...(this.server.seen('down') ?? [])])];
  }

  async #signIn(): Promise<XmppPeer> {
    const { caFile, server } = this;
    const login = { domain: DOMAIN, user: 'bob', password: PASSWORDS.bob, caFile };
    const peer = await XmppPeer.connect({ ...login, port: server.port });
    this.workspace.atEnd(() => peer.close());
    peer.messages.each(({ body }) => {
      const line = lineIn(body, 'up');
      if (line !== undefined) this.talk.heard.push({ line, at: Date.now() });
    });
    return peer;
  }
}
