// SPDX-License-Identifier: MIT
import type { Sight } from '../support/prosody.js';
import type { Traffic } from './traffic.js';

/** The event at which something is killed. */
export type Moment =
  /** The host took a line of alice's: it is hardly in the engine's hands yet. */
  | 'sent'
  /** A line of hers arrived: its acknowledgement is under way. */
  | 'heard'
  /** Bob wrote a line: it is on its way to her. */
  | 'said'
  /** The host showed a line of his: nobody but the host knows that yet. */
  | 'shown'
  /** The server let a new link go on with the old session, in which things are only settled. */
  | 'resumed'
  /** The server gave her a new session. */
  | 'bound';

/** What is done at which moment. Those of the server follow at once on the one before them. */
export interface Step {
  at: Moment;
  what: string;
  act: (traffic: Traffic) => Promise<void>;
}

/** Lines that must arrive each way between two steps, so that each of them hits full traffic. */
const BETWEEN = 4;

export const killEngine = (at: Moment): Step => ({
  at,
  what: 'engine',
  act: (traffic) => traffic.killEngine(),
});

export const killHost = (at: Moment): Step => ({
  at,
  what: 'host',
  act: (traffic) => traffic.killHost(),
});

/** Carries the steps out in their order while the traffic goes on. */
export async function carryOut(plan: readonly Step[], traffic: Traffic): Promise<void> {
  let after = 0;
  for (const [number, step] of plan.entries()) {
    try {
      await come(step.at, traffic, after);
      after = traffic.home.server.sights.all.length;
      await step.act(traffic);
    } catch (cause) {
      throw new Error(`step ${number + 1}, ${step.what} at ${step.at}`, { cause });
    }
  }
  await progress(traffic);
}

/** @param after how much the server had seen before the last step */
async function come(at: Moment, traffic: Traffic, after: number): Promise<void> {
  if (at === 'resumed' || at === 'bound') {
    const fits = ({ event, user }: Sight): boolean => event === at && user === 'alice';
    await traffic.home.server.sights.next(`alice's session to be ${at}`, fits, { after });
    return;
  }
  await progress(traffic);
  const things = traffic[at];
  const count = things.all.length;
  await things.until(`a line to be ${at}`, () => things.all.length > count);
}

async function progress({ heard, shown }: Traffic): Promise<void> {
  for (const things of [heard, shown]) {
    const enough = things.all.length + BETWEEN;
    await things.until('the talk to go on', () => things.all.length >= enough, 60_000);
  }
}
