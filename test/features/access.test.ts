// SPDX-License-Identifier: MIT
//
// XEP-0494: what goes over the wire, what a list may do to us, and in which order others lose their access.

import { describe, expect, it } from 'vitest';
import {
  AccessClient_Permission as Permission,
  QueryAccessSchema,
  RevokeAccessSchema,
} from '../../src/contract/engine_pb.js';
import { fault } from '../../src/core/errors.js';
import { NS } from '../../src/core/namespaces.js';
import { attribute, serialise } from '../../src/core/xml.js';
import { Sweep } from '../../src/features/access-sweep.js';
import type { Swept } from '../../src/features/access-sweep.js';
import type { Answer } from '../../src/features/feature.js';
import { failure, RecordingHost, result, stanza } from './host.js';

const open = (): RecordingHost => new RecordingHost().signedIn();
const clients = (...list: string[]): Answer =>
  result(`<clients xmlns='${NS.cam}'>${list.join('')}</clients>`);

interface Given {
  readonly connected?: boolean;
  readonly seen?: string;
  readonly device?: string;
}

const client = (id: string, { connected = false, seen = '', device = '' }: Given = {}): string =>
  `<client connected='${String(connected)}' id='${id}' type='session'><last-seen>${seen}</last-seen>` +
  `<auth><fast/></auth><permission status='normal'/>` +
  `<user-agent><software>Steadfast</software><device>${device}</device></user-agent></client>`;
const OURS = { connected: true, device: 'Pidgin 2.14.12 (01234567)' };

/** As a server says it (§3.2). */
const RESET: Answer = {
  type: 'error',
  fault: fault('stanza', 'service-unavailable', 'No.'),
  stanza: stanza(
    `<iq type='error' id='x'><error type='cancel'><service-unavailable xmlns='${NS.stanzas}'/>` +
      `<password-reset-required xmlns='${NS.cam}'/></error></iq>`,
  ),
};

describe('the list', () => {
  const listed = (...list: string[]) => {
    const host = open();
    host.command('queryAccess', QueryAccessSchema, {});
    const request = host.take('list', NS.cam);
    expect([request.to, request.type]).toEqual([undefined, 'get']);
    request.done(clients(...list));
    expect(host.accepted).toEqual(['c1']);
    return host.toldOf('access')[0] ?? expect.unreachable();
  };

  it('is told as the server has it', () => {
    const { clients: told, leftOut } = listed(
      `<client connected='true' id='zeiP41HLglIu' type='session'>
        <first-seen>2023-04-06T14:26:08Z</first-seen><last-seen>2023-04-06T14:37:25Z</last-seen>
        <auth><password/></auth><permission status='unrestricted'/>
        <user-agent><software>Gajim</software><uri>https://gajim.org/</uri><device>Juliet's laptop</device></user-agent>
      </client>`,
      `<client connected='0' id='HjEEr45_LQr' type='access'><auth><grant/><fast/></auth>
        <permission status='normal'/><user-agent><software>REST client</software></user-agent></client>`,
      client('x', OURS),
    );
    expect(leftOut).toBe(0);
    expect(told).toMatchObject([
      {
        ...{ id: 'zeiP41HLglIu', connected: true, session: true, auth: ['password'] },
        ...{ firstSeenTimeMs: 1680791168000n, lastSeenTimeMs: 1680791845000n, current: false },
        ...{ software: 'Gajim', uri: 'https://gajim.org/', device: "Juliet's laptop" },
        permission: Permission.UNRESTRICTED,
      },
      {
        ...{ id: 'HjEEr45_LQr', connected: false, session: false, auth: ['grant', 'fast'] },
        ...{ firstSeenTimeMs: 0n, lastSeenTimeMs: 0n, permission: Permission.NORMAL },
      },
      { id: 'x', current: true },
    ]);
  });

  it.each([
    ['nothing in it', '<client/>', { id: '', connected: false, auth: [], software: '' }],
    ['an id of control characters', "<client id='a&#9;b'/>", { id: '' }],
    ['an id that is too long', `<client id='${'x'.repeat(1024)}'/>`, { id: '' }],
    ['dates that are none', "<client id='a'><last-seen>soon</last-seen></client>", { id: 'a' }],
    [
      'dates before all time',
      "<client id='a'><first-seen>0001-01-01T00:00:00Z</first-seen></client>",
      { firstSeenTimeMs: 0n },
    ],
    [
      'a name of many lines that turns the text around',
      "<client id='a'><user-agent><software>A&#10;B\u202e\u200bC</software></user-agent></client>",
      { software: 'A B C' },
    ],
    [
      'a name without end',
      `<client id='a'><user-agent><device>${'y'.repeat(50_000)}</device></user-agent></client>`,
      { device: 'y'.repeat(100) },
    ],
    [
      'no end of ways to sign in',
      `<client id='a'><auth>${'<q/>'.repeat(500)}</auth></client>`,
      { auth: Array.from({ length: 8 }, () => 'q') },
    ],
    [
      'a permission of its own',
      "<client id='a'><permission status='root'/></client>",
      { permission: Permission.PERMISSION_UNKNOWN },
    ],
    ['a boolean that is none', "<client id='a' connected='yes'/>", { connected: false }],
    ['our software by another device', client('a', { device: 'phone' }), { current: false }],
  ])('with %s is harmless', (_, text, expected) => {
    expect(listed(text).clients).toMatchObject([expected]);
  });

  it('of thousands is cut, and the others are counted', () => {
    const many = Array.from({ length: 3_000 }, (_, at) => client(String(at)));
    const { clients: told, leftOut } = listed(...many);
    expect([told.length, leftOut]).toEqual([200, 2_800]);
  });

  it('that gives an id twice names nobody by it', () => {
    const { clients: told } = listed(client('a'), client('a'), client('b'));
    expect(told.map(({ id }) => id)).toEqual(['', '', 'b']);
  });

  it.each(['service-unavailable', 'feature-not-implemented'])(
    'is refused in plain words where the server says %s',
    (condition) => {
      const host = open();
      host.command('queryAccess', QueryAccessSchema, {});
      host.take('list', NS.cam).done(failure('stanza', condition));
      expect(host.refused).toMatchObject([{ id: 'c1', fault: { condition, retry: 'never' } }]);
      expect(host.refused[0]?.fault.text).toContain('does not tell which clients have access');
    },
  );

  it('is asked for again when its session is lost, and never in clear', () => {
    const host = open();
    host.command('queryAccess', QueryAccessSchema, {});
    host.newSession();
    host.take('list', NS.cam).done(clients());
    expect(host.accepted).toEqual(['c1']);
    host.certificates.secure = false;
    host.command('queryAccess', QueryAccessSchema, {}, 'c2');
    host.command('revokeAccess', RevokeAccessSchema, { id: 'a' }, 'c3');
    expect(host.refused).toMatchObject([
      { id: 'c2', fault: { condition: 'encryption-required' } },
      { id: 'c3', fault: { condition: 'encryption-required' } },
    ]);
  });
});

