// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  Affiliation,
  Role,
  SetAffiliationSchema,
  SetRoleSchema,
} from '../../src/contract/engine_pb.js';
import { failure, result } from './host.js';
import { ADMIN, presence, ROOM, Stage, text } from './muc-stage.js';

const HAG = 'hag66@shakespeare.example';

function setRole(host: Stage, nick: string, role: Role, reason = ''): void {
  host.command('setRole', SetRoleSchema, { room: ROOM, nick, role, reason }, 'r1');
}

function setAffiliation(host: Stage, jidOrNick: string, affiliation: Affiliation): void {
  const value = { room: ROOM, jidOrNick, affiliation, reason: 'Treason' };
  host.command('setAffiliation', SetAffiliationSchema, value, 'a1');
}

function query(item: string): string {
  return `<query xmlns="http://jabber.org/protocol/muc#admin">${item}</query>`;
}

describe('a role (XEP-0045 §8.2 to §8.4, §9.6)', () => {
  test.each([
    [Role.ROLE_NONE, 'none'],
    [Role.VISITOR, 'visitor'],
    [Role.PARTICIPANT, 'participant'],
    [Role.MODERATOR, 'moderator'],
  ])('is set by nick: %d', (role, word) => {
    const host = new Stage().inside('hag');
    setRole(host, 'hag', role, 'Avaunt');
    const { to, type, payload, done } = host.take(...ADMIN);
    expect([to, type]).toEqual([ROOM, 'set']);
    expect(text(payload)).toBe(
      query(`<item nick="hag" role="${word}"><reason>Avaunt</reason></item>`),
    );
    expect(host.accepted).toEqual([]);
    done(result());
    expect(host.accepted).toEqual(['r1']);
  });

  test('is refused where the room refuses it', () => {
    const host = new Stage().inside('hag');
    setRole(host, 'hag', Role.ROLE_NONE);
    host.take(...ADMIN).done(failure('stanza', 'not-allowed'));
    expect(host.refused).toMatchObject([{ id: 'r1', fault: { condition: 'not-allowed' } }]);
  });

  test('is not asked for again in another session, where the nick may be somebody else’s', () => {
    const host = new Stage().inside('hag');
    setRole(host, 'hag', Role.ROLE_NONE);
    host.newSession();
    expect(host.refused).toMatchObject([{ id: 'r1', fault: { condition: 'no-answer' } }]);
    host.admit();
    expect(() => host.take(...ADMIN)).toThrow();
  });

  test.each([
    ['of no room of ours', (host: Stage) => host],
    ['of a room on the way in', (host: Stage) => host.join()],
    ['without a link', (host: Stage) => Object.assign(host.inside(), { online: false })],
  ])('%s is refused', (_title, make) => {
    const host = make(new Stage());
    setRole(host, 'hag', Role.ROLE_NONE);
    expect(host.refused).toMatchObject([{ id: 'r1', fault: { condition: 'not-joined' } }]);
  });

  test('that there is not is refused', () => {
    const host = new Stage().inside();
    setRole(host, 'hag', 9 as Role);
    setAffiliation(host, HAG, 9 as Affiliation);
    expect(host.refused).toMatchObject([
      { fault: { condition: 'bad-request' } },
      { fault: { condition: 'bad-request' } },
    ]);
  });
});

describe('an affiliation (XEP-0045 §9.1 to §10.7)', () => {
  test.each([
    [Affiliation.AFFILIATION_NONE, 'none'],
    [Affiliation.OUTCAST, 'outcast'],
    [Affiliation.MEMBER, 'member'],
    [Affiliation.ADMIN, 'admin'],
    [Affiliation.OWNER, 'owner'],
  ])('is set by bare JID: %d', (affiliation, word) => {
    const host = new Stage().inside();
    setAffiliation(host, `${HAG}/pda`, affiliation);
    const { payload, done } = host.take(...ADMIN);
    expect(text(payload)).toBe(
      query(`<item jid="${HAG}" affiliation="${word}"><reason>Treason</reason></item>`),
    );
    done(result());
    expect(host.accepted).toEqual(['a1']);
  });

  test('is set by nick where the real address can be seen', () => {
    const host = new Stage().inside('oldhag');
    host.receive(presence('hag', { item: `jid='${HAG}/pda' role='visitor'` }));
    setAffiliation(host, 'hag', Affiliation.OUTCAST);
    expect(text(host.take(...ADMIN).payload)).toContain(`jid="${HAG}"`);
    setAffiliation(host, 'oldhag', Affiliation.OUTCAST);
    setAffiliation(host, 'nobody', Affiliation.OUTCAST);
    expect(host.refused).toMatchObject([
      { fault: { condition: 'item-not-found' } },
      { fault: { condition: 'item-not-found' } },
    ]);
  });

  test('goes to whom the address is of, whoever has it as his nick', () => {
    const host = new Stage().inside();
    const item = "jid='mallory@evil.example/x' role='visitor'";
    host.receive(presence('juliet@capulet.example', { item }));
    setAffiliation(host, 'juliet@capulet.example', Affiliation.OWNER);
    expect(text(host.take(...ADMIN).payload)).toContain('jid="juliet@capulet.example"');
  });

  test('is asked for again in the next session, since it means the same there', () => {
    const host = new Stage().inside();
    setAffiliation(host, HAG, Affiliation.MEMBER);
    host.newSession();
    expect([host.accepted, host.refused]).toEqual([[], []]);
    host.take(...ADMIN).done(result());
    expect(host.accepted).toEqual(['a1']);
  });

  test('of no room of ours is refused', () => {
    const host = new Stage();
    setAffiliation(host, HAG, Affiliation.MEMBER);
    expect(host.refused).toMatchObject([{ id: 'a1', fault: { condition: 'not-joined' } }]);
  });
});
