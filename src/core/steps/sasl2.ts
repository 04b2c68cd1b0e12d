// SPDX-License-Identifier: MIT
//
// XEP-0388: the SASL exchange of sasl.ts in another dress, in which the session is asked for, too.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { Jid } from '../jid.js';
import { NS } from '../namespaces.js';
import { chooseFast, fastBinding, fastExchange } from '../sasl/fast.js';
import type { FastChannel, Token } from '../sasl/fast.js';
import type { Choice } from '../sasl/index.js';
import type { Exchange } from '../sasl/mechanism.js';
import { readOffer as readMechanisms } from '../sasl/offer.js';
import { bindingRank, boundBefore } from '../sasl/strength.js';
import { attribute, child, childText, elements, is, namespaceOf, xml } from '../xml.js';
import type { Element } from '../xml.js';
import { Choosing } from './choosing.js';
import { readEnabled } from './enable.js';
import { mixedUp, readResumed, resumeFailed } from './resume.js';
import { changed, Sasl } from './sasl.js';
import { readOffer, requests } from './sasl2-request.js';
import { inTheWay, notShown, revocation } from './sasl2-revoking.js';
import type { Offer } from './sasl2-request.js';
import type { Step, StepHost } from './step.js';

export function sasl2(host: StepHost): Step {
  return new Sasl2(host);
}

const moreTasks = fault(
  'sasl',
  'additional-task',
  'The server asks for a second step to sign in, such as a code, which this program cannot do. ' +
    'Nothing more was sent.',
  { retry: 'never' },
);
const nobody = fault(
  'stream',
  'bind-invalid',
  'The server signed this account in under an address that is none. It is tried again later.',
);

const unasked = fault(
  'stream',
  'bind-invalid',
  'The server began a session that was not asked for. The connection was closed; it is tried again later.',
);

class Sasl2 extends Sasl {
  private asked = false;
  private token: Token | undefined;
  /** The mechanism for which a new one was asked. */
  private wanted: string | undefined;
  private features: Element | undefined;
  /** What was asked by, be it remembered: the answer is to that, whatever is offered in truth. */
  private offer: Offer | undefined;
  private askedToBind = false;
  /** A token was refused on this link. */
  private refused = false;
  /** The mechanism of a bound one that was refused when it was first shown, so perhaps for its binding. */
  private broken: string | undefined;

  override start(features: Element): void {
    const { host } = this;
    const offer = readOffer(features);
    if (this.asked) {
      this.features = features;
      // Not known to the server any more: whatever it does now, it is not an answer.
      if (offer === undefined) return host.fail(changed);
      if (this.asksToResume()) host.learn({ askedToResume: true });
      return this.token === undefined ? super.start(features) : undefined;
    }
    this.features = features;
    const { sasl2: options } = host.options;
    // The end of a token comes before all else, and nothing is refused from memory.
    if (options?.revoke !== undefined && host.footing() !== 'offered') return;
    // SASL2 MUST only be used after TLS (XEP-0388 §3).
    if (offer === undefined || host.tls() === undefined || options === undefined) {
      return options?.revoke === undefined ? host.next() : host.fail(notShown);
    }
    const names = readMechanisms(features, offer.mechanisms);
    const { choice } = new Choosing(host, names, 'sasl2');
    const { revoke, fast } = options;
    if (revoke !== undefined) {
      return this.mayShow(revoke, offer, choice) ? this.showToken(revoke) : host.fail(notShown);
    }
    if ('condition' in choice) {
      // Where nothing fits the older way may have more; where there is none, that is why.
      const older = child(features, 'mechanisms', NS.sasl) !== undefined;
      return older || host.footing() !== 'offered' ? host.next() : host.fail(choice);
    }
    const token = this.refused ? undefined : fast?.token;
    if (token !== undefined && this.mayShow(token, offer, choice)) {
      // Into another channel than last time nothing is shown before the server has offered to take it.
      return host.footing() === 'remembered elsewhere' ? undefined : this.showToken(token);
    }
    if (choice.doubt !== undefined && this.hasOlder(choice)) return host.next();
    super.start(features);
  }

