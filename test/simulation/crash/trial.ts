// SPDX-License-Identifier: MIT

import { judge, unkept } from './judge.js';
import { outcomes } from './outcomes.js';
import type { Script } from './scripts.js';
import type { Step } from './step-disk.js';
import { Subject } from './subject.js';

/** One crash: at a step of the disk, counted from 1, with one of its outcomes. */
export interface Crash {
  readonly step: number;
  readonly outcome: number;
  /** The host dies with the engine, as in a power cut. */
  readonly machine: boolean;
}

/** Of a life that begins with a torn journal: the rewrite, the sign-in, the old session, the new one. */
const SECOND_STEPS = [1, 2, 3, 4, 6, 9];
const QUIET_MS = 180_000;
const SLICE_MS = 250;
/** What comes twice may come late: an archive is read once more five seconds after a sign-in. */
const LATE_MS = 6_000;

/** The steps of an undisturbed run. */
export function rehearse(script: Script): Step[] {
  const steps: Step[] = [];
  const subject = begin(script);
  subject.disk.watch = (step) => steps.push(step);
  finish(script, subject);
  return steps;
}

/** Every way in which a step can be the last one: of the engine, and of the whole machine. */
export function crashes(steps: readonly Step[]): Crash[] {
  return steps.flatMap((step, i) =>
    outcomes(step).flatMap((_, outcome) =>
      [false, true].map((machine) => ({ step: i + 1, outcome, machine })),
    ),
  );
}

/** Two crashes: at each step, and then early in the life after, which is still mending the first. */
export function secondCrashes(steps: readonly Step[]): (readonly [Crash, Crash])[] {
  return steps.flatMap((step, i) => {
    const torn = outcomes(step).length >> 1;
    const first = { step: i + 1, outcome: torn, machine: false };
    return SECOND_STEPS.map(
      (second) => [first, { step: second, outcome: i + second, machine: i % 2 === 0 }] as const,
    );
  });
}

/**
 * Plays a script with the engine killed once, or, with more crashes, each next one in the life after.
 * @returns broken promises, in words
 */
export function attempt(script: Script, plan: readonly Crash[]): string[] {
  const subject = begin(script);
  const lines: string[] = [];
  const broken: string[] = [];
  const waiting = [...plan];
  let count = 0;
  subject.disk.watch = (step) => {
    const [crash] = waiting;
    if (crash === undefined || ++count < crash.step) {
      return;
    }
    waiting.shift();
    count = 0;
    const ways = outcomes(step);
    const way = ways[crash.outcome % ways.length];
    subject.disk.durable = way?.content ?? step.base;
    lines.push(`${script.title}, step ${String(crash.step)} (${step.name}), ${way?.title ?? ''}`);
    if (crash.machine) {
      subject.killMachine();
    } else {
      subject.killEngine();
    }
    broken.push(...unkept(subject));
  };
  finish(script, subject);
  broken.push(...judge(subject, script.doubts !== true));
  return broken.map((what) => `${lines.join('; ')}: ${what}`);
}

function begin(script: Script): Subject {
  const subject = new Subject(script.server, script.journal);
  script.play(subject);
  return subject;
}

/** To the quiet state, and beyond; the second time because a crash may come in between. */
function finish(script: Script, subject: Subject): void {
  const { world } = subject;
  world.run(script.untilMs);
  settle(subject);
  world.run(world.now + LATE_MS);
  settle(subject);
}

function settle(subject: Subject): void {
  const { world } = subject;
  const patience = world.now + QUIET_MS;
  while (!subject.quiet() && world.now < patience) {
    world.run(world.now + SLICE_MS);
  }
}
