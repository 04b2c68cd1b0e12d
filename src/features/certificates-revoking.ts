// SPDX-License-Identifier: MIT
//
// A certificate is taken from the server (XEP-0257 §2.3, §2.4), and its key from us once the server has it
// no more. The server may end the very session in which it is asked, so what counts is its list.

import type { Element } from '../core/xml.js';
import { IN_USE, isLost, staysFault, UNKNOWN } from './certificates-faults.js';
import { items, readItems, revoke } from './certificates-list.js';
import type { Item } from './certificates-list.js';
import { fingerprintIn } from './certificates-name.js';
import type { Answer, FeatureHost } from './feature.js';

/** A server that ends the session each time, and keeps the certificate, is not asked for ever. */
const TRIES = 3;

export type How = 'revoke' | 'disable';
export type Ask = (type: 'get' | 'set', payload: Element, done: (answer: Answer) => void) => void;

export class Revoking {
  #tries = 0;
  /** Of the certificate, once it was seen in the list. */
  #sha256 = '';

  /** @param ask asks our own account */
  constructor(
    private readonly host: FeatureHost,
    private readonly ask: Ask,
    private readonly name: string,
    private readonly how: How,
  ) {}

  /** @param done called once; with an answer that was lost, this is to be called again in the next session */
  attempt(done: (answer: Answer) => void): void {
    this.ask('get', items(), (answer) => {
      if (answer.type === 'error') return done(answer);
      const list = readItems(answer.stanza, this.host);
      const found = list.find(({ name }) => name === this.name);
      if (found !== undefined) this.#take(found, done);
      else if (this.#tries > 0) this.#gone(answer, done);
      else {
        this.#clear(list, () => {
          done({ type: 'error', fault: UNKNOWN });
        });
      }
    });
  }

  #take({ der }: Item, done: (answer: Answer) => void): void {
    if (this.#tries === TRIES) return done({ type: 'error', fault: staysFault(this.name) });
    this.#tries++;
    const { current } = this.host.certificates;
    this.#sha256 = this.host.certificates.inspect(der)?.sha256 ?? '';
    // What is wanted is that a successor alone signs in; of settings that were turned back it is the only one.
    if (this.how === 'disable' && current !== '' && this.#sha256 === current)
      return done({ type: 'error', fault: IN_USE });
    this.ask('set', revoke(this.name, this.how), (answer) => {
      if (answer.type === 'result') this.#gone(answer, done);
      else if (isLost(answer.fault, this.host)) done(answer);
      else if (answer.fault.kind === 'timeout' || answer.fault.condition === 'item-not-found') {
        this.attempt(done);
      } else done(answer);
    });
  }

  #gone(answer: Answer, done: (answer: Answer) => void): void {
    const over = (): void => {
      done(answer);
    };
    if (this.#sha256 === '') over();
    else this.host.certificates.remove(this.#sha256, over);
  }

  /**
   * It may have been taken away for an earlier process that did not live to hear of it: a key of ours by
   * that name is of no use then.
   */
  #clear(list: readonly Item[], done: () => void): void {
    const { certificates } = this.host;
    const fingerprint = fingerprintIn(this.name);
    const known = [
      certificates.current,
      ...list.map(({ der }) => certificates.inspect(der)?.sha256),
    ];
    const isKnown = (beginning: string): boolean =>
      known.some((sha256) => sha256?.startsWith(beginning));
    if (fingerprint === undefined || isKnown(fingerprint)) done();
    else certificates.remove(fingerprint, done);
  }
}
