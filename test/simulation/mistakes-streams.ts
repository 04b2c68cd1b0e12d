// SPDX-License-Identifier: MIT
//
// Mistakes that other implementations made with XEP-0198, to be planted one at a time.

import { fault } from '../../src/core/errors.js';
import { Gate } from '../../src/core/gate.js';
import { KeptSession } from '../../src/core/kept-session.js';
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
    name: 'what is unacked is thrown away where the server tells h, and sent again where it does not',
    plant: () => {
      replace(StreamManagement, 'failed', (failed) => (h) => {
        const all = failed(undefined);
        if ('fault' in all) return all;
        return h === undefined
          ? { ...all, certain: true }
          : { settled: all.rest, rest: [], certain: true };
      });
    },
  },
  {
    name: 'a saved session lacks the JID it was bound to',
    seed: 440,
    plant: () => {
      replace(KeptSession, 'restore', (restore) => (saved) => {
        restore({ ...saved, jid: 'alice@model.test' });
      });
    },
  },
  {
    name: 'a session is begun without asking that it can be resumed',
    plant: () => {
      replace(Gate, 'write', (write) => (text) => {
        write(text.replace(/ resume=['"]true['"]/, ''));
      });
    },
  },
  {
    name: 'the first stanza of a session is counted and not queued',
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
    plant: () => {
      resending(() => []);
    },
  },
  {
    name: 'what is unacked is sent again in reverse order',
    plant: () => {
      resending((resend) => resend.reverse());
    },
  },
  {
    name: 'what is unacked is sent again in the order of its text',
    plant: () => {
      resending((resend) => resend.sort((a, b) => (a.text < b.text ? 1 : -1)));
    },
  },
  {
    name: 'the h of a failed resumption is ignored, and everything sent again',
    plant: () => {
      replace(StreamManagement, 'failed', (failed) => () => {
        const all = failed(undefined);
        return 'fault' in all ? all : { ...all, certain: true };
      });
    },
  },
  {
    name: 'the h of a failed resumption is ignored, and everything in doubt',
    seed: 205,
    plant: () => {
      replace(KeptSession, 'lost', (lost) => () => {
        lost(undefined, true);
      });
    },
  },
  {
    name: 'a count that wraps is taken for one that goes back',
    plant: () => {
      replace(StreamManagement, 'ack', (ack, management) => (h) => {
        const back = { ...fault('stream', 'undefined-condition', ''), h, sendCount: 0 };
        return h < management.acked ? { fault: back } : ack(h);
      });
    },
  },
  {
    name: 'the queue is thrown away when a session is lost',
    plant: () => {
      replace(Outbox, 'lost', () => () => []);
    },
  },
  {
    name: 'an h beyond what was sent runs over the end of the queue',
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
    plant: () => {
      replace(StreamManagement, 'ack', (ack, management) => (h) => {
        const result = ack(h);
        return 'fault' in result ? ack(management.sent) : result;
      });
    },
  },
  {
    name: 'nothing is bound after a failed resumption, and nobody looks at the clock',
    plant: () => {
      replace(Sender, 'lost', (lost) => (output) => {
        lost(output, () => undefined);
      });
      replace(PhaseTime, 'isOver', () => () => false);
    },
  },
  {
    name: 'requests of an old session are sent again in a new one',
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
    plant: () => {
      replace(
        StreamManagement,
        'ack',
        (ack, management) => (h) => (management.id === undefined ? ack(management.sent) : ack(h)),
      );
    },
  },
];
