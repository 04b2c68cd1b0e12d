// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { Outgoing, SavedManagement } from '../../src/core/stream-management.js';
import { StreamManagement } from '../../src/core/stream-management.js';
import { advance, MODULUS } from '../../src/core/serial.js';

const JID = 'romeo@montague.example/orchard';

function message(name: string): Outgoing {
  return { kind: 'message', handle: name, text: `<message id='${name}'/>` };
}
const PRESENCE: Outgoing = { kind: 'presence', text: '<presence/>' };
const IQ: Outgoing = { kind: 'iq', text: "<iq type='get' id='q'/>" };

/** The numbers of a list of entries, or the condition of a fault. */
function numbers(entries: readonly { readonly number: number }[]): number[] {
  return entries.map(({ number }) => number);
}
function texts(entries: readonly { readonly text: string }[]): string[] {
  return entries.map(({ text }) => text);
}

// Every case is run with fresh counters and with counters that wrap at the fourth stanza.
describe.each([
  ['from zero', 0],
  ['from 3 below 2^32', MODULUS - 3],
])('stream management counting %s', (_, base) => {
  const at = (steps: number) => advance(base, steps);

  function session(...outgoing: Outgoing[]): StreamManagement {
    const enabled = { id: 'sm-1', max: 300, location: '[::1]:9222', jid: JID };
    const management = new StreamManagement(enabled, { sent: base, handled: base });
    for (const one of outgoing) management.track(one);
    return management;
  }
  /** The same session in another process. */
  function moved(management: StreamManagement): StreamManagement {
    return StreamManagement.restore(
      JSON.parse(JSON.stringify(management.save())) as SavedManagement,
    );
  }
  const six = () => session(...['a', 'b', 'c', 'd', 'e', 'f'].map(message));

  it('numbers outgoing stanzas of every kind in the order they are written', () => {
    const management = session();
    const tracked = [message('a'), PRESENCE, IQ, message('b')].map((one) => management.track(one));
    expect(numbers(tracked)).toEqual([at(1), at(2), at(3), at(4)]);
    expect(management.sent).toBe(at(4));
    expect(management.unacked).toEqual(tracked);
    expect(management.outstanding).toBe(4);
  });

  it('counts inbound stanzas one by one and keeps counting over a resumption', () => {
    const management = session();
    expect([1, 2, 3].map(() => management.count())).toEqual([at(1), at(2), at(3)]);
    management.resumed(base);
    expect(management.count()).toBe(at(4));
    management.resumed(base);
    expect(management.count()).toBe(at(5));
    expect(management.handled).toBe(at(5));
  });

  it('takes back the count of stanzas whose effects were not kept', () => {
    const management = session();
    for (let i = 0; i < 5; i++) management.count();
    management.rewind(at(2));
    expect(management.handled).toBe(at(2));
    expect(management.count()).toBe(at(3));
    expect(() => management.rewind(at(4))).toThrow('only be taken back');
    expect(() => management.rewind(-1)).toThrow('only be taken back');
    expect(management.handled).toBe(at(3));
  });

  it('takes back the number of a stanza that was not written, and only what waits', () => {
    const management = session(message('a'), message('b'));
    management.untrack();
    expect(management.track(message('c')).number).toBe(at(2));
    expect(management.unacked.map(({ handle }) => handle)).toEqual(['a', 'c']);
    management.ack(at(2));
    management.untrack();
    expect([management.sent, management.acked, management.outstanding]).toEqual([at(2), at(2), 0]);
  });

  describe('an acknowledgement', () => {
    it.each([0, 1, 2, 3, 4, 5, 6])(
      'of %d of 6 stanzas settles exactly these, oldest first',
      (n) => {
        const management = six();
        const outcome = management.ack(at(n));
        const all = [1, 2, 3, 4, 5, 6].map(at);
        expect(outcome).toHaveProperty('settled');
        expect(numbers('settled' in outcome ? outcome.settled : [])).toEqual(all.slice(0, n));
        expect(numbers(management.unacked)).toEqual(all.slice(n));
        expect([management.acked, management.sent]).toEqual([at(n), at(6)]);
      },
    );

    it('that repeats settles nothing and harms nothing', () => {
      const management = six();
      management.ack(at(4));
      expect(management.ack(at(4))).toEqual({ settled: [] });
      expect(numbers(management.unacked)).toEqual([at(5), at(6)]);
    });

    it('settles each stanza once when acknowledgements follow one another', () => {
      const management = six();
      const settled = [2, 3, 3, 6].map((n) => {
        const outcome = management.ack(at(n));
        return 'settled' in outcome ? texts(outcome.settled).length : -1;
      });
      expect(settled).toEqual([2, 1, 0, 3]);
      expect(management.outstanding).toBe(0);
    });
  });

  describe('an h that cannot be true', () => {
    const TOO_HIGH = 'handled-count-too-high';
    const cases: [string, number, string][] = [
      ['one past the last stanza sent', at(7), TOO_HIGH],
      ['far past it', at(1000), TOO_HIGH],
      ['half the circle past it', at(6 + MODULUS / 2 - 1), TOO_HIGH],
      ['one back', at(1), 'undefined-condition'],
      ['before the first stanza', at(MODULUS - 1), 'undefined-condition'],
      ['half the circle back', at(6 + MODULUS / 2), 'undefined-condition'],
    ];
    const moments: [string, (m: StreamManagement, h: number) => object][] = [
      ['<a/>', (m, h) => m.ack(h)],
      ['<resumed/>', (m, h) => m.resumed(h)],
      ['<failed/>', (m, h) => m.failed(h)],
    ];
    const table = cases.flatMap((one) => moments.map((moment) => [...one, ...moment] as const));

    it.each(table)(
      '(%s: %d) is the fault %s on %s and changes nothing',
      (_name, h, word, _on, say) => {
        for (const here of [true, false]) {
          const first = six();
          first.ack(at(2));
          const management = here ? first : moved(first);
          const before = management.save();
          expect(say(management, h)).toMatchObject({
            fault: { kind: 'stream', condition: word, by: 'peer', h, sendCount: at(6) },
          });
          expect(management.save()).toEqual(before);
        }
      },
    );

    it('leaves the entries to an h that is right', () => {
      const management = six();
      management.ack(at(7));
      expect(management.ack(at(6))).toMatchObject({ settled: { length: 6 } });
    });

    it('says what was acknowledged and what was sent', () => {
      const outcome = six().ack(at(9));
      const text = 'fault' in outcome ? outcome.fault.text : '';
      expect(text).toContain(`stanza ${at(9)}, but only ${at(6)}`);
    });

    it('is found on an empty queue too, where only the last count is right', () => {
      const management = session();
      expect(management.ack(base)).toEqual({ settled: [] });
      expect(management.ack(at(1))).toMatchObject({ fault: { condition: TOO_HIGH } });
      expect(management.ack(at(-1 + MODULUS))).toHaveProperty('fault');
    });
  });

  describe('a resumption in the process that started the session', () => {
    it.each([0, 1, 4, 5, 6])('at %d of 6 re-sends exactly the tail, in order, unchanged', (n) => {
      const management = six();
      const outcome = management.resumed(at(n));
      const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => message(name).text);
      expect('resend' in outcome && texts(outcome.resend)).toEqual(all.slice(n));
      expect('settled' in outcome && texts(outcome.settled)).toEqual(all.slice(0, n));
    });

    it('re-sends IQs and presence as well: it is the same session', () => {
      const management = session(IQ, message('a'), PRESENCE);
      expect(management.resumed(base)).toMatchObject({
        resend: [IQ, message('a'), PRESENCE],
      });
    });

    it('keeps the numbers of what is re-sent and goes on behind them', () => {
      const management = six();
      management.resumed(at(4));
      expect(numbers(management.unacked)).toEqual([at(5), at(6)]);
      expect(management.track(message('g')).number).toBe(at(7));
      expect(management.resumed(at(5))).toMatchObject({
        settled: [{ number: at(5) }],
        resend: [{ handle: 'f' }, { handle: 'g' }],
      });
    });
  });

  describe('a session saved and restored by another process', () => {
    it('keeps id, JID, location, max, counters, kinds, numbers and handles, not texts', () => {
      const first = session(IQ, message('a'), PRESENCE, message('b'));
      first.ack(at(1));
      first.count();
      const restored = moved(first);
      expect(restored.save()).toEqual(first.save());
      expect([restored.id, restored.jid, restored.max]).toEqual(['sm-1', JID, 300]);
      expect(restored.location).toBe('[::1]:9222');
      expect([restored.restored, first.restored]).toEqual([true, false]);
      expect(restored.unacked).toEqual([
        { kind: 'message', handle: 'a', number: at(2), text: '' },
        { kind: 'presence', number: at(3), text: '' },
        { kind: 'message', handle: 'b', number: at(4), text: '' },
      ]);
    });

    it("re-sends its messages only, in order, numbered anew from the server's count", () => {
      const restored = moved(session(message('a'), IQ, message('b'), PRESENCE, message('c')));
      const outcome = restored.resumed(at(1));
      const resend = 'resend' in outcome ? outcome.resend : [];
      expect(resend.map(({ handle }) => handle)).toEqual(['b', 'c']);
      expect([restored.sent, restored.acked, restored.outstanding]).toEqual([at(1), at(1), 0]);
      const again = resend.map(({ handle }) => restored.track(message(handle ?? '')));
      expect(numbers(again)).toEqual([at(2), at(3)]);
      expect(restored.ack(at(3))).toEqual({ settled: again });
    });

    it('refuses numbers beyond what the saved session had sent', () => {
      expect(moved(six()).resumed(at(7))).toHaveProperty('fault');
      expect(moved(six()).failed(at(7))).toHaveProperty('fault');
    });

    it('can be cut, saved and restored again before all is acknowledged', () => {
      const second = moved(six());
      second.resumed(at(2));
      for (const name of ['c', 'd', 'e', 'f']) second.track(message(name));
      const third = moved(second);
      expect(third.resumed(at(5))).toMatchObject({
        settled: [{ handle: 'c' }, { handle: 'd' }, { handle: 'e' }],
        resend: [{ handle: 'f' }],
      });
    });

    it.each<[string, (saved: SavedManagement) => void]>([
      ['a gap', (saved) => saved.tracked.splice(1, 1)],
      ['a stanza too many', (saved) => (saved.sent = at(2))],
      ['a stanza missing', (saved) => saved.tracked.pop()],
      ['numbers out of order', (saved) => saved.tracked.reverse()],
      ['a counter out of range', (saved) => (saved.handled = MODULUS)],
      ['a counter that is none', (saved) => (saved.sent = Number.NaN)],
      ['no id', (saved) => (saved.id = '')],
    ])('is refused with %s', (_name, spoil) => {
      const saved = session(message('a'), message('b'), message('c')).save();
      spoil(saved);
      expect(() => StreamManagement.restore(saved)).toThrow('contradicts itself');
    });
  });

  describe('a refused resumption', () => {
    it('with h settles the first and hands back the rest as certainly lost', () => {
      for (const management of [six(), moved(six())]) {
        expect(management.failed(at(4))).toMatchObject({
          settled: [{ handle: 'a' }, { handle: 'b' }, { handle: 'c' }, { handle: 'd' }],
          rest: [{ handle: 'e' }, { handle: 'f' }],
          certain: true,
        });
      }
    });

    it('without h settles nothing and knows nothing of the rest', () => {
      const management = session(message('a'), PRESENCE, message('b'));
      management.ack(at(1));
      expect(management.failed(undefined)).toMatchObject({
        settled: [],
        rest: [{ kind: 'presence' }, { handle: 'b' }],
        certain: false,
      });
    });

    it('ends the session: nothing is left to resume or to save', () => {
      const management = six();
      management.failed(at(6));
      expect(management.resumable).toBe(false);
      expect(management.outstanding).toBe(0);
      expect(() => management.save()).toThrow('cannot be resumed');
    });

    it('with an h that cannot be true leaves everything to a second try without it', () => {
      const management = six();
      expect(management.failed(at(8))).toHaveProperty('fault');
      expect(management.resumable).toBe(true);
      expect(management.failed(undefined)).toMatchObject({ rest: { length: 6 }, certain: false });
    });
  });
});
