// SPDX-License-Identifier: MIT
//
// Those of rooms; see samples.ts.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CommandSchema, EventSchema } from '../../src/contract/engine_pb.js';

export const error = {
  kind: 4,
  condition: 'not-authorized',
  text: 'The server refused the password.',
  by: 1,
  retry: 0,
} as const;

export const roomCommands: Record<string, MessageInitShape<typeof CommandSchema>> = {
  'join-room': {
    account: 1,
    body: {
      case: 'joinRoom',
      value: { room: 'den@rooms.example', nick: 'Älice', password: 'sesame' },
    },
  },
  'leave-room': {
    account: 1,
    body: { case: 'leaveRoom', value: { room: 'den@rooms.example', text: 'bye' } },
  },
  'set-room-subject': {
    account: 1,
    id: 'aa-5',
    body: { case: 'setRoomSubject', value: { room: 'den@rooms.example', subject: 'Grüße' } },
  },
  'set-role': {
    account: 1,
    id: 'aa-6',
    body: {
      case: 'setRole',
      value: { room: 'den@rooms.example', nick: 'bob', role: 3, reason: 'trust' },
    },
  },
  'set-affiliation': {
    account: 1,
    id: 'aa-7',
    body: {
      case: 'setAffiliation',
      value: { room: 'den@rooms.example', jidOrNick: 'bob', affiliation: 4, reason: 'trust' },
    },
  },
  invite: {
    account: 1,
    id: 'aa-8',
    body: {
      case: 'invite',
      value: { room: 'den@rooms.example', jid: 'bob@home.example', reason: 'come' },
    },
  },
  'query-rooms': {
    account: 1,
    body: {
      case: 'queryRooms',
      value: { query: 4_294_967_295, service: 'rooms.example', serviceOnly: true, stop: true },
    },
  },
  'get-room-form': {
    account: 1,
    id: 'aa-9',
    body: { case: 'getRoomForm', value: { room: 'den@rooms.example', kind: 1 } },
  },
  'submit-room-form': {
    account: 1,
    id: 'aa-10',
    body: {
      case: 'submitRoomForm',
      value: {
        room: 'den@rooms.example',
        kind: 1,
        values: [{ var: 'a', values: ['1', '', 'Größe'] }, { var: 'b' }],
        cancelled: true,
      },
    },
  },
  'set-bookmark': {
    account: 1,
    id: 'aa-11',
    body: {
      case: 'setBookmark',
      value: {
        bookmark: {
          room: 'den@rooms.example',
          name: 'Die Höhle',
          nick: 'Älice',
          password: 'sesame',
          autojoin: true,
        },
      },
    },
  },
  'remove-bookmark': {
    account: 1,
    id: 'aa-12',
    body: { case: 'removeBookmark', value: { room: 'den@rooms.example' } },
  },
  'request-voice': {
    account: 1,
    id: 'aa-13',
    body: { case: 'requestVoice', value: { room: 'den@rooms.example' } },
  },
  'query-room-users': {
    account: 1,
    id: 'aa-14',
    body: {
      case: 'queryRoomUsers',
      value: { room: 'den@rooms.example', role: 3, affiliation: 1 },
    },
  },
  'destroy-room': {
    account: 1,
    id: 'aa-15',
    body: {
      case: 'destroyRoom',
      value: {
        room: 'den@rooms.example',
        reason: 'moved',
        alternate: 'hall@rooms.example',
        password: 'sesame',
      },
    },
  },
  'unregister-room': {
    account: 1,
    id: 'aa-16',
    body: { case: 'unregisterRoom', value: { room: 'den@rooms.example' } },
  },
};

export const roomEvents: Record<string, MessageInitShape<typeof EventSchema>> = {
  room: {
    account: 1,
    seq: 15,
    body: {
      case: 'room',
      value: {
        room: 'den@rooms.example',
        state: 2,
        why: 5,
        nick: 'Älice',
        error,
        actor: 'bob',
        reason: 'moved',
        alternate: 'hall@rooms.example',
        name: 'The den',
        nonAnonymous: true,
        created: true,
        byBookmark: true,
        password: 'sesame',
        alternatePassword: 'sesame',
      },
    },
  },
  'room-occupants': {
    account: 1,
    seq: 16,
    body: {
      case: 'roomOccupants',
      value: {
        room: 'den@rooms.example',
        occupants: [
          {
            nick: 'bob',
            role: 3,
            affiliation: 4,
            jid: 'bob@home.example/phone',
            show: 2,
            status: 'away',
            self: true,
            departure: 5,
            newNick: 'bobby',
            actor: 'carol',
            reason: 'bye',
            hats: ['Host', 'Judge'],
            occupantId: 'dd72603d',
          },
          { nick: 'carol' },
        ],
        begin: true,
        end: true,
      },
    },
  },
  'room-subject': {
    account: 1,
    seq: 17,
    body: {
      case: 'roomSubject',
      value: { room: 'den@rooms.example', subject: 'Grüße', nick: 'bob', setTimeMs: 5n },
    },
  },
  'room-notice': {
    account: 1,
    seq: 18,
    body: { case: 'roomNotice', value: { room: 'den@rooms.example', text: 'Logged now.' } },
  },
  invitation: {
    account: 1,
    seq: 19,
    body: {
      case: 'invitation',
      value: {
        room: 'den@rooms.example',
        from: 'bob@home.example',
        reason: 'come',
        password: 'sesame',
      },
    },
  },
  'room-list': {
    account: 1,
    seq: 20,
    body: {
      case: 'roomList',
      value: {
        query: 4_294_967_295,
        service: 'rooms.example',
        rooms: [{ jid: 'den@rooms.example', name: 'Die Höhle' }, { jid: 'hall@rooms.example' }],
        done: true,
        error,
        cut: true,
      },
    },
  },
  'room-form': {
    account: 1,
    seq: 21,
    body: {
      case: 'roomForm',
      value: {
        room: 'den@rooms.example',
        kind: 1,
        form: {
          title: 'Die Höhle',
          instructions: 'One\nTwo',
          fields: [
            {
              type: 7,
              var: 'a',
              label: 'Who?',
              description: 'Choose one',
              required: true,
              values: ['x', ''],
              options: [{ label: 'X', value: 'x' }, {}],
            },
            { type: 9, var: 'b' },
          ],
        },
        registered: true,
        registeredNick: 'Älice',
      },
    },
  },
  bookmarks: {
    account: 1,
    seq: 22,
    body: {
      case: 'bookmarks',
      value: {
        bookmarks: [
          {
            room: 'den@rooms.example',
            name: 'Die Höhle',
            nick: 'Älice',
            password: 'sesame',
            autojoin: true,
          },
          { room: 'hall@rooms.example' },
        ],
        begin: true,
        end: true,
        removed: ['attic@rooms.example', 'cellar@rooms.example'],
      },
    },
  },
  'room-users': {
    account: 1,
    seq: 23,
    body: {
      case: 'roomUsers',
      value: {
        room: 'den@rooms.example',
        role: 3,
        affiliation: 1,
        users: [
          {
            jid: 'bob@home.example/phone',
            nick: 'bob',
            role: 3,
            affiliation: 4,
            reason: 'noise',
          },
          {},
        ],
        done: true,
        cut: true,
      },
    },
  },
};