describe('a client', () => {
  const revoke = (id = 'HjEEr45_LQr'): RecordingHost => {
    const host = open();
    host.command('revokeAccess', RevokeAccessSchema, { id });
    return host;
  };

  it('loses its access', () => {
    const host = revoke("a'&<b");
    const request = host.take('revoke', NS.cam);
    expect([request.to, request.type]).toEqual([undefined, 'set']);
    expect(attribute(request.payload, 'id')).toBe("a'&<b");
    expect(serialise(request.payload)).not.toContain('<b');
    request.done(result());
    expect(host.accepted).toEqual(['c1']);
  });

  it('that signed in with the password keeps it, in words, whatever else the error says', () => {
    const host = revoke();
    host.take('revoke', NS.cam).done(RESET);
    expect(host.refused).toMatchObject([
      { id: 'c1', fault: { condition: 'password-reset-required', retry: 'never' } },
    ]);
    expect(host.refused[0]?.fault.text).toContain('only changing the password');
  });

  it('that the server does not know is told so, unless our own asking may be why', () => {
    const gone = failure('stanza', 'item-not-found');
    const host = revoke();
    host.take('revoke', NS.cam).done(gone);
    expect(host.refused).toMatchObject([{ fault: { condition: 'item-not-found' } }]);
    const again = revoke();
    again.newSession();
    again.take('revoke', NS.cam).done(gone);
    expect(again.accepted).toEqual(['c1']);
  });

  it('without an id is nobody', () => {
    const host = revoke('');
    expect(host.refused).toMatchObject([{ fault: { condition: 'bad-request' } }]);
    expect(host.requests).toEqual([]);
  });
});

