// SPDX-License-Identifier: MIT
//
// What the tests of XEP-0257 have in common.

import { MakeCertificateSchema } from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { localName } from '../../src/core/xml.js';
import { RecordingHost, result } from './host.js';

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const item = (name: string, text: string, more = ''): string =>
  `<item><name>${name}</name><x509cert>\n  ${base64(text)}\n</x509cert>${more}</item>`;
export const items = (...list: string[]) =>
  result(`<items xmlns='${NS.saslCert}'>${list.join('')}</items>`);

export function open(): RecordingHost {
  return new RecordingHost().signedIn();
}

/** What waits for an answer, of XEP-0257. */
export const asked = (host: RecordingHost): string[] =>
  host.requests
    .filter(({ payload }) => payload.getNS() === NS.saslCert)
    .map(({ payload }) => localName(payload));

export const make = (host: RecordingHost, id = 'c1', name = 'Pidgin on desk'): void => {
  host.command('makeCertificate', MakeCertificateSchema, { name }, id);
};
