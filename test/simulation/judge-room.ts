// SPDX-License-Identifier: MIT
//
// What came of what was said in the room: was every line that was accepted there once, and shown once, in
// the room's order, to everybody who was to see it?

import type { RoomLine as Taken } from '../support/model/room-lines.js';
import type { Den } from './den.js';
import type { Person } from './person.js';
import type { Plan } from './plan.js';

/** What a judge has to know. */
export interface RoomScene {
  readonly den: Den;
  readonly plan: Plan;
  readonly people: readonly Person[];
  /** Texts that are marked as perhaps there twice. */
  readonly twice: ReadonlySet<string>;
  /** How often each line was shown to somebody, but for what a new process showed again by right. */
  readonly counts: (person: Person) => ReadonlyMap<string, number>;
}

/** Lines that are not where they are to be yet, and people; none in the quiet state. */
export function missingInRoom(scene: RoomScene): string[] {
  const { den, people } = scene;
  const all = new Set(den.room.lines.all.map(({ body }) => body));
  return people.flatMap((person) => {
    const shown = new Set(person.record.lines.map(({ body }) => body));
    const typed = [...person.record.typed.values()].filter(({ to }) => to === den.room.jid);
    return [
      ...(person.record.room === undefined || den.isInside(person)
        ? []
        : [`the place of ${person.name} in the room`]),
      ...typed.flatMap(({ body, accepted, failed }) =>
        accepted && !failed && !all.has(body) ? [body] : [],
      ),
      ...since(scene, person).flatMap((line) =>
        isDue(scene, line, person) && !shown.has(line.body)
          ? [`${line.body} (for ${person.name})`]
          : [],
      ),
      ...untoldGaps(scene, person),
    ];
  });
}

export function judgeRoom(scene: RoomScene): string[] {
  const { den, people } = scene;
  return [
    ...den.premature,
    ...people.flatMap((person) => [
      ...judgeOrder(scene, person),
      ...judgeCounts(scene, person),
      ...judgeNames(scene, person),
      ...judgeRepeats(scene, person),
    ]),
  ];
}

/** What was said since somebody came for the first time. */
function since({ den }: RoomScene, { witness }: Person): readonly Taken[] {
  return den.room.lines.all.slice(witness.room.cameAt ?? Infinity);
}

/**
 * A room's archive has what nobody heard, unless its server was killed and forgot that. Else a line is due
 * to those to whom the room gave it, if it is known to have come there.
 */
function isDue({ plan, den }: RoomScene, line: Taken, person: Person): boolean {
  const { options } = plan.room ?? {};
  const { jid, clockWasWrong, witness } = person;
  // Before an archive has led anywhere it is read from a time on, by a clock that was wrong by minutes.
  const ledAt = clockWasWrong ? (witness.room.ledAt ?? Infinity) : 0;
  const led = den.room.lines.all.indexOf(line) >= ledAt;
  const heard = line.to.has(jid) && !line.unsure.has(jid) && plan.server.plain !== true;
  return heard || (options?.archive === true && led && !line.forgotten);
}

/**
 * What a killed server has forgotten is put in its place by the time at which it was read, which is later than the
 * room's by what it took to come.
 */
function isTooClose(older: Taken, younger: Taken | undefined, latencyMs: number): boolean {
  return older.forgotten && younger !== undefined && younger.keptAt - older.keptAt <= 2 * latencyMs;
}

function judgeOrder(scene: RoomScene, person: Person): string[] {
  const { den, twice, plan } = scene;
  if (person.clockWasWrong) {
    return [];
  }
  const { all } = den.room.lines;
  const places = new Map<string, number>();
  for (const [i, { body }] of all.entries()) {
    places.set(body, places.get(body) ?? i);
  }
  const seen = new Set<string>();
  let last: { readonly body: string; readonly place: number } = { body: '', place: -1 };
  return person.record.lines.flatMap(({ body, late }) => {
    const place = places.get(body) ?? -1;
    const line = all[place];
    const excused =
      line !== undefined && isTooClose(line, all[last.place], plan.latencyMs[person.name]);
    const wrong = place < last.place && !late && !seen.has(body) && !twice.has(body) && !excused;
    const words = `${body} was shown after ${last.body} in the room`;
    seen.add(body);
    last = place > last.place ? { body, place } : last;
    return wrong ? [words] : [];
  });
}

function judgeCounts(scene: RoomScene, person: Person): string[] {
  const said = new Map<string, number>();
  for (const { body } of scene.den.room.lines.all) {
    said.set(body, (said.get(body) ?? 0) + 1);
  }
  return [...scene.counts(person)].flatMap(([body, count]) =>
    count > (said.get(body) ?? 0)
      ? [`${body} was shown ${String(count)} times to ${person.name}`]
      : [],
  );
}

/**
 * Where a room leaves no id of a line, a new engine does not know again what its forerunner had known by the
 * words: neither as a line of its own, nor as one that the archive surely has.
 */
export function knowsOwnLines({ room }: Plan, { witness }: Person): boolean {
  const { rewritesIds, stripsOrigins } = room?.options ?? {};
  return rewritesIds !== true || stripsOrigins !== true || witness.room.engines <= 1;
}

/** Everybody's lines are shown as his, and his own by the id that the host gave them. */
function judgeNames({ plan }: RoomScene, person: Person): string[] {
  const { name, record } = person;
  if (!knowsOwnLines(plan, person)) {
    return [];
  }
  return record.lines.flatMap(({ body, nick, outgoing, id }) => {
    const [from] = body.split('-');
    const own = from === name;
    const words = `${body} was shown to ${name}`;
    return [
      ...(nick === from ? [] : [`${words} as a line of ${nick}`]),
      ...(own === outgoing ? [] : [`${words} as ${outgoing ? 'his' : "somebody else's"}`]),
      ...(own && record.typed.get(id)?.body !== body
        ? [`${words} by an id that is not his: ${id}`]
        : []),
    ];
  });
}

/**
 * What was said while somebody was away, and what nobody handed him afterwards, he is told of. What a server
 * lost when it was killed nobody can know; nor, where the room keeps nothing, that anything was said before
 * the first line that he got.
 */
function untoldGaps(scene: RoomScene, person: Person): string[] {
  const { gaps } = person.witness.room;
  const shown = new Set(person.record.lines.map(({ body }) => body));
  const all = since(scene, person);
  // One that was sent twice may be the second copy.
  const [earliest] = person.record.lines;
  const first = all.findLastIndex(({ body }) => body === earliest?.body);
  return all.slice(first < 0 ? all.length : first).flatMap((line) => {
    const { body, keptAt, forgotten } = line;
    const excused =
      forgotten || (scene.plan.room?.options.archive === true && person.clockWasWrong);
    const dealt = shown.has(body) || excused || isDue(scene, line, person);
    const told = gaps.some((at) => at >= keptAt);
    return dealt || told ? [] : [`${body} (for ${person.name}, who was told of no gap)`];
  });
}

/** A line whose reflection surely came is not sent again. */
function judgeRepeats({ den, plan }: RoomScene, { jid }: Person): string[] {
  if (plan.server.plain === true) {
    return [];
  }
  const own = den.room.lines.all.filter(({ user }) => user === jid);
  const seen = new Set<string>();
  return own.flatMap(({ body, to, unsure }) => {
    const again = seen.has(body);
    if (to.has(jid) && !unsure.has(jid)) {
      seen.add(body);
    }
    return again ? [`${body} was sent again although the room had shown it`] : [];
  });
}
