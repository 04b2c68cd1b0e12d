// SPDX-License-Identifier: MIT
import type { XmppPeer } from '../xmpp-peer.js';
import { escapeXml, type Node } from '../peer-xml.js';

const MAM = 'urn:xmpp:mam:2';
const RSM = 'http://jabber.org/protocol/rsm';
const PAGE = 100;

export interface Archived {
  from: string;
  body: string;
}

/** The message in an archive's result (XEP-0313 §4.2), if the stanza is one of this query. */
function messageIn(stanza: Node, query: string): Archived[] {
  const result = stanza.child('result', MAM);
  if (result?.attrs.queryid !== query) return [];
  const message = result
    .child('forwarded', 'urn:xmpp:forward:0')
    ?.child('message', 'jabber:client');
  const body = message?.childText('body');
  return body === undefined ? [] : [{ from: message?.attrs.from ?? '', body }];
}

/**
 * All that is in an archive, oldest first (XEP-0313, XEP-0059).
 * @param of a room's address; without it the peer's own
 */
export async function archiveOf(peer: XmppPeer, of?: string): Promise<Archived[]> {
  const to = of === undefined ? '' : ` to='${escapeXml(of)}'`;
  const found: Archived[] = [];
  let after = '';
  for (let page = 1; ; page++) {
    const id = `archive-${page}`;
    const from = peer.stanzas.all.length;
    peer.send(
      `<iq type='set' id='${id}'${to}><query xmlns='${MAM}' queryid='${id}'><set xmlns='${RSM}'><max>${PAGE}</max>${after}</set></query></iq>`,
    );
    const mine = ({ name, attrs }: Node): boolean => name === 'iq' && attrs.id === id;
    const answer = await peer.stanzas.next('a page of the archive', mine, { after: from });
    const end = answer.child('fin', MAM);
    if (end === undefined) throw new Error(`no archive: ${JSON.stringify(answer)}`);
    found.push(...peer.stanzas.all.slice(from).flatMap((stanza) => messageIn(stanza, id)));
    const last = end.child('set', RSM)?.childText('last');
    if (end.attrs.complete === 'true' || last === undefined) return found;
    after = `<after>${escapeXml(last)}</after>`;
  }
}
