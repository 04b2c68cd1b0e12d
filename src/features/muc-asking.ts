// SPDX-License-Identifier: MIT
//
// What is common to requests that a person makes of a room once, whether we are in it or not.

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import type { Jid } from '../core/jid.js';
import type { FeatureHost } from './feature.js';
import { malformedJid, parseJid } from './per-host.js';

export type Words = Readonly<Record<string, string>>;

const OFFLINE = fault('link', 'offline', 'Not done: there is no connection at present.', {
  by: 'us',
});

const UNHEARD = fault(
  'link',
  'no-answer',
  'The connection was lost before the room answered. Look whether it was done before you try again.',
);

/** @returns the bare JID of a room; nothing once the command is refused */
export function askable(host: FeatureHost, text: string, id: string): Jid | undefined {
  const room = parseJid(host, text)?.bare();
  if (room === undefined || room.local === '') host.refuse(id, malformedJid(text));
  else if (!host.online) host.refuse(id, OFFLINE);
  else return room;
  return undefined;
}

/** @param known what conditions mean here; others have words of their own */
export function inWords(cause: Fault, known: Words): Fault {
  const { condition } = cause;
  const text = Object.hasOwn(known, condition) ? known[condition] : undefined;
  return cause.kind !== 'stanza' || text === undefined ? cause : { ...cause, text };
}

/** The same for what was to be done once: who did not hear that it was done cannot know. */
export function onceInWords(cause: Fault, known: Words): Fault {
  return cause.kind === 'stanza' ? inWords(cause, known) : UNHEARD;
}
