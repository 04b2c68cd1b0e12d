// SPDX-License-Identifier: MIT
//
// A session on real links, joined as the engine joins them, whose end is told in words.

import { readFileSync } from 'node:fs';
import type { Fault } from '../../src/core/errors.js';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import { Session } from '../../src/core/session.js';
import type { SessionOutput } from '../../src/core/session-output.js';
import type { SavedManagement } from '../../src/core/stream-management.js';
import { Link, type LinkOptions } from '../../src/transport/link.js';
import { tlsContext } from '../../src/transport/tls.js';
import type { DialRequest } from '../../src/transport/types.js';
import type { Certificate } from './certificates.js';
import { account, fixed, identity, jid } from './negotiating.js';
import { Observed } from './observed.js';
import { nodeTools } from './tools.js';

export interface Person {
  domain: string;
  /** PEM of the one authority that is trusted beside those of the platform. */
  caFile: string;
  /** Signed in by, where there is one; else by a password. */
  certificate?: Certificate;
  /** An earlier session that may go on. */
  saved?: SavedManagement;
  options?: Partial<NegotiationOptions>;
}

/** Nothing is to depend on how busy the machine is: a bound for broken code. */
export const timeouts = {
  ...{ silenceMs: 60_000, handshakeMs: 60_000 },
  ...{ proxyMs: 60_000, giveWayMs: 60_000 },
};

const clock = () => ({ now: performance.now(), wall: Date.now() });

export class RealSignIn {
  /** `untrusted …`, then `down …`; in clear words what a fault is. */
  readonly told = new Observed<string>();
  private readonly session: Session;
  private link: Link | undefined;
  private open = false;

  constructor(private readonly person: Person) {
    this.session = new Session(nodeTools, fixed, (output) => this.on(output));
    if (person.saved !== undefined) this.session.restore(person.saved);
  }

  /** One try; resolves with what was told of it, when its link is gone. */
  async dial(
    dial: Partial<DialRequest>,
    more: Partial<Pick<LinkOptions, 'resolver'>> = {},
  ): Promise<string[]> {
    const { domain, caFile, certificate, options } = this.person;
    const after = this.told.all.length;
    const own = certificate && {
      client: { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) },
    };
    const context = tlsContext({ ca: readFileSync(caFile, 'utf8'), ...own });
    const request = { domain, tls: 'starttls', certificate: own !== undefined, ...dial } as const;
    const negotiation = {
      ...account,
      jid: jid(`alice@${domain}`),
      ...(own === undefined ? {} : { identity: { ...identity, xmppAddr: [`alice@${domain}`] } }),
      ...options,
    };
    this.link = new Link(
      { dial: request, context, timeouts, ...more },
      {
        distrusted: () => undefined,
        open: (direct) => {
          this.open = true;
          this.session.open(negotiation, direct, clock());
        },
        ready: (facts) => this.session.tlsReady(facts, clock()),
        bytes: (bytes) => this.session.bytes(bytes, clock()),
        closed: (fault) => {
          if (this.open) return this.session.linkClosed(fault);
          // There was no session yet to hear of it.
          this.told.add(`link ${fault?.kind ?? ''} ${fault?.condition ?? ''}`);
          this.told.add('over');
        },
      },
    );
    await this.told.next('the end', (word) => word === 'over', { after });
    return this.told.all.slice(after).filter((word) => word !== 'over');
  }

  private on(output: SessionOutput): void {
    switch (output.type) {
      case 'write':
        return this.link?.write(output.text);
      case 'start-tls':
        return this.link?.startTls();
      case 'close':
        return this.link?.close(output.how);
      case 'untrusted':
        return this.told.add(`untrusted ${output.reasons.join(', ')}`);
      case 'online':
        return this.told.add(`online ${output.mechanism}`);
      case 'down':
        return this.down(output.fault);
      default:
    }
  }

  private down(fault: Fault | undefined): void {
    this.open = false;
    this.told.add(fault === undefined ? 'down' : `down ${fault.kind} ${fault.condition}`);
    this.told.add('over');
  }
}
