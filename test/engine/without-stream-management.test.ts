// SPDX-License-Identifier: MIT
//
// A server without XEP-0198: a ping stands in for its acknowledgements (RFC 6120 §10.1).
import { describe, expect, it } from 'vitest';
import { MessageState_State as State } from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

const { signedIn } = ModelAccount;

const states = (account: ModelAccount) =>
  account
    .take('messageState')
    .map(({ state, maybeTwice }) => State[state] + (maybeTwice ? '?' : ''));

describe('an account on a server without stream management', () => {
  it('takes a text for arrived when a ping behind it is answered (RFC 6120 §10.1)', () => {
    const account = signedIn({ plain: true });
    account.send('confirmed by a pong');
    expect(states(account)).toEqual(['AT_SERVER']);
    expect(account.wire()).toEqual(['message', 'iq']);
  });

  it('does not take one for arrived that still waited for the disk when the ping left', () => {
    const account = signedIn({ plain: true });
    account.disk.slowMs = 1_000;
    const [first, second] = [account.send('written'), account.send('waits for the disk')];
    account.pass(500);
    expect(account.wire()).toEqual(['message', 'iq']);
    expect([first, second].map((id) => account.standing(id))).toEqual(['AT_SERVER', 'SENT']);
  });

  it('does not send in a new session the presence that a disk refused in an old one', () => {
    const account = new ModelAccount({ plain: true });
    account.attach({ online: true }, 0);
    while (!account.links().includes('ONLINE')) account.pass(1);
    // The link is gone before the disk says that it has no room.
    Object.assign(account.disk, { full: true, slowMs: 50 });
    account.cut();
    account.pass(500);
    Object.assign(account.disk, { full: false, slowMs: 0 });
    account.wire();
    account.pass(20_000);
    expect(account.wire().filter((name) => name === 'presence')).toHaveLength(1);
  });

  it('sends again what no pong confirmed, marked as perhaps arriving twice', () => {
    const account = signedIn({ plain: true });
    account.engine.link?.cut(false, true);
    account.send('unconfirmed');
    account.pass(60_000);
    expect(states(account)).toEqual(['IN_DOUBT', 'AT_SERVER?']);
    expect(account.wire()).not.toContain('resume');
  });

  it('does the same when the engine was killed with it', () => {
    const account = signedIn({ plain: true });
    account.engine.link?.cut(false, true);
    account.send('unconfirmed');
    account.restart();
    account.attach({ online: true });
    account.pass(5_000);
    expect(states(account).at(-1)).toBe('AT_SERVER?');
  });
});
