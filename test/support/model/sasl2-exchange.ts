// SPDX-License-Identifier: MIT
//
// What <authenticate/> is by, at the model server: a password in clear or by SCRAM, a certificate, or a
// token, each with what the channel says of it.

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { ScramServer } from '../scram-server.js';
import type { Channel } from './network.js';
import type { Authenticate, Given, Sasl2Options, Tokens } from './sasl2.js';

const SASL2 = 'urn:xmpp:sasl:2';
const HASHES = { '1': 'sha1', '256': 'sha256', '512': 'sha512' } as const;

/** What the tokens are for (XEP-0484), and what their proofs are bound to. */
const TOKENS = {
  'HT-SHA-256-NONE': undefined,
  'HT-SHA-256-ENDP': 'tls-server-end-point',
  'HT-SHA-256-UNIQ': 'tls-unique',
  'HT-SHA-256-EXPR': 'tls-exporter',
} as const;

export interface Mechanisms {
  readonly sasl: readonly string[];
  readonly fast: readonly string[];
  /** Types of channel binding (XEP-0440). */
  readonly bindings: readonly string[];
}

/** What there is to sign in by, on this channel. */
export function mechanismsOf({ password, fast }: Sasl2Options, channel?: Channel): Mechanisms {
  const bindings = Object.keys(channel?.bindings ?? {});
  const scram = Object.keys(HASHES).map((bits) => `SCRAM-SHA-${bits}`);
  const tokens = Object.entries(TOKENS).flatMap(([name, type]) =>
    type === undefined || bindings.includes(type) ? [name] : [],
  );
  return {
    sasl:
      password === undefined
        ? ['PLAIN']
        : [
            // XEP-0178 §3: to nobody whose certificate would not do.
            ...((channel?.addresses.length ?? 0) > 0 ? ['EXTERNAL'] : []),
            ...(bindings.length > 0 ? scram.map((name) => `${name}-PLUS`) : []),
            ...[...scram, 'PLAIN'],
          ],
    fast: fast === true ? tokens : [],
    bindings: password === undefined ? [] : bindings,
  };
}

/** Somebody was let in, or this is to be said instead. */
export type Verdict = { readonly user: string; readonly given: Given } | { readonly says: string };

interface House {
  readonly domain: string;
  readonly tokens: Tokens;
}

/** One attempt. */
export class Exchange {
  private scram: ScramServer | undefined;
  private local = '';

  constructor(
    private readonly house: House,
    private readonly options: Sasl2Options,
    readonly asked: Authenticate,
    private readonly channel?: Channel,
  ) {}

  begin(): Verdict {
    const { asked, options, channel } = this;
    const { mechanism, data } = asked;
    const { sasl, fast } = mechanismsOf(options, channel);
    if (fast.includes(mechanism)) return this.byToken(mechanism as keyof typeof TOKENS);
    if (!sasl.includes(mechanism)) return refuse('invalid-mechanism');
    if (mechanism === 'EXTERNAL') return this.byCertificate(data.toString());
    if (mechanism !== 'PLAIN') return this.byScram(mechanism, data.toString());
    const [, local = '', password = ''] = data.toString().split('\0');
    const wrong = options.password !== undefined && options.password !== password;
    return wrong ? refuse('not-authorized') : this.letIn(local, undefined);
  }

  /** The client's last message of SCRAM. */
  respond(message: string): Verdict {
    const { scram } = this;
    if (scram === undefined) return refuse('malformed-request');
    this.scram = undefined;
    try {
      return this.letIn(this.local, Buffer.from(scram.final(message), 'base64'));
    } catch {
      return refuse('not-authorized');
    }
  }

  private byToken(mechanism: keyof typeof TOKENS): Verdict {
    const { asked, channel, house } = this;
    const type = TOKENS[mechanism];
    const binding = type === undefined ? undefined : channel?.bindings[type];
    const user = this.userOf(asked.local);
    const proof = asked.fast === undefined ? undefined : house.tokens.use(user, asked, binding);
    return proof === undefined ? refuse('not-authorized') : this.letIn(asked.local, proof);
  }

  /** XEP-0178 §2: which of several addresses must be said, and another one is nobody's. */
  private byCertificate(authzid: string): Verdict {
    const addresses = this.channel?.addresses ?? [];
    const [only, ...others] = addresses;
    const named = authzid === '' && others.length === 0 ? only : authzid;
    const [local = '', domain] = named?.split('@') ?? [];
    if (named === undefined || !addresses.includes(named) || domain !== this.house.domain)
      return refuse('invalid-authzid');
    return this.letIn(local, undefined);
  }

  private byScram(mechanism: string, message: string): Verdict {
    const { options, channel } = this;
    const [, flag = '', type = '', local = ''] = /^(y|n|p=([^,]+)),,n=([^,]*),/.exec(message) ?? [];
    const plus = mechanism.endsWith('-PLUS');
    const binding = channel?.bindings[type];
    // RFC 5802 §6: who could have bound, and says that we could not, was lied to.
    const stripped = flag === 'y' && Object.keys(channel?.bindings ?? {}).length > 0;
    if (plus !== flag.startsWith('p=') || (plus && binding === undefined) || stripped)
      return refuse('not-authorized');
    this.local = local;
    const [bits = ''] = /\d+/.exec(mechanism.slice('SCRAM-SHA-'.length)) ?? [];
    const hash = HASHES[bits as keyof typeof HASHES];
    const more = `,h=${offerHash(mechanismsOf(options, channel), hash)}`;
    this.scram = new ScramServer(hash, options.password ?? '', binding, more);
    const challenge = this.scram.first(Buffer.from(message).toString('base64'));
    return { says: `<challenge xmlns='${SASL2}'>${challenge}</challenge>` };
  }

  private userOf(local: string): string {
    return `${local}@${this.house.domain}`;
  }

  private letIn(local: string, data: Buffer | undefined): Verdict {
    const { asked, house, options } = this;
    const { agent, fast, wanted } = asked;
    const user = this.userOf(local);
    const invalid = fast?.getAttr('invalidate') === 'true';
    if (invalid) house.tokens.forget(user, agent);
    const rotated = fast !== undefined && !invalid && house.tokens.isOld(user, agent);
    const mechanism = wanted ?? (rotated ? asked.mechanism : undefined);
    const token =
      options.fast === true && mechanism !== undefined
        ? house.tokens.make(user, agent, mechanism)
        : undefined;
    return { user, given: { data, token } };
  }
}

function refuse(condition: string): Verdict {
  const why = `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`;
  return { says: `<failure xmlns='${SASL2}'>${why}</failure>` };
}

/** XEP-0474 §5.1: what was offered, for the client to compare. */
function offerHash({ sasl, bindings }: Mechanisms, hash: string): string {
  const joined = (names: readonly string[]): string => [...names].sort().join('\x1e');
  const types = bindings.length === 0 ? '' : `\x1f${joined(bindings)}`;
  return createHash(hash)
    .update(joined(sasl) + types)
    .digest('base64');
}
