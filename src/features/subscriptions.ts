// SPDX-License-Identifier: MIT
//
// Who may see whose presence: RFC 6121 §3.

import { create } from '@bufbuild/protobuf';
import { attribute, childText, localName, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import {
  Subscribe_Action as Action,
  Subscription_What as What,
  SubscriptionSchema,
} from '../contract/engine_pb.js';
import type { Subscribe } from '../contract/engine_pb.js';
import { Errands } from './errands.js';
import type { Feature, FeatureHost } from './feature.js';
import { malformedJid, parseJid } from './per-host.js';
import { rosterOf } from './roster.js';
import { clip, withoutNul } from './text.js';

interface Request {
  readonly text: string;
  readonly nick: string;
  /** The server has told of it in this session, so it is still unanswered. */
  fresh: boolean;
}

/** Requests that wait for an answer; whoever can send more of them is not a person. */
const REQUESTS = 1_000;
const TEXT_LENGTH = 1_000;
const NICK_LENGTH = 100;

const types: Record<Action, string> = {
  [Action.REQUEST]: 'subscribe',
  [Action.APPROVE]: 'subscribed',
  [Action.DENY]: 'unsubscribed',
  [Action.CANCEL]: 'unsubscribe',
};

class Subscriptions {
  readonly #host: FeatureHost;
  readonly #errands: Errands;
  /** By bare JID, oldest first. */
  readonly #requests = new Map<string, Request>();
  #full = false;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#errands = new Errands(host);
  }

  send({ jid, action, text }: Subscribe, id: string): void {
    const contact = parseJid(this.#host, jid)?.bare();
    const type: string | undefined = types[action];
    if (contact === undefined || type === undefined) {
      this.#host.refuse(id, malformedJid(jid));
      return;
    }
    if (action === Action.APPROVE || action === Action.DENY) {
      this.#requests.delete(contact.toString());
    }
    const said = action === Action.REQUEST && text !== '' ? withoutNul(text) : undefined;
    this.#errands.add(id, (done) => {
      this.#host.send(
        xml(
          'presence',
          { to: contact.toString(), type, id },
          said === undefined ? undefined : xml('status', {}, said),
        ),
      );
      // Presence is not answered; but what the server answers behind it, it has read behind it
      // (RFC 6120 §10.1), and whether it knows the question does not matter.
      this.#host.request(undefined, 'get', xml('ping', { xmlns: NS.ping }), (answer) => {
        const read = answer.type === 'error' && answer.fault.kind === 'stanza';
        done(
          read && answer.stanza !== undefined ? { type: 'result', stanza: answer.stanza } : answer,
        );
      });
    });
  }

  /** The server tells of unanswered requests again in each session (RFC 6121 §3.1.3). */
  started(): void {
    for (const request of this.#requests.values()) request.fresh = false;
    this.#full = false;
    this.#errands.resume();
  }

  resumed(): void {
    this.#errands.resume();
  }

  attached(): void {
    for (const [jid, request] of this.#requests) {
      // Answered from another client meanwhile: the roster says so.
      if (rosterOf(this.#host).seesUs(jid)) this.#requests.delete(jid);
      else if (request.fresh) this.#tell(jid, What.REQUESTED, request);
    }
  }

  /** @returns false for presence that is not about subscriptions */
  receive(stanza: Element, from: Jid | undefined): boolean {
    const type = attribute(stanza, 'type');
    if (type === undefined || !Object.values(types).includes(type)) return false;
    if (from === undefined || from.sameBare(this.#host.jid)) return true;
    const jid = from.bare().toString();
    if (type === 'subscribe') this.#requested(stanza, jid);
    else if (type === 'unsubscribe') this.#cancelled(jid);
    // An answer to a question that was never asked is nobody's news.
    else if (rosterOf(this.#host).has(jid)) {
      this.#tell(jid, type === 'subscribed' ? What.APPROVED : What.DENIED);
    }
    return true;
  }

  #requested(stanza: Element, jid: string): void {
    const known = this.#requests.get(jid);
    if (known !== undefined) {
      known.fresh = true;
      return;
    }
    if (this.#requests.size >= REQUESTS) {
      if (!this.#full)
        this.#host.log('warning', 'Too many subscription requests; more are dropped.');
      this.#full = true;
      return;
    }
    const request: Request = {
      text: clip(childText(stanza, 'status', NS.client) ?? '', TEXT_LENGTH),
      nick: clip(childText(stanza, 'nick', NS.nick) ?? '', NICK_LENGTH),
      fresh: true,
    };
    this.#requests.set(jid, request);
    this.#tell(jid, What.REQUESTED, request);
  }

  #cancelled(jid: string): void {
    const asked = this.#requests.delete(jid);
    if (asked || rosterOf(this.#host).has(jid)) this.#tell(jid, What.CANCELLED);
  }

  #tell(jid: string, what: What, { text, nick }: Partial<Request> = {}): void {
    const value = create(SubscriptionSchema, { jid, what, text: text ?? '', nick: nick ?? '' });
    this.#host.tell({ case: 'subscription', value });
  }
}

export const subscriptions: Feature = {
  name: 'subscriptions',
  specs: [
    {
      id: 'XEP-0172',
      name: 'User Nickname',
      version: '1.1',
      status: 'partial',
      note: 'read from subscription requests',
    },
  ],
  after: ['roster', 'presence'],
  attach(host) {
    const all = new Subscriptions(host);
    return {
      commands: {
        subscribe: (value, id) => {
          all.send(value, id);
        },
      },
      incoming: (stanza, { from }) =>
        localName(stanza) === 'presence' && all.receive(stanza, from) ? 'taken' : 'pass',
      started: () => {
        all.started();
      },
      resumed: () => {
        all.resumed();
      },
      attached: () => {
        all.attached();
      },
    };
  },
};
