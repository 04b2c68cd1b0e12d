// SPDX-License-Identifier: MIT
//
// What an attack on the promise found, each named by what broke.
import { describe, expect, it, vi } from 'vitest';
import { Ledger } from '../../src/delivery/ledger.js';
import { encodeJournal, readJournal } from '../../src/delivery/journal.js';
import { Outbox } from '../../src/delivery/outbox.js';
import { Detach_How as How, MessageState_State as State } from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';
import { nodeTools } from '../support/tools.js';

const { signedIn } = ModelAccount;

const states = (account: ModelAccount) =>
  account
    .take('messageState')
    .map(({ state, maybeTwice }) => State[state] + (maybeTwice ? '?' : ''));

describe('the journal', () => {
  it('is read again however much it holds: a snapshot has no frame that is too long', () => {
    const ledger = new Ledger();
    const body = 'x'.repeat(100_000);
    for (let n = 0; n < 400; n++) {
      const handle = `m${String(n)}`;
      ledger.apply({ type: 'accept', handle, to: 'b@b', xml: body, body, at: n });
    }
    const { damage, transactions } = readJournal(
      encodeJournal(ledger.snapshot(), nodeTools),
      nodeTools,
    );
    const again = new Ledger();
    again.applyAll(transactions);
    expect(damage).toBeUndefined();
    expect(again.outbox.size).toBe(400);
  });
});

describe('a text that bounced before the server acknowledged it', () => {
  it('is told as failed and as nothing else', () => {
    const account = signedIn();
    account.engine.link?.deafen();
    account.send('bounced');
    account.told.length = 0;
    account.bounce('id-1');
    account.pass(60_000);
    expect(states(account)).toEqual(['FAILED']);
    expect(account.standing('id-1')).toBe('FAILED');
  });
});

describe('a text in doubt that has waited too long', () => {
  it('is not called unsent: it may have arrived', () => {
    const account = signedIn({ silent: true });
    account.engine.link?.deafen();
    account.send('arrived');
    account.world.wallOffset += 25 * 3_600_000;
    account.pass(60_000);
    const last = account.take('messageState').at(-1);
    expect(last).toMatchObject({ state: State.FAILED, body: 'arrived' });
    expect(last?.error?.text).toMatch(/may have arrived/);
  });
});

describe('a command given again', () => {
  it('while the disk is slow is not answered before it is on disk', () => {
    const account = signedIn();
    account.disk.slowMs = 5_000;
    account.send('slow', 'id-1');
    account.send('slow', 'id-1');
    expect(account.take('accepted')).toEqual([]);
    account.pass(12_000);
    expect(account.take('accepted').map(({ id }) => id)).toEqual(['id-1']);
  });
});

describe('a session whose record is slow to reach the disk', () => {
  /** `<enabled/>` has come, and the record of it takes a second. */
  function enabled(): ModelAccount {
    const account = new ModelAccount({ archive: true });
    account.attach({}, 0);
    while (account.server.sessions.size === 0) account.pass(1);
    account.disk.slowMs = 1_000;
    account.pass(30);
    expect(account.server.received.join('')).toContain('<enable');
    expect(account.links()).not.toContain('ONLINE');
    return account;
  }

  it('loses count of nothing that is said meanwhile', () => {
    const account = enabled();
    account.says(
      `<iq type='get' id='q' from='${account.server.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    account.pass(5_000);
    account.disk.slowMs = 0;
    account.send('counted');
    account.pass(5_000);
    expect(states(account)).toEqual(['AT_SERVER']);
    expect(account.server.received.join('')).toContain('id="q"');
  });

  it('is begun with all the features do, although its first link was lost before', () => {
    const account = enabled();
    account.cut();
    // The record comes to the disk while there is no link.
    account.pass(2_000);
    account.disk.slowMs = 0;
    account.attach();
    account.pass(10_000);
    const wire = account.server.received.join('');
    expect(wire).toContain('<resume');
    expect(wire).toContain('<presence');
    // Of these a resumed session needs no word.
    expect(wire).toContain('urn:xmpp:mam:2');
    expect(account.take('roster')).toHaveLength(1);
  });
});

describe('a long queue', () => {
  it('is not searched for each text that joins it', () => {
    const account = signedIn();
    account.engine.unreachable = true;
    account.cut();
    const searched = vi.spyOn(Outbox.prototype, 'queued');
    account.send('queued');
    account.send('queued');
    expect(searched).not.toHaveBeenCalled();
    searched.mockRestore();
  });
});

describe('a sign-off on a link that is dead', () => {
  it('keeps the session, in which the server says how far it had got', () => {
    const account = signedIn({ archive: false });
    account.engine.link?.deafen();
    account.send('arrived');
    account.detach(How.SIGN_OFF, 10_000);
    account.restart();
    account.attach();
    account.pass(20_000);
    const texts = account.server.received.filter((line) => line.includes('<body>arrived'));
    expect(texts).toHaveLength(1);
    expect(account.server.received.join('')).toContain('<resume');
    expect(account.standing('id-1')).toBe('AT_SERVER');
  });
});

describe('a sign-off under way', () => {
  it('takes a text for the next session', () => {
    const account = signedIn();
    account.detach(How.SIGN_OFF, 1);
    account.send('typed while signing off');
    account.attach();
    account.pass(10_000);
    expect(states(account).at(-1)).toBe('AT_SERVER');
  });
});
