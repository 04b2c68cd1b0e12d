// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { RemoveContactSchema, SetContactSchema } from '../../src/contract/engine_pb.js';
import { serialise } from '../../src/core/xml.js';
import { failure, RecordingHost, result } from './host.js';

const ROSTER = 'jabber:iq:roster';
const JULIET = 'juliet@capulet.example';

describe('a change of the roster by the host (RFC 6121 §2.3 to 2.5)', () => {
  const set = { jid: 'Nurse@capulet.example/x', name: 'Nurse', groups: ['A', 'A', ''] };

  test('is a roster set of the bare JID, and accepted when the server has done it', () => {
    const host = new RecordingHost().signedIn();
    host.command('setContact', SetContactSchema, set);
    const { payload, to, type, done } = host.take('query', ROSTER);
    expect([to, type]).toEqual([undefined, 'set']);
    expect(serialise(payload)).toBe(
      '<query xmlns="jabber:iq:roster"><item jid="nurse@capulet.example" name="Nurse"><group>A</group></item></query>',
    );
    expect(host.accepted).toEqual([]);
    done(result());
    expect(host.accepted).toEqual(['c1']);
  });

  test('is refused with the server’s error', () => {
    const host = new RecordingHost().signedIn();
    host.command('setContact', SetContactSchema, set);
    host.take('query', ROSTER).done(failure('stanza', 'not-acceptable'));
    expect(host.refused).toMatchObject([{ id: 'c1', fault: { condition: 'not-acceptable' } }]);
  });

  test('is refused when nobody answers', () => {
    const host = new RecordingHost().signedIn();
    host.command('setContact', SetContactSchema, set);
    host.take('query', ROSTER).done(failure('timeout', 'no-answer'));
    expect(host.refused).toHaveLength(1);
  });

  test.each(['setContact', 'removeContact'] as const)('%s of no address is refused', (name) => {
    const host = new RecordingHost().signedIn();
    if (name === 'setContact') host.command(name, SetContactSchema, { jid: 'a@@b' });
    else host.command(name, RemoveContactSchema, { jid: 'a@@b' });
    expect(host.refused).toMatchObject([{ fault: { kind: 'usage', condition: 'jid-malformed' } }]);
    expect(host.requests).toEqual([]);
  });

  test('removing somebody who is not there is done', () => {
    const host = new RecordingHost().signedIn();
    host.command('removeContact', RemoveContactSchema, { jid: JULIET });
    const { payload, done } = host.take('query', ROSTER);
    expect(serialise(payload)).toContain('subscription="remove"');
    done(failure('stanza', 'item-not-found'));
    expect(host.accepted).toEqual(['c1']);
  });

  test('made without a link is done on the resumed one, in order', () => {
    const host = new RecordingHost().signedIn();
    host.online = false;
    host.command('setContact', SetContactSchema, { jid: 'a@x.example' }, 'c1');
    host.command('removeContact', RemoveContactSchema, { jid: 'b@x.example' }, 'c2');
    host.online = true;
    host.moment('resumed');
    host.take('query', ROSTER).done(result());
    host.take('query', ROSTER).done(result());
    expect(host.accepted).toEqual(['c1', 'c2']);
    host.moment('resumed');
    expect(host.requests).toEqual([]);
  });

  test('that nobody could answer for want of a link is done on the resumed one', () => {
    const host = new RecordingHost().signedIn();
    host.command('setContact', SetContactSchema, set);
    host.online = false;
    host.take('query', ROSTER).done(failure('timeout', 'no-answer'));
    expect(host.refused).toEqual([]);
    host.online = true;
    host.moment('resumed');
    host.take('query', ROSTER).done(result());
    expect(host.accepted).toEqual(['c1']);
  });

  test('whose answer died with its session is done again in the next, once', () => {
    const host = new RecordingHost().signedIn();
    host.command('setContact', SetContactSchema, set);
    host.command('setContact', SetContactSchema, set);
    host.newSession();
    expect(host.refused).toEqual([]);
    host.roster('');
    host.take('query', ROSTER).done(result());
    expect(host.accepted).toEqual(['c1']);
    expect(host.requests).toEqual([]);
  });
});
