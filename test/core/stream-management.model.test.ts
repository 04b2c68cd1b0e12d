// SPDX-License-Identifier: MIT
//
// Random walks beside a model that never wraps: bigint counters and a plain list.

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { StanzaKind } from '../../src/core/stream-management.js';
import { StreamManagement } from '../../src/core/stream-management.js';
import { MODULUS } from '../../src/core/serial.js';

interface Entry {
  n: bigint;
  kind: StanzaKind;
  handle: string | undefined;
}

interface Model {
  sent: bigint;
  acked: bigint;
  handled: bigint;
  queue: Entry[];
  restored: boolean;
  over: boolean;
}

interface Real {
  management: StreamManagement;
}

const wire = (n: bigint) => Number(BigInt.asUintN(32, n));

/** Splits the model's queue at a claim of the server; `undefined` where the claim cannot be true. */
function settle(model: Model, claim: bigint): Entry[] | undefined {
  if (claim < model.acked || claim > model.sent) return undefined;
  const settled = model.queue.filter(({ n }) => n <= claim);
  model.queue = model.queue.filter(({ n }) => n > claim);
  model.acked = claim;
  return settled;
}

function expectSame(actual: readonly { number: number }[], expected: readonly Entry[]): void {
  expect(actual.map(({ number }) => number)).toEqual(expected.map(({ n }) => wire(n)));
}

function expectAgreement(model: Model, { management }: Real): void {
  expect(management.sent).toBe(wire(model.sent));
  expect(management.acked).toBe(wire(model.acked));
  expect(management.handled).toBe(wire(model.handled));
  expect(management.outstanding).toBe(model.queue.length);
  expect(management.resumable).toBe(!model.over);
  expect(management.restored).toBe(model.restored);
  expect(management.unacked.map(({ kind, handle }) => [kind, handle])).toEqual(
    model.queue.map(({ kind, handle }) => [kind, handle]),
  );
  expectSame(management.unacked, model.queue);
}

type Step = fc.Command<Model, Real>;

function step(
  name: string,
  run: (model: Model, real: Real) => void,
  check: (model: Model) => boolean = (model) => !model.over,
): Step {
  return {
    check,
    run(model, real) {
      run(model, real);
      expectAgreement(model, real);
    },
    toString: () => name,
  };
}

let serialNumber = 0;

function track(model: Model, { management }: Real, kind: StanzaKind, content: boolean): void {
  const handle = kind === 'message' && content ? `h${serialNumber++}` : undefined;
  model.sent += 1n;
  model.queue.push({ n: model.sent, kind, handle });
  const tracked = management.track({ kind, text: kind, ...(handle ? { handle } : {}) });
  expect(tracked.number).toBe(wire(model.sent));
}

/** Where the server's claim lies: mostly within what is waiting, sometimes beyond either end. */
const claims = fc.integer({ min: -3, max: 12 });
const claimOf = (model: Model, offset: number) => model.acked + BigInt(offset);

const steps: fc.Arbitrary<Step>[] = [
  fc
    .tuple(fc.constantFrom<StanzaKind>('message', 'presence', 'iq'), fc.boolean())
    .map(([kind, content]) =>
      step(`track ${kind}`, (model, real) => {
        track(model, real, kind, content);
      }),
    ),
  fc.constant(
    step('untrack', (model, { management }) => {
      if (model.queue.pop() !== undefined) model.sent -= 1n;
      management.untrack();
    }),
  ),
  claims.map((offset) =>
    step(`ack ${offset}`, (model, { management }) => {
      const claim = claimOf(model, offset);
      const settled = settle(model, claim);
      const outcome = management.ack(wire(claim));
      if (settled === undefined) expect(outcome).toHaveProperty('fault');
      else if ('settled' in outcome) expectSame(outcome.settled, settled);
      else expect.unreachable('a true h was refused');
    }),
  ),
  fc.constant(
    step('count', (model, { management }) => {
      model.handled += 1n;
      expect(management.count()).toBe(wire(model.handled));
    }),
  ),
  fc.integer({ min: 0, max: 4 }).map((back) =>
    step(`rewind ${back}`, (model, { management }) => {
      model.handled -= BigInt(back);
      management.rewind(wire(model.handled));
    }),
  ),
  fc.constant(
    step('move to another process', (model, real) => {
      const saved = JSON.stringify(real.management.save());
      real.management = StreamManagement.restore(
        JSON.parse(saved) as Parameters<typeof StreamManagement.restore>[0],
      );
      model.restored = true;
    }),
  ),
  claims.map((offset) =>
    step(`resume ${offset}`, (model, real) => {
      const claim = claimOf(model, offset);
      const settled = settle(model, claim);
      const outcome = real.management.resumed(wire(claim));
      if (settled === undefined) {
        expect(outcome).toHaveProperty('fault');
        return;
      }
      if (!('resend' in outcome)) expect.unreachable('a true h was refused');
      expectSame(outcome.settled, settled);
      if (!model.restored) {
        expectSame(outcome.resend, model.queue);
        return;
      }
      const again = model.queue.filter(({ handle }) => handle !== undefined);
      expect(outcome.resend.map(({ handle }) => handle)).toEqual(again.map(({ handle }) => handle));
      model.queue = [];
      model.sent = claim;
    }),
  ),
  fc.option(claims, { nil: undefined, freq: 3 }).map((offset) =>
    step(`fail ${offset}`, (model, { management }) => {
      const claim = offset === undefined ? undefined : claimOf(model, offset);
      const settled = claim === undefined ? [] : settle(model, claim);
      const outcome = management.failed(claim === undefined ? undefined : wire(claim));
      if (settled === undefined) {
        expect(outcome).toHaveProperty('fault');
        return;
      }
      if (!('rest' in outcome)) expect.unreachable('a true h was refused');
      expectSame(outcome.settled, settled);
      expectSame(outcome.rest, model.queue);
      expect(outcome.certain).toBe(claim !== undefined);
      model.queue = [];
      model.over = true;
    }),
  ),
];

function start(sent: bigint, handled: bigint): { model: Model; real: Real } {
  const counters = { sent: wire(sent), handled: wire(handled) };
  const management = new StreamManagement({ id: 'sm', jid: 'a@b.example/c' }, counters);
  const model = { sent, acked: sent, handled, queue: [], restored: false, over: false };
  return { model, real: { management } };
}

describe('stream management beside a model without wrap', () => {
  it.each([
    ['from zero', 8n, 8n],
    ['across the wrap', BigInt(MODULUS - 3), BigInt(MODULUS - 3)],
    ['across half of the circle', BigInt(MODULUS / 2 - 3), BigInt(MODULUS / 2)],
  ])('agrees on every step of a random walk %s', (_, sent, handled) => {
    fc.assert(
      fc.property(fc.commands(steps, { maxCommands: 60 }), (commands) => {
        fc.modelRun(() => start(sent, handled), commands);
      }),
      { numRuns: 400 },
    );
  });
});
