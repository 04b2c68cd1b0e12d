// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  CommandSchema,
  Detach_How as How,
  MessageState_State as State,
  SetPresenceSchema,
} from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

const { signedIn } = ModelAccount;

const states = (account: ModelAccount) =>
  account
    .take('messageState')
    .map(({ state, maybeTwice }) => State[state] + (maybeTwice ? '?' : ''));

describe('an account whose link is cut', () => {
  it('sends nothing after the resumption but what was unacked and what was typed meanwhile', () => {
    const account = signedIn();
    account.pass(10_000);
    account.wire();
    account.engine.link?.cut(false, true);
    account.send('lost on the way');
    account.pass(30_000);
    account.send('typed later');
    account.pass(2_000);
    const wire = account.wire();
    const resumed = wire.slice(wire.indexOf('resume'));
    expect(resumed.filter((name) => name !== 'r' && name !== 'a')).toEqual([
      'resume',
      'message',
      'message',
    ]);
  });

  it('tells the host that it is interrupted and then online, and nothing else', () => {
    const account = signedIn();
    account.cut();
    account.pass(10_000);
    expect(account.links()).toEqual(['INTERRUPTED reset', 'ONLINE']);
  });

  it('keeps a text that is typed meanwhile and sends it once', () => {
    const account = signedIn();
    account.engine.unreachable = true;
    account.cut();
    account.send('typed in the dark');
    expect(states(account)).toEqual(['QUEUED']);
    account.engine.unreachable = false;
    account.pass(10_000);
    expect(states(account)).toEqual(['AT_SERVER']);
    expect(account.server.received.join('').match(/typed in the dark/g)).toHaveLength(1);
  });

  it('stamps a text that waited long with the time it was typed', () => {
    const account = signedIn();
    account.engine.unreachable = true;
    account.cut();
    account.send('old');
    account.pass(60_000);
    account.engine.unreachable = false;
    account.pass(10_000);
    expect(account.server.received.join('')).toContain(
      'xmlns="urn:xmpp:delay" stamp="2026-01-01T00:00:01',
    );
  });

  it('tells a text that waited too long as failed, with its text, and never sends it', () => {
    const account = signedIn();
    account.engine.unreachable = true;
    account.cut();
    account.send('too late');
    account.pass(24 * 3_600_000 + 60_000);
    const failed = account.take('messageState').at(-1);
    expect(failed).toMatchObject({ state: State.FAILED, body: 'too late' });
    account.engine.unreachable = false;
    account.pass(10_000);
    expect(account.server.received.join('')).not.toContain('too late');
  });

  it('drops an attempt that nothing is heard in after three seconds, and soon tries again', () => {
    const account = signedIn();
    account.server.mute = true;
    account.cut();
    account.pass(20_000);
    const tried = account.engine.dialled.length;
    expect(tried).toBeGreaterThanOrEqual(5);
    account.server.mute = false;
    account.pass(4_000);
    expect(account.links().at(-1)).toBe('ONLINE');
  });

  it('goes first and once where the server wants the session resumed (XEP-0198 §3)', () => {
    const account = signedIn({ location: 'other.test:9999' });
    account.engine.unreachable = true;
    account.cut();
    account.pass(3_000);
    const hosts = account.engine.dialled.slice(1).map(({ host, domain }) => [host, domain]);
    expect(hosts.slice(0, 2)).toEqual([
      ['other.test', 'model.test'],
      [undefined, 'model.test'],
    ]);
  });

  it('resumes the usual way where that place cannot be reached: .onion without Tor', () => {
    const account = signedIn({ location: 'abc.onion' });
    account.engine.unreachable = true;
    account.cut();
    while (account.engine.dialled.at(-1)?.host === undefined) account.pass(10);
    const settings = { by: 'us', retry: 'never' } as const;
    const noTor = { kind: 'usage', condition: 'onion-without-tor', text: '', ...settings } as const;
    account.engine.input({ type: 'link-closed', fault: noTor });
    account.engine.unreachable = false;
    account.pass(5_000);
    expect(account.links()).toEqual(['INTERRUPTED reset', 'ONLINE']);
    expect(account.engine.dialled.at(-1)).not.toHaveProperty('host');
  });

  it('gives the session up after two refusals without a word, and marks what may arrive twice', () => {
    const account = signedIn({ silent: true });
    account.engine.link?.cut(false, true);
    account.send('in doubt');
    account.pass(60_000);
    expect(states(account)).toEqual(['IN_DOUBT', 'AT_SERVER?']);
    expect(account.wire().filter((name) => name === 'resume')).toHaveLength(2);
  });
});

