// SPDX-License-Identifier: MIT
//
// Voice in moderated rooms: asked for (XEP-0045 §7.13), and given by moderators (§8.6).

import { create } from '@bufbuild/protobuf';
import { NS } from '../core/namespaces.js';
import { attribute, localName, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { RoomFormKind as Kind, RoomFormSchema } from '../contract/engine_pb.js';
import type { FormValue, RequestVoice } from '../contract/engine_pb.js';
import { readForm, writeForm } from './data-form.js';
import type { Feature, FeatureHost, Incoming } from './feature.js';
import { NOT_JOINED } from './muc-admin.js';
import { roomsOf } from './muc-traffic.js';
import type { JoinedRoom } from './muc-traffic.js';
import { parseJid, perHost } from './per-host.js';

/** Requests of one room that wait for the person; more are dropped until one is answered. */
const OPEN = 20;

type Values = readonly Pick<FormValue, 'var' | 'values'>[];

/** §7.13: nothing else than these. */
const REQUEST: Values = [
  { var: 'FORM_TYPE', values: [NS.mucRequest] },
  { var: 'muc#role', values: ['participant'] },
];

class Voice {
  readonly #host: FeatureHost;
  /** Who waits for the person's answer, by room: one who asks again meanwhile is asked about once. */
  readonly #open = new Map<string, Set<string>>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  request({ room: text }: RequestVoice, id: string): void {
    this.#send(this.#find(text), REQUEST, id, 'Voice was not asked for');
  }

  /** @param cancelled the person wants to leave it: nobody is told */
  answer(text: string, values: Values, cancelled: boolean, id: string): void {
    const room = this.#find(text);
    this.#open.get(room?.jid.toString() ?? text)?.delete(keyOf(values));
    if (cancelled) this.#host.accept(id);
    else this.#send(room, values, id, 'The request for voice was not answered');
  }

  /** The room itself asks; what occupants and strangers write like this is no request. */
  incoming(stanza: Element, { from }: Incoming): 'pass' | 'taken' {
    const type = attribute(stanza, 'type');
    const room = from?.resource === '' ? roomsOf(this.#host).find(from) : undefined;
    const fits = localName(stanza) === 'message' && type !== 'error' && type !== 'groupchat';
    const form = fits && room?.joined === true ? readForm(stanza) : undefined;
    if (room === undefined || form === undefined || 'condition' in form) return 'pass';
    if (valueOf(form.fields, 'FORM_TYPE') !== NS.mucRequest) return 'pass';
    if (this.#isNew(room, keyOf(form.fields))) {
      const value = create(RoomFormSchema, { room: room.jid.toString(), kind: Kind.VOICE, form });
      this.#host.tell({ case: 'roomForm', value });
    }
    return 'taken';
  }

  /** A host that joins has none of them on its screen. */
  attached(): void {
    this.#open.clear();
  }

  #find(text: string): JoinedRoom | undefined {
    return roomsOf(this.#host).find(parseJid(this.#host, text));
  }

  #send(room: JoinedRoom | undefined, values: Values, id: string, failed: string): void {
    if (room?.joined !== true || !this.#host.online) {
      this.#host.refuse(id, NOT_JOINED);
      return;
    }
    room.ask(xml('message', { to: room.jid.toString() }, writeForm(values)), id, failed);
    this.#host.accept(id);
  }

  #isNew(room: JoinedRoom, key: string): boolean {
    const name = room.jid.toString();
    const open = this.#open.get(name) ?? new Set();
    if (open.has(key) || open.size >= OPEN) return false;
    this.#open.set(name, open.add(key));
    return true;
  }
}

function valueOf(values: Values, name: string): string {
  return values.find((field) => field.var === name)?.values[0] ?? '';
}

function keyOf(values: Values): string {
  return [valueOf(values, 'muc#jid'), valueOf(values, 'muc#roomnick')].join('\0');
}

export const voiceOf = perHost((host) => new Voice(host));

export const mucVoice: Feature = {
  name: 'muc-voice',
  specs: [],
  after: ['muc'],
  attach(host) {
    const voice = voiceOf(host);
    return {
      commands: {
        requestVoice: (value, id) => {
          voice.request(value, id);
        },
      },
      incoming: (stanza, incoming) => voice.incoming(stanza, incoming),
      attached: () => {
        voice.attached();
      },
    };
  },
};
