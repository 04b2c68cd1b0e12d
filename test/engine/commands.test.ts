// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  AskSecret_What as What,
  CommandSchema,
  Detach_How as How,
  Proxy_Type as ProxyType,
} from '../../src/contract/engine_pb.js';
import { fault } from '../../src/core/errors.js';
import { Jid } from '../../src/core/jid.js';
import { Commands } from '../../src/engine/commands.js';
import type { CommandParts } from '../../src/engine/commands.js';
import { Parking } from '../../src/engine/parking.js';
import { nodeTools as tools } from '../support/tools.js';

type Body = NonNullable<MessageInitShape<typeof CommandSchema>['body']>;

const PARKED_AT = 1_000;
const SOCKS = { type: ProxyType.SOCKS5, host: 'proxy.example', port: 1080 };
const DISK = fault('store', 'ENOSPC', 'The disk is full.');

/** Parts that only say what was asked of them. */
class Stage {
  readonly asked: string[] = [];
  readonly parking = new Parking();
  readonly parts: CommandParts;
  /** It is signed out meanwhile. */
  deferring = false;

  constructor(online = false, failing = false) {
    const say = (what: string) => void this.asked.push(what);
    this.parts = {
      session: { online },
      store: { fault: failing ? DISK : undefined },
      outbox: { setQueueHours: (hours) => say(`keep for ${String(hours)} h`) },
      mailroom: {
        attach: (taken) => (say(`taken in its life ${String(taken)}`), []),
        detach: () => say('keep what comes'),
        taken: (seq) => (say(`taken ${String(seq)}`), []),
      },
      states: { answer: (id) => say(`state of ${id}`) },
      setAside: { folder: '' },
      parking: this.parking,
      signOut: {
        attached: () => say('go on signing out'),
        begin: (everywhere, id) => say(`sign out ${String(everywhere)} ${id}`),
        defers: () => this.deferring,
      },
      host: {
        jid: Jid.of('', 'invalid', ''),
        attached: () => say('attached'),
        command: ({ body }) => say(`feature: ${String(body.case)}`),
        taken: () => say('shown'),
      },
      link: {
        attach: (_options, { password }) => say(`connect with ${password}`),
        hint: (available) => say(`network ${String(available)}`),
        park: () => say('park'),
        refuse: ({ condition }) => say(`refuse ${condition}`),
        signOff: () => say('sign off'),
        storeChanged: (cause) => say(`disk ${String(cause?.condition)}`),
        through: (way) => say(`through ${typeof way === 'object' ? way.kind : String(way)}`),
        questions: {
          secretAnswered: (what, secret) => say(`${What[what]} ${secret}`),
          trustAnswered: (sha256, accept) => say(`trust ${sha256} ${String(accept)}`),
        },
      },
    };
  }

  take(body: Body): string[] {
    this.asked.length = 0;
    const context = { tools, clock: () => ({ now: PARKED_AT, wall: 0 }) };
    new Commands(context, this.parts).take(create(CommandSchema, { id: 'c1', body }));
    return this.asked;
  }
}

const attach = { jid: 'alice@home.example', password: 'secret', folder: '/f', queueHours: 24 };

describe('a command', () => {
  it.each<[Body, string[]]>([
    [{ case: 'detach', value: { how: How.SIGN_OFF } }, ['keep what comes', 'sign off']],
    [{ case: 'detach', value: { how: How.PARK } }, ['keep what comes', 'park']],
    [{ case: 'handled', value: { seq: 7 } }, ['taken 7']],
    [{ case: 'queryMessage', value: { id: 'm1' } }, ['state of m1']],
    [{ case: 'networkHint', value: { available: true } }, ['network true']],
    [{ case: 'setProxy', value: {} }, ['through undefined']],
    [{ case: 'setProxy', value: { proxy: SOCKS } }, ['through socks5']],
    [{ case: 'setProxy', value: { proxy: { ...SOCKS, port: 0 } } }, ['refuse bad-proxy']],
    [{ case: 'trustAnswer', value: { sha256: 'ab', accept: true } }, ['trust ab true']],
    [{ case: 'secretAnswer', value: { what: What.PASSWORD, secret: 's' } }, ['PASSWORD s']],
    [{ case: 'signOut', value: { everywhere: true } }, ['sign out true c1']],
    [{ case: 'sendMessage', value: { to: 'bob@home.example' } }, ['feature: sendMessage']],
  ])('goes to the part that it concerns: %o', (body, asked) => {
    expect(new Stage().take(body)).toEqual(asked);
  });

  it('waits while the account is signed out, if it has to do with that', () => {
    const stage = new Stage();
    stage.deferring = true;
    expect(stage.take({ case: 'detach', value: { how: How.SIGN_OFF } })).toEqual([]);
  });
});

describe('a host that attaches', () => {
  const all = [
    ...['keep for 24 h', 'connect with secret', 'taken in its life 0', 'attached'],
    'go on signing out',
  ];
  it.each([
    ['is there for the account', false, false, all],
    ['is told of a disk that fails', false, true, [...all, 'disk ENOSPC']],
    ['finds the account online', true, false, all],
  ])('%s', (_, online, failing, asked) => {
    const stage = new Stage(online, failing);
    expect(stage.take({ case: 'attach', value: attach })).toEqual(asked);
    expect(stage.parts.setAside.folder).toBe('/f');
    // A session that is online has the address that was bound.
    expect(stage.parts.host.jid.toString()).toBe(online ? 'invalid' : 'alice@home.example');
  });

  it('sets its presence before the features hear of it', () => {
    const value = { ...attach, presence: {} };
    expect(new Stage().take({ case: 'attach', value }).slice(-3, -1)).toEqual([
      'feature: setPresence',
      'attached',
    ]);
  });

  it('with settings that cannot be used changes nothing', () => {
    const stage = new Stage();
    stage.take({ case: 'detach', value: { how: How.PARK } });
    expect(stage.take({ case: 'attach', value: { ...attach, jid: '@@' } })).toEqual([
      expect.stringMatching(/^refuse /) as string,
    ]);
    expect(stage.parking.deadline()).toBeGreaterThan(PARKED_AT);
  });

  it('finds an account that was parked for it, and ends that', () => {
    const stage = new Stage();
    stage.take({ case: 'detach', value: { how: How.PARK } });
    expect(stage.parking.deadline()).toBeGreaterThan(PARKED_AT);
    stage.take({ case: 'attach', value: attach });
    expect(stage.parking.deadline()).toBeUndefined();
  });
});
