// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { create, toBinary } from '@bufbuild/protobuf';
import { EventSchema, JoinRoomSchema } from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { serialise, xml } from '../../src/core/xml.js';
import type { Element } from '../../src/core/xml.js';
import { failure, RecordingHost, result } from './host.js';

const names = fc.constantFrom(
  ...['body', 'subject', 'html', 'x', 'url', 'delay', 'origin-id', 'show', 'status', 'priority'],
  ...['idle', 'c', 'nick', 'active', 'composing', 'query', 'item', 'group', 'identity', 'feature'],
  ...['field', 'value', 'error', 'em', 'a', 'img', 'ping', 'time', 'tzo', 'name', 'version'],
  ...['received', 'sent', 'forwarded', 'message', 'request', 'displayed', 'invite'],
  ...['decline', 'destroy', 'actor', 'reason', 'password', 'hats', 'hat', 'thread', 'history'],
);
const spaces = fc.option(
  // The one name that XML itself keeps from being declared.
  fc.constantFrom(...Object.values(NS).filter((name) => name !== NS.xml)),
  { nil: undefined },
);
const addresses = fc.constantFrom(
  ...['juliet@capulet.example', 'juliet@capulet.example/b', 'romeo@montague.example', 'a@b/c'],
  ...['a@b', 'a@b/d'],
  ...['romeo@montague.example/orchard', 'montague.example'],
);
const values = fc.oneof(
  addresses,
  fc.constantFrom('chat', 'error', 'subscribe', 'unavailable', 'remove', 'both', '-1', '1e9'),
  fc.constantFrom('2026-09-10T23:08:25.123456Z', '0001-01-01T00:00:00Z', 'sha-1', 'hidden'),
  fc.constantFrom('QgayPKawpkPSDYmwT/WM94uAlu0=', 'FORM_TYPE', 'constructor', '__proto__', ''),
  fc.constantFrom('100', '104', '110', '201', '210', '301', '303', '307', '332', 'none', 'owner'),
  fc.string(),
);
const attributes = fc.dictionary(
  fc.constantFrom(
    ...['id', 'jid', 'from', 'ver', 'node', 'hash', 'stamp', 'since', 'href', 'var', 'code'],
    ...['nick', 'role', 'affiliation', 'title', 'reason', 'password', 'uri', 'to'],
  ),
  values,
);
const { tree } = fc.letrec<{ tree: Element }>((tie) => ({
  tree: fc
    .tuple(
      names,
      spaces,
      attributes,
      fc.array(fc.oneof({ maxDepth: 4 }, values, tie('tree')), { maxLength: 4 }),
    )
    .map(([name, xmlns, attrs, nodes]) => xml(name, { ...attrs, xmlns }, ...nodes)),
}));
const types = fc.constantFrom(
  ...[undefined, 'chat', 'headline', 'groupchat', 'error', 'subscribe', 'subscribed'],
  ...['unsubscribe', 'unsubscribed', 'unavailable', 'probe', 'get', 'set', 'x'],
);
const stanzas = fc
  .tuple(
    fc.constantFrom('message', 'presence', 'iq'),
    types,
    fc.option(addresses, { nil: undefined }),
    fc.array(tree, { maxLength: 4 }),
  )
  .map(([name, type, from, nodes]) =>
    xml(name, { xmlns: NS.client, type, from, id: 'i' }, ...nodes),
  );

test('no stanza, and no answer, makes a feature throw or tell what the contract cannot carry', () => {
  fc.assert(
    fc.property(
      fc.array(stanzas, { maxLength: 8 }),
      fc.array(tree, { maxLength: 8 }),
      fc.boolean(),
      (all, answers, inside) => {
        const host = new RecordingHost().signedIn('juliet@capulet.example');
        host.command('joinRoom', JoinRoomSchema, { room: 'a@b', nick: 'c' });
        const codes = `<x xmlns='${NS.mucUser}'><status code='110'/></x>`;
        if (inside) host.receive(`<presence from='a@b/c'>${codes}</presence>`);
        for (const stanza of all) {
          if (stanza.name === 'iq') host.ask(serialise(stanza));
          else host.receive(serialise(stanza));
        }
        for (const { done } of host.requests.splice(0)) {
          const answer = answers.pop();
          done(answer === undefined ? failure('timeout', 'no-answer') : result(serialise(answer)));
        }
        const kept = [...host.kept];
        host.taken();
        host.newSession();
        host.moment('attached');
        host.pass(60_000);
        for (const body of [...host.told, ...kept.map((one) => one.body)]) {
          expect(() => toBinary(EventSchema, create(EventSchema, { body }))).not.toThrow();
        }
      },
    ),
    { numRuns: 500 },
  );
});
