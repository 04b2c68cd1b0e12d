// SPDX-License-Identifier: MIT
//
// Every other client loses its access (XEP-0494 §3.2).
//
// The list says of none that it is the one who asks. Ours is the one that goes by the name under which we
// signed in (XEP-0388 §2.3), and is left alone. Where none does, each that is connected may be ours, be it the
// only one: it may as well be a stranger, in a list that leaves us out. Where several do, it is one of these.
// Who may be ours is asked for last and one by one, and the one whose end is the end of our session is taken
// for ours. Only what the first list had is asked for, so that we never pursue ourselves from session to
// session.

import type { Fault } from '../core/errors.js';
import { askAccess } from './access.js';
import { managesNone, PASSWORD_RESET } from './access-faults.js';
import { listRequest, readAccess, revokeRequest } from './access-list.js';
import type { AccessClient } from './access-list.js';
import { isLost } from './certificates-faults.js';
import type { Answer, FeatureHost } from './feature.js';

/** What became of the others. */
export interface Swept {
  readonly others: 'not-offered' | 'not-reached' | 'asked';
  readonly ended: number;
  readonly needPassword: number;
  readonly left: number;
  /** One of these may be ourselves, and who took our session along may be another. */
  readonly unsure: boolean;
  /** Why they were not reached. */
  readonly cause?: Fault;
}

/** A server that ends the session each time, and keeps the client, is not asked for ever. */
const TRIES = 2;

interface Wanted {
  readonly id: string;
  /** It may be ourselves. */
  readonly doubtful: boolean;
  tries: number;
}

export class Sweep {
  #todo: Wanted[] | undefined;
  #busy = false;
  #over = false;
  #ended = 0;
  #needPassword = 0;
  #left = 0;
  #unsure = false;

  /** @param done called once */
  constructor(
    private readonly host: FeatureHost,
    private readonly done: (swept: Swept) => void,
  ) {}

  /** There is a session. Called again for another one. */
  resume(): void {
    if (this.#busy || this.#over) return;
    this.#busy = true;
    askAccess(this.host, 'get', listRequest(), (answer) => {
      this.#busy = false;
      if (answer.type === 'result') this.#listed(answer);
      else if (!isLost(answer.fault, this.host)) this.#unlisted(answer.fault);
    });
  }

  /** Time is up. @param cause why nobody was reached, if nobody was */
  stop(cause: Fault): void {
    if (this.#todo === undefined) this.#unlisted(cause);
    else this.#finish();
  }

  #unlisted(cause: Fault): void {
    if (this.#todo !== undefined) return this.#finish();
    this.#end(managesNone(cause) ? { others: 'not-offered' } : { others: 'not-reached', cause });
  }

  #listed({ stanza }: Extract<Answer, { type: 'result' }>): void {
    const { clients, leftOut } = readAccess(stanza, this.host);
    if (this.#todo === undefined) {
      this.#todo = this.#wanted(clients);
      this.#left += leftOut;
    } else this.#compare(clients);
    this.#next();
  }

  #wanted(clients: readonly AccessClient[]): Wanted[] {
    const named = clients.filter(({ current }) => current);
    const known = named.length === 1;
    const others = known ? clients.filter((client) => client !== named[0]) : [...clients];
    const maybe = named.length > 1 ? named : clients.filter(({ connected }) => connected);
    this.#unsure = !known && clients.length > 0;
    this.#left += others.filter(({ id }) => id === '').length;
    return others
      .filter(({ id }) => id !== '')
      .sort((a, b) => a.lastSeen - b.lastSeen)
      .map((client) => ({
        id: client.id,
        doubtful: !known && maybe.includes(client),
        tries: 0,
      }));
  }

  /** In another session: what was asked for and is not there any more has been ended. */
  #compare(clients: readonly AccessClient[]): void {
    const there = new Set(clients.map(({ id }) => id));
    this.#todo = this.#todo?.filter(({ id, doubtful, tries }) => {
      if (there.has(id)) return true;
      // What ended with our session was ourselves.
      if (tries > 0 && !doubtful) this.#ended++;
      return false;
    });
  }

  #next(): void {
    const todo = this.#todo ?? [];
    const sure = todo.filter(({ doubtful }) => !doubtful);
    const batch = sure.length > 0 ? sure : todo.slice(0, 1);
    if (batch.length === 0) return this.#finish();
    let open = batch.length;
    this.#busy = true;
    for (const wanted of batch) {
      wanted.tries++;
      askAccess(this.host, 'set', revokeRequest(wanted.id), (answer) => {
        this.#answered(wanted, answer);
        open--;
        if (open === 0) this.#batchOver();
      });
    }
  }

  #answered(wanted: Wanted, answer: Answer): void {
    if (this.#over) return;
    const cause = answer.type === 'error' ? answer.fault : undefined;
    if (cause !== undefined && isLost(cause, this.host) && wanted.tries < TRIES) return;
    this.#todo = this.#todo?.filter((each) => each !== wanted);
    // Whoever took it away, it has no access.
    if (cause === undefined || cause.condition === 'item-not-found') this.#ended++;
    else if (cause.condition === PASSWORD_RESET) this.#needPassword++;
    else this.#left++;
  }

  #batchOver(): void {
    this.#busy = false;
    if (this.#over) return;
    const [first, ...more] = this.#todo ?? [];
    // The last one took our session with it: that was ourselves as far as we can know, and nobody is left to ask for.
    const wasOurs = first?.doubtful === true && first.tries > 0 && more.length === 0;
    if (first === undefined || wasOurs) this.#end({ others: 'asked' });
    else if (this.host.online) this.#next();
  }

  /** What is not answered is not known to have been done. */
  #finish(): void {
    this.#left += this.#todo?.length ?? 0;
    this.#end({ others: 'asked' });
  }

  #end(how: Pick<Swept, 'others' | 'cause'>): void {
    if (this.#over) return;
    this.#over = true;
    this.done({
      ...{ ended: this.#ended, needPassword: this.#needPassword, left: this.#left },
      unsure: this.#unsure,
      ...how,
    });
  }
}