describe('an account whose machine slept', () => {
  it('asks at once whether the link still lives', () => {
    const account = signedIn();
    account.pass(10_000);
    account.wire();
    account.world.wallOffset += 3_600_000;
    account.pass(6_000);
    expect(account.wire()).toEqual(['r']);
  });

  it('dials at once instead of waiting for its turn', () => {
    const account = signedIn();
    account.engine.unreachable = true;
    account.cut();
    account.pass(120_000);
    const before = account.engine.dialled.length;
    account.world.wallOffset += 3_600_000;
    account.pass(5_001);
    expect(account.engine.dialled.length).toBeGreaterThan(before);
  });
});

describe('an error that comes back for a message', () => {
  const bounce = (account: ModelAccount, from: string, id: string) => {
    const [session] = account.server.sessions.values();
    const text = `<message xmlns='jabber:client' type='error' id='${id}' from='${from}'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`;
    if (session !== undefined) {
      account.server.deliver(session, { text, at: 0 });
    }
    account.pass(500);
  };

  it.each(['bob@model.test/phone', 'bob@model.test', 'model.test', 'alice@model.test'])(
    'from %s tells it as failed, with its text',
    (from) => {
      const account = signedIn();
      const id = account.send('undeliverable');
      account.told.length = 0;
      bounce(account, from, id);
      expect(account.take('messageState')).toMatchObject([
        { id, state: State.FAILED, body: 'undeliverable' },
      ]);
    },
  );

  it.each(['eve@model.test/x', 'other.test', 'bob@other.test'])(
    'from %s changes nothing',
    (from) => {
      const account = signedIn();
      const id = account.send('delivered');
      account.told.length = 0;
      bounce(account, from, id);
      expect(account.told).toEqual([]);
    },
  );
});

describe('an account that signs off', () => {
  it('acknowledges what it has, closes the stream and leaves no session behind', () => {
    const account = signedIn();
    account.receive('hello');
    account.wire();
    account.detach(How.SIGN_OFF);
    expect(account.wire()).toEqual(['a', '/']);
    expect(account.server.sessions.size).toBe(0);
    expect(account.links()).toEqual(['DETACHED']);
  });

  it('without a link is gone at once', () => {
    const account = signedIn();
    account.engine.unreachable = true;
    account.cut();
    account.told.splice(0);
    account.detach(How.SIGN_OFF);
    expect(account.links()).toEqual(['DETACHED']);
  });
});

describe('a parked account', () => {
  it('keeps what comes for the next host', () => {
    const account = signedIn();
    account.detach(How.PARK);
    account.told.splice(0);
    account.receive('while you were away');
    expect(account.told).toEqual([]);
    account.attach({ online: false });
    expect(account.take('message').map(({ body }) => body)).toEqual(['while you were away']);
    expect(account.wire()).not.toContain('auth');
  });

  it('resumes after a cut but binds nothing afresh until a host is back', () => {
    const account = signedIn({ resumeMs: 1_000 });
    account.detach(How.PARK);
    account.engine.unreachable = true;
    account.cut();
    account.pass(5_000);
    account.engine.unreachable = false;
    account.wire();
    account.pass(20_000);
    const wire = account.wire();
    expect(wire).toContain('resume');
    expect(wire).not.toContain('iq');
    account.attach();
    expect(account.links().at(-1)).toBe('ONLINE');
  });

  it('is closed in order after ten minutes', () => {
    const account = signedIn();
    account.detach(How.PARK);
    account.pass(10 * 60_000);
    expect(account.server.sessions.size).toBe(0);
    expect(account.wire().slice(-2)).toEqual(['a', '/']);
  });

  it('has its one last Link at once, and another with the reason when it is let go', () => {
    const account = signedIn();
    account.detach(How.PARK);
    expect(account.links()).toEqual(['DETACHED']);
    account.pass(10 * 60_000);
    expect(account.links()).toEqual(['DETACHED let-go']);
    expect(account.engine.ended).toBe(1);
  });

  it('is let go after ten minutes without a link, too', () => {
    const account = signedIn();
    account.detach(How.PARK);
    account.engine.unreachable = true;
    account.cut();
    account.links();
    account.pass(10 * 60_000);
    expect(account.links()).toEqual(['DETACHED let-go']);
    expect(account.engine.ended).toBe(1);
  });

  it('can be signed off, and says so a second time', () => {
    const account = signedIn();
    account.detach(How.PARK);
    account.detach(How.SIGN_OFF);
    expect(account.links()).toEqual(['DETACHED', 'DETACHED']);
    expect(account.server.sessions.size).toBe(0);
    expect(account.engine.ended).toBe(1);
  });
});

