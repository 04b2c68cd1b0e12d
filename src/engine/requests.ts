// SPDX-License-Identifier: MIT
//
// Questions, both ways: those of the features and their answers, and how those of others find theirs.

import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import type { Jid } from '../core/jid.js';
import { NS } from '../core/namespaces.js';
import { IqRouter } from '../core/router.js';
import { errorReply } from '../core/stanza.js';
import type { Element } from '../core/xml.js';
import { is, serialise, xml } from '../core/xml.js';
import type {
  Answer,
  FeatureHooks,
  FeatureHost,
  Incoming,
  RequestHandler,
} from '../features/feature.js';

/** An IQ that nobody answers is given up after this long; RFC 6120 §8.2.3 promises an answer. */
const REQUEST_MS = 60_000;

export class Requests {
  private readonly router: IqRouter;

  /** @param write sends an IQ */
  constructor(
    private readonly host: FeatureHost,
    private readonly write: (text: string) => void,
  ) {
    this.router = new IqRouter(host.tools);
  }

  ask(
    to: Jid | undefined,
    type: 'get' | 'set',
    payload: Element,
    done: (answer: Answer) => void,
  ): void {
    const id = this.host.newId();
    const iq = xml('iq', { type, id, to: to?.toString() }, payload);
    if (!this.host.online) {
      done({ type: 'error', fault: OFFLINE });
      return;
    }
    this.router.expect(id, to, this.host.jid, this.host.clock().now + REQUEST_MS, done);
    this.write(serialise(iq));
  }

  /** @returns true for an answer, whether anybody had asked or not */
  answered(stanza: Element): boolean {
    const type = stanza.getAttr('type') as string | undefined;
    if (type !== 'result' && type !== 'error') {
      return false;
    }
    if (!this.router.answer(stanza)) {
      this.host.log('info', 'An answer that nobody asked for, or not of this sender, was dropped.');
    }
    return true;
  }

  /** Answers what others ask. */
  answer(stanza: Element, incoming: Incoming, hooks: readonly FeatureHooks[]): void {
    const type = stanza.getAttr('type') as string | undefined;
    if (type === 'get' || type === 'set') {
      const handler = handlerOf(type, stanza, incoming, hooks);
      this.reply(stanza, handler?.answer(stanza, incoming) ?? (handler ? undefined : UNAVAILABLE));
    }
  }

  /** No request is answered any more: the session it was made in is gone. */
  failAll(cause: Fault): void {
    this.router.failAll(cause);
  }

  deadline(): number | undefined {
    return this.router.deadline();
  }

  expire(now: number): void {
    this.router.expire(now);
  }

  private reply(request: Element, answer: ReturnType<RequestHandler['answer']>): void {
    const result =
      answer !== undefined && 'condition' in answer
        ? errorReply(request, answer)
        : xml(
            'iq',
            {
              type: 'result',
              id: request.getAttr('id') as string | undefined,
              to: request.getAttr('from') as string | undefined,
            },
            answer,
          );
    this.write(serialise(result));
  }
}

/** While settling only roster pushes are of use; the rest is told that nobody is here. */
function handlerOf(
  type: 'get' | 'set',
  stanza: Element,
  incoming: Incoming,
  hooks: readonly FeatureHooks[],
): RequestHandler | undefined {
  if (incoming.settling && stanza.getChild('query', NS.roster) === undefined) {
    return undefined;
  }
  return hooks
    .flatMap((hook) => hook.requests ?? [])
    .find(
      (handler) =>
        handler.type === type &&
        stanza.getChildElements().some((child) => is(child, handler.name, handler.xmlns)),
    );
}

const UNAVAILABLE = { error: 'cancel', condition: 'service-unavailable' } as const;

const OFFLINE = fault('link', 'offline', 'Not done: there is no connection at the moment.', {
  by: 'us',
});
