// SPDX-License-Identifier: MIT
//
// A session of an earlier life, as alice's journal and the server have it: its counters are about to wrap
// (XEP-0198 §4), and lines are under way in it both ways.

import { NS } from '../../src/core/namespaces.js';
import { advance, MODULUS } from '../../src/core/serial.js';
import { serialise, xml } from '../../src/core/xml.js';
import { encodeJournal } from '../../src/delivery/journal.js';
import type { JournalRecord } from '../../src/delivery/records.js';
import type { ModelServer } from '../support/model/server.js';
import { newSession } from '../support/model/sessions.js';
import { nodeTools } from '../support/tools.js';
import type { HostRecord } from './host.js';
import { bodyOf } from './peers.js';
import { DOMAIN, isPersonal } from './plan.js';
import type { Line, Plan } from './plan.js';

const ID = 'old';
const RESOURCE = 'steadfast-old';
const JID = `alice@${DOMAIN}/${RESOURCE}`;
const SENT = MODULUS - 3;
const HANDLED = MODULUS - 2;

function handleOf({ number }: Line): string {
  return `h0-${String(number)}-a`;
}

function old(plan: Plan, from: Line['from']): Line[] {
  return plan.lines
    .filter(isPersonal)
    .filter((line) => line.inherited === true && line.from === from);
}

function textOf(line: Line) {
  const id = handleOf(line);
  const to = `${line.to}@${DOMAIN}`;
  return xml(
    'message',
    { xmlns: NS.client, to, type: 'chat', id },
    xml('body', {}, bodyOf(line)),
    xml('origin-id', { xmlns: NS.sid, id }),
  );
}

/** Alice's journal. */
export function inheritedJournal(plan: Plan, wall: number): Uint8Array {
  const lines = old(plan, 'alice');
  const records: JournalRecord[] = [
    { type: 'resource', resource: RESOURCE },
    { type: 'session', id: ID, jid: JID },
    { type: 'acked', h: SENT },
    { type: 'handled', h: HANDLED },
    ...lines.flatMap((line, i): JournalRecord[] => {
      const handle = handleOf(line);
      const to = `${line.to}@${DOMAIN}`;
      const xml = serialise(textOf(line));
      return [
        { type: 'accept', handle, to, xml, body: bodyOf(line), at: wall },
        { type: 'sent', number: advance(SENT, i + 1), kind: 'message', handle },
      ];
    }),
  ];
  return plan.inherits
    ? encodeJournal(
        records.map((record) => [record]),
        nodeTools,
      )
    : new Uint8Array();
}

/** What the server has: it had got some of her lines, and carol's wait in its queue. */
export function inheritedSession(plan: Plan, server: ModelServer, record: HostRecord): void {
  const lines = old(plan, 'alice');
  for (const line of lines) {
    record.typed.set(handleOf(line), {
      ...{ to: `${line.to}@${DOMAIN}`, body: bodyOf(line) },
      ...{ accepted: true, refused: false, failed: false, delivered: false },
    });
  }
  const session = newSession(ID, JID, 0);
  const arrived = server.world.chance.between(0, lines.length);
  Object.assign(session, {
    ...{ managed: true, available: true, sent: HANDLED },
    handled: advance(SENT, arrived),
  });
  server.sessions.set(ID, session);
  for (const line of lines.slice(0, arrived)) {
    server.route(textOf(line), session);
  }
  server.lapse(session);
}
