// SPDX-License-Identifier: MIT

import { formatDateTime } from '../../../src/core/date-time.js';
import type { Element } from '../../../src/core/xml.js';

const MAM = 'urn:xmpp:mam:2';
const RSM = 'http://jabber.org/protocol/rsm';

export interface Archived {
  readonly id: string;
  readonly text: string;
  /** Unix ms. */
  readonly at: number;
  /** Not shown to a question before this moment, on the world's clock: archives lag. */
  readonly visibleAt: number;
}

/** The answer to one question, as the stanzas of it in order. */
export interface ArchiveAnswer {
  readonly results: readonly string[];
  readonly last: string;
}

/** One account's archive (XEP-0313): keeps everything, gives it in pages. */
export class ModelArchive {
  readonly messages: Archived[] = [];

  add(message: Archived): void {
    this.messages.push(message);
  }

  answer(iq: Element, query: Element, to: string, now: number): ArchiveAnswer {
    const id = String(iq.getAttr('id'));
    const set = query.getChild('set', RSM);
    const after = set?.getChildText('after') ?? undefined;
    const before = set?.getChildText('before') ?? undefined;
    const max = Number(set?.getChildText('max') ?? 50);
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
        last: `<iq type='error' id='${id}' to='${to}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
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
    const user = to.split('/')[0] ?? '';
    const queryid = String(query.getAttr('queryid'));
    return {
      results: page.map(
        (message) =>
          `<message from='${user}' to='${to}'><result xmlns='${MAM}' queryid='${queryid}' id='${message.id}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${formatDateTime(message.at)}'/>${message.text}</forwarded></result></message>`,
      ),
      last: `<iq type='result' id='${id}' to='${to}'><fin xmlns='${MAM}'${complete ? " complete='true'" : ''}><set xmlns='${RSM}'>${bounds(page)}</set></fin></iq>`,
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
