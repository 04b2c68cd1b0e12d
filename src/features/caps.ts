// SPDX-License-Identifier: MIT
//
// Entity capabilities: each kind of software asked once, and believed only as far as its hash proves it
// (XEP-0115).

import { attribute, child, localName, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { capsHash, readInfo } from './caps-hash.js';
import type { DiscoInfo } from './caps-hash.js';
import { NODE, ownInfo } from './disco.js';
import type { Announced } from './disco.js';
import type { Answer, Feature, FeatureHost } from './feature.js';
import { perHost } from './per-host.js';
import { clip } from './text.js';

/** What is kept of one proved answer. */
export interface Software {
  /** For people: "Conversations 2.12"; empty if it does not say. */
  readonly name: string;
  readonly features: readonly string[];
}

const FILE = 'caps';
const SAVE_DELAY_MS = 5_000;
const CACHE = 250;
/** A list beyond this is no client's, and would only fill the cache. */
const FEATURES = 200;
const FEATURE_LENGTH = 200;
const NAME_LENGTH = 100;
/** Questions on their way at one time, hashes that wait for their turn, and bearers of one hash. */
const ASKED = 16;
const WAITING = 500;
const BEARERS = 5;
/** Base64 of 20 bytes. */
const sha1 = /^[A-Za-z0-9+/]{27}=$/;

/** One hash that nobody has proved yet, and who announced it. */
interface Unproved {
  readonly node: string;
  readonly bearers: Jid[];
  asked: boolean;
}

export class Caps {
  readonly #host: FeatureHost;
  /** Proved ones by hash, the longest unused first. */
  readonly #known = new Map<string, Software>();
  readonly #unproved = new Map<string, Unproved>();
  #learned: (ver: string) => void = () => undefined;
  #underWay = 0;
  #saving = false;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#restore(host.load(FILE));
  }

  /** @param learned called when a hash that `see` had returned is proved */
  onLearned(learned: (ver: string) => void): void {
    this.#learned = learned;
  }

  /** @returns what is proved of software that announces this hash */
  software(ver: string | undefined): Software | undefined {
    const found = ver === undefined ? undefined : this.#known.get(ver);
    if (ver !== undefined && found !== undefined) {
      this.#known.delete(ver);
      this.#known.set(ver, found);
    }
    return found;
  }

  /**
   * Takes note of a contact's presence and asks what its hash stands for, if nobody proved it yet.
   * @param from full JID of somebody we know
   * @returns the hash it announces; undefined for none, or one made in a way we cannot check
   */
  see(presence: Element, from: Jid): string | undefined {
    const c = child(presence, 'c', NS.caps);
    const ver = c === undefined ? undefined : attribute(c, 'ver');
    if (c === undefined || ver === undefined || !sha1.test(ver)) return undefined;
    if (attribute(c, 'hash') !== 'sha-1') return undefined;
    if (this.software(ver) === undefined) this.#wonder(ver, attribute(c, 'node') ?? '', from);
    return ver;
  }

  /** Nobody we asked can answer any more. */
  ended(): void {
    this.#unproved.clear();
    this.#underWay = 0;
  }

  #wonder(ver: string, node: string, from: Jid): void {
    const unproved = this.#unproved.get(ver);
    if (unproved !== undefined) {
      if (unproved.bearers.length < BEARERS) unproved.bearers.push(from);
    } else if (this.#unproved.size < WAITING) {
      this.#unproved.set(ver, { node, bearers: [from], asked: false });
    }
    this.#askNext();
  }

  #askNext(): void {
    for (const [ver, unproved] of this.#unproved) {
      if (this.#underWay >= ASKED) return;
      if (!unproved.asked) this.#ask(ver, unproved);
    }
  }

  #ask(ver: string, unproved: Unproved): void {
    const bearer = unproved.bearers.shift();
    if (bearer === undefined) {
      this.#unproved.delete(ver);
      return;
    }
    unproved.asked = true;
    this.#underWay += 1;
    const query = xml('query', { xmlns: NS.discoInfo, node: `${unproved.node}#${ver}` });
    this.#host.request(bearer, 'get', query, (answer) => {
      // An answer of an earlier session concerns nothing that is still waited for.
      if (this.#unproved.get(ver) === unproved) this.#answered(ver, unproved, bearer, answer);
    });
  }

  #answered(ver: string, unproved: Unproved, bearer: Jid, answer: Answer): void {
    this.#underWay -= 1;
    if (!this.#host.online) {
      // Nobody was asked; whoever is still there announces it again in the next session.
      this.#unproved.delete(ver);
      return;
    }
    const info = this.#proved(ver, answer);
    if (info === undefined) {
      // XEP-0115 §5.4: an answer that does not prove the hash is not cached; somebody else who
      // announces it may be honest.
      this.#host.log('debug', `${bearer.toString()} does not prove its capabilities ${ver}.`);
      unproved.asked = false;
    } else {
      this.#unproved.delete(ver);
      this.#learn(ver, { name: nameOf(info), features: info.features });
    }
    this.#askNext();
  }

  #proved(ver: string, answer: Answer): DiscoInfo | undefined {
    const query =
      answer.type === 'result' ? child(answer.stanza, 'query', NS.discoInfo) : undefined;
    const info = query === undefined ? undefined : readInfo(query);
    if (info === undefined || !fits(info.features)) return undefined;
    return capsHash(info, this.#host.tools) === ver ? info : undefined;
  }

  #learn(ver: string, software: Software): void {
    this.#known.set(ver, software);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= CACHE) break;
      this.#known.delete(oldest);
    }
    this.#save();
    this.#learned(ver);
  }

  #save(): void {
    const write = (): void => {
      this.#saving = false;
      this.#host.save(FILE, JSON.stringify({ format: 1, known: [...this.#known] }));
    };
    if (this.#saving) return;
    this.#saving = true;
    this.#host.later(SAVE_DELAY_MS, write);
  }

  #restore(text: string | undefined): void {
    for (const [ver, software] of parseCache(text)) this.#known.set(ver, software);
  }
}

