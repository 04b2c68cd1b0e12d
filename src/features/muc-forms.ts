// SPDX-License-Identifier: MIT
//
// Settings of a room (XEP-0045 §10.2), and becoming a member of it, and none (§7.10, XEP-0077).

import { create } from '@bufbuild/protobuf';
import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { child, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { RoomFormKind as Kind, RoomFormSchema } from '../contract/engine_pb.js';
import type { GetRoomForm, SubmitRoomForm, UnregisterRoom } from '../contract/engine_pb.js';
import { cancelledForm, readForm, writeForm } from './data-form.js';
import type { Answer, Feature, FeatureHost } from './feature.js';
import { askable, inWords, onceInWords } from './muc-asking.js';
import type { Words } from './muc-asking.js';
import { voiceOf } from './muc-voice.js';
import { clip } from './text.js';

const QUOTE_LENGTH = 500;

const NO_SETTINGS = fault('stanza', 'item-not-found', 'The room has no settings to change.', {
  retry: 'never',
});

const NO_FORM = fault('usage', 'bad-request', 'Not done: a room cannot be asked for such a form.', {
  by: 'us',
  retry: 'never',
});

/** Those of them that are asked for or given back by request. */
interface Kinded {
  readonly xmlns: string;
  /** What conditions mean here (§7.10, §10.2; XEP-0077 §3.2). */
  readonly words: Words;
}

const NO_ROOM = 'There is no such room.';
const NO_REGISTRATION = 'The room has no registration.';
const NOT_REGISTERED = 'You are not registered there.';
const KEEPS = 'The room does not let you take your registration back.';

const kinds: Readonly<Record<Exclude<Kind, Kind.VOICE>, Kinded>> = {
  [Kind.CONFIGURE]: {
    xmlns: NS.mucOwner,
    words: {
      forbidden: 'Only owners of the room can see and change its settings.',
      'item-not-found': NO_ROOM,
      'not-acceptable': 'The room does not take these settings.',
    },
  },
  [Kind.REGISTER]: {
    xmlns: NS.register,
    words: {
      conflict: 'This nickname is reserved for somebody else there.',
      'feature-not-implemented': NO_REGISTRATION,
      forbidden: 'You are banned from the room.',
      'item-not-found': NO_ROOM,
      'not-allowed': 'The room does not let you register.',
      // Prosody asks for an affiliation first.
      'registration-required': 'The room lets only its members register. Ask its owner.',
      'service-unavailable': NO_REGISTRATION,
    },
  },
  [Kind.UNREGISTER]: {
    xmlns: NS.register,
    words: {
      'feature-not-implemented': NO_REGISTRATION,
      forbidden: KEEPS,
      'item-not-found': NO_ROOM,
      'not-allowed': KEEPS,
      'registration-required': NOT_REGISTERED,
      'service-unavailable': NO_REGISTRATION,
      'unexpected-request': NOT_REGISTERED,
    },
  },
};

class RoomForms {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  get({ room: text, kind }: GetRoomForm, id: string): void {
    if (kind !== Kind.CONFIGURE && kind !== Kind.REGISTER) {
      this.#host.refuse(id, NO_FORM);
      return;
    }
    const room = askable(this.#host, text, id);
    if (room === undefined) return;
    const { xmlns, words } = kinds[kind];
    this.#host.request(room, 'get', xml('query', { xmlns }), (answer) => {
      const cause =
        answer.type === 'error'
          ? inWords(answer.fault, words)
          : this.#came(room, kind, answer.stanza);
      if (cause === undefined) this.#host.accept(id);
      else this.#host.refuse(id, cause);
    });
  }

  /** Once only: what somebody else changed meanwhile is not to be changed back when a link returns. */
  submit({ room: text, kind, values, cancelled }: SubmitRoomForm, id: string): void {
    if (kind === Kind.VOICE) voiceOf(this.#host).answer(text, values, cancelled, id);
    else if (!(kind in kinds)) this.#host.refuse(id, NO_FORM);
    else {
      this.#ask(text, kind, cancelled ? cancelledForm() : writeForm(values), id);
    }
  }

  /** XEP-0077 §3.2: the room may want to know something first, and says so by an error with a form. */
  unregister({ room }: UnregisterRoom, id: string): void {
    this.#ask(room, Kind.UNREGISTER, xml('remove'), id);
  }

  #ask(text: string, kind: Exclude<Kind, Kind.VOICE>, payload: Element, id: string): void {
    const room = askable(this.#host, text, id);
    if (room === undefined) return;
    const { xmlns, words } = kinds[kind];
    this.#host.request(room, 'set', xml('query', { xmlns }, payload), (answer) => {
      if (answer.type === 'result' || this.#wantsForm(room, kind, payload, answer)) {
        this.#host.accept(id);
      } else this.#host.refuse(id, onceInWords(answer.fault, words));
    });
  }

  #wantsForm(room: Jid, kind: Kind, { name }: Element, { stanza }: Answer): boolean {
    const query = stanza && child(stanza, 'query', NS.register);
    const form = name === 'remove' && query !== undefined ? readForm(query) : undefined;
    if (form === undefined || 'condition' in form) return false;
    const value = create(RoomFormSchema, { room: room.toString(), kind, form });
    this.#host.tell({ case: 'roomForm', value });
    return true;
  }

  /** @returns why there is nothing to be shown */
  #came(room: Jid, kind: Kind.CONFIGURE | Kind.REGISTER, answer: Element): Fault | undefined {
    const query = child(answer, 'query', kinds[kind].xmlns);
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
      note: 'with rooms only',
    },
  ],
  after: ['muc', 'muc-voice'],
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
        unregisterRoom: (value, id) => {
          forms.unregister(value, id);
        },
      },
    };
  },
};
