// SPDX-License-Identifier: MIT
//
// An attack on RFC 6120's profile of SASL, in the dress of XEP-0388: the words inside are the same.

import { letsIn, bySasl2, offerSasl2, proving } from './hostile-sasl2.js';
import type { Attack } from './hostile-sign-ins.js';

const SASL2 = "xmlns='urn:xmpp:sasl:2'";
const TYPES =
  "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>" +
  "<channel-binding type='tls-exporter'/></sasl-channel-binding>";

/** What binds is told with a list (XEP-0440 §3), where the attack has none of its own. */
function offer(list: string, whole: string): string {
  const names = [...list.matchAll(/<mechanism>(.*?)<\/mechanism>/g)].map(([, name = '']) => name);
  const listed = whole.includes('<sasl-channel-binding') || !list.includes('-PLUS');
  return offerSasl2(names) + (listed ? '' : TYPES);
}

function dressed(text: string): string {
  return text
    .replace(/<mechanisms xmlns='[^']+'>(.*?)<\/mechanisms>/, (_all, list: string) =>
      offer(list, text),
    )
    .replace(/<challenge xmlns='[^']+'>/, `<challenge ${SASL2}>`)
    .replace(/<failure xmlns='([^']+)'><([\w-]+)\/>/, `<failure ${SASL2}><$2 xmlns='$1'/>`)
    .replace(/<success xmlns='[^']+'>(.*?)<\/success>/, (_all, data: string) =>
      letsIn(proving(data)),
    )
    .replace(/<success xmlns='[^']+'\/>/, letsIn());
}

export function inSasl2(attack: Attack): Attack {
  return {
    ...attack,
    ...bySasl2(attack.options),
    says: attack.says.map(dressed),
    wrote: attack.wrote.map((word) => word.replace(/^auth /, 'authenticate ')),
  };
}