  override element(el: Element): boolean {
    if (this.state === 'server' && this.isRevoking && namespaceOf(el) === NS.sasl2) {
      // Whatever the answer: a token that cannot be ended must not stand before the next sign-in for ever.
      this.host.fail(revocation(el, this.exchange, this.host.tools, this.isUntried));
      return true;
    }
    if (this.state === 'server' && is(el, 'continue', NS.sasl2)) {
      this.host.fail(moreTasks);
      return true;
    }
    return super.element(el);
  }

  protected override readonly xmlns = NS.sasl2;
  protected override readonly profile = 'sasl2';

  protected override offered(features: Element): readonly string[] {
    return readOffer(features)?.mechanisms ?? [];
  }

  protected override initial(exchange: Exchange, data: Uint8Array): void {
    const { host, features } = this;
    const offer = features && readOffer(features);
    if (offer === undefined) return;
    this.asked = true;
    this.offer = offer;
    const response = xml('initial-response', {}, host.tools.base64(data));
    const attributes = { xmlns: NS.sasl2, mechanism: exchange.name };
    const { token } = this;
    const asksToken = token === undefined && host.options.sasl2?.fast !== undefined;
    this.wanted = asksToken ? chooseFast(offer.fast, this.channel(), this.broken) : undefined;
    const wishes = requests(host, offer, { token, wanted: this.wanted });
    this.askedToBind = wishes.some((wish) => is(wish, 'bind', NS.bind2));
    if (host.footing() === 'offered' && this.asksToResume()) {
      host.learn({ askedToResume: true });
    }
    host.write(xml('authenticate', attributes, response, ...wishes));
  }

  /** Where nothing fits any more the step of the older profile is still to come. */
  protected override isOver(): boolean {
    return false;
  }

  protected override again(features: Element): void {
    this.asked = false;
    super.again(features);
  }

  protected override said(success: Element): string {
    return (childText(success, 'additional-data', NS.sasl2) ?? '').trim();
  }

  protected override unproved(problem: Fault): void {
    this.dropToken();
    super.unproved(problem);
  }

  /** A token teaches nothing of how the account signs in without one. */
  protected override accepted(): void {
    if (this.token === undefined) return super.accepted();
    const { mechanism } = this.token;
    this.host.learn({ mechanism, binding: fastBinding(mechanism, this.channel()) ?? '' });
  }

  protected override succeeded = (el: Element): void => {
    const { host } = this;
    const jid = Jid.parse(
      childText(el, 'authorization-identifier', NS.sasl2)?.trim() ?? '',
      host.tools,
    );
    if (jid?.sameBare(host.options.jid) !== true) return host.fail(nobody);
    this.keepToken(el);
    this.session(el, jid);
  };

  protected override failure(el: Element): void {
    const { host } = this;
    // COMPAT(Prosody, mod_sasl2_fast of 2023-02): in this stream it knows the mechanisms of tokens alone by now.
    if (this.refused && child(el, 'invalid-mechanism', NS.sasl) !== undefined)
      return host.fail(inTheWay);
    if (this.token === undefined || this.features === undefined) return super.failure(el);
    // XEP-0484 §4.2 names what is said of one that is too old.
    const old = child(el, 'credentials-expired', NS.sasl) !== undefined;
    if (this.isUntried && !old) this.broken = this.token.mechanism;
    // XEP-0484 §4.1: another way takes its place, in the same stream.
    host.learn({ askedToResume: undefined });
    this.dropToken();
    this.again(this.features);
  }

  /**
   * A token stands for the password, and goes nowhere where that would not: the rules for an offer hold for
   * both, and nobody is talked into a token by an offer of less than before. Only a proof that is bound to the
   * channel is of no use to a stranger.
   */
  private mayShow({ mechanism }: Token, offer: Offer, choice: Choice | Fault): boolean {
    const { host } = this;
    const binding = fastBinding(mechanism, this.channel());
    if (binding === undefined || !offer.fast.includes(mechanism)) return false;
    const known = host.options.remembered?.sha256 === host.tls()?.sha256;
    return binding !== '' || known || (!('condition' in choice) && choice.doubt === undefined);
  }

  /**
   * Weaker than before is only what is offered here: by RFC 6120 there is a way of the same kind, such as
   * SCRAM with binding, that leaves nothing to be proved.
   */
  private hasOlder({ method }: Choice): boolean {
    const { host, features } = this;
    if (features === undefined) return false;
    const { choice } = new Choosing(host, readMechanisms(features, super.offered(features)));
    return 'method' in choice && choice.method === method && choice.doubt === undefined;
  }

