// SPDX-License-Identifier: MIT
//
// Settings of a room (XEP-0045 §10.2), and becoming a member of it (§7.10, XEP-0077).

import { create } from '@bufbuild/protobuf';
import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { child, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { RoomFormKind as Kind, RoomFormSchema } from '../contract/engine_pb.js';
import type { GetRoomForm, SubmitRoomForm } from '../contract/engine_pb.js';
import { cancelledForm, readForm, writeForm } from './data-form.js';
import type { Feature, FeatureHost } from './feature.js';
import { malformedJid, parseJid } from './per-host.js';
import { clip } from './text.js';

const QUOTE_LENGTH = 500;

const OFFLINE = fault('link', 'offline', 'Not done: there is no connection at present.', {
  by: 'us',
});

const UNHEARD = fault(
  'link',
  'no-answer',
  'The connection was lost before the room answered. Look whether it was done before you try again.',
);

const NO_SETTINGS = fault('stanza', 'item-not-found', 'The room has no settings to change.', {
  retry: 'never',
});

/** What conditions mean here (§7.10, §10.2); others have words of their own. */
const words: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  [Kind.CONFIGURE]: {
    forbidden: 'Only owners of the room can see and change its settings.',
    'item-not-found': 'There is no such room.',
    'not-acceptable': 'The room does not take these settings.',
  },
  [Kind.REGISTER]: {
    conflict: 'This nickname is reserved for somebody else there.',
    'feature-not-implemented': 'The room has no registration.',
    forbidden: 'You are banned from the room.',
    'item-not-found': 'There is no such room.',
    'not-allowed': 'The room does not let you register.',
    // Prosody asks for an affiliation first.
    'registration-required': 'The room lets only its members register. Ask its owner.',
    'service-unavailable': 'The room has no registration.',
  },
};

const namespaces: Readonly<Record<Kind, string>> = {
  [Kind.CONFIGURE]: NS.mucOwner,
  [Kind.REGISTER]: NS.register,
};

class RoomForms {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  get({ room: text, kind }: GetRoomForm, id: string): void {
    const room = this.#roomOf(text, kind, id);
    if (room === undefined) return;
    const query = xml('query', { xmlns: namespaces[kind] });
    this.#host.request(room, 'get', query, (answer) => {
      const cause =
        answer.type === 'error'
          ? inWords(answer.fault, kind)
          : this.#came(room, kind, answer.stanza);
      if (cause === undefined) this.#host.accept(id);
      else this.#host.refuse(id, cause);
    });
  }

  /** Once only: what somebody else changed meanwhile is not to be changed back when a link returns. */
  submit({ room: text, kind, values, cancelled }: SubmitRoomForm, id: string): void {
    const room = this.#roomOf(text, kind, id);
    if (room === undefined) return;
    const form = cancelled ? cancelledForm() : writeForm(values);
    const query = xml('query', { xmlns: namespaces[kind] }, form);
    this.#host.request(room, 'set', query, (answer) => {
      if (answer.type === 'result') this.#host.accept(id);
      else {
        const heard = answer.fault.kind === 'stanza';
        this.#host.refuse(id, heard ? inWords(answer.fault, kind) : UNHEARD);
      }
    });
  }

  #roomOf(text: string, kind: Kind, id: string): Jid | undefined {
    const room = parseJid(this.#host, text)?.bare();
    const good = room !== undefined && room.local !== '' && kind in namespaces;
    if (!good) this.#host.refuse(id, malformedJid(text));
    else if (!this.#host.online) this.#host.refuse(id, OFFLINE);
    else return room;
    return undefined;
  }

  /** @returns why there is nothing to be shown */
  #came(room: Jid, kind: Kind, answer: Element): Fault | undefined {
    const query = child(answer, 'query', namespaces[kind]);
    const form = query && readForm(query);
    if (form !== undefined && 'condition' in form) return form;
    const known = query && kind === Kind.REGISTER ? readRegistered(query) : undefined;
    if (form === undefined && known === undefined) {
      return kind === Kind.REGISTER ? noForm(query) : NO_SETTINGS;
    }
    const about = { room: room.toString(), kind, ...known };
    const value = create(RoomFormSchema, form === undefined ? about : { ...about, form });
    this.#host.tell({ case: 'roomForm', value });
    return undefined;
  }
}

/** XEP-0077 §3.1: `<registered/>`, with what is on file. */
function readRegistered(
  query: Element,
): { registered: boolean; registeredNick: string } | undefined {
  if (child(query, 'registered', NS.register) === undefined) return undefined;
  const nick = childText(query, 'username', NS.register) ?? '';
  return { registered: true, registeredNick: clip(nick, QUOTE_LENGTH) };
}

/** §7.10 wants a form; some rooms only say what else to do (XEP-0077 §5). */
function noForm(query: Element | undefined): Fault {
  const said = (query && childText(query, 'instructions', NS.register)) ?? '';
  const quote = clip(said.replace(/\s+/g, ' ').trim(), QUOTE_LENGTH);
  const text = 'The room has no form to register by';
  return fault('stanza', 'item-not-found', quote === '' ? `${text}.` : `${text}: “${quote}”`, {
    retry: 'never',
  });
}

function inWords(cause: Fault, kind: Kind): Fault {
  const known = words[kind];
  const { condition } = cause;
  const text = Object.hasOwn(known, condition) ? known[condition] : undefined;
  return cause.kind !== 'stanza' || text === undefined ? cause : { ...cause, text };
}

export const mucForms: Feature = {
  name: 'muc-forms',
  specs: [
    {
      id: 'XEP-0004',
      name: 'Data Forms',
      version: '2.13.2',
      status: 'partial',
      note: 'forms are filled in; tables of results are not read',
    },
    {
      id: 'XEP-0077',
      name: 'In-Band Registration',
      version: '2.4',
      status: 'partial',
      note: 'with rooms only, by a form; a registration is not taken back',
    },
  ],
  after: ['muc'],
  attach(host) {
    const forms = new RoomForms(host);
    return {
      commands: {
        getRoomForm: (value, id) => {
          forms.get(value, id);
        },
        submitRoomForm: (value, id) => {
          forms.submit(value, id);
        },
      },
    };
  },
};
