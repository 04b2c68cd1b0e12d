// SPDX-License-Identifier: MIT

import { formatDateTime } from '../../../src/core/date-time.js';
import type { Element } from '../../../src/core/xml.js';
import { bare } from './sessions.js';

const MAM = 'urn:xmpp:mam:2';
const RSM = 'http://jabber.org/protocol/rsm';

/** As Prosody has it. */
const PAGE = 50;

export interface Archived {
  readonly id: string;
  readonly text: string;
  /** Unix ms. */
  readonly at: number;
  /** When it came, on the world's clock. */
  readonly keptAt: number;
  /** Not shown to a question before this moment, on the world's clock: archives lag. */
  readonly visibleAt: number;
}

/** The answer to one question, as the stanzas of it in order. */
export interface ArchiveAnswer {
  readonly results: readonly string[];
  readonly last: string;
  /** The id of the last result. */
  readonly lastId?: string;
}

/** The archive of an account or a room (XEP-0313): keeps everything, gives it in pages. */
export class ModelArchive {
  messages: Archived[] = [];

  add(message: Archived): void {
    this.messages.push(message);
  }

  /** @returns the messages that came after this moment, and are here no longer */
  forget(after: number): string[] {
    const forgotten = this.messages.filter(({ keptAt }) => keptAt > after);
    this.messages = this.messages.filter(({ keptAt }) => keptAt <= after);
    return forgotten.map(({ text }) => text);
  }

  /** @param from whose archive it is; not given for that of `to` himself, who needs no telling */
  answer(iq: Element, query: Element, to: string, now: number, from?: string): ArchiveAnswer {
    const by = from === undefined ? '' : ` from='${from}'`;
    const id = String(iq.getAttr('id'));
    const set = query.getChild('set', RSM);
    const after = set?.getChildText('after') ?? undefined;
    const before = set?.getChildText('before') ?? undefined;
    const max = Math.min(Number(set?.getChildText('max') ?? PAGE), PAGE);
    let found = this.messages.filter(({ visibleAt }) => visibleAt <= now);
    const start = startOf(query);
    if (start !== undefined) {
      found = found.filter(({ at }) => at >= start);
    }
    const known = (wanted: string) => found.findIndex((message) => message.id === wanted);
    if (
      (after !== undefined && known(after) < 0) ||
      (before !== undefined && before !== '' && known(before) < 0)
    ) {
      return {
        results: [],
        last: `<iq type='error' id='${id}'${by} to='${to}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
      };
    }
    if (after !== undefined) {
      found = found.slice(known(after) + 1);
    }
    if (before !== undefined && before !== '') {
      found = found.slice(0, known(before));
    }
    const page = before === undefined ? found.slice(0, max) : found.slice(-max);
    const complete = page.length === found.length;
    const owner = from ?? bare(to);
    const queryid = String(query.getAttr('queryid'));
    const lastId = page.at(-1)?.id;
    return {
      ...(lastId === undefined ? {} : { lastId }),
      results: page.map(
        (message) =>
          `<message from='${owner}' to='${to}'><result xmlns='${MAM}' queryid='${queryid}' id='${message.id}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${formatDateTime(message.at)}'/>${message.text}</forwarded></result></message>`,
      ),
      last: `<iq type='result' id='${id}'${by} to='${to}'><fin xmlns='${MAM}'${complete ? " complete='true'" : ''}><set xmlns='${RSM}'>${bounds(page)}</set></fin></iq>`,
    };
  }
}

function bounds(page: readonly Archived[]): string {
  const [first, last] = [page[0], page.at(-1)];
  return first === undefined || last === undefined
    ? ''
    : `<first>${first.id}</first><last>${last.id}</last>`;
}

function startOf(query: Element): number | undefined {
  for (const field of query.getChild('x', 'jabber:x:data')?.getChildElements() ?? []) {
    if (field.getAttr('var') === 'start') {
      return Date.parse(field.getChildText('value') ?? '');
    }
  }
  return undefined;
}
