// SPDX-License-Identifier: MIT
//
// Who has a role or an affiliation in a room: the lists of XEP-0045 §8.5, §9.2, §9.4, §9.8, §10.5, §10.8.

import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { attribute, child, children, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { Affiliation, Role, RoomUsersSchema } from '../contract/engine_pb.js';
import type { QueryRoomUsers, RoomUserSchema } from '../contract/engine_pb.js';
import type { Feature, FeatureHost } from './feature.js';
import { wordOf } from './muc-admin.js';
import { askable, inWords } from './muc-asking.js';
import { affiliations, roles } from './muc-presence.js';
import { parseJid } from './per-host.js';
import { clip } from './text.js';

/** As the contract has it. */
const USERS = 5_000;
const PART = 200;
const NICK_LENGTH = 1_023;
const REASON_LENGTH = 1_000;

const NO_LIST = fault('usage', 'bad-request', 'Not done: there is no list of that.', {
  by: 'us',
  retry: 'never',
});

const words = {
  forbidden: 'The room does not show you this list.',
  'item-not-found': 'There is no such room.',
  'not-allowed': 'The room does not show you this list.',
};

type User = MessageInitShape<typeof RoomUserSchema>;

class RoomUserLists {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  query(asked: QueryRoomUsers, id: string): void {
    const item = itemOf(asked);
    if (item === undefined) {
      this.#host.refuse(id, NO_LIST);
      return;
    }
    const room = askable(this.#host, asked.room, id);
    if (room === undefined) return;
    const query = xml('query', { xmlns: NS.mucAdmin }, xml('item', item));
    this.#host.request(room, 'get', query, (answer) => {
      if (answer.type === 'error') {
        this.#host.refuse(id, inWords(answer.fault, words));
        return;
      }
      this.#tell({ ...asked, room: room.toString() }, answer.stanza);
      this.#host.accept(id);
    });
  }

  #tell({ room, role, affiliation }: QueryRoomUsers, answer: Element): void {
    const query = child(answer, 'query', NS.mucAdmin);
    const items = query === undefined ? [] : children(query, 'item', NS.mucAdmin);
    const users = items.slice(0, USERS).map((item) => this.#read(item));
    const cut = items.length > USERS;
    for (let at = 0; at === 0 || at < users.length; at += PART) {
      const done = at + PART >= users.length;
      const part = users.slice(at, at + PART);
      const value = { room, role, affiliation, users: part, done, cut: done && cut };
      this.#host.tell({ case: 'roomUsers', value: create(RoomUsersSchema, value) });
    }
  }

  #read(item: Element): User {
    return {
      jid: parseJid(this.#host, attribute(item, 'jid'))?.toString() ?? '',
      nick: clip(attribute(item, 'nick') ?? '', NICK_LENGTH),
      role: roles.get(attribute(item, 'role') ?? '') ?? Role.ROLE_NONE,
      affiliation:
        affiliations.get(attribute(item, 'affiliation') ?? '') ?? Affiliation.AFFILIATION_NONE,
      reason: clip(childText(item, 'reason', NS.mucAdmin)?.trim() ?? '', REASON_LENGTH),
    };
  }
}

/** @returns nothing unless exactly one of the two is asked for */
function itemOf({ role, affiliation }: QueryRoomUsers): Record<string, string> | undefined {
  const byRole = role === Role.ROLE_NONE ? undefined : wordOf(roles, role);
  const byAffiliation =
    affiliation === Affiliation.AFFILIATION_NONE ? undefined : wordOf(affiliations, affiliation);
  if (byRole !== undefined && byAffiliation === undefined) return { role: byRole };
  if (byRole === undefined && byAffiliation !== undefined) return { affiliation: byAffiliation };
  return undefined;
}

export const mucUsers: Feature = {
  name: 'muc-users',
  specs: [],
  after: ['muc'],
  attach(host) {
    const lists = new RoomUserLists(host);
    return {
      commands: {
        queryRoomUsers: (value, id) => {
          lists.query(value, id);
        },
      },
    };
  },
};
