// SPDX-License-Identifier: MIT
//
// The contact list: RFC 6121 §2.

import { create } from '@bufbuild/protobuf';
import { attribute, child, children, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import {
  Contact_Subscription as ContactSubscription,
  ContactSchema,
  RosterSchema,
} from '../contract/engine_pb.js';
import type { Contact } from '../contract/engine_pb.js';
import { Errands } from './errands.js';
import type { Answer, Feature, FeatureHost, Incoming, StanzaError } from './feature.js';
import { isOwnAccount, malformedJid, parseJid, perHost } from './per-host.js';
import { readItem, RosterBook } from './roster-book.js';
import type { RosterItem, SubscriptionState } from './roster-book.js';

/** Contacts in one event, so that no host is held up by a long list. */
const PART = 200;
/** Pushes come in flocks after a long absence (RFC 6121 §2.6.3); the file is written once for them. */
const SAVE_DELAY_MS = 1_000;
const FILE = 'roster';

const subscriptions: Record<SubscriptionState, ContactSubscription> = {
  none: ContactSubscription.NONE,
  to: ContactSubscription.TO,
  from: ContactSubscription.FROM,
  both: ContactSubscription.BOTH,
};

/** The contacts as other features may ask for them. */
export const rosterOf = perHost((host) => {
  const book = new RosterBook();
  book.restore(host.load(FILE));
  return book;
});

class Roster {
  readonly #host: FeatureHost;
  readonly #book: RosterBook;
  readonly #errands: Errands;
  /** The book is what this session's server has. */
  #confirmed = false;
  /** The host that is attached has the whole list. */
  #told = false;
  #fetching = false;
  #saving = false;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#book = rosterOf(host);
    this.#errands = new Errands(host);
  }

  starting(): void {
    this.#confirmed = false;
    this.#fetch();
  }

  started(begun: boolean): void {
    if (!begun) this.starting();
    this.#errands.resume();
  }

  #fetch(): void {
    this.#fetching = true;
    // A server that knows no versions ignores the attribute; an empty one asks to be told the version
    // with the whole list (RFC 6121 §2.6.2).
    const query = xml('query', { xmlns: NS.roster, ver: this.#book.version });
    this.#host.request(undefined, 'get', query, (answer) => {
      this.#fetching = false;
      this.#fetched(answer);
    });
  }

  resumed(): void {
    // The request may have been given up while the link was away.
    if (!this.#confirmed && !this.#fetching) this.#fetch();
    this.#errands.resume();
  }

  ended(): void {
    this.#confirmed = false;
  }

  attached(): void {
    this.#told = false;
    // A list from the cache alone may be old; the host waits for the server's word.
    if (this.#confirmed) this.#tellAll();
  }

  /** RFC 6121 §2.1.6: only our own account pushes; anybody else is told that there is nobody here. */
  push(iq: Element, { from }: Incoming): StanzaError | undefined {
    if (!isOwnAccount(this.#host, from)) {
      this.#host.log('warning', `A roster push from ${String(from)} was ignored.`);
      return { error: 'cancel', condition: 'service-unavailable' };
    }
    const query = child(iq, 'query', NS.roster);
    const [item, ...more] = query === undefined ? [] : children(query, 'item', NS.roster);
    const jid = this.#jidOf(item);
    if (query === undefined || item === undefined || jid === undefined || more.length > 0) {
      return { error: 'modify', condition: 'bad-request' };
    }
    this.#apply(item, jid, query);
    return undefined;
  }

  set(jid: string, name: string, groups: readonly string[], id: string): void {
    const contact = this.#contact(jid, id);
    if (contact === undefined) return;
    // RFC 6121 §2.3.3 forbids empty and doubled groups.
    const named = [...new Set(groups)].filter((group) => group !== '');
    const attrs = { jid: contact.toString(), name: name === '' ? undefined : name };
    this.#change(id, () => xml('item', attrs, ...named.map((group) => xml('group', {}, group))));
  }

  remove(jid: string, id: string): void {
    const contact = this.#contact(jid, id);
    if (contact === undefined) return;
    const attrs = { jid: contact.toString(), subscription: 'remove' };
    this.#change(id, () => xml('item', attrs));
  }

  #contact(jid: string, id: string): Jid | undefined {
    const parsed = parseJid(this.#host, jid)?.bare();
    if (parsed === undefined) this.#host.refuse(id, malformedJid(jid));
    return parsed;
  }

  #change(id: string, item: () => Element): void {
    this.#errands.add(
      id,
      (done) => {
        const query = xml('query', { xmlns: NS.roster }, item());
        this.#host.request(undefined, 'set', query, done);
      },
      // Only a removal can find nothing (RFC 6121 §2.5.3), and nothing is what it wants.
      (fault) => fault.condition === 'item-not-found',
    );
  }

  #fetched(answer: Answer): void {
    if (answer.type === 'error') {
      this.#host.log('warning', `The contact list could not be read: ${answer.fault.text}`);
      return;
    }
    this.#confirmed = true;
    const query = child(answer.stanza, 'query', NS.roster);
    // An empty result: what we have is right but for the pushes that follow (RFC 6121 §2.6.3).
    if (query !== undefined) {
      this.#book.replace(this.#itemsOf(query), versionOf(query) ?? '');
      this.#save();
    }
    if (query !== undefined || !this.#told) this.#tellAll();
  }

  #itemsOf(query: Element): RosterItem[] {
    return children(query, 'item', NS.roster).flatMap((el) => {
      const jid = this.#jidOf(el);
      return jid === undefined || isRemoval(el) ? [] : [readItem(el, jid)];
    });
  }

  #jidOf(item: Element | undefined): string | undefined {
    const text = item === undefined ? undefined : attribute(item, 'jid');
    return parseJid(this.#host, text)?.bare().toString();
  }

  #apply(el: Element, jid: string, query: Element): void {
    let contact: Contact;
    if (isRemoval(el)) {
      this.#book.items.delete(jid);
      contact = create(ContactSchema, { jid, subscription: ContactSubscription.REMOVE });
    } else {
      const item = readItem(el, jid);
      this.#book.items.set(jid, item);
      contact = contactMessage(item);
    }
    this.#book.version = versionOf(query) ?? this.#book.version;
    this.#save();
    this.#host.tell({ case: 'roster', value: create(RosterSchema, { contacts: [contact] }) });
  }

  #tellAll(): void {
    this.#told = true;
    const contacts = [...this.#book.items.values()].map(contactMessage);
    // An empty list is one empty part, both first and last.
    const parts = Math.max(1, Math.ceil(contacts.length / PART));
    for (let part = 0; part < parts; part += 1) {
      const value = create(RosterSchema, {
        contacts: contacts.slice(part * PART, (part + 1) * PART),
        begin: part === 0,
        end: part === parts - 1,
      });
      this.#host.tell({ case: 'roster', value });
    }
  }

  #save(): void {
    const write = (): void => {
      this.#saving = false;
      this.#host.save(FILE, this.#book.serialise());
    };
    if (this.#saving) return;
    this.#saving = true;
    this.#host.later(SAVE_DELAY_MS, write);
  }
}

