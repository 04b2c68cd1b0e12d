// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { create } from '@bufbuild/protobuf';
import {
  AttachSchema,
  CommandSchema,
  DetachSchema,
  Detach_How as How,
  HandledSchema,
  Link_State as Link,
  MessageState_State as State,
  SendMessageSchema,
  SetPresenceSchema,
} from '../../src/contract/engine_pb.js';
import type { Command } from '../../src/contract/engine_pb.js';
import { Account } from '../../src/engine/account.js';
import type { MakeLink } from '../../src/engine/dialer.js';
import { Driver } from '../../src/engine/driver.js';
import { Redactor } from '../../src/engine/redact.js';
import type { EventBody } from '../../src/features/feature.js';
import { linkFault } from '../../src/transport/types.js';
import { nodeFileSystem } from '../../src/disk/file-system.js';
import { ModelLink } from '../support/model/network.js';
import { ModelServer } from '../support/model/server.js';
import { World } from '../support/model/world.js';
import { Observed } from '../support/observed.js';
import { nodeTools } from '../support/tools.js';
import { RecordingFileSystem } from './recording.js';

const PLACE = { host: 'home.example', port: 5222, direct: false };

const DOMAIN = 'model.test';
const FACTS = {
  ...{ protocol: 'TLSv1.3', names: { dns: [DOMAIN], srv: [], xmppAddr: [] } },
  ...{ sha256: '00'.repeat(32), notBefore: 0, notAfter: 8.64e15, chain: [] },
};
const CUT = linkFault('link', 'reset', 'The connection was cut.');

/** What was promised so far; a note in the recording moves it on. */
export class Promised {
  readonly accepted = new Set<string>();
  readonly atServer = new Set<string>();
  /** The highest number of an inbox entry that the host was given. */
  given = 0;
  /** How many messages the server was told to be handled. */
  handled = 0;

  reset(): void {
    this.accepted.clear();
    this.atServer.clear();
    this.given = 0;
    this.handled = 0;
  }
}

/** Real engines, one after the other, in a real folder, at a model server: recorded. */
export class RecordedLife {
  readonly fs = new RecordingFileSystem(nodeFileSystem);
  readonly promised = new Promised();
  /** Bodies of texts that were not taken. */
  readonly refused: string[] = [];
  readonly told = new Observed<EventBody>();
  private readonly world = new World(1);
  /** Up to which stanza of a session the messages are counted. */
  private readonly counted = new WeakMap<object, number>();
  private readonly server = new ModelServer(this.world, DOMAIN, {
    resumeMs: 600_000,
    failedH: true,
  });
  private link: ModelLink | undefined;
  private driver: Driver | undefined;
  private ended = Promise.resolve();
  private ids = 0;
  private readonly bodies = new Map<string, string>();
  private taken = 0;

  constructor(private readonly folder: string) {}

  /** Starts an engine and signs in. */
  async begin(): Promise<void> {
    const seen = this.told.all.length;
    this.ended = new Promise((ended) => {
      this.driver = new Driver({
        folder: this.folder,
        make: (journal, caches, out) =>
          new Account(
            { program: 'Test 1' },
            nodeTools,
            this.world.chance.bytes,
            journal,
            caches,
            out,
          ),
        redactor: new Redactor(),
        tell: (body, inbox) => this.hear(body, inbox),
        ended,
        fs: this.fs,
        makeLink: this.makeLink,
      });
    });
    const value = create(AttachSchema, {
      ...{ jid: `alice@${DOMAIN}`, password: 'secret', inboxTaken: this.taken },
      presence: create(SetPresenceSchema, {}),
    });
    this.command({ case: 'attach', value });
    await this.told.next('the sign-in', isOnline, { after: seen });
  }

  /** Resolves once it is answered and, with `until`, has come to that state. */
  async send(body: string, until?: State): Promise<void> {
    const id = `t${String(++this.ids)}`;
    this.bodies.set(id, body);
    const value = create(SendMessageSchema, { to: `bob@${DOMAIN}`, body });
    this.command({ case: 'sendMessage', value }, id);
    await this.told.next(
      `an answer to ${id}`,
      (e) => (e.case === 'accepted' || e.case === 'refused') && e.value.id === id,
    );
    if (until !== undefined) {
      await this.told.next(
        `the state of ${id}`,
        (e) => e.case === 'messageState' && e.value.id === id && e.value.state === until,
      );
    }
  }

