// SPDX-License-Identifier: MIT
//
// The elements of XEP-0494: what is asked, and the server's list. What is in it was said by clients that
// may be anybody's, so that all of it is bounded.

import { NS } from '../core/namespaces.js';
import { parseDateTime } from '../core/stanza.js';
import { attribute, child, children, childText, elements, localName, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { FeatureHost } from './feature.js';
import { clip } from './text.js';

/** More are counted only. */
const MOST_CLIENTS = 200;
const MOST_KINDS = 8;
const TEXT_CHARS = 100;
const ID_BYTES = 1023;

/** What we call ourselves (XEP-0388 §2.3). */
const SOFTWARE = 'Steadfast';

export type Permission = 'unrestricted' | 'normal' | 'restricted' | '';

/** One that has access (§3.1); its texts are of one line. */
export interface AccessClient {
  /** Empty where it cannot be used to revoke it. */
  readonly id: string;
  readonly connected: boolean;
  readonly session: boolean;
  /** Unix ms; 0 where it is not known. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly auth: readonly string[];
  readonly permission: Permission;
  readonly software: string;
  readonly uri: string;
  readonly device: string;
  /** It goes by our name. */
  readonly current: boolean;
}

export interface AccessList {
  readonly clients: readonly AccessClient[];
  readonly leftOut: number;
}

export function listRequest(): Element {
  return xml('list', { xmlns: NS.cam });
}

export function revokeRequest(id: string): Element {
  return xml('revoke', { xmlns: NS.cam, id });
}

/** @param stanza the result of `listRequest` */
export function readAccess(stanza: Element, host: FeatureHost): AccessList {
  const list = child(stanza, 'clients', NS.cam);
  const all = list === undefined ? [] : children(list, 'client', NS.cam);
  const read = all.slice(0, MOST_CLIENTS).map((each) => readClient(each, host));
  // What names two of them names none.
  const clients = read.map((client) =>
    read.filter(({ id }) => id === client.id).length > 1 ? { ...client, id: '' } : client,
  );
  return { clients, leftOut: all.length - clients.length };
}

function readClient(client: Element, { device: ours, tools }: FeatureHost): AccessClient {
  const id = attribute(client, 'id') ?? '';
  // It must go back as it came.
  const isUsable = tools.utf8(id).length <= ID_BYTES && !/\p{Cc}/u.test(id);
  const agent = child(client, 'user-agent', NS.cam);
  const text = (name: string): string => oneLine(agent && childText(agent, name, NS.cam));
  const seen = (name: string): number =>
    Math.max(parseDateTime(childText(client, name, NS.cam)?.trim() ?? '') ?? 0, 0);
  const auth = child(client, 'auth', NS.cam);
  const kinds = auth === undefined ? [] : elements(auth).slice(0, MOST_KINDS);
  const permission = child(client, 'permission', NS.cam);
  const software = text('software');
  const device = text('device');
  return {
    ...{ id: isUsable ? id : '', software, device, uri: text('uri') },
    connected: isTrue(attribute(client, 'connected')),
    session: attribute(client, 'type') === 'session',
    firstSeen: seen('first-seen'),
    lastSeen: seen('last-seen'),
    auth: kinds.map((kind) => oneLine(localName(kind))),
    permission: readPermission(permission && attribute(permission, 'status')),
    current: software === SOFTWARE && device === ours,
  };
}

/** XML Schema's boolean. */
function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1';
}

function readPermission(status: string | undefined): Permission {
  return status === 'unrestricted' || status === 'normal' || status === 'restricted' ? status : '';
}

/** Control, format and separator characters could make one line look like another. */
function oneLine(text = '', max = TEXT_CHARS): string {
  const line = clip(text, max * 4).replace(/[\p{C}\p{Z}]+/gu, ' ');
  return clip(line.trim(), max);
}
