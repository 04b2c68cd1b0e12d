// SPDX-License-Identifier: MIT
//
// Typing and the other chat states (XEP-0085), for one-to-one chats.

import { create } from '@bufbuild/protobuf';
import { attribute, child, elements, localName, namespaceOf, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { ChatState_State as State, ChatStateSchema } from '../contract/engine_pb.js';
import { capsOf } from './caps.js';
import type { Feature, FeatureHost } from './feature.js';
import { parseJid, perHost } from './per-host.js';
import { presenceOf } from './presence.js';
import { rosterOf } from './roster.js';

const names: Record<State, string> = {
  [State.ACTIVE]: 'active',
  [State.COMPOSING]: 'composing',
  [State.PAUSED]: 'paused',
  [State.INACTIVE]: 'inactive',
  [State.GONE]: 'gone',
};
const states = new Map(
  [State.ACTIVE, State.COMPOSING, State.PAUSED, State.INACTIVE, State.GONE].map((state) => [
    names[state],
    state,
  ]),
);

interface Chat {
  /** What their own messages said of it; undefined until one came (XEP-0085 §5.1). */
  supports: boolean | undefined;
  /** What they were told last in this session; a state is not repeated (§5.3). */
  told: State | undefined;
}

/** Chats remembered; the longest unused is forgotten first. */
const CHATS = 1_000;

class ChatStates {
  readonly #host: FeatureHost;
  /** By bare JID, the longest unused first. */
  readonly #chats = new Map<string, Chat>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** The notification is not worth keeping: it is sent now or never. */
  send(to: Jid | undefined, state: State): void {
    if (to === undefined || !this.#host.online) return;
    const jid = to.bare().toString();
    const chat = this.#chat(jid);
    const name: string | undefined = names[state];
    // Leaving a chat that we never spoke in tells them nothing but that we are there.
    const idle = chat.told === undefined && state !== State.COMPOSING;
    if (name === undefined || idle || chat.told === state || !this.#mayTell(jid, chat)) return;
    chat.told = state;
    this.#host.send(
      xml(
        'message',
        { to: to.toString(), type: 'chat' },
        xml(name, { xmlns: NS.chatStates }),
        // It says nothing of later (XEP-0334 §3.2). Our other devices may see it (XEP-0280 §10.2).
        xml('no-store', { xmlns: NS.hints }),
      ),
    );
  }

  /** §5.1: content carries `<active/>` until an answer without a state says that it is not wanted. */
  decorate(message: Element): void {
    const to = parseJid(this.#host, attribute(message, 'to'));
    if (to === undefined || !isContent(message) || attribute(message, 'type') !== 'chat') return;
    const jid = to.bare().toString();
    const chat = this.#chat(jid);
    chat.told = State.ACTIVE;
    if (chat.supports === false || stateOf(message) !== 'none') return;
    if (chat.supports === undefined && this.#software(jid) === 'lacks') return;
    message.cnode(xml('active', { xmlns: NS.chatStates }));
  }

  /** @returns true for a notification on its own, which is nobody else's business */
  receive(message: Element, from: Jid | undefined): boolean {
    const found = stateOf(message);
    // Some leave the type out, although a state belongs to a chat (§5.3).
    if ((attribute(message, 'type') ?? 'chat') !== 'chat') return false;
    // What somebody was doing when a stored message was sent says nothing of now.
    const late = child(message, 'delay', NS.delay) !== undefined;
    if (isContent(message)) {
      if (!late && from !== undefined) {
        this.#chat(from.bare().toString()).supports = typeof found !== 'string';
      }
      return false;
    }
    if (found === 'none') return false;
    if (!late && from !== undefined && found !== 'invalid') this.#told(from, found);
    return true;
  }

  /**
   * A copy of what went to another device of ours: that conversation goes on there, so it can end a
   * typing notice here (XEP-0280 §10.2), and starts none.
   */
  copied(message: Element, from: Jid): void {
    const state = stateOf(message);
    const late = child(message, 'delay', NS.delay) !== undefined;
    if (typeof state === 'string' || isContent(message) || late) return;
    if (state === State.COMPOSING || state === State.PAUSED) return;
    if (this.#chats.has(from.bare().toString())) this.#tell(from, state);
  }

  /** Nobody in a new session was told anything, and nobody's client is the one that spoke. */
  ended(): void {
    this.#chats.clear();
  }

  #told(from: Jid, state: State): void {
    const jid = from.bare().toString();
    // A stranger's typing is shown only in a chat; it opens none.
    if (!this.#chats.has(jid) && !rosterOf(this.#host).has(jid)) return;
    this.#chat(jid).supports = true;
    this.#tell(from, state);
  }

  #tell(from: Jid, state: State): void {
    const value = create(ChatStateSchema, { from: from.toString(), state });
    this.#host.tell({ case: 'chatState', value });
  }

  /**
   * Only those who may know that we are there, and only where somebody is there to see it: a server
   * might store the notification otherwise, or bounce it.
   */
  #mayTell(jid: string, chat: Chat): boolean {
    const trusted = rosterOf(this.#host).seesUs(jid) || chat.told !== undefined;
    if (!trusted || chat.supports === false) return false;
    const there = presenceOf(this.#host).resources(jid).length > 0;
    if (rosterOf(this.#host).has(jid) && !there) return false;
    return chat.supports === true || this.#software(jid) === 'has';
  }

  /** What XEP-0115 proves of the resources that are online. */
  #software(jid: string): 'has' | 'lacks' | 'unknown' {
    const known = presenceOf(this.#host)
      .resources(jid)
      .map(({ ver }) => capsOf(this.#host).software(ver)?.features.includes(NS.chatStates));
    if (known.includes(true)) return 'has';
    return known.length > 0 && !known.includes(undefined) ? 'lacks' : 'unknown';
  }

  #chat(jid: string): Chat {
    const chat = this.#chats.get(jid) ?? { supports: undefined, told: undefined };
    this.#chats.delete(jid);
    this.#chats.set(jid, chat);
    const [oldest] = this.#chats.keys();
    if (this.#chats.size > CHATS && oldest !== undefined) this.#chats.delete(oldest);
    return chat;
  }
}

function isContent(message: Element): boolean {
  return child(message, 'body', NS.client) !== undefined;
}

/** §5.5: a message holds at most one; more of them mean nothing. */
function stateOf(message: Element): State | 'none' | 'invalid' {
  const found = elements(message).filter((el) => namespaceOf(el) === NS.chatStates);
  const [first] = found;
  if (first === undefined) return 'none';
  return found.length > 1 ? 'invalid' : (states.get(localName(first)) ?? 'invalid');
}

/** The chats, for features that see copies of them. */
export const chatStatesOf = perHost((host) => new ChatStates(host));

export const chatStates: Feature = {
  name: 'chat-states',
  specs: [
    {
      id: 'XEP-0085',
      name: 'Chat State Notifications',
      version: '2.1',
      status: 'partial',
      note: 'one-to-one chats, without threads; the host decides on all but what a message itself carries',
    },
  ],
  after: ['carbons', 'roster', 'caps', 'presence'],
  namespaces: [NS.chatStates],
  attach(host) {
    const all = chatStatesOf(host);
    return {
      commands: {
        sendChatState: ({ to, state }) => {
          all.send(parseJid(host, to), state);
        },
      },
      incoming: (stanza, { from }) =>
        localName(stanza) === 'message' && all.receive(stanza, from) ? 'taken' : 'pass',
      outgoing: (stanza) => {
        if (localName(stanza) === 'message') all.decorate(stanza);
      },
      ended: () => {
        all.ended();
      },
    };
  },
};
