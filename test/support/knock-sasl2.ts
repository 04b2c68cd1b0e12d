// SPDX-License-Identifier: MIT
//
// The same question as knock.ts has, in the dress of XEP-0388, and by tokens (XEP-0484).

import { createHmac, randomUUID } from 'node:crypto';
import { atDoor, bindingOf, encode, exchange, type Door, type Knock } from './knock.js';
import type { Node } from './peer-xml.js';

const SASL2 = 'urn:xmpp:sasl:2';
const FAST = 'urn:xmpp:fast:0';
/** How a token is come by. */
const FIRST = 'SCRAM-SHA-256';

const namesIn = (node: Node | undefined): string[] =>
  node?.children.filter(({ name }) => name === 'mechanism').map(({ text }) => text) ?? [];

/** What is asked for with a sign-in, and what answers it. */
interface Asking {
  mechanism: string;
  first: string | Buffer;
  answer: (challenge: string) => string;
  agent: string;
  /** Elements beside the sign-in. */
  more: string;
}

async function authenticate({ ask }: Door, asking: Asking): Promise<Node | 'closed'> {
  const agent = `<user-agent id='${asking.agent}'/>`;
  let outcome = await ask(
    `<authenticate xmlns='${SASL2}' mechanism='${asking.mechanism}'>` +
      `<initial-response>${encode(asking.first)}</initial-response>${agent}${asking.more}</authenticate>`,
  );
  if (outcome !== 'closed' && outcome.name === 'challenge') {
    const said = asking.answer(Buffer.from(outcome.text, 'base64').toString());
    outcome = await ask(`<response xmlns='${SASL2}'>${encode(said)}</response>`);
  }
  return outcome;
}

function verdict(outcome: Node | 'closed', { user, domain }: Knock): string {
  if (outcome === 'closed') return outcome;
  if (outcome.name !== 'success') return `refuses ${outcome.children[0]?.name ?? ''}`;
  const who = outcome.childText('authorization-identifier') ?? '';
  return who === `${user}@${domain}` ? 'lets in' : `lets in ${who}`;
}

export async function knockBySasl2(how: Knock, door: Door): Promise<string> {
  const offer = door.features.child('authentication', SASL2);
  if (how.mechanism.startsWith('HT-')) {
    const fast = offer?.child('inline', SASL2)?.child('fast', FAST);
    return namesIn(fast).includes(how.mechanism) ? byToken(how, door) : 'not offered';
  }
  if (!namesIn(offer).includes(how.mechanism)) return 'not offered';
  const asking = { ...exchange(door.socket, how), agent: randomUUID(), more: '' };
  return verdict(await authenticate(door, { ...asking, mechanism: how.mechanism }), how);
}

/** Comes by a token on a link of its own, and shows it here. */
async function byToken(how: Knock, door: Door): Promise<string> {
  const agent = randomUUID();
  const token = await atDoor(how, async (first) => {
    const { binding: _none, ...by } = { ...how, mechanism: FIRST };
    const more = `<request-token xmlns='${FAST}' mechanism='${how.mechanism}'/>`;
    const asking = { ...exchange(first.socket, by), mechanism: FIRST, agent, more };
    const outcome = await authenticate(first, asking);
    return outcome === 'closed' ? '' : (outcome.child('token', FAST)?.attrs.token ?? '');
  });
  if (token === '') return 'gives no token';
  const bound = how.binding && bindingOf(door.socket, how.binding).data;
  const proof = (role: string): Buffer =>
    createHmac('sha256', token)
      .update(role)
      .update(bound ?? '')
      .digest();
  const outcome = await authenticate(door, {
    ...{ mechanism: how.mechanism, agent, answer: () => '' },
    first: Buffer.concat([Buffer.from(`${how.user}\0`), proof('Initiator')]),
    more: `<fast xmlns='${FAST}' count='1'/>`,
  });
  const said = outcome === 'closed' ? undefined : outcome.childText('additional-data');
  const is = verdict(outcome, how);
  return is === 'lets in' && said !== encode(proof('Responder')) ? 'proves nothing' : is;
}