describe('a new engine', () => {
  it('settles the old session without a word of its own and then starts afresh', () => {
    const account = signedIn();
    account.engine.link?.cut(false, true);
    account.send('unacked');
    account.wire();
    account.restart();
    account.attach({ online: true });
    account.pass(5_000);
    const wire = account.wire();
    const settling = wire.slice(wire.indexOf('resume'), wire.indexOf('/') + 1);
    expect(settling.filter((name) => name !== 'a')).toEqual(['resume', 'message', 'r', '/']);
    expect(settling.at(-2)).toBe('a');
    expect(wire.slice(wire.indexOf('/'))).toContain('presence');
    expect(states(account).at(-1)).toBe('AT_SERVER');
  });

  it('answers a command it knows and does not carry it out twice', () => {
    const account = signedIn();
    account.send('once', 'the-id');
    account.restart();
    account.attach({ online: true });
    account.told.splice(0);
    account.send('once', 'the-id');
    account.pass(5_000);
    expect(account.told.map((body) => body.case)).toContain('accepted');
    expect(account.server.offline.get('bob@model.test')).toHaveLength(1);
  });

  it('gives a new host again what the last one did not confirm, the first of it marked', () => {
    const account = signedIn();
    account.receive('one');
    account.receive('two');
    account.restart();
    account.attach();
    expect(account.take('message').map(({ body, maybeShown }) => [body, maybeShown])).toEqual([
      ['one', true],
      ['two', false],
    ]);
  });

  it('gives the same host nothing that it was given before', () => {
    const account = signedIn();
    account.receive('one');
    account.restart();
    account.attach({ inboxTaken: 1, online: true });
    expect(account.take('message')).toEqual([]);
  });
});

describe('an account on a full disk', () => {
  it('refuses a text at once, says so, and takes the next when there is room again', () => {
    const account = signedIn();
    account.disk.full = true;
    account.send('no room');
    expect(account.take('refused').map(({ error }) => error?.condition)).toEqual(['disk-full']);
    account.disk.full = false;
    account.pass(2_000);
    account.send('room again');
    expect(states(account)).toEqual(['AT_SERVER']);
    expect(account.server.received.join('')).not.toContain('no room');
  });

  it('says what it could not say in the order in which it was to be said', () => {
    const account = signedIn();
    account.disk.full = true;
    for (const status of ['first', 'second', 'third']) {
      const value = create(SetPresenceSchema, { status });
      account.engine.command(create(CommandSchema, { body: { case: 'setPresence', value } }));
      account.pass(700);
    }
    account.disk.full = false;
    account.pass(3_000);
    const said = account.server.received.join('').match(/first|second|third/g);
    expect(said).toEqual(['first', 'second', 'third']);
  });

  it('answers <r/> with what is on disk, and with the rest when it is', () => {
    const account = signedIn();
    account.disk.full = true;
    account.receive('not kept yet');
    const [session] = account.server.sessions.values();
    session?.connection?.write("<r xmlns='urn:xmpp:sm:3'/>");
    account.pass(200);
    const h = () => account.server.received.splice(0).map((text) => /h="(\d+)"/.exec(text)?.[1]);
    const before = Number(h().at(-1));
    account.disk.full = false;
    account.pass(3_000);
    expect(Number(h().at(-1))).toBe(before + 1);
    expect(account.take('message').map(({ body }) => body)).toEqual(['not kept yet']);
  });
});

describe('an account that names the one certificate to accept', () => {
  it('fails for good when the server has another, and asks nobody', () => {
    const account = new ModelAccount();
    account.attach({ pinSha256: '11'.repeat(32) });
    expect(account.told.map((body) => body.case)).not.toContain('askTrust');
    expect(account.links().at(-1)).toBe('FAILED pin-mismatch');
    expect(account.wire()).toEqual(['starttls']);
  });

  it('signs in when the server has it', () => {
    const account = new ModelAccount();
    account.attach({ pinSha256: '00:'.repeat(32).slice(0, -1) });
    expect(account.links().at(-1)).toBe('ONLINE');
  });
});

describe('an account with settings that cannot work', () => {
  it.each([
    [{ jid: 'nobody' }, 'jid-malformed'],
    [{ jid: '@model.test' }, 'jid-malformed'],
    [{ pinSha256: 'abc' }, 'bad-pin'],
  ])('%o fails for good with words', (init, condition) => {
    const account = new ModelAccount();
    account.attach(init);
    expect(account.links()).toEqual([`FAILED ${condition}`]);
    expect(account.engine.dialled).toEqual([]);
  });
});
