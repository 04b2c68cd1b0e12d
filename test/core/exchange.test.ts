// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { Exchange } from '../../src/core/exchange.js';
import { KeptSession } from '../../src/core/kept-session.js';
import { NS } from '../../src/core/namespaces.js';
import type { Established } from '../../src/core/negotiation-output.js';
import type { Outgoing } from '../../src/core/stream-management.js';
import { xml } from '../../src/core/xml.js';
import type { Element } from '../../src/core/xml.js';
import { jid } from '../support/negotiating.js';
import { nodeTools as tools } from '../support/tools.js';

const own = jid('juliet@capulet.example/balcony');
const ANSWER = (h: number) => `<a xmlns='${NS.sm}' h='${String(h)}'/>`;
const managed = { management: { id: 'sm-1' } };

const message: Outgoing = { kind: 'message', handle: 'm', text: '<message/>' };
const stanza = (name: string) => xml(name, { xmlns: NS.client });
const management = (name: string, h?: string) => xml(name, { xmlns: NS.sm, h });

/** An exchange, with one line for each thing that it says. */
class Stage {
  readonly said: string[] = [];
  private readonly random = (count: number) => new Uint8Array(count);
  readonly kept = new KeptSession(tools, ({ type }) => this.said.push(type));
  readonly exchange = new Exchange(tools, this.random, this.kept, {
    write: (texts) => {
      this.said.push(...texts);
      return texts.join('').length;
    },
    out: ({ type }) => this.said.push(type),
    breach: ({ condition }) => this.said.push(`breach ${condition}`),
  });

  begin(more: Partial<Established>, ahead: Outgoing[] = []): void {
    const established: Established = {
      ...{
        type: 'established',
        jid: own,
        mechanism: 'EXTERNAL',
        binding: '',
        tlsVersion: 'TLSv1.3',
      },
      ...{ archiveFirst: false, carbons: false, early: [], counted: [], ...more },
    };
    this.exchange.established(established, ahead, 0);
  }

  send(count: number): void {
    for (let n = 0; n < count; n++) this.kept.management?.track(message);
    this.exchange.write(
      Array.from({ length: count }, () => message.text),
      0,
    );
  }

  /** @returns what is said of an element, and nothing that was said before */
  hear(element: Element, ending = false): string[] {
    this.said.length = 0;
    this.exchange.element(element, ending, 0);
    return this.said.splice(0);
  }
}

describe('an element in a session', () => {
  const two = (): Stage => {
    const stage = new Stage();
    stage.begin(managed);
    stage.send(2);
    return stage;
  };
  it.each([
    ['a stanza is passed on', stanza('message'), false, ['stanza']],
    ['a stanza behind our closing tag is the next session’s', stanza('message'), true, []],
    ['<r/> is answered', management('r'), false, [ANSWER(0)]],
    ['<r/> behind our closing tag is not', management('r'), true, []],
    ['<a/> settles', management('a', '1'), false, ['settled']],
    ['<a/> behind our closing tag settles', management('a', '2'), true, ['settled']],
    ['<a/> without a number is a breach', management('a'), false, ['breach bad-request']],
    ['<a/> of too much is one', management('a', '3'), false, ['breach handled-count-too-high']],
    ['what is no stanza is nothing', stanza('query'), false, []],
  ])('%s (XEP-0198 §4)', (_, element, ending, said) => {
    expect(two().hear(element, ending)).toEqual(said);
  });

  it.each([
    ['counted', false, 1],
    ['not counted behind our closing tag', true, 0],
  ])('that is a stanza is %s', (_, ending, handled) => {
    const stage = two();
    stage.hear(stanza('iq'), ending);
    expect(stage.kept.management?.handled).toBe(handled);
  });

  it('without stream management means what it says, and SM elements mean nothing', () => {
    const stage = new Stage();
    stage.begin({});
    expect(stage.hear(management('r'))).toEqual([]);
    expect(stage.hear(management('a', '9'))).toEqual([]);
    expect(stage.hear(stanza('presence'), true)).toEqual(['stanza']);
  });
});

describe('a session that begins', () => {
  it('counts what was written ahead of it, and not what came before it', () => {
    const stage = new Stage();
    stage.begin({ ...managed, early: [stanza('presence')] }, [message, message]);
    expect(stage.said).toEqual(['online', 'stanza']);
    expect(stage.kept.management).toMatchObject({ sent: 2, handled: 0 });
  });

  it('is the former one where that is resumed, with what the server has handled settled', () => {
    const stage = new Stage();
    stage.begin(managed);
    stage.send(3);
    stage.exchange.closed();
    stage.said.length = 0;
    stage.begin({ resumed: { h: 2 } });
    expect(stage.said).toEqual(['settled', 'online']);
    expect(stage.kept.management).toMatchObject({ sent: 3, acked: 2 });
  });

  it('is none where the server claims to have handled more than there was', () => {
    const stage = new Stage();
    stage.begin(managed);
    stage.said.length = 0;
    stage.begin({ resumed: { h: 1 } });
    expect(stage.said).toEqual(['breach handled-count-too-high']);
  });
});

describe('what is told to the server', () => {
  it('is only what is on disk, and again when more is', () => {
    const stage = new Stage();
    stage.begin(managed);
    stage.hear(stanza('message'));
    expect(stage.hear(management('r'))).toEqual([ANSWER(0)]);
    stage.exchange.handledDurably(1);
    expect(stage.said).toEqual([ANSWER(1)]);
    expect(stage.exchange.h).toBe(1);
  });

  it('is at last how far we are, and a question while something is open', () => {
    const stage = new Stage();
    stage.begin(managed);
    stage.send(1);
    stage.said.length = 0;
    stage.exchange.last();
    expect(stage.said).toEqual([ANSWER(0), `<r xmlns='${NS.sm}'/>`]);
  });
});
