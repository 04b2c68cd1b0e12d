// SPDX-License-Identifier: MIT
//
// What a contact's clients say of themselves when asked: software (XEP-0092) and clock (XEP-0202).

import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { xml } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { ContactInfoSchema } from '../contract/engine_pb.js';
import type { Answer, Feature, FeatureHost } from './feature.js';
import { parseJid } from './per-host.js';
import { presenceOf } from './presence.js';
import { readUtcOffset } from './time.js';
import { readVersion } from './version.js';

type Info = MessageInitShape<typeof ContactInfoSchema>;

class ContactInfo {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** @param asked a full JID asks that resource alone */
  query(asked: Jid | undefined, text: string): void {
    const jid = asked?.bare().toString() ?? text;
    const resources =
      asked === undefined || !this.#host.online
        ? []
        : presenceOf(this.#host)
            .resources(jid)
            .map(({ resource }) => asked.withResource(resource))
            .filter((full) => asked.resource === '' || full.equals(asked));
    let open = resources.length;
    const done = (): void => {
      this.#tell({ jid, done: true });
    };
    if (open === 0) done();
    for (const full of resources) {
      this.#ask(full, (info) => {
        this.#tell({ jid, resource: full.resource, ...info });
        open -= 1;
        if (open === 0) done();
      });
    }
  }

  /** Both questions at once; what is not answered stays empty. */
  #ask(full: Jid, done: (info: Info) => void): void {
    let info: Info = {};
    let open = 2;
    const answered = (
      answer: Answer,
      read: (answer: Answer & { type: 'result' }) => Info,
    ): void => {
      if (answer.type === 'result') info = { ...info, ...read(answer) };
      open -= 1;
      if (open === 0) done(info);
    };
    this.#host.request(full, 'get', xml('query', { xmlns: NS.version }), (answer) => {
      answered(answer, ({ stanza }) => ({ ...readVersion(stanza) }));
    });
    this.#host.request(full, 'get', xml('time', { xmlns: NS.time }), (answer) => {
      answered(answer, ({ stanza }) => ({ utcOffset: readUtcOffset(stanza) }));
    });
  }

  #tell(info: Info): void {
    this.#host.tell({ case: 'contactInfo', value: create(ContactInfoSchema, info) });
  }
}

export const contactInfo: Feature = {
  name: 'contact-info',
  specs: [],
  after: ['presence', 'version', 'time'],
  attach(host) {
    const info = new ContactInfo(host);
    return {
      commands: {
        queryContact: ({ jid }) => {
          info.query(parseJid(host, jid), jid);
        },
      },
    };
  },
};
