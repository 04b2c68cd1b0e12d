// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { Affiliation, QueryRoomUsersSchema, Role } from '../../src/contract/engine_pb.js';
import { failure, result } from './host.js';
import { ADMIN, ROOM, Stage, text } from './muc-stage.js';

type Asked = Partial<{ role: Role; affiliation: Affiliation; room: string }>;

function query(host: Stage, asked: Asked): Stage {
  host.command('queryRoomUsers', QueryRoomUsersSchema, { room: ROOM, ...asked }, 'q1');
  return host;
}

function items(...all: readonly string[]): string {
  return `<query xmlns='http://jabber.org/protocol/muc#admin'>${all.join('')}</query>`;
}

describe('the list of a room', () => {
  test.each<[string, Asked, string]>([
    ['with voice (§8.5)', { role: Role.PARTICIPANT }, 'role="participant"'],
    ['of its moderators (§9.8)', { role: Role.MODERATOR }, 'role="moderator"'],
    ['of its bans (§9.2)', { affiliation: Affiliation.OUTCAST }, 'affiliation="outcast"'],
    ['of its members (§9.4)', { affiliation: Affiliation.MEMBER }, 'affiliation="member"'],
    ['of its owners (§10.5)', { affiliation: Affiliation.OWNER }, 'affiliation="owner"'],
    ['of its admins (§10.8)', { affiliation: Affiliation.ADMIN }, 'affiliation="admin"'],
  ])('%s is asked for', (_title, asked, attributes) => {
    const { to, type, payload } = query(new Stage(), asked).take(...ADMIN);
    expect([to, type]).toEqual([ROOM, 'get']);
    expect(text(payload)).toContain(`<item ${attributes}/>`);
  });

  test('is told with who is on it, and then the command is done', () => {
    const host = query(new Stage(), { affiliation: Affiliation.OUTCAST });
    host
      .take(...ADMIN)
      .done(
        result(
          items(
            "<item affiliation='outcast' jid='earlofcambridge@shakespeare.example'><reason> Treason </reason></item>",
            "<item affiliation='member' nick='hag' role='visitor' jid='hag66@shakespeare.example/pda'/>",
            "<item affiliation='king' jid='@'/>",
          ),
        ),
      );
    expect(host.accepted).toEqual(['q1']);
    expect(host.toldOf('roomUsers')).toMatchObject([
      {
        room: ROOM,
        role: Role.ROLE_NONE,
        affiliation: Affiliation.OUTCAST,
        users: [
          {
            jid: 'earlofcambridge@shakespeare.example',
            nick: '',
            affiliation: Affiliation.OUTCAST,
            reason: 'Treason',
          },
          { jid: 'hag66@shakespeare.example/pda', nick: 'hag', role: Role.VISITOR },
          { jid: '', affiliation: Affiliation.AFFILIATION_NONE },
        ],
        done: true,
        cut: false,
      },
    ]);
  });

  test.each(['', items()])('may be empty: %s', (answer) => {
    const host = query(new Stage(), { role: Role.MODERATOR });
    host.take(...ADMIN).done(result(answer));
    expect(host.toldOf('roomUsers')).toMatchObject([{ users: [], done: true }]);
  });

  test('comes in parts, and has an end', () => {
    const host = query(new Stage(), { affiliation: Affiliation.MEMBER });
    const all = Array.from({ length: 6_000 }, (_, n) => `<item jid='m${String(n)}@x.example'/>`);
    host.take(...ADMIN).done(result(items(...all)));
    const parts = host.toldOf('roomUsers');
    expect(parts.map(({ users }) => users.length)).toEqual(Array(25).fill(200));
    expect(parts.map(({ done }) => done)).toEqual([...Array<boolean>(24).fill(false), true]);
    expect(parts.at(-1)?.cut).toBe(true);
  });

  test.each<[string, Asked, string]>([
    ['nothing', {}, 'bad-request'],
    ['two at once', { role: Role.MODERATOR, affiliation: Affiliation.OWNER }, 'bad-request'],
    ['a role that there is not', { role: 9 as Role }, 'bad-request'],
    ['no room', { role: Role.MODERATOR, room: 'chat.example' }, 'jid-malformed'],
  ])('is not asked for %s', (_title, asked, condition) => {
    const host = query(new Stage(), asked);
    expect(host.refused).toMatchObject([{ id: 'q1', fault: { condition } }]);
    expect(() => host.take(...ADMIN)).toThrow();
  });

  test('that the room keeps to itself is refused in words', () => {
    const host = query(new Stage(), { affiliation: Affiliation.OWNER });
    host.take(...ADMIN).done(failure('stanza', 'forbidden'));
    expect(host.refused).toMatchObject([
      { id: 'q1', fault: { text: 'The room does not show you this list.' } },
    ]);
    expect(host.toldOf('roomUsers')).toEqual([]);
  });

  test('is not asked for without a link', () => {
    const host = query(Object.assign(new Stage(), { online: false }), { role: Role.MODERATOR });
    expect(host.refused).toMatchObject([{ fault: { condition: 'offline' } }]);
  });
});
