// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  Subscribe_Action as Action,
  Subscription_What as What,
  SubscribeSchema,
} from '../../src/contract/engine_pb.js';
import { failure, RecordingHost, result, stanza } from './host.js';

const JULIET = 'juliet@capulet.example';

function asks(host: RecordingHost, jid: string): void {
  host.receive(`<presence from='${jid}' type='subscribe'/>`);
}

function asked(host: RecordingHost): string[] {
  return host
    .toldOf('subscription')
    .filter(({ what }) => what === What.REQUESTED)
    .map(({ jid }) => jid);
}

describe('a subscription command (RFC 6121 §3)', () => {
  test.each([
    [Action.REQUEST, 'subscribe', 1],
    [Action.APPROVE, 'subscribed', 0],
    [Action.DENY, 'unsubscribed', 0],
    [Action.CANCEL, 'unsubscribe', 0],
  ])('%s goes to the bare JID as %s', (action, type, statuses) => {
    const host = new RecordingHost().signedIn();
    host.command('subscribe', SubscribeSchema, { jid: `${JULIET}/x`, action, text: 'It is <me>' });
    const sent = stanza(host.sent[0] ?? '');
    expect(sent.attrs).toMatchObject({ to: JULIET, type });
    expect(sent.children).toHaveLength(statuses);
    expect(sent.getText()).toBe('');
  });

  test.each([
    ['answers the question behind it', result()],
    ['refuses the question behind it', failure('stanza', 'service-unavailable')],
  ])('is accepted when the server %s (RFC 6120 §10.1)', (_title, answer) => {
    const host = new RecordingHost().signedIn();
    host.command('subscribe', SubscribeSchema, { jid: JULIET });
    expect(host.accepted).toEqual([]);
    host.take('ping', 'urn:xmpp:ping').done(answer);
    expect(host.accepted).toEqual(['c1']);
  });

  test('is refused when the server stays silent', () => {
    const host = new RecordingHost().signedIn();
    host.command('subscribe', SubscribeSchema, { jid: JULIET });
    host.take('ping', 'urn:xmpp:ping').done(failure('timeout', 'no-answer'));
    expect(host.refused).toMatchObject([{ id: 'c1', fault: { kind: 'timeout' } }]);
  });

  test('that was lost with its session is sent again in the next', () => {
    const host = new RecordingHost().signedIn();
    host.command('subscribe', SubscribeSchema, { jid: JULIET });
    host.newSession();
    expect(host.sent.filter((text) => text.includes('subscribe'))).toHaveLength(2);
    host.take('ping', 'urn:xmpp:ping').done(result());
    expect(host.accepted).toEqual(['c1']);
  });

  test('made without a link waits for one', () => {
    const host = new RecordingHost().signedIn();
    host.online = false;
    host.command('subscribe', SubscribeSchema, { jid: JULIET });
    expect([host.refused, host.accepted]).toEqual([[], []]);
    host.online = true;
    host.moment('resumed');
    expect(host.sent).toHaveLength(1);
  });

  test('for no address is refused', () => {
    const host = new RecordingHost().signedIn();
    host.command('subscribe', SubscribeSchema, { jid: '@' });
    expect(host.refused).toMatchObject([{ fault: { condition: 'jid-malformed' } }]);
    expect(host.sent).toEqual([]);
  });
});

describe('a subscription request', () => {
  test('is told once however often it comes, from whichever client', () => {
    const host = new RecordingHost().signedIn();
    asks(host, 'nurse@capulet.example');
    asks(host, 'nurse@capulet.example/x');
    asks(host, 'Nurse@Capulet.example');
    expect(asked(host)).toEqual(['nurse@capulet.example']);
  });

  test('is told again to a host that joins, until it is answered', () => {
    const host = new RecordingHost().signedIn();
    asks(host, 'a@x.example');
    asks(host, 'b@x.example');
    asks(host, 'c@x.example');
    host.command(
      'subscribe',
      SubscribeSchema,
      { jid: 'a@x.example', action: Action.APPROVE },
      'c1',
    );
    host.command('subscribe', SubscribeSchema, { jid: 'b@x.example', action: Action.DENY }, 'c2');
    host.forget();
    host.moment('attached');
    expect(asked(host)).toEqual(['c@x.example']);
  });

  test('answered from another client is not told again', () => {
    const host = new RecordingHost().signedIn();
    asks(host, 'a@x.example');
    host.ask(
      "<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='a@x.example' subscription='from'/></query></iq>",
    );
    host.forget();
    host.moment('attached');
    expect(asked(host)).toEqual([]);
  });

  test('that the server repeats in a new session is not told twice, one that it does not is over', () => {
    const host = new RecordingHost().signedIn();
    asks(host, 'a@x.example');
    asks(host, 'b@x.example');
    host.newSession();
    host.forget();
    asks(host, 'a@x.example');
    expect(asked(host)).toEqual([]);
    host.moment('attached');
    expect(asked(host)).toEqual(['a@x.example']);
  });

  test('taken back takes the prompt away', () => {
    const host = new RecordingHost().signedIn();
    asks(host, 'a@x.example');
    host.receive("<presence from='a@x.example' type='unsubscribe'/>");
    expect(host.toldOf('subscription').at(-1)).toMatchObject({
      jid: 'a@x.example',
      what: What.CANCELLED,
    });
    host.forget();
    host.moment('attached');
    expect(asked(host)).toEqual([]);
  });

  test('of 10,000 people each: 1,000 prompts, one line in the log, and no more memory', () => {
    const host = new RecordingHost().signedIn();
    for (let n = 0; n < 10_000; n += 1) asks(host, `s${String(n)}@evil.example`);
    for (let n = 0; n < 10_000; n += 1) asks(host, 's1@evil.example');
    expect(asked(host)).toHaveLength(1_000);
    expect(host.logged).toHaveLength(1);
    host.forget();
    host.moment('attached');
    expect(asked(host)).toHaveLength(1_000);
  });

  test('with texts of a megabyte is shortened', () => {
    const host = new RecordingHost().signedIn();
    const long = 'x'.repeat(500_000);
    host.receive(
      `<presence from='a@x.example' type='subscribe'><status>${long}</status><nick xmlns='http://jabber.org/protocol/nick'>${long}</nick></presence>`,
    );
    const [told] = host.toldOf('subscription');
    expect([told?.text.length, told?.nick.length]).toEqual([1_000, 100]);
  });
});
