// SPDX-License-Identifier: MIT
//
// The account and the server's archive: what was missed is read (XEP-0313), what is in doubt is looked for.
import { describe, expect, it } from 'vitest';
import { MessageState_State as State } from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

type Options = ConstructorParameters<typeof ModelAccount>[0];

const signedIn = (options: Options = {}) => ModelAccount.signedIn({ archive: true, ...options });

/** Without a link for longer than the server keeps the session. */
function leave(account: ModelAccount): void {
  account.engine.unreachable = true;
  account.cut();
  account.pass(5_000);
}

const states = (account: ModelAccount) =>
  account
    .take('messageState')
    .map(({ state, maybeTwice }) => State[state] + (maybeTwice ? '?' : ''));
const bodies = (account: ModelAccount) =>
  account
    .take('message')
    .map(({ body, outgoing, late }) => `${outgoing ? '> ' : ''}${body}${late ? ' late' : ''}`);
const sendings = (account: ModelAccount, text: string) =>
  account.server.received.filter((line) => line.startsWith('<message') && line.includes(text));

describe('a text in doubt, on a server with an archive', () => {
  const arrived = { silent: true };

  it('that had arrived is not sent again', () => {
    const account = signedIn(arrived);
    account.send('control');
    account.told.length = 0;
    account.engine.link?.deafen();
    account.send('arrived');
    account.pass(60_000);
    expect(states(account)).toEqual(['IN_DOUBT', 'AT_SERVER']);
    expect(sendings(account, 'arrived')).toHaveLength(1);
  });

  it('that had not arrived is sent once more, and not called doubtful', () => {
    const account = signedIn(arrived);
    account.send('control');
    account.told.length = 0;
    account.engine.link?.cut(false, true);
    account.send('lost');
    account.pass(60_000);
    expect(states(account)).toEqual(['IN_DOUBT', 'AT_SERVER']);
    expect(sendings(account, 'lost')).toHaveLength(1);
  });

  it('that had not arrived before the server died may have been handed on, and is told as doubtful', () => {
    const account = signedIn({ stoppedH: false });
    account.send('control');
    account.told.length = 0;
    account.engine.link?.cut(false, true);
    account.send('lost');
    account.server.kill();
    account.pass(60_000);
    expect(states(account)).toEqual(['IN_DOUBT', 'AT_SERVER?']);
    expect(sendings(account, 'lost')).toHaveLength(1);
  });

  it('is doubtful in a new engine, too', () => {
    const account = signedIn();
    account.send('control');
    account.engine.unreachable = true;
    account.engine.link?.cut(false, true);
    account.send('lost');
    account.server.kill();
    account.engine.unreachable = false;
    while (account.server.sessions.size === 0) account.pass(10);
    account.restart();
    account.attach();
    account.pass(60_000);
    expect(states(account).at(-1)).toBe('AT_SERVER?');
  });

  it.each([
    ['something', true],
    ['nothing', false],
  ])('is not doubtful since %s was when the server died, a session ago', (_, doubt) => {
    const account = signedIn({ stoppedH: false });
    account.send('control');
    if (doubt) {
      account.engine.link?.cut(false, true);
      account.send('lost then');
    }
    account.server.kill();
    account.pass(60_000);
    account.send('control of the next session');
    account.told.length = 0;
    Object.assign(account.server.options, arrived);
    account.engine.link?.cut(false, true);
    account.send('lost');
    account.pass(60_000);
    expect(states(account)).toEqual(['IN_DOUBT', 'AT_SERVER']);
  });

  it('is asked for twice, since archives lag', () => {
    const account = signedIn({ ...arrived, archiveLagMs: 1_500 });
    account.send('control');
    account.pass(5_000);
    account.told.length = 0;
    account.engine.link?.deafen();
    account.send('arrived late in the archive');
    account.pass(60_000);
    expect(states(account)).toEqual(['IN_DOUBT', 'AT_SERVER']);
    expect(sendings(account, 'arrived late')).toHaveLength(1);
  });

  it('without a control in the archive goes again and may arrive twice', () => {
    const account = signedIn(arrived);
    account.engine.link?.cut(false, true);
    account.send('the first ever');
    account.pass(60_000);
    expect(states(account)).toEqual(['IN_DOUBT', 'AT_SERVER?']);
  });

  it('goes before what was typed later', () => {
    const account = signedIn(arrived);
    account.send('control');
    account.engine.link?.cut(false, true);
    account.send('first');
    account.send('second');
    account.pass(5_000);
    account.send('third');
    account.pass(60_000);
    const order = account.server
      .archiveOf('bob@model.test')
      .messages.map(({ text }) => /<body>(.*)<.body>/.exec(text)?.[1]);
    expect(order).toEqual(['control', 'first', 'second', 'third']);
  });

  it('is looked for by the next engine, too', () => {
    const account = signedIn(arrived);
    account.send('control');
    account.engine.link?.deafen();
    account.send('arrived');
    account.restart();
    account.attach();
    account.pass(60_000);
    expect(sendings(account, 'arrived')).toHaveLength(1);
    expect(account.standing('id-2')).toBe('AT_SERVER');
  });
});

