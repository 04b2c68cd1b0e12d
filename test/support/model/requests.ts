// SPDX-License-Identifier: MIT
//
// What the model server answers to requests.

import type { Element } from '../../../src/core/xml.js';
import { CAM } from './access.js';
import { SASL_CERT } from './sasl-cert.js';
import type { ModelServer } from './server.js';
import type { ServerSession } from './sessions.js';

const DISCO = 'http://jabber.org/protocol/disco#info';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

export function answerRequest(server: ModelServer, iq: Element, session: ServerSession): void {
  const { options } = server;
  const ofCertificates =
    options.saslCert === true ? server.certificates.answer(iq, session) : undefined;
  const ofAccess = options.access === true ? server.access.answer(iq, session) : undefined;
  const archived = iq.getChild('query', 'urn:xmpp:mam:2');
  if (archived !== undefined && options.archive === true) {
    answerFromArchive(server, iq, archived, session);
  } else if (iq.getChild('query', 'jabber:iq:roster') !== undefined && ofServer(iq)) {
    give(server, session, iq, 'result', rosterOf(server, session.user));
  } else if (
    iq.getChild('enable', 'urn:xmpp:carbons:2') !== undefined &&
    options.carbons === true
  ) {
    session.carbons = true;
    give(server, session, iq, 'result', '');
  } else if (ofAccess === 'silence') {
    // As it was told.
  } else if (ofAccess !== undefined) {
    if ('result' in ofAccess) give(server, session, iq, 'result', ofAccess.result);
    else give(server, session, iq, 'error', errorOf(ofAccess.error, ofAccess.more));
    ofAccess.after?.();
  } else if (ofCertificates !== undefined) {
    if ('result' in ofCertificates) give(server, session, iq, 'result', ofCertificates.result);
    else give(server, session, iq, 'error', errorOf(ofCertificates.error));
  } else if (options.saslCert === true && asksFeatures(iq, server)) {
    const feature = `<feature var='${SASL_CERT}'/>`;
    give(server, session, iq, 'result', `<query xmlns='${DISCO}'>${feature}</query>`);
  } else if (iq.getChild('ping', 'urn:xmpp:ping') !== undefined && ofServer(iq)) {
    give(server, session, iq, 'result', '');
  } else {
    give(server, session, iq, 'error', errorOf('service-unavailable'));
  }
}

/** @param more of {@link CAM} */
function errorOf(condition: string, more?: string): string {
  const own = more === undefined ? '' : `<${more} xmlns='${CAM}'/>`;
  return `<error type='cancel'><${condition} xmlns='${STANZAS}'/>${own}</error>`;
}

/** XEP-0030 §3.1, of the server itself. */
function asksFeatures(iq: Element, { domain }: ModelServer): boolean {
  return iq.getAttr('to') === domain && iq.getChild('query', DISCO) !== undefined;
}

function ofServer(iq: Element): boolean {
  return iq.getAttr('to') === undefined;
}

function answerFromArchive(
  server: ModelServer,
  iq: Element,
  query: Element,
  session: ServerSession,
): void {
  server.watch.asked?.(session);
  if (server.archiveMute) {
    return;
  }
  const archive = server.archiveOf(session.user);
  const { results, last, lastId } = archive.answer(iq, query, session.jid, server.world.now);
  for (const text of [...results, last]) {
    server.deliver(session, { text, at: server.world.clock().wall });
  }
  if (lastId !== undefined) {
    server.watch.page?.(session.user, lastId);
  }
}

function rosterOf(server: ModelServer, user: string): string {
  const items = (server.contacts.get(user) ?? []).map(
    (jid) => `<item jid='${jid}' subscription='both'/>`,
  );
  return `<query xmlns='jabber:iq:roster'>${items.join('')}</query>`;
}

function give(
  server: ModelServer,
  session: ServerSession,
  iq: Element,
  type: 'result' | 'error',
  payload: string,
): void {
  const id = String(iq.getAttr('id'));
  const text = `<iq type='${type}' id='${id}' to='${session.jid}'>${payload}</iq>`;
  server.deliver(session, { text, at: server.world.clock().wall });
}