function fits(features: readonly string[]): boolean {
  return (
    features.length <= FEATURES && features.every((feature) => feature.length <= FEATURE_LENGTH)
  );
}

/** XEP-0232 says it best, with the version; else the name of the client. */
function nameOf({ identities, forms }: DiscoInfo): string {
  const form = forms.find(({ formType }) => formType === 'urn:xmpp:dataforms:softwareinfo');
  const value = (name: string): string =>
    form?.fields.find((field) => field.name === name)?.values[0] ?? '';
  const software = `${value('software')} ${value('software_version')}`.trim();
  const client = identities.find(({ category, name }) => category === 'client' && name !== '');
  return clip(value('software') === '' ? (client?.name ?? '') : software, NAME_LENGTH);
}

/** A cache that is not ours, or of another format, is as good as none. */
function parseCache(text: string | undefined): [string, Software][] {
  let cached: unknown;
  try {
    cached = text === undefined ? undefined : JSON.parse(text);
  } catch {
    return [];
  }
  if (!isRecord(cached) || cached.format !== 1 || !Array.isArray(cached.known)) return [];
  return (cached.known as unknown[]).filter(isEntry).slice(-CACHE);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isEntry(value: unknown): value is [string, Software] {
  if (!Array.isArray(value) || typeof value[0] !== 'string') return false;
  const software: unknown = value[1];
  return (
    isRecord(software) &&
    typeof software.name === 'string' &&
    Array.isArray(software.features) &&
    software.features.every((feature) => typeof feature === 'string')
  );
}

/** What other features may ask about a contact's software. */
export const capsOf = perHost((host) => new Caps(host));

export function capsFeature(announced: Announced): Feature {
  return {
    name: 'caps',
    specs: [
      {
        id: 'XEP-0115',
        name: 'Entity Capabilities',
        version: '1.6.0',
        status: 'complete',
        note: 'SHA-1, which is what everybody announces',
      },
    ],
    after: ['disco'],
    namespaces: [NS.caps],
    attach(host) {
      const caps = capsOf(host);
      return {
        outgoing(stanza) {
          if (localName(stanza) !== 'presence' || attribute(stanza, 'type') !== undefined) return;
          const { ver } = ownInfo(host, announced);
          stanza.cnode(xml('c', { xmlns: NS.caps, hash: 'sha-1', node: NODE, ver }));
        },
        ended() {
          caps.ended();
        },
      };
    },
  };
}