  private showToken(token: Token): void {
    const { host } = this;
    const { options, tools } = host;
    this.token = token;
    const type = fastBinding(token.mechanism, this.channel()) ?? '';
    const binding = type === '' ? undefined : host.tls()?.bindings?.[type];
    host.progress(3, 'Authenticating');
    this.begun(fastExchange(token, { jid: options.jid, tools, binding }));
  }

  /** Of the sign-in that is under way, if one is, or of those before it. */
  private channel(): FastChannel {
    const { before, authMethod } = this.host.options;
    const choice = this.choosing?.choice;
    const now = choice !== undefined && 'binding' in choice ? choice.binding : undefined;
    const then = boundBefore(before?.pin, authMethod);
    const pinned = bindingRank(now) > bindingRank(then) ? now : then;
    return { bindings: this.host.tls()?.bindings, pinned };
  }

  private dropToken(): void {
    if (this.token === undefined) return;
    this.refused = true;
    this.token = undefined;
    this.host.out({ type: 'token' });
  }

  private keepToken(success: Element): void {
    const given = child(success, 'token', NS.fast);
    const token = given === undefined ? undefined : attribute(given, 'token');
    const mechanism = this.token?.mechanism ?? this.wanted;
    if (token === undefined || token === '' || mechanism === undefined) return;
    // XEP-0484 §3.5: a new one takes the place of the old.
    this.host.out({ type: 'token', token: { mechanism, token, count: 0 } });
  }

  /** The token is bound and shown for the first time: a refusal may be for its binding. */
  private get isUntried(): boolean {
    const { token } = this;
    return token?.count === 1 && fastBinding(token.mechanism, this.channel()) !== '';
  }

  private get isRevoking(): boolean {
    return this.host.options.sasl2?.revoke !== undefined;
  }

  private asksToResume(): boolean {
    return this.host.options.resume !== undefined && this.offer?.sm === true;
  }

  /** One session and no other, under the address that it had. */
  private isOnly(success: Element, { resource }: Jid): boolean {
    const answers = elements(success).filter((el) => {
      const xmlns = namespaceOf(el);
      return xmlns === NS.sm || xmlns === NS.bind2;
    });
    const same = resource === '' || resource === this.host.options.resume?.resource;
    return answers.length === 1 && same;
  }

  /** What became of the session that was asked for, in the order in which the server did it. */
  private session(success: Element, jid: Jid): void {
    const { host } = this;
    const resumed = child(success, 'resumed', NS.sm);
    if (resumed !== undefined) {
      const fault = this.isOnly(success, jid) ? readResumed(host, resumed) : mixedUp;
      // No features follow: the stream goes on as it was (XEP-0198, inline resumption).
      host.learn({ featureless: true });
      return fault === undefined ? host.established() : host.fail(fault);
    }
    const failed = child(success, 'failed', NS.sm);
    const bound = child(success, 'bound', NS.bind2);
    if (failed !== undefined) resumeFailed(host, failed);
    else if (bound !== undefined && host.options.resume !== undefined) {
      // Bound instead, without a word of the session that was asked for first.
      host.learn({ askedToResume: false });
      host.out({ type: 'resume-failed', condition: 'undefined-condition' });
    }
    if (bound !== undefined) {
      if (!this.askedToBind) return host.fail(unasked);
      if (jid.resource === '') return host.fail(nobody);
      const enabled = child(bound, 'enabled', NS.sm);
      const management = enabled === undefined ? {} : { management: readEnabled(enabled) };
      // Done is what was asked for and is there: a server may pass over what it has not.
      const real = this.features && readOffer(this.features);
      const did = (what: 'carbons' | 'enable'): boolean =>
        this.offer?.[what] === true && real?.[what] === true;
      const carbons = host.options.sasl2?.carbons === true && did('carbons');
      const enabling = enabled !== undefined || did('enable');
      host.learn({ jid, bound: true, carbons, enabling, ...management });
    }
    // XEP-0388 §2.6.1: the features follow, without a new stream.
    host.awaitFeatures();
  }
}
