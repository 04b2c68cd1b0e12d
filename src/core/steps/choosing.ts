// SPDX-License-Identifier: MIT
//
// The choice of a mechanism on one stream, for every profile of SASL: what may be tried, what follows
// from a refusal, and what is kept of a success.

import type { Fault } from '../errors.js';
import { unboundFlag } from '../sasl/channel-binding.js';
import { chooseMechanism } from '../sasl/index.js';
import type { Choice } from '../sasl/index.js';
import { bindingCase } from '../sasl/memory.js';
import type { Method } from '../sasl/mechanism.js';
import type { Offer } from '../sasl/offer.js';
import { strippedOffer } from '../sasl/refusals.js';
import { boundBefore, nextPin, wordsFor } from '../sasl/strength.js';
import type { SignedIn } from '../sasl/strength.js';
import type { StepHost } from './step.js';

type Host = Pick<StepHost, 'options' | 'tools' | 'tls' | 'learn' | 'out'>;

/**
 * How servers refuse a binding that they take for wrong: RFC 6120 §6.5 has no condition for it, so it
 * looks like a wrong password (ejabberd 23.01) or like a mistake of ours.
 */
const likeWrongBinding: ReadonlySet<string> = new Set([
  'not-authorized',
  'malformed-request',
  'incorrect-encoding',
  'invalid-mechanism',
]);

export class Choosing {
  /** What to begin, or why there is nothing. */
  choice: Choice | Fault;
  /** The case in which binding is left out; undefined while it is not. */
  private unboundAt: string | undefined;

  /** @param profile whose offer it is */
  constructor(
    private readonly host: Host,
    private readonly offer: Offer,
    private readonly profile: 'sasl' | 'sasl2' = 'sasl',
  ) {
    const at = this.case();
    this.unboundAt = at !== undefined && at === host.options.before?.unbound ? at : undefined;
    this.choice = this.choose();
  }

  get method(): Method {
    return 'method' in this.choice ? this.choice.method : 'plain';
  }

  /**
   * The server refused what was chosen.
   * @returns what to tell, or undefined when `choice`, a new one, is to be begun instead
   */
  refused(cause: Fault): Fault | undefined {
    const { host, choice } = this;
    const at = this.case();
    if ('condition' in choice) return cause;
    if (choice.binding === undefined || at === undefined) return this.refusedUnbound(cause);
    if (!likeWrongBinding.has(cause.condition)) return cause;
    const { before, authMethod } = host.options;
    if (boundBefore(before?.pin, authMethod) !== undefined) return refusedThoughBound(cause);
    this.unboundAt = at;
    const next = this.choose();
    if (!('method' in next) || next.method !== 'scram') return cause;
    this.choice = next;
    const text =
      `The server refused ${wordsFor(signedIn(choice))}: ${cause.condition}. It may get the binding ` +
      'wrong, so it is tried once more without.';
    host.out({ type: 'sign-in', news: { what: 'unbound', at, text } });
    return undefined;
  }

  /**
   * A server that can bind refuses `y`, as RFC 5802 §6 wants it to: it did offer what was not seen here.
   * Prosody 0.12 says malformed-request, and of the password it has heard nothing by then.
   */
  private refusedUnbound(cause: Fault): Fault {
    const said = this.method === 'scram' && unboundFlag(this.offer, this.channel()) === 'y';
    return said && cause.condition === 'malformed-request' ? strippedOffer : cause;
  }

  /** The server let us in by what was chosen, and that believes it. */
  accepted(): void {
    const { host, choice, unboundAt } = this;
    if ('condition' in choice) return;
    const { binding, method, name } = choice;
    host.learn({ mechanism: name, binding: binding ?? '' });
    // A password in clear proves nothing of the server, and teaches nothing.
    if (method === 'plain') return;
    const { before, authMethod } = host.options;
    const pin = nextPin(signedIn(choice), method, before?.pin, authMethod);
    const after = {
      pin,
      ...(unboundAt === undefined ? {} : { unbound: unboundAt }),
    };
    host.out({ type: 'sign-in', news: { what: 'signed-in', method, after } });
  }

  private choose(): Choice | Fault {
    const { options } = this.host;
    const { pin } = options.before ?? {};
    return chooseMechanism(this.offer, {
      authMethod: options.authMethod,
      plainInClear: options.plainInClear,
      certificate: options.identity !== undefined,
      verifiedBefore: options.verifiedBefore === true,
      ...this.channel(),
      ...(pin === undefined ? {} : { pin }),
      unbound: this.unboundAt !== undefined,
      sasl2: this.profile === 'sasl2',
    });
  }

  private channel() {
    const tls = this.host.tls();
    const { bindings } = tls ?? {};
    return { tlsVersion: tls?.protocol, ...(bindings === undefined ? {} : { bindings }) };
  }

  private case(): string | undefined {
    return bindingCase(this.offer, this.channel(), this.host.tools);
  }
}

function signedIn({ name, binding }: Choice): SignedIn {
  return { mechanism: name, ...(binding === undefined ? {} : { binding }) };
}

/** Binding worked here before: without it nothing would be left to tell a stranger by. */
function refusedThoughBound(cause: Fault): Fault {
  const text =
    `${cause.text} If you are sure of the password, somebody may be between you and the server: ` +
    'the sign-in was bound to the connection, as it was before.';
  return { ...cause, text, unbound: true };
}