  /** The disk is full in the middle of a text, and has room again afterwards. */
  async fullDisk(body: string): Promise<void> {
    const seen = this.told.all.length;
    this.fs.fullAtNextWrite = true;
    await this.send(body);
    await this.told.next('room', isOnline, { after: seen });
  }

  /** Somebody's message comes and is taken. */
  async receive(body: string): Promise<void> {
    const [session] = this.server.sessions.values();
    if (session === undefined) throw new Error('there is no session');
    const text = `<message xmlns='jabber:client' from='bob@${DOMAIN}/b' to='${session.jid}' type='chat' id='${body}'><body>${body}</body></message>`;
    this.server.deliver(session, { text, at: this.world.clock().wall });
    this.pump();
    await this.told.next(body, (e) => e.case === 'message' && e.value.body === body);
    this.taken = this.promised.given;
    this.command({ case: 'handled', value: create(HandledSchema, { seq: this.taken }) });
  }

  /** The link is lost, and had again. */
  async cut(): Promise<void> {
    const seen = this.told.all.length;
    this.link?.cut(true, true);
    this.pump();
    await this.told.next('the link', isOnline, { after: seen });
  }

  /** The host is gone without a word. */
  async abandon(): Promise<void> {
    await this.driver?.abandon();
    this.link?.clientCloses('reset');
    this.world.run(this.world.now + 1);
  }

  async signOff(): Promise<void> {
    this.command({ case: 'detach', value: create(DetachSchema, { how: How.SIGN_OFF }) });
    await this.ended;
  }

  private command(body: Command['body'], id = ''): void {
    this.driver?.command(create(CommandSchema, { id, body }));
  }

  /** Everything that is promised goes into the recording, behind what made it true. */
  private hear(body: EventBody, inbox: number | undefined): void {
    const { promised } = this;
    if (body.case === 'refused') this.refused.push(this.bodies.get(body.value.id) ?? '');
    if (body.case === 'accepted') {
      const { id } = body.value;
      this.note(() => promised.accepted.add(id));
    }
    if (body.case === 'messageState' && body.value.state === State.AT_SERVER) {
      const { id } = body.value;
      this.note(() => promised.atServer.add(id));
    }
    if (inbox !== undefined) {
      promised.given = inbox;
      this.note(() => (promised.given = inbox));
    }
    this.told.add(body);
  }

  private note(note: () => void): void {
    this.fs.entries.push({ call: 'note', note });
  }

  private readonly makeLink: MakeLink = (_dial, _context, handlers) => {
    const link = new ModelLink(this.world, 0);
    this.link = link;
    const client = {
      bytes: (bytes: Uint8Array) => handlers.bytes(bytes),
      closed: (cut: boolean) => handlers.closed(cut ? CUT : undefined),
    };
    link.connect(client, this.server.accept(link));
    setImmediate(() => handlers.open(false, [], PLACE));
    return {
      write: (text) => {
        this.noteHandled(text);
        link.toServer(Buffer.from(text));
        this.pump();
      },
      startTls: () => setImmediate(() => handlers.ready(FACTS)),
      close: (how) => {
        link.clientCloses(how);
        this.pump();
      },
    };
  };

  /** An `h` is a promise: the server forgets what it counts. */
  private noteHandled(text: string): void {
    const h = /<(?:a|resume) [^>]*\bh=["'](\d+)["']/.exec(text)?.[1];
    const [session] = this.server.sessions.values();
    if (h === undefined || session === undefined) return;
    const { unacked, sent } = session;
    const before = sent - unacked.length;
    // The server may not have read the last one yet, which counted some of these.
    const counted = Math.max(this.counted.get(session) ?? 0, before);
    this.counted.set(session, Number(h));
    const news = unacked.slice(counted - before, Number(h) - before);
    const messages = news.filter(({ text: stanza }) => stanza.startsWith('<message')).length;
    const handled = (this.promised.handled += messages);
    this.note(() => (this.promised.handled = handled));
  }

  private pump(): void {
    setImmediate(() => this.world.run(this.world.now + 1));
  }
}

function isOnline(body: EventBody): boolean {
  const { case: kind, value } = body;
  return kind === 'link' && value.state === Link.ONLINE && value.error === undefined;
}
