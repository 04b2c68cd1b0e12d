// SPDX-License-Identifier: MIT

import type { Subject } from './subject.js';

/**
 * Which promises of docs/promise.md were broken, in words; none when all held.
 * @param sure the server always says how far it got
 */
export function judge(subject: Subject, sure: boolean): string[] {
  const unrest = subject.quiet() ? [] : ['the quiet state was not reached'];
  return [...outward(subject, sure), ...inward(subject), ...unrest];
}

/** Everything told as accepted is on the disk in this very moment. */
export function unkept(subject: Subject): string[] {
  const kept = subject.ledger().outbox;
  return [...subject.record.typed]
    .filter(([id, { accepted }]) => accepted && !kept.has(id))
    .map(([, { body }]) => `${body} was accepted and is not on disk`);
}

function outward(subject: Subject, sure: boolean): string[] {
  const broken: string[] = [];
  const arrived = subject.arrived();
  const doubted = new Set(subject.outbox().flatMap(({ body, twice }) => (twice ? [body] : [])));
  for (const { body, accepted, refused, failed } of subject.record.typed.values()) {
    const copies = arrived.filter((other) => other === body).length;
    if (accepted && !failed && copies === 0) {
      broken.push(`${body} was accepted and lost`);
    }
    if (refused && copies > 0) {
      broken.push(`${body} was refused and yet sent`);
    }
    if (copies > 1 && !doubted.has(body)) {
      broken.push(`${body} arrived ${String(copies)} times`);
    }
    if (sure && doubted.has(body)) {
      broken.push(`${body} was doubted although the server had told`);
    }
  }
  return [...broken, ...disorder('arrived', arrived)];
}

function inward({ record, written, afterMachine }: Subject): string[] {
  const shown = record.shown.map(({ body }) => body);
  const broken = written
    .filter((body) => !shown.includes(body))
    .map((body) => `${body} was written to her and lost`);
  const lives = new Map<string, number>();
  for (const { body, marked, life } of record.shown) {
    const earlier = lives.get(body);
    // What a host said in the moment in which the machine died may be unflushed, of any number.
    if (earlier === life || (earlier !== undefined && !marked && !afterMachine.has(life))) {
      broken.push(`${body} was shown twice`);
    }
    lives.set(body, life);
  }
  return [...broken, ...disorder('shown', shown)];
}

/** By the number at the end of the first copies. */
function disorder(how: string, bodies: readonly string[]): string[] {
  const numbers = [...new Set(bodies)].map((body) => Number(body.split('-')[1]));
  return numbers.flatMap((number, i) => {
    const before = numbers[i - 1] ?? 0;
    return number < before ? [`${String(number)} ${how} after ${String(before)}`] : [];
  });
}