describe('what was missed', () => {
  it('is read from the archive when the session was lost, in order, and once', () => {
    const account = signedIn({ resumeMs: 1_000 });
    account.receive('before');
    leave(account);
    account.handedElsewhere('missed 1');
    account.handedElsewhere('missed 2');
    account.engine.unreachable = false;
    account.pass(10_000);
    account.receive('after');
    expect(bodies(account)).toEqual(['before', 'missed 1', 'missed 2', 'after']);
  });

  it('is not shown twice when it comes from the offline store as well', () => {
    const account = signedIn({ resumeMs: 1_000 });
    leave(account);
    account.arrives('stored');
    account.engine.unreachable = false;
    account.pass(15_000);
    expect(bodies(account)).toEqual(['stored']);
  });

  it('shows what was sent from another device as sent', () => {
    const account = signedIn({ resumeMs: 1_000 });
    account.send('from here');
    leave(account);
    account.sentElsewhere('from the phone');
    account.engine.unreachable = false;
    account.pass(15_000);
    expect(bodies(account)).toEqual(['> from the phone']);
  });

  it('comes before what is live meanwhile, over many pages', () => {
    const account = signedIn({ resumeMs: 1_000 });
    leave(account);
    for (let n = 1; n <= 180; n++) account.handedElsewhere(`missed ${String(n)}`);
    account.engine.unreachable = false;
    while (account.server.sessions.size === 0) account.pass(10);
    account.receive('live');
    account.pass(15_000);
    const missed = Array.from({ length: 180 }, (_, n) => `missed ${String(n + 1)}`);
    expect(bodies(account)).toEqual([...missed, 'live']);
  });

  it('does not hold up what is live for more than 10 s without progress, and comes late then', () => {
    const account = signedIn({ resumeMs: 1_000 });
    leave(account);
    account.handedElsewhere('missed');
    account.server.archiveMute = true;
    account.engine.unreachable = false;
    account.pass(3_000);
    account.receive('live');
    expect(bodies(account)).toEqual([]);
    account.pass(12_000);
    expect(bodies(account)).toEqual(['live']);
    account.server.archiveMute = false;
    leave(account);
    account.engine.unreachable = false;
    account.pass(10_000);
    expect(bodies(account)).toEqual(['missed late']);
  });

  it('is asked for again where a server gave no answer, and the session goes on', () => {
    const account = signedIn({ resumeMs: 1_000 });
    leave(account);
    account.handedElsewhere('missed');
    account.server.archiveMute = true;
    account.engine.unreachable = false;
    account.pass(20_000);
    account.server.archiveMute = false;
    account.pass(120_000);
    expect(bodies(account)).toEqual(['missed']);
  });

  it('is late behind one that was shown, by the order of the archive, though the clock is wrong', () => {
    const account = signedIn({ resumeMs: 1_000, archiveLagMs: 1_500 });
    leave(account);
    account.engine.unreachable = false;
    while (account.server.sessions.size === 0) account.pass(10);
    // The server's clock is a minute ahead.
    account.world.wallOffset += 60_000;
    account.handedElsewhere('missed');
    account.world.wallOffset -= 60_000;
    account.pass(600);
    account.receive('live');
    account.pass(15_000);
    expect(bodies(account)).toEqual(['live', 'missed late']);
  });

  it('comes behind an older one that waited, and that the archive of a server that died has forgotten', () => {
    const account = signedIn();
    account.server.archiveMute = true;
    account.server.kill();
    account.pass(3_000);
    account.receive('forgotten');
    account.server.archiveOf('alice@model.test').messages = [];
    account.server.kill();
    account.handedElsewhere('missed');
    account.arrives('stored');
    account.server.archiveMute = false;
    account.pass(15_000);
    expect(bodies(account)).toEqual(['forgotten', 'missed', 'stored']);
  });

  it('is not shown beside the stored copy, where the archive has it with another id', () => {
    const account = signedIn({ resumeMs: 1_000 });
    leave(account);
    account.arrives('once');
    const kept = account.server.archiveOf('alice@model.test');
    kept.messages = kept.messages.map((message) => ({
      ...message,
      text: message.text.replace("id='once'", "id='another'"),
    }));
    account.engine.unreachable = false;
    account.pass(15_000);
    expect(bodies(account)).toEqual(['once']);
  });

  it('is no third one where two of one moment are alike and have no ids', () => {
    const account = signedIn({ stripsIds: true });
    const twin = `<message xmlns='jabber:client' from='bob@model.test/b' to='alice@model.test' type='chat' id='i'><body>twin</body></message>`;
    const [session] = account.server.sessions.values();
    for (let n = 0; n < 2; n++) account.server.keep('alice@model.test', twin);
    // Both in one piece, and counted as two.
    Object.assign(session ?? {}, { sent: (session?.sent ?? 0) + 1 });
    session?.unacked.push({ text: '', at: 0 });
    account.says(twin + twin);
    account.pass(16 * 60_000);
    expect(bodies(account)).toEqual(['twin', 'twin']);
  });

  it('comes before what a session brings that is settled', () => {
    const account = signedIn({ archivedIsKept: true });
    account.server.archiveMute = true;
    account.engine.unreachable = true;
    account.cut();
    account.handedElsewhere('missed');
    account.restart();
    account.receive('queued in the session');
    account.server.archiveMute = false;
    account.attach();
    account.pass(15_000);
    expect(bodies(account)).toEqual(['missed', 'queued in the session']);
  });

  it('is found although the archive has forgotten how far it was read', () => {
    const account = signedIn({ resumeMs: 1_000 });
    account.receive('known');
    account.pass(16 * 60_000);
    leave(account);
    account.handedElsewhere('missed');
    account.server.archiveOf('alice@model.test').messages.shift();
    account.engine.unreachable = false;
    account.pass(15_000);
    expect(bodies(account)).toEqual(['known', 'missed']);
  });

  it('waits on disk when the engine is killed in the middle, and is shown once', () => {
    const account = signedIn({ resumeMs: 1_000 });
    leave(account);
    for (let n = 1; n <= 120; n++) account.handedElsewhere(`missed ${String(n)}`);
    account.engine.unreachable = false;
    while (bodies(account).length === 0) account.pass(5);
    account.restart();
    account.attach({ inboxTaken: 0 });
    account.pass(30_000);
    expect(new Set(bodies(account)).size).toBe(120);
  });
});