describe('all others', () => {
  class Stage {
    readonly host = open();
    readonly done: Swept[] = [];
    readonly sweep = new Sweep(this.host, (swept) => {
      this.done.push(swept);
    });

    begin(...list: string[]): this {
      this.sweep.resume();
      this.host.take('list', NS.cam).done(clients(...list));
      return this;
    }

    /** Who is asked for now. */
    get asked(): (string | undefined)[] {
      return this.host.requests.map(({ payload }) => attribute(payload, 'id'));
    }

    answer(...answers: readonly Answer[]): this {
      for (const answer of answers) this.host.take('revoke', NS.cam).done(answer);
      return this;
    }

    /** The session ends, as far as it is asked in. */
    lost(): this {
      this.host.online = false;
      for (const { done } of this.host.requests.splice(0)) done(failure('stream', 'session-lost'));
      return this;
    }

    back(...list: string[]): this {
      this.host.online = true;
      return this.begin(...list);
    }
  }

  it('are asked for at once where one is surely ours, which is left alone', () => {
    const stage = new Stage().begin(
      client('b'),
      client('me', OURS),
      client('c', { connected: true }),
    );
    expect(stage.asked).toEqual(['b', 'c']);
    stage.answer(result(), RESET);
    expect(stage.done).toEqual([
      { others: 'asked', ended: 1, needPassword: 1, left: 0, unsure: false },
    ]);
  });

  it('have the only one that is connected among them where none has our name: it may be a stranger', () => {
    const stage = new Stage().begin(client('b'), client('one', { connected: true }));
    expect(stage.asked).toEqual(['b']);
    stage.answer(result());
    expect(stage.asked).toEqual(['one']);
    stage.answer(result());
    expect(stage.done).toEqual([
      { others: 'asked', ended: 2, needPassword: 0, left: 0, unsure: true },
    ]);
  });

  it('of our name are asked for last where several have it, and who has another one is not ours', () => {
    const { device } = OURS;
    const stage = new Stage().begin(
      client('copy', OURS),
      client('stranger', { connected: true }),
      client('old', { device }),
    );
    expect(stage.asked).toEqual(['stranger']);
    stage.answer(result());
    expect(stage.asked).toEqual(['copy']);
    stage.answer(result()).lost();
    expect(stage.done).toMatchObject([{ ended: 2, unsure: true }]);
  });

  it('are asked for one by one where any may be ours, the one seen last at last', () => {
    const stage = new Stage().begin(
      client('new', { connected: true, seen: '2026-02-02T00:00:00Z' }),
      client('gone'),
      client('old', { connected: true, seen: '2026-01-01T00:00:00Z' }),
    );
    expect(stage.asked).toEqual(['gone']);
    stage.answer(result());
    expect(stage.asked).toEqual(['old']);
    stage.answer(failure('stanza', 'forbidden'));
    expect(stage.asked).toEqual(['new']);
    // Our own: its end is the end of the session.
    stage.lost();
    expect(stage.done).toEqual([
      { others: 'asked', ended: 1, needPassword: 0, left: 1, unsure: true },
    ]);
  });

  it('are not pursued from session to session: who was not in the first list is not asked for', () => {
    const both = [client('a', { connected: true }), client('b', { connected: true })];
    const stage = new Stage().begin(...both).lost();
    expect(stage.done).toEqual([]);
    stage.back(client('b', { connected: true }), client('ourselves again', { connected: true }));
    expect(stage.asked).toEqual(['b']);
    stage.answer(result());
    expect(stage.done).toMatchObject([{ ended: 1, left: 0, unsure: true }]);
  });

  it('whose answer was lost are asked for in the next session, and are ended if they are gone', () => {
    const list = [client('me', OURS), client('a'), client('b')];
    const stage = new Stage().begin(...list).lost();
    stage.back(client('me', OURS), client('b'));
    expect(stage.asked).toEqual(['b']);
    stage.lost();
    expect(stage.done).toMatchObject([{ ended: 1, left: 1 }]);
  });

  it.each([
    ['is not managed', failure('stanza', 'feature-not-implemented'), 'not-offered'],
    ['is refused', failure('stanza', 'forbidden'), 'not-reached'],
  ])('are told as such where the list %s', (_, answer, others) => {
    const stage = new Stage();
    stage.sweep.resume();
    stage.host.take('list', NS.cam).done(answer);
    expect(stage.done).toMatchObject([{ others, ended: 0 }]);
  });

  it('without an id, or beyond the list, are counted as left', () => {
    const stage = new Stage().begin(client('me', OURS), '<client/>', ...crowd(250));
    expect(stage.asked).toHaveLength(198);
    stage.answer(...crowd(198).map(() => result()));
    expect(stage.done).toMatchObject([{ ended: 198, left: 53 }]);
  });

  it('are given up when time is up, once, and late answers change nothing', () => {
    const stage = new Stage().begin(client('me', OURS), client('a'), client('b'));
    stage.answer(result());
    stage.sweep.stop(fault('timeout', 'no-session', 'None.'));
    stage.answer(result());
    stage.sweep.resume();
    expect(stage.done).toMatchObject([{ ended: 1, left: 1 }]);
    expect(stage.host.requests).toEqual([]);
  });
});

function crowd(count: number): string[] {
  return Array.from({ length: count }, (_, at) => client(`of a crowd ${String(at)}`));
}
