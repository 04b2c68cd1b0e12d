// SPDX-License-Identifier: MIT
//
// The contacts of one account as the server told them last, and the text they are cached as.

import { attribute, children } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import { clip } from './text.js';

export type SubscriptionState = 'none' | 'to' | 'from' | 'both';

/** One `<item/>` (RFC 6121 §2.1.2). */
export interface RosterItem {
  /** Bare JID, prepared. */
  readonly jid: string;
  readonly name: string;
  readonly subscription: SubscriptionState;
  readonly ask: boolean;
  readonly groups: readonly string[];
}

/** RFC 6121 §2.3.3 lets a server refuse longer ones; none of it may fill our memory. */
const NAME_LENGTH = 1_023;
const GROUPS = 100;
const states: readonly string[] = ['none', 'to', 'from', 'both'] satisfies SubscriptionState[];

export class RosterBook {
  /** By bare JID. */
  readonly items = new Map<string, RosterItem>();
  /** The version these items are, as the server named it; empty without (RFC 6121 §2.6). */
  version = '';

  has(jid: string): boolean {
    return this.items.has(jid);
  }

  /** May this contact see our presence? */
  seesUs(jid: string): boolean {
    const state = this.items.get(jid)?.subscription;
    return state === 'from' || state === 'both';
  }

  replace(items: readonly RosterItem[], version: string): void {
    this.items.clear();
    for (const item of items) this.items.set(item.jid, item);
    this.version = version;
  }

  serialise(): string {
    return JSON.stringify({ format: 1, version: this.version, items: [...this.items.values()] });
  }

  /** Takes over a cached text; one that is not ours, or of another format, is as good as none. */
  restore(text: string | undefined): void {
    const cached = text === undefined ? undefined : parse(text);
    if (!isRecord(cached) || cached.format !== 1 || typeof cached.version !== 'string') return;
    const items = cached.items;
    if (Array.isArray(items) && items.every(isItem)) this.replace(items, cached.version);
  }
}

/** @param jid prepared bare JID of the item */
export function readItem(el: Element, jid: string): RosterItem {
  const state = attribute(el, 'subscription');
  const groups = children(el, 'group', NS.roster).map((group) =>
    clip(group.getText(), NAME_LENGTH),
  );
  return {
    jid,
    name: clip(attribute(el, 'name') ?? '', NAME_LENGTH),
    subscription: isState(state) ? state : 'none',
    ask: attribute(el, 'ask') === 'subscribe',
    groups: [...new Set(groups)].filter((group) => group !== '').slice(0, GROUPS),
  };
}

function isState(text: unknown): text is SubscriptionState {
  return typeof text === 'string' && states.includes(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isItem(value: unknown): value is RosterItem {
  return (
    isRecord(value) &&
    typeof value.jid === 'string' &&
    typeof value.name === 'string' &&
    isState(value.subscription) &&
    typeof value.ask === 'boolean' &&
    Array.isArray(value.groups) &&
    value.groups.every((group) => typeof group === 'string')
  );
}
