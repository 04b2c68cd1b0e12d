// SPDX-License-Identifier: MIT
//
// A model server with one room, and what its stanzas say in few words, so that a table can have them.

import { NS } from '../../../src/core/namespaces.js';
import { attribute, child, children, childText, elements } from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';
import { RawClient } from '../../support/model/raw-client.js';
import type { RoomOptions } from '../../support/model/room-options.js';
import { RoomPeer } from '../../support/model/room-peer.js';
import type { ServerOptions } from '../../support/model/profiles.js';
import { ModelServer } from '../../support/model/server.js';
import { World } from '../../support/model/world.js';

export const ROOM = 'den@rooms.model.test';

export function scene(rooms: RoomOptions = {}, options: Partial<ServerOptions> = {}): Scene {
  const server = new ModelServer(new World(1), 'model.test', {
    ...{ resumeMs: 60_000, failedH: true, archive: true },
    ...options,
    rooms: { archive: true, selfPing: true, sharedNicks: true, ...rooms },
  });
  server.rooms.open('den', 'The den');
  return {
    server,
    carol: new RoomPeer(server.rooms, 'carol@model.test/c', 'carol'),
    client: (local, resource) => RawClient.online(server, local, resource, options.plain),
  };
}

interface Scene {
  readonly server: ModelServer;
  readonly carol: RoomPeer;
  readonly client: (local: string, resource?: string) => RawClient;
}

/** @param history as attributes of `<history/>` */
export function enter(client: RawClient, nick: string, history = "maxstanzas='20'", room = ROOM) {
  const x = `<x xmlns='http://jabber.org/protocol/muc'><history ${history}/></x>`;
  client.send(`<presence to='${room}/${nick}'>${x}</presence>`);
}

export function leave(client: RawClient, nick: string) {
  client.send(`<presence to='${ROOM}/${nick}' type='unavailable'/>`);
}

export function say(client: RawClient, body: string, id = `id-${body}`, more = '') {
  client.send(
    `<message to='${ROOM}' type='groupchat' id='${id}'><body>${body}</body>${more}</message>`,
  );
}

export function ask(client: RawClient, to: string, payload: string, type = 'get', id = 'q') {
  client.send(`<iq type='${type}' to='${to}' id='${id}'>${payload}</iq>`);
}

/** What came since the last call. */
export function told(client: RawClient): string[] {
  return client.take().map((stanza) => inWords(stanza));
}

export function inWords(stanza: Element): string {
  const nick = attribute(stanza, 'from')?.split('/')[1] ?? 'room';
  const id = attribute(stanza, 'id');
  const error = child(stanza, 'error', NS.client);
  if (error !== undefined) {
    const condition = elements(error)[0]?.name ?? '';
    return `${stanza.name} #${id ?? ''} error ${condition}`;
  }
  if (stanza.name === 'presence') {
    return presenceInWords(stanza, nick);
  }
  if (stanza.name === 'iq') {
    return `iq #${id ?? ''} ${attribute(stanza, 'type') ?? ''}`;
  }
  const body = childText(stanza, 'body', NS.client);
  const result = child(stanza, 'result', NS.mam);
  if (result !== undefined) {
    const forwarded = child(result, 'forwarded', NS.forward);
    const inner = forwarded && child(forwarded, 'message', NS.client);
    return `result ${attribute(result, 'id') ?? ''} ${inner === undefined ? '' : inWords(inner)}`;
  }
  if (body === undefined) {
    return `${nick} subject: ${childText(stanza, 'subject', NS.client) ?? '-'}`;
  }
  const late = child(stanza, 'delay', NS.delay) === undefined ? '' : 'late ';
  const type = attribute(stanza, 'type') === 'groupchat' ? '' : 'private ';
  const sid = child(stanza, 'stanza-id', NS.sid);
  const kept = sid === undefined ? '' : ` =${attribute(sid, 'id') ?? ''}`;
  return `${late}${type}${nick}: ${body} #${id ?? ''}${kept}`;
}

function presenceInWords(stanza: Element, nick: string): string {
  const x = child(stanza, 'x', NS.mucUser);
  const item = x && child(x, 'item', NS.mucUser);
  const codes = x === undefined ? [] : children(x, 'status', NS.mucUser);
  const renamed = item && attribute(item, 'nick');
  return [
    attribute(stanza, 'type') === 'unavailable' ? '-' : '+',
    nick,
    ...codes.map((code) => attribute(code, 'code') ?? ''),
    ...(renamed === undefined ? [] : [`-> ${renamed}`]),
  ].join(' ');
}
