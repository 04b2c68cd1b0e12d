// SPDX-License-Identifier: MIT
//
// Lines of rooms over outages, lost sessions and killed engines: none is lost, doubled or called certain
// that is not.
import { describe, expect, it } from 'vitest';
import { RoomStage } from './room-stage.js';

const KINDS = [
  ['with an archive', true],
  ['without one', false],
] as const;

describe.each(KINDS)('a line to a room %s', (_, archive) => {
  it('is at the server when the room has shown it, and shown as ours then', () => {
    const stage = RoomStage.joined({ archive });
    stage.send('hello');
    expect(stage.shown()).toEqual(['> hello']);
    expect(stage.states()).toEqual(['hello AT_SERVER']);
    expect(stage.account.take('message')[0]).toMatchObject({ id: 'hello', type: 3 });
  });

  it('is not at the server when only our server has it', () => {
    const stage = RoomStage.joined({ archive });
    stage.room.deaf = true;
    stage.send('unheard');
    stage.account.pass(20_000);
    expect(stage.states()).toEqual([]);
    expect(stage.account.standing('unheard')).toBe('SENT');
  });

  it('waits until the room is joined, and holds up nobody else meanwhile', () => {
    const stage = new RoomStage({ archive });
    stage.send('waits');
    stage.account.send('to a person', 'text');
    expect(stage.states()).toEqual(['waits QUEUED', 'text AT_SERVER']);
    expect(stage.sendings('waits')).toBe(0);
    stage.membership.enter();
    stage.account.pass(6_000);
    expect(stage.states().slice(2)).toEqual(['waits AT_SERVER']);
  });

  it('typed in an outage goes once, in order, when the session is resumed', () => {
    const stage = RoomStage.joined({ archive });
    stage.outage(5_000);
    for (const body of ['one', 'two', 'three']) stage.send(body);
    stage.back();
    expect(stage.shown()).toEqual(['> one', '> two', '> three']);
    expect([stage.sendings('one'), stage.room.joins.length]).toEqual([1, 1]);
  });

  it('whose reflection crosses a cut is shown once when the session is resumed', () => {
    const stage = RoomStage.joined({ archive });
    stage.account.engine.link?.deafen();
    stage.send('crossed');
    stage.account.cut();
    stage.back();
    expect(stage.shown()).toEqual(['> crossed']);
    expect(stage.sendings('crossed')).toBe(1);
  });

  it('that was shown before the session was lost is not sent again', () => {
    const stage = RoomStage.joined({ archive, resumeMs: 1_000 });
    stage.account.engine.link?.deafen();
    stage.send('arrived');
    stage.outage(10_000);
    stage.back();
    expect(stage.states()).toEqual(['arrived IN_DOUBT', 'arrived AT_SERVER']);
    expect(stage.shown()).toEqual(['> arrived']);
    expect(stage.sendings('arrived')).toBe(1);
  });

  it('that our server surely never had is sent once, and not before the room is joined', () => {
    const stage = RoomStage.joined({ archive, resumeMs: 1_000 });
    stage.stays = false;
    stage.account.engine.link?.cut(false, true);
    stage.send('never arrived');
    stage.outage(10_000);
    stage.back();
    expect(stage.sendings('never arrived')).toBe(0);
    stage.membership.enter();
    stage.account.pass(10_000);
    expect(stage.shown()).toEqual(['> never arrived']);
    expect(stage.states().at(-1)).toBe('never arrived AT_SERVER');
  });

  it('that may have arrived is found out about when the engine was killed', () => {
    const stage = RoomStage.joined({ archive });
    stage.account.engine.link?.deafen();
    stage.send('arrived');
    stage.restart();
    stage.account.pass(30_000);
    expect(stage.account.standing('arrived')).toBe('AT_SERVER');
    expect(stage.sendings('arrived')).toBe(1);
  });

  it('goes again when the room says that we are not in it, which is joined first', () => {
    const stage = RoomStage.joined({ archive });
    stage.room.inside = false;
    stage.send('first');
    stage.send('second');
    stage.account.pass(10_000);
    expect(stage.shown()).toEqual(['> first', '> second']);
    expect([stage.room.joins.length, stage.sendings('first')]).toEqual([2, 2]);
  });

  it('that the room does not take is told as failed, with its text', () => {
    const stage = RoomStage.joined({ archive });
    stage.room.refusal = 'forbidden';
    stage.send('without voice');
    const [failed] = stage.account.take('messageState');
    expect(failed).toMatchObject({ state: 5, body: 'without voice' });
    expect(failed?.error?.condition).toBe('forbidden');
  });

  it('is given up when the room takes us for a stranger although we joined', () => {
    const stage = RoomStage.joined({ archive });
    stage.room.refusal = 'not-acceptable';
    stage.send('never taken');
    stage.account.pass(60_000);
    expect(stage.states().at(-1)).toBe('never taken FAILED');
    expect(stage.room.joins.length).toBeLessThan(5);
  });

  it('that is never shown is asked for, and given up in the end', () => {
    const stage = RoomStage.joined({ archive });
    stage.send('control');
    stage.room.deaf = true;
    stage.send('swallowed');
    stage.account.pass(10 * 60_000);
    expect(stage.states().at(-1)).toMatch(/^swallowed FAILED/);
    expect(stage.sendings('swallowed')).toBeLessThanOrEqual(3);
  });

  it('that came to nothing once is sent again', () => {
    const stage = RoomStage.joined({ archive });
    stage.send('control');
    stage.room.deaf = true;
    stage.send('swallowed');
    stage.room.deaf = false;
    stage.account.pass(60_000);
    expect(stage.states().at(-1)).toBe(`swallowed AT_SERVER${archive ? '' : '?'}`);
    expect(stage.shown()).toEqual(['> control', '> swallowed']);
  });

  it('is known by what it says where the room rewrites ids', () => {
    const stage = RoomStage.joined({ archive, resumeMs: 1_000 });
    stage.room.rewrites = true;
    stage.send('same', 'm1');
    stage.send('same', 'm2');
    expect(stage.states()).toEqual(['m1 AT_SERVER', 'm2 AT_SERVER']);
    stage.account.engine.link?.deafen();
    stage.send('same', 'm3');
    stage.outage(10_000);
    stage.back();
    expect(stage.shown()).toEqual(['> same', '> same', '> same']);
    expect([stage.account.standing('m3'), stage.sendings('same')]).toEqual(['AT_SERVER', 3]);
  });

  it('that waited too long is told as failed, and a text to a person is not held up by it', () => {
    const stage = new RoomStage({ archive });
    stage.send('waits for ever');
    stage.account.pass(25 * 3_600_000);
    expect(stage.states().at(-1)).toBe('waits for ever FAILED');
  });
});

