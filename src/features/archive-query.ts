// SPDX-License-Identifier: MIT
//
// Questions to a message archive, a page at a time (XEP-0313 §4, XEP-0059).

import { formatDateTime } from '../core/date-time.js';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { attribute, child, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { FeatureHost } from './feature.js';
import { readForwarded } from './forwarded.js';
import type { Forwarded } from './forwarded.js';
import { isOwnAccount, perHost } from './per-host.js';
import type { Jid } from '../core/jid.js';

/**
 * Which page: behind a message, from a time on, or before a message (before none: the newest), of so many at
 * most.
 */
export type PageWanted =
  | { readonly after: string }
  | { readonly start: number }
  | { readonly before: string; readonly max?: number };

export interface ArchivedMessage {
  /** The archive's id of it. */
  readonly id: string;
  readonly message: Element;
  /** `stamp`: when the archive got it. */
  readonly when: Forwarded['when'] & { readonly stamp: number };
}

export interface Page {
  /** Oldest first. */
  readonly messages: readonly ArchivedMessage[];
  /** Nothing lies further in the direction asked for. */
  readonly complete: boolean;
  /** Ids of the first and the last of the page, whether they could be read or not. */
  readonly first: string | undefined;
  readonly last: string | undefined;
}

interface Open {
  /** Whose archive was asked; nobody's else is believed. */
  readonly of: Jid | undefined;
  readonly queryid: string;
  readonly messages: ArchivedMessage[];
  /** Characters in them, about. */
  size: number;
  /** Not all of it is held: what is left is to be asked for again. */
  cut: boolean;
  /** It was asked for from its end. */
  readonly backwards: boolean;
  readonly progress: () => void;
}

/** Read on: servers give fewer if they like, Prosody 50 and ejabberd these. */
const PAGE = 250;
/** Looked for something young: it is on the first page, as a rule. */
const PAGE_BACKWARDS = 50;
/** A page that does not end is not what was asked for. */
const PAGE_AT_MOST = 1_000;

/** Held of one page, in characters: it is shorter then, and the next one begins there. */
const SIZE_AT_MOST = 8 * 1024 * 1024;
/** What an element costs beside its words. */
const ELEMENT_SIZE = 64;

const ENDLESS = fault(
  'stanza',
  'policy-violation',
  'The archive sent more than it was asked for. It is not read further in this session.',
  { retry: 'never' },
);

export class ArchiveQueries {
  private readonly open = new Map<string, Open>();

  constructor(private readonly host: FeatureHost) {}

  /**
   * Asks an archive for one page.
   * @param of whose; undefined for our own account's
   * @param progress called for each message that comes
   */
  ask(
    of: Jid | undefined,
    wanted: PageWanted,
    progress: () => void,
    done: (page: Page | Fault) => void,
  ): void {
    const queryid = this.host.newId();
    const backwards = 'before' in wanted;
    const query: Open = { of, queryid, messages: [], size: 0, cut: false, backwards, progress };
    this.open.set(queryid, query);
    this.host.request(of, 'set', queryOf(queryid, wanted), (answer) => {
      this.open.delete(queryid);
      if (answer.type === 'error') {
        done(answer.fault);
      } else if (query.messages.length > PAGE_AT_MOST) {
        done(ENDLESS);
      } else {
        done(pageOf(answer.stanza, query));
      }
    });
  }

  /**
   * Results are taken from the archive that was asked only, for questions that are open (XEP-0313, Security).
   * @returns whether the stanza was a result, wanted or not
   */
  result(stanza: Element, from: Jid | undefined): boolean {
    const result = child(stanza, 'result', NS.mam);
    if (result === undefined) return false;
    const query = this.open.get(attribute(result, 'queryid') ?? '');
    if (query === undefined || !this.speaksFor(from, query.of)) {
      this.host.log('warning', 'A message of an archive that was not asked for was dropped.');
      return true;
    }
    const message = readResult(this.host, result);
    if (message !== undefined && query.messages.length <= PAGE_AT_MOST) {
      add(query, message);
    }
    query.progress();
    return true;
  }

  private speaksFor(from: Jid | undefined, archive: Jid | undefined): boolean {
    return archive === undefined ? isOwnAccount(this.host, from) : archive.equals(from);
  }
}

export const archiveQueriesOf = perHost((host) => new ArchiveQueries(host));

function queryOf(queryid: string, wanted: PageWanted): Element {
  const field = (name: string, value: string, type?: string) =>
    xml('field', { var: name, type }, xml('value', {}, value));
  const form =
    'start' in wanted
      ? xml(
          'x',
          { xmlns: NS.dataForms, type: 'submit' },
          field('FORM_TYPE', NS.mam, 'hidden'),
          field('start', formatDateTime(wanted.start)),
        )
      : undefined;
  const set = xml(
    'set',
    { xmlns: NS.rsm },
    xml('max', {}, String('before' in wanted ? (wanted.max ?? PAGE_BACKWARDS) : PAGE)),
  );
  if ('after' in wanted) set.append(xml('after', {}, wanted.after));
  if ('before' in wanted) set.append(xml('before', {}, wanted.before));
  return xml('query', { xmlns: NS.mam, queryid }, form, set);
}

function readResult(host: FeatureHost, result: Element): ArchivedMessage | undefined {
  const forwarded = readForwarded(host, result);
  const stamp = forwarded?.when.stamp;
  const id = attribute(result, 'id') ?? '';
  return forwarded === undefined || stamp === undefined || id === ''
    ? undefined
    : { id, message: forwarded.message, when: { ...forwarded.when, stamp } };
}

/** Of a page that is too large the end is held that lies where it was asked for. */
function add(query: Open, message: ArchivedMessage): void {
  const { messages, backwards } = query;
  if (query.cut && !backwards) return;
  messages.push(message);
  query.size += sizeOf(message.message);
  while (query.size > SIZE_AT_MOST && messages.length > 1) {
    const left = backwards ? messages.shift() : messages.pop();
    query.size -= left === undefined ? 0 : sizeOf(left.message);
    query.cut = true;
  }
}

function sizeOf(element: Element): number {
  let size = ELEMENT_SIZE;
  for (const value of Object.values(element.attrs)) size += String(value).length;
  for (const part of element.children)
    size += typeof part === 'string' ? part.length : sizeOf(part);
  return size;
}

function pageOf(answer: Element, { messages, cut, backwards }: Open): Page | Fault {
  const fin = child(answer, 'fin', NS.mam);
  const set = fin === undefined ? undefined : child(fin, 'set', NS.rsm);
  if (fin === undefined) {
    const text = 'The archive gave an answer without an end.';
    return fault('stanza', 'undefined-condition', text, { retry: 'never' });
  }
  const told = (name: string) => (set === undefined ? undefined : childText(set, name, NS.rsm));
  return {
    messages,
    complete: !cut && attribute(fin, 'complete') === 'true',
    first: cut && backwards ? messages[0]?.id : told('first'),
    last: cut && !backwards ? messages.at(-1)?.id : told('last'),
  };
}
