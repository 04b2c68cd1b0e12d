// SPDX-License-Identifier: MIT
//
// A line that comes behind younger ones carries a mark that excuses it. When is the excuse good? Where
// the archive shows at once what it has, only when nothing came of it for ten seconds before the first of the
// younger ones was shown: live messages wait for the archive while it goes on.

import type { Shown } from './host.js';
import type { Person } from './person.js';
import type { Name, Plan } from './plan.js';

interface Seen {
  readonly chat: string;
  readonly number: number;
  /** When it was shown nothing waited for the archive any more. */
  readonly gaveUp: boolean;
}

export class LateWatch {
  readonly broken: string[] = [];

  constructor(plan: Plan, people: Readonly<Record<Name, Person>>) {
    const prompt = plan.server.archive === true && (plan.server.archiveLagMs ?? 0) === 0;
    for (const person of prompt ? [people.alice, people.bob] : []) {
      this.watch(person);
    }
  }

  private watch(person: Person): void {
    const seen: Seen[] = [];
    person.record.onShown = (shown) => {
      const { chat, number } = placeOf(shown);
      if (number === undefined) {
        return;
      }
      const younger = seen.find((other) => other.chat === chat && other.number > number);
      const again = seen.some((other) => other.chat === chat && other.number === number);
      // By a clock that is wrong by minutes more is late than is.
      if (
        !again &&
        shown.late &&
        !person.clockWasWrong &&
        younger !== undefined &&
        !younger.gaveUp
      ) {
        this.broken.push(
          `${shown.body} came late, behind ${String(younger.number)}, though the archive went on`,
        );
      }
      seen.push({ chat, number, gaveUp: person.witness.gaveUp });
    };
  }
}

function placeOf({ body }: Shown): { chat: string; number: number | undefined } {
  const [, chat = '', number] = /^([a-z]+-[a-z]+)-(\d+)$/.exec(body) ?? [];
  return { chat, number: number === undefined ? undefined : Number(number) };
}