describe('a line in doubt', () => {
  it('that the archive lacks is sent once more, and not called doubtful', () => {
    const stage = RoomStage.joined({ silent: true });
    stage.send('control');
    stage.account.told.length = 0;
    stage.account.engine.link?.cut(false, true);
    stage.send('lost');
    stage.account.pass(60_000);
    expect(stage.states()).toEqual(['lost IN_DOUBT', 'lost AT_SERVER']);
    expect(stage.shown()).toEqual(['> lost']);
  });

  it('that no archive can tell of is sent once more, and called doubtful', () => {
    const stage = RoomStage.joined({ silent: true, archive: false });
    stage.account.engine.link?.cut(false, true);
    stage.send('lost');
    stage.account.pass(60_000);
    expect(stage.states()).toEqual(['lost IN_DOUBT', 'lost AT_SERVER?']);
    expect(stage.shown()).toEqual(['> lost']);
  });

  it('goes before what was typed later', () => {
    const stage = RoomStage.joined({ silent: true });
    stage.send('control');
    stage.account.engine.link?.cut(false, true);
    stage.send('first');
    stage.account.pass(3_000);
    stage.send('second');
    stage.account.pass(60_000);
    expect(stage.shown()).toEqual(['> control', '> first', '> second']);
  });

  it('does not hold up what goes to a person', () => {
    const stage = RoomStage.joined({ silent: true });
    stage.stays = false;
    stage.account.engine.link?.cut(false, true);
    stage.send('lost');
    stage.account.pass(60_000);
    stage.account.send('to a person', 'text');
    expect(stage.states()).toEqual(['lost IN_DOUBT', 'text AT_SERVER']);
  });
});

