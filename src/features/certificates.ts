// SPDX-License-Identifier: MIT
//
// Certificates to sign in with, kept by the server (XEP-0257).

import { create } from '@bufbuild/protobuf';
import { CertificatesSchema } from '../contract/engine_pb.js';
import type { AppendCertificate, RevokeCertificate } from '../contract/engine_pb.js';
import type { Element } from '../core/xml.js';
import { BUSY, NO_NAME, NOT_SECURE, refusal } from './certificates-faults.js';
import { append, items, readItems } from './certificates-list.js';
import type { Item } from './certificates-list.js';
import { Making } from './certificates-making.js';
import { Revoking } from './certificates-revoking.js';
import { Errands } from './errands.js';
import type { Answer, Feature, FeatureHost } from './feature.js';

class Certificates {
  readonly #host: FeatureHost;
  readonly #errands: Errands;
  #making: { readonly id: string; readonly making: Making } | undefined;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#errands = new Errands(host);
  }

  query(id: string): void {
    this.#errands.add(id, (done) => {
      this.#ask('get', items(), (answer) => {
        if (answer.type === 'result') this.#tell(readItems(answer.stanza, this.#host));
        done(answer);
      });
    });
  }

  make(label: string, id: string): void {
    if (this.#making?.id === id) return;
    if (label.trim() === '' || this.#making !== undefined) {
      this.#host.refuse(id, this.#making === undefined ? NO_NAME : BUSY);
      return;
    }
    const making = new Making(this.#host, id, label, () => {
      this.#making = undefined;
    });
    this.#making = { id, making };
    making.begin();
  }

  append({ name, path, noManagement }: AppendCertificate, id: string): void {
    if (name.trim() === '') {
      this.#host.refuse(id, NO_NAME);
      return;
    }
    this.#host.certificates.read(path, (read) => {
      if ('condition' in read) {
        this.#host.refuse(id, read);
        return;
      }
      this.#errands.add(id, (done) => {
        this.#ask('set', append(name, read.der, this.#host.tools, noManagement), done);
      });
    });
  }

  revoke({ name, disable }: RevokeCertificate, id: string): void {
    const ask = this.#ask.bind(this);
    const revoking = new Revoking(this.#host, ask, name, disable ? 'disable' : 'revoke');
    this.#errands.add(id, (done) => {
      revoking.attempt(done);
    });
  }

  /** Signed in. */
  resume(): void {
    this.#errands.resume();
    this.#making?.making.resume();
  }

  #ask(type: 'get' | 'set', payload: Element, done: (answer: Answer) => void): void {
    // §6.1: the server has to refuse it, but who is between would have changed it by then.
    if (!this.#host.certificates.secure) {
      done({ type: 'error', fault: NOT_SECURE });
      return;
    }
    this.#host.request(undefined, type, payload, (answer) => {
      done(answer.type === 'error' ? { ...answer, fault: refusal(answer.fault) } : answer);
    });
  }

  #tell(list: readonly Item[]): void {
    const { current } = this.#host.certificates;
    const certificates = list.map(({ name, der, resources }) => {
      const facts = this.#host.certificates.inspect(der);
      return {
        name,
        sha256: facts?.sha256 ?? '',
        notBeforeTimeMs: BigInt(facts?.notBefore ?? 0),
        notAfterTimeMs: BigInt(facts?.notAfter ?? 0),
        current: facts?.sha256 === current,
        resources: [...resources],
      };
    });
    const value = create(CertificatesSchema, { certificates });
    this.#host.tell({ case: 'certificates', value });
  }
}

export const certificates: Feature = {
  name: 'certificates',
  specs: [
    {
      id: 'XEP-0257',
      name: 'Client Certificate Management for SASL EXTERNAL',
      version: '0.3',
      status: 'complete',
    },
  ],
  attach(host) {
    const list = new Certificates(host);
    const resume = (): void => {
      list.resume();
    };
    return {
      commands: {
        queryCertificates: (_, id) => {
          list.query(id);
        },
        makeCertificate: ({ name }, id) => {
          list.make(name, id);
        },
        appendCertificate: (value, id) => {
          list.append(value, id);
        },
        revokeCertificate: (value, id) => {
          list.revoke(value, id);
        },
      },
      started: resume,
      resumed: resume,
    };
  },
};
