// SPDX-License-Identifier: MIT
//
// Mistakes that other implementations made with XEP-0198, to be planted one at a time.

import { fault } from '../../src/core/errors.js';
import { Gate } from '../../src/core/gate.js';
import { KeptSession } from '../../src/core/kept-session.js';
import { Negotiation } from '../../src/core/negotiation.js';
import { PhaseTime } from '../../src/core/session-times.js';
import type { Session } from '../../src/core/session.js';
import { StreamManagement } from '../../src/core/stream-management.js';
import type { Tracked } from '../../src/core/stream-management.js';
import { Outbox } from '../../src/delivery/outbox.js';
import { Sender } from '../../src/engine/sender.js';
import type { Mistake } from './mistakes.js';
import { replace } from './mistakes.js';

function resending(change: (resend: Tracked[]) => Tracked[]): void {
  replace(StreamManagement, 'resumed', (resumed) => (h) => {
    const result = resumed(h);
    return 'fault' in result ? result : { ...result, resend: change(result.resend) };
  });
}

export const STREAM_MISTAKES: readonly Mistake[] = [
  {
    name: 'a server is trusted that is nobody’s',
    expects: /a stranger was sent/,
    sasl2: true,
    plant: () => {
      replace(Negotiation, 'tlsReady', (tlsReady) => (facts, wall) => {
        const { chainError, ...well } = facts;
        const names = { dns: ['model.test'], srv: [], xmppAddr: [] };
        tlsReady(chainError === undefined ? facts : { ...well, names }, wall);
      });
    },
  },
  {
    name: 'what is unacked is thrown away where the server tells h',
    expects: /was lost/,
    seed: 80,
    plant: () => {
      replace(StreamManagement, 'failed', (failed) => (h) => {
        const all = failed(undefined);
        if (h === undefined || 'fault' in all) return all;
        return { settled: all.rest, rest: [], certain: true };
      });
    },
  },
  {
    name: 'what is unacked is surely sent again where the server does not tell h',
    expects: /was sent \d+ times/,
    plant: () => {
      replace(StreamManagement, 'failed', (failed) => (h) => {
        const all = failed(h);
        return h !== undefined || 'fault' in all ? all : { ...all, certain: true };
      });
    },
  },
  {
    name: 'a saved session lacks the JID it was bound to',
    // The resource goes with the JID. Bound to another one, bob gets no more of what the server goes on
    // writing to the old one, whose session nobody asks for.
    expects: /was lost/,
    seed: 644,
    plant: () => {
      replace(KeptSession, 'restore', (restore) => (saved) => {
        restore({ ...saved, jid: 'alice@model.test' });
      });
    },
  },
  {
    name: 'a session is begun without asking that it can be resumed',
    expects: /a session was begun that cannot be resumed/,
    plant: () => {
      replace(Gate, 'write', (write) => (text) => {
        write(text.replace(/ resume=['"]true['"]/, ''));
      });
    },
  },
  {
    name: 'the first stanza of a session is counted and not queued',
    expects: /was lost/,
    seed: 35,
    plant: () => {
      replace(StreamManagement, 'track', (track, management) => (outgoing) => {
        const tracked = track(outgoing);
        if (tracked.number === 1) {
          management.ack(1);
        }
        return tracked;
      });
    },
  },
  {
    name: 'what is unacked is not sent again after a resumption',
    expects: /was lost/,
    plant: () => {
      resending(() => []);
    },
  },
  {
    name: 'what is unacked is sent again in reverse order',
    expects: /was shown after \d+/,
    plant: () => {
      resending((resend) => resend.reverse());
    },
  },
  {
    name: 'what is unacked is sent again in the order of its text',
    expects: /was shown after \d+/,
    plant: () => {
      resending((resend) => resend.sort((a, b) => (a.text < b.text ? 1 : -1)));
    },
  },
  {
    name: 'the h of a failed resumption is ignored, and everything sent again',
    expects: /was sent \d+ times/,
    plant: () => {
      replace(StreamManagement, 'failed', (failed) => () => {
        const all = failed(undefined);
        return 'fault' in all ? all : { ...all, certain: true };
      });
    },
  },
  {
    name: 'the h of a failed resumption is ignored, and everything in doubt',
    expects: /was doubted although the server had told/,
    seed: 150,
    plant: () => {
      replace(KeptSession, 'lost', (lost) => () => lost(undefined, true));
    },
  },
  {
    name: 'a count that wraps is taken for one that goes back',
    // The session is given up for it, and what was unacked is in doubt.
    expects: /was doubted although the server had told/,
    seed: 22,
    plant: () => {
      replace(StreamManagement, 'ack', (ack, management) => (h) => {
        const back = { ...fault('stream', 'undefined-condition', ''), h, sendCount: 0 };
        return h < management.acked ? { fault: back } : ack(h);
      });
    },
  },
  {
    name: 'the queue is thrown away when a session is lost',
    expects: /was lost/,
    plant: () => {
      replace(Outbox, 'lost', () => () => []);
    },
  },
  {
    name: 'an h beyond what was sent runs over the end of the queue',
    expects: /undefined is not a stanza/,
    plant: () => {
      replace(StreamManagement, 'ack', (ack) => (h) => {
        const result = ack(h);
        if ('fault' in result) throw new TypeError('undefined is not a stanza');
        return result;
      });
    },
  },
  {
    name: 'an h beyond what was sent is taken for all of it',
    expects: /was called at the server and never was/,
    seed: 37,
    plant: () => {
      replace(StreamManagement, 'ack', (ack, management) => (h) => {
        const result = ack(h);
        return 'fault' in result ? ack(management.sent) : result;
      });
    },
  },
  {
    name: 'nothing is bound after a failed resumption, and nobody looks at the clock',
    expects: /the quiet state was not reached/,
    plant: () => {
      replace(Sender, 'lost', (lost) => (output) => {
        lost(output, () => undefined);
      });
      replace(PhaseTime, 'isOver', () => () => false);
    },
  },
  {
    name: 'requests of an old session are sent again in a new one',
    expects: /a request of an old session went into a new one/,
    plant: () => {
      replace(Sender, 'lost', (lost, sender) => (output, kept) => {
        lost(output, kept);
        const held = Reflect.get(sender, 'held') as object[];
        const session = Reflect.get(sender, 'session') as Session;
        const requests = output.rest.filter(({ kind, text }) => kind === 'iq' && text !== '');
        const of = { get: () => session.management };
        held.push(...requests.map((outgoing) => Object.defineProperty({ outgoing }, 'of', of)));
      });
    },
  },
  {
    name: 'a ping confirms what still waits for the disk',
    expects: /was called at the server and never was/,
    plant: () => {
      replace(
        StreamManagement,
        'ack',
        (ack, management) => (h) => (management.id === undefined ? ack(management.sent) : ack(h)),
      );
    },
  },
];