describe('what others say', () => {
  it.each(KINDS)('while the session was lost comes in order and once, %s', (_, archive) => {
    const stage = RoomStage.joined({ archive, resumeMs: 1_000 });
    stage.room.says('bob', 'before');
    stage.account.pass(1_000);
    stage.outage(20_000);
    stage.room.says('bob', 'missed 1');
    stage.room.says('carol', 'missed 2');
    stage.back(500);
    while (!stage.membership.joined || stage.membership.joins < 2) stage.account.pass(10);
    stage.room.says('bob', 'live');
    stage.account.pass(15_000);
    expect(stage.shown()).toEqual(['before', 'missed 1', 'missed 2', 'live']);
    expect(stage.notices()).toEqual([]);
    expect(stage.room.joins.at(-1)).toBe(archive ? 'max 0' : 'since');
  });

  it('is missing perhaps where the room gives no history, which is said', () => {
    const stage = RoomStage.joined({ archive: false, resumeMs: 1_000 });
    stage.room.says('bob', 'before');
    stage.account.pass(1_000);
    stage.room.hasHistory = false;
    stage.outage(20_000);
    stage.room.says('bob', 'missed');
    stage.back();
    expect(stage.notices()).toHaveLength(1);
  });

  it('is missing perhaps where the archive is refused, which is said once', () => {
    const stage = RoomStage.joined({ resumeMs: 1_000 });
    stage.room.says('bob', 'before');
    stage.account.pass(20 * 60_000);
    stage.room.archiveRefusal = 'forbidden';
    for (let n = 0; n < 3; n++) {
      stage.outage(20_000);
      stage.room.says('bob', `missed ${String(n)}`);
      stage.back();
    }
    expect(stage.notices()).toHaveLength(1);
    expect(stage.shown()).toEqual(['before', 'missed 0', 'missed 1', 'missed 2']);
  });

  it.each(KINDS)('before we came first is shown as far as the last twenty, %s', (_, archive) => {
    const stage = new RoomStage({ archive });
    for (let n = 1; n <= 30; n++) stage.room.says('bob', `line ${String(n)}`);
    stage.account.pass(60_000);
    stage.membership.enter();
    stage.account.pass(10_000);
    expect(stage.shown()).toEqual(Array.from({ length: 20 }, (_, n) => `line ${String(n + 11)}`));
  });

  it('waits for the archive of its room alone', () => {
    const stage = RoomStage.joined({ resumeMs: 1_000 });
    stage.outage(20_000);
    stage.account.server.archiveMute = true;
    stage.back(500);
    while (!stage.membership.joined || stage.membership.joins < 2) stage.account.pass(10);
    stage.account.pass(11_000);
    stage.account.told.length = 0;
    stage.membership.rejoin();
    stage.account.pass(1_000);
    stage.room.says('bob', 'in the room');
    stage.account.receive('from a person');
    expect(stage.shown()).toEqual(['from a person']);
    stage.account.pass(15_000);
    expect(stage.shown()).toEqual(['from a person', 'in the room']);
  });

  it('is shown at last where a new engine never enters the room again', () => {
    const stage = RoomStage.joined({ resumeMs: 1_000 });
    stage.account.server.archiveMute = true;
    stage.outage(20_000);
    stage.back(500);
    while (!stage.membership.joined || stage.membership.joins < 2) stage.account.pass(10);
    stage.room.says('bob', 'held');
    stage.account.pass(500);
    stage.stays = false;
    stage.restart();
    stage.account.pass(30_000);
    expect(stage.shown()).toContain('held');
  });
});

describe.each([
  ['that tells how far it had got', {}],
  ['that does not', { failedH: false }],
  ['that refuses resumption without a word', { silent: true }],
  ['that died', { stoppedH: false }],
  ['without stream management', { plain: true }],
])('on a server %s', (_, options) => {
  it.each(KINDS)('lines over lost sessions come once and in order, %s', (__, archive) => {
    const stage = RoomStage.joined({ archive, resumeMs: 1_000, ...options });
    const said: string[] = [];
    for (let n = 0; n < 6; n++) {
      const body = `line ${String(n)}`;
      said.push(body);
      if (n % 3 === 1) stage.account.engine.link?.deafen();
      if (n % 3 === 2) stage.account.engine.link?.cut(false, true);
      stage.send(body);
      stage.outage(5_000);
      stage.back();
    }
    stage.account.pass(60_000);
    expect(stage.shown()).toEqual(said.map((body) => `> ${body}`));
    expect(said.map((body) => stage.account.standing(body))).toEqual(said.map(() => 'AT_SERVER'));
    const inRoom = stage.room.archive.messages.map(
      ({ text }) => /<body>(.*)<.body>/.exec(text)?.[1],
    );
    expect([...new Set(inRoom)]).toEqual(said);
    if (archive && !('stoppedH' in options)) expect(inRoom).toEqual(said);
  });
});

describe('a line that makes the server end the stream', () => {
  it.each([{}, { silent: true }, { plain: true }])('is given up alone: %j', (options) => {
    const stage = RoomStage.joined(options);
    stage.send('control');
    stage.account.server.poison = { word: 'poison' };
    stage.outage(1_000);
    for (const body of ['one', 'poison', 'two']) stage.send(body);
    stage.account.send('to a person', 'text');
    stage.account.engine.unreachable = false;
    stage.account.told.length = 0;
    stage.account.pass(15 * 60_000);
    const ends = ['one', 'poison', 'two', 'text'].map((id) => stage.account.standing(id));
    expect(ends).toEqual(['AT_SERVER', 'FAILED', 'AT_SERVER', 'AT_SERVER']);
  });
});