function isRemoval(item: Element): boolean {
  return attribute(item, 'subscription') === 'remove';
}

function versionOf(query: Element): string | undefined {
  return attribute(query, 'ver');
}

function contactMessage({ jid, name, subscription, ask, groups }: RosterItem): Contact {
  return create(ContactSchema, {
    jid,
    name,
    ask,
    subscription: subscriptions[subscription],
    groups: [...groups],
  });
}

export const roster: Feature = {
  name: 'roster',
  specs: [
    {
      id: 'XEP-0237',
      name: 'Roster Versioning',
      version: '1.3',
      status: 'complete',
    },
  ],
  attach(host) {
    const list = new Roster(host);
    return {
      commands: {
        setContact: ({ jid, name, groups }, id) => {
          list.set(jid, name, groups, id);
        },
        removeContact: ({ jid }, id) => {
          list.remove(jid, id);
        },
      },
      requests: [
        {
          type: 'set',
          name: 'query',
          xmlns: NS.roster,
          answer: (iq, incoming) => list.push(iq, incoming),
        },
      ],
      starting: () => {
        list.starting();
      },
      started: (begun) => {
        list.started(begun);
      },
      resumed: () => {
        list.resumed();
      },
      ended: () => {
        list.ended();
      },
      attached: () => {
        list.attached();
      },
    };
  },
};
