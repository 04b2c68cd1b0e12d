// SPDX-License-Identifier: MIT
//
// Mistakes with rooms, to be planted one at a time.

import { MessageState_State as State } from '../../src/contract/engine_pb.js';
import { Inbox } from '../../src/delivery/inbox.js';
import type { Outbox } from '../../src/delivery/outbox.js';
import { messageState } from '../../src/engine/bodies.js';
import type { Context } from '../../src/engine/context.js';
import { Lanes } from '../../src/engine/lanes.js';
import { Mailroom } from '../../src/engine/mailroom.js';
import { MessageStates } from '../../src/engine/message-states.js';
import { Sender } from '../../src/engine/sender.js';
import type { Mistake } from './mistakes.js';
import { replace } from './mistakes.js';

export const ROOM_MISTAKES: readonly Mistake[] = [
  {
    name: 'what our server acknowledged is in the room',
    room: true,
    expects: /-room-\d+ was called at the server and never was/,
    plant: () => {
      replace(Lanes, 'acknowledged', (acknowledged, lanes) => (handles) => {
        acknowledged(handles);
        const context = Reflect.get(lanes, 'context') as Context;
        const outbox = Reflect.get(lanes, 'outbox') as Outbox;
        for (const id of handles.filter((handle) => outbox.get(handle)?.room === true)) {
          context.tell(messageState({ id, state: State.AT_SERVER }));
        }
      });
    },
  },
  {
    name: 'lines go before the room of a new session is entered',
    room: true,
    expects: /in a session that had not entered/,
    plant: () => {
      replace(Sender, 'opened', (opened, sender) => (resend) => {
        opened(resend);
        const lanes = Reflect.get(sender, 'lanes') as Lanes;
        const outbox = Reflect.get(sender, 'outbox') as Outbox;
        for (const { to, room } of outbox.queued()) {
          if (room === true) lanes.open(to);
        }
        sender.pump();
      });
    },
  },
  {
    name: 'a reflection says nothing of the line that it shows',
    room: true,
    expects: /-room-\d+ was sent again although the room had shown it/,
    plant: () => {
      replace(MessageStates, 'settling', () => () => ({ records: [], kept: () => undefined }));
    },
  },
  {
    name: 'what comes live moves the point up to which the archive of a room was read',
    room: true,
    expects: /the cursor went where no page of the archive had led/,
    plant: () => {
      replace(Mailroom, 'keep', (keep, mailroom) => (body, copy, h, others = [], kept) => {
        const { archive, archiveId = '', path } = copy ?? {};
        const { wall } = (Reflect.get(mailroom, 'context') as Context).clock();
        const id = archiveId.split(' ')[1] ?? '';
        const moves = archive !== undefined && path === 'live' && id !== '';
        const cursor = { type: 'cursor', archive: archive ?? '', id, at: wall } as const;
        keep(body, copy, h, moves ? [...others, cursor] : others, kept);
      });
    },
  },
  {
    name: 'what comes live in a room waits behind the archive of our account',
    room: true,
    expects: /what is in the archive of “den@.*” waited for “”/,
    plant: () => {
      replace(Inbox, 'keep', (keep) => (event, wall, copy) => {
        const record = keep(event, wall, copy);
        if (record.type !== 'held') return record;
        const { archive: _archive, ...own } = record;
        return own;
      });
    },
  },
];
