// SPDX-License-Identifier: MIT
//
// What a server forgets that is killed.

import type { ModelServer } from './server.js';
import type { Stored } from './sessions.js';

/** A message that was handed on. */
export interface Routed {
  readonly user: string;
  /** In his archive. */
  readonly id: string | undefined;
  /** On the world's clock. */
  readonly at: number;
  readonly text: string;
}

/** Handing a message on takes a server this long at most. */
const TORN_MS = 20;
const END = '</message>';

/** @returns messages for its users that are in no store any more */
export function forget(server: ModelServer, last: Routed | undefined): string[] {
  const before = server.world.now - (server.options.killLosesMs ?? 0);
  const homeless = [...server.archives.values()].flatMap((archive) => archive.forget(before));
  homeless.push(...tear(server, last));
  for (const [user, list] of server.offline) {
    const keeps = (stored: Stored) => stored.at - server.world.wallOffset <= before;
    homeless.push(...list.filter((stored) => !keeps(stored)).map(({ text }) => text));
    server.offline.set(user, list.filter(keeps));
  }
  for (const session of server.sessions.values()) {
    const { messages } = server.archiveOf(session.user);
    const isKept = (text: string) =>
      messages.some((m) => text.startsWith(m.text.slice(0, -END.length)));
    const texts = session.unacked.flatMap(({ kept, text }) => (kept === true ? [text] : []));
    homeless.push(...texts.filter((text) => !isKept(text)));
    session.unacked = [];
  }
  return homeless;
}

/** The message it was just handing on stays with its sender's archive alone. */
function tear(server: ModelServer, last: Routed | undefined): string[] {
  if (server.options.killTears !== true || last === undefined) {
    return [];
  }
  const { user, id, at, text } = last;
  if (server.world.now - at > TORN_MS) {
    return [];
  }
  const archive = server.archiveOf(user);
  archive.messages = archive.messages.filter((message) => message.id !== id);
  const ofOthers = (stored: Stored) => !stored.text.includes(text.slice(0, -END.length));
  server.offline.set(user, (server.offline.get(user) ?? []).filter(ofOthers));
  for (const session of server.sessions.values()) {
    session.unacked = session.unacked.filter(ofOthers);
  }
  return [text];
}
