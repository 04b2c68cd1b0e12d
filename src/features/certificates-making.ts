// SPDX-License-Identifier: MIT
//
// A certificate is made, uploaded and tried out (XEP-0257 §2.1). Every step can be done twice: where a
// link, an engine or a host is lost, the command is carried out again from its beginning, with the same
// file, and finds what was done. Until the host hears that the certificate has signed in, the account
// knows nothing of it.

import { create } from '@bufbuild/protobuf';
import { CertificateMadeSchema } from '../contract/engine_pb.js';
import type { Fault } from '../core/errors.js';
import type { Element } from '../core/xml.js';
import {
  isLost,
  keepsNone,
  NOT_SECURE,
  perhapsTaken,
  refusal,
  triedInVain,
  UNKNOWN,
} from './certificates-faults.js';
import { certificateName } from './certificates-name.js';
import { append, itemOf, items, readItems } from './certificates-list.js';
import { Revoking } from './certificates-revoking.js';
import type { Answer, CertificateFile, FeatureHost } from './feature.js';

/** A network that fails says nothing about a certificate, but cannot be waited for without end. */
const TRIES = 5;
const BETWEEN_TRIES_MS = 3_000;
/** In so many sessions one question may be lost. */
const SESSIONS = 5;

export class Making {
  /** What to do once there is a link again. */
  #waiting: (() => void) | undefined;

  /**
   * @param id of the command
   * @param label the first part of the certificate's name
   * @param over called once it is answered
   */
  constructor(
    private readonly host: FeatureHost,
    private readonly id: string,
    private readonly label: string,
    private readonly over: () => void,
  ) {}

  begin(): void {
    // Before there is a key, which nobody could say is of no use where nothing may be asked.
    if (this.host.online && !this.host.certificates.secure) return this.#refuse(NOT_SECURE);
    const hash = this.host.tools.hash('sha256', this.host.tools.utf8(this.id));
    const name = Array.from(hash.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
    this.host.certificates.make(`certificate-${name.join('')}.pem`, (made) => {
      if ('condition' in made) this.#refuse(made);
      else this.#upload(made);
    });
  }

  /** Signed in again. */
  resume(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  #upload(file: CertificateFile): void {
    const name = certificateName(this.label, file.sha256);
    this.#ask('set', append(name, file.der, this.host.tools), (answer) => {
      if (answer.type === 'result') this.#try(file, name, TRIES);
      else this.#look(file, name, answer.fault);
    });
  }

  /**
   * It was refused, perhaps as it is there already (§2.1 wants an error then): if we were here before, and
   * the answer was lost. Only when it is known that the server has not got it may the key go.
   */
  #look(file: CertificateFile, name: string, cause: Fault): void {
    if (keepsNone(cause)) return this.#drop(file, refusal(cause));
    this.#ask('get', items(), (answer) => {
      if (answer.type === 'error') {
        if (keepsNone(answer.fault)) this.#drop(file, refusal(answer.fault));
        else this.#refuse(perhapsTaken(answer.fault, name, file.path));
        return;
      }
      const found = itemOf(readItems(answer.stanza, this.host), file.sha256, this.host);
      if (found === undefined) this.#drop(file, refusal(cause));
      else this.#try(file, found.name, TRIES);
    });
  }

  #try(file: CertificateFile, name: string, tries: number): void {
    // An earlier engine told the host of it, and died before all was said. What the account signs in with
    // must not be taken back because a trial fails.
    if (this.host.certificates.current === file.sha256) {
      this.#made(file, name, '');
      return;
    }
    this.host.certificates.tryOut(file.path, (failed) => {
      if (failed === undefined) this.#find(file, name);
      else if (isOfTheNetwork(failed) && tries > 1) {
        this.host.later(BETWEEN_TRIES_MS, () => {
          this.#try(file, name, tries - 1);
        });
      } else this.#takeBack(file, name, failed);
    });
  }

  /** What is used until now is named for the host, which disables it when it uses the new one. */
  #find(file: CertificateFile, name: string): void {
    const { current } = this.host.certificates;
    if (current === '') {
      this.#made(file, name, '');
      return;
    }
    this.#ask('get', items(), (answer) => {
      const list = answer.type === 'result' ? readItems(answer.stanza, this.host) : [];
      this.#made(file, name, itemOf(list, current, this.host)?.name ?? '');
    });
  }

  #made(file: CertificateFile, name: string, replaces: string): void {
    const { path, sha256, notAfter } = file;
    const value = create(CertificateMadeSchema, {
      id: this.id,
      name,
      path,
      sha256,
      replaces,
      notAfterTimeMs: BigInt(notAfter),
    });
    this.host.tell({ case: 'certificateMade', value });
    this.host.accept(this.id);
    this.over();
  }

  /** Its key stays with it where the server keeps it. */
  #takeBack(file: CertificateFile, name: string, cause: Fault): void {
    const ask = this.#askOnce.bind(this);
    const revoking = new Revoking(this.host, ask, name, 'revoke');
    this.#untilAnswered(
      (done) => {
        revoking.attempt(done);
      },
      (answer) => {
        const kept = answer.type === 'error' && answer.fault !== UNKNOWN ? answer.fault : undefined;
        const failed = triedInVain(cause, kept, name, file.path);
        if (kept === undefined) this.#drop(file, failed);
        else this.#refuse(failed);
      },
    );
  }

  #drop(file: CertificateFile, cause: Fault): void {
    this.host.certificates.remove(file.sha256, () => {
      this.#refuse(cause);
    });
  }

  #refuse(cause: Fault): void {
    this.host.refuse(this.id, cause);
    this.over();
  }

  #ask(type: 'get' | 'set', payload: Element, done: (answer: Answer) => void): void {
    this.#untilAnswered((answered) => {
      this.#askOnce(type, payload, answered);
    }, done);
  }

  #askOnce(type: 'get' | 'set', payload: Element, done: (answer: Answer) => void): void {
    if (this.host.certificates.secure) this.host.request(undefined, type, payload, done);
    else done({ type: 'error', fault: NOT_SECURE });
  }

  /** What was not answered in one session is asked in the next, unless it is what ends the sessions. */
  #untilAnswered(
    attempt: (done: (answer: Answer) => void) => void,
    done: (answer: Answer) => void,
  ): void {
    let sessions = 0;
    const again = (): void => {
      sessions++;
      attempt((answer) => {
        const lost = answer.type === 'error' && isLost(answer.fault, this.host);
        if (!lost || sessions === SESSIONS) done(answer);
        else if (this.host.online) again();
        else this.#waiting = again;
      });
    };
    if (this.host.online) again();
    else this.#waiting = again;
  }
}

function isOfTheNetwork({ kind, retry }: Fault): boolean {
  return retry === 'later' && (kind === 'link' || kind === 'timeout' || kind === 'stream');
}
