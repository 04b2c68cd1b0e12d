// SPDX-License-Identifier: MIT

import { connect } from 'node:tls';
import { readFileSync } from 'node:fs';
import type { Certificate } from './certificates.js';

export interface Asked {
  readonly port: number;
  readonly domain: string;
  /** PEM file of the authority of the server. */
  readonly caFile: string;
  readonly certificate?: Certificate;
  readonly authzid: string;
  readonly sasl2: boolean;
}

const FEATURES = '</stream:features>';
/** The element that answers, or what the stream ends with. */
const ANSWER =
  /<(success|false)[^>]*\/>|<failure[^]*<\/failure>|<success[^]*<\/success>|<stream:error[^]*<\/stream:error>/;

/**
 * Asks a server over direct TLS to be let in by EXTERNAL, with none of our own checks before it.
 * @returns the server's own words: one element, or `not offered`
 */
export function answerToExternal(asked: Asked): Promise<string> {
  const { port, domain, certificate, authzid, sasl2 } = asked;
  const own = certificate && {
    cert: readFileSync(certificate.certFile),
    key: readFileSync(certificate.keyFile),
  };
  const socket = connect({
    ...{ host: '127.0.0.1', port, servername: domain, ca: readFileSync(asked.caFile), ...own },
  });
  return new Promise<string>((resolve, reject) => {
    let text = '';
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error(`closed without an answer: ${text}`));
    });
    socket.on('secureConnect', () => {
      socket.write(
        `<?xml version='1.0'?><stream:stream xmlns='jabber:client' to='${domain}' version='1.0' ` +
          "xmlns:stream='http://etherx.jabber.org/streams'>",
      );
    });
    socket.setEncoding('utf8').on('data', (more: string) => {
      const before = text.includes(FEATURES);
      text += more;
      if (!text.includes(FEATURES)) return;
      const said = text.slice(text.indexOf(FEATURES) + FEATURES.length);
      const offers = text.includes('EXTERNAL') && (!sasl2 || text.includes('urn:xmpp:sasl:2'));
      const answer = offers ? ANSWER.exec(said)?.[0] : 'not offered';
      if (answer !== undefined) resolve(answer);
      else if (!before) socket.write(sasl2 ? authenticate(authzid) : auth(authzid));
    });
  }).finally(() => socket.destroy());
}

function auth(authzid: string): string {
  const data = Buffer.from(authzid).toString('base64') || '=';
  return `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>${data}</auth>`;
}

function authenticate(authzid: string): string {
  const data = Buffer.from(authzid).toString('base64');
  return (
    "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='EXTERNAL'>" +
    `<initial-response>${data}</initial-response></authenticate>`
  );
}
