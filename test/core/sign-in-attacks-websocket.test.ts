// SPDX-License-Identifier: MIT
//
// The attacks inside TLS, once more over WebSocket (RFC 7395): they must come to the same.

import { describe, expect, it } from 'vitest';
import { webSocketFraming } from '../../src/core/framing-websocket.js';
import { attribute, serialise } from '../../src/core/xml.js';
import { XmlReader } from '../../src/core/xml-reader.js';
import { proceed } from '../support/negotiating.js';
import { SigningIn } from '../support/signing-in.js';
import { nodeTools } from '../support/tools.js';
import { weakerOffers } from './hostile-offers.js';
import { withCertificate, withPassword, type Attack } from './hostile-sign-ins.js';

/** What a stream says in one go, as messages; nothing for what only a stream of bytes can say. */
function messages(text: string): string[] | undefined {
  const said: string[] = [];
  let broken = false;
  const whole = text.startsWith('<?xml') ? text : `<_ xmlns='jabber:client'>${text}`;
  const reader = new XmlReader(
    {
      open: (root) => {
        if (root.name === '_') return;
        const from = attribute(root, 'from') ?? '';
        said.push(
          `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0' from='${from}'/>`,
        );
      },
      element: (element) => void said.push(serialise(element)),
      end: () => undefined,
      fault: () => {
        broken = true;
      },
    },
    nodeTools,
  );
  reader.write(nodeTools.utf8(whole));
  return broken ? undefined : said;
}

/** What we write: the same, by the other names. */
const renamed = (words: readonly string[]): string[] =>
  words.flatMap((word) => {
    if (word === 'header from us') return ['open'];
    return word === '/stream:stream' ? ['close'] : [word];
  });

/** There is no STARTTLS: TLS comes first. */
function expectSame(attack: Attack): void {
  const signing = new SigningIn({ ...attack, direct: true, framing: webSocketFraming });
  signing.secure();
  for (const text of attack.says.slice(2)) {
    for (const message of messages(text) ?? []) signing.hear(nodeTools.utf8(message));
  }
  expect(signing.told).toEqual(attack.comesTo);
  expect(signing.wrote).toEqual(renamed(attack.wrote.slice(2)));
  for (const canary of ['pencil', 'canary-session']) expect(signing.written).not.toContain(canary);
}

const expressible = ({ says }: Attack): boolean =>
  says[1] === proceed && says.slice(2).every((text) => messages(text) !== undefined);

describe.each([
  ['of an account with a password', withPassword.filter(expressible)],
  ['of an account with a certificate', withCertificate.filter(expressible)],
  ['with less on offer than before', weakerOffers.filter(expressible)],
])('a sign-in over WebSocket %s', (_title, attacks) => {
  it('is attacked in several ways', () => expect(attacks.length).toBeGreaterThan(3));

  it.each(attacks.map((attack) => [attack.what, attack] as const))(
    'the hostile side %s',
    (_what, attack) => expectSame(attack),
  );
});
