// SPDX-License-Identifier: MIT
//
// What came of it all: was every text that was accepted, or that the server had, shown once, in order, to
// whom it was meant for?

import { PERSONS } from '../../src/delivery/lane-book.js';
import { isFinal } from '../../src/delivery/ledger.js';
import type { Den } from './den.js';
import { judgeRoom, knowsOwnLines, missingInRoom } from './judge-room.js';
import type { RoomScene } from './judge-room.js';
import type { Person } from './person.js';
import { bodyOf } from './peers.js';
import type { Peers } from './peers.js';
import type { Line, Name, Plan, Speaker } from './plan.js';
import { countOf } from './showings.js';
import type { Showing } from './showings.js';

export interface Scene {
  readonly plan: Plan;
  readonly people: Readonly<Record<Name, Person>>;
  readonly peers: Peers;
  /** Lines that were said, with the place of each: nobody types with a dead host. */
  readonly said: ReadonlySet<Line>;
  /** Bodies that the server had and forgot when it was killed. */
  readonly dropped: ReadonlySet<string>;
  /** How often the server got each body. */
  readonly routed: ReadonlyMap<string, number>;
  /** Sessions that ended without a word of how far the server had got. */
  readonly doubtful: boolean;
  /**
   * Until then the archive could tell what became of a text, as soon as it had one before that.
   * @param lane that of a room, or of all texts to persons
   */
  readonly tellsUntil: (lane: string) => number;
  readonly den?: Den;
}

/** Texts that are not where they are to be yet; none in the quiet state. */
export function missing(scene: Scene): string[] {
  const { alice, bob } = scene.people;
  const floods = [alice, bob].flatMap((person) =>
    floodOf(scene, person).flatMap(({ body, times }) => (times === 0 ? [body] : [])),
  );
  const den = roomScene(scene, new Set());
  return [...floods, ...missingLines(scene), ...(den === undefined ? [] : missingInRoom(den))];
}

function roomScene(
  { den, plan, people: { alice, bob } }: Scene,
  twice: ReadonlySet<string>,
): RoomScene | undefined {
  const counts = ({ record, unwritten }: Person) => countOf(record.lines, unwritten);
  return den && { den, plan, people: [alice, bob], twice, counts };
}

function missingLines(scene: Scene): string[] {
  return [...scene.said].flatMap((line) => {
    const body = bodyOf(line);
    const due = expected(scene, line) && !scene.dropped.has(body) ? timesOf(line) : 0;
    const shown = due === 0 ? [] : shownTo(scene, line).filter((showing) => showing.body === body);
    return shown.length < due ? [body] : [];
  });
}

/** A line that was said twice is two messages. */
function timesOf({ trick }: Line): number {
  return trick === 'twin' ? 2 : 1;
}

/** Whether both journals know what became of every text; what a host was told dies with it. */
export function settled({ people }: Scene): boolean {
  return [people.alice, people.bob].every((person) =>
    [...person.ledger().outbox.values()].every(({ state }) => isFinal(state)),
  );
}

export function judge(scene: Scene): string[] {
  const { people } = scene;
  const doubted = new Set(
    [people.alice, people.bob].flatMap((person) =>
      [...person.ledger().outbox.values()].flatMap(({ body, twice }) => (twice ? [body] : [])),
    ),
  );
  // Of a room's lines no server tells.
  const isLine = (body: string) => body.includes('-room-');
  const twice = new Set([...doubted, ...undoubtable(scene)]);
  const copies = copiesOf(scene, twice);
  const den = roomScene(scene, twice);
  return [
    ...people.alice.witness.broken,
    ...people.bob.witness.broken,
    ...missing(scene).map((body) => `${body} was lost`),
    ...(den === undefined ? [] : judgeRoom(den)),
    ...[...chatsOf(scene)].flatMap((lines) => judgeChat(scene, lines, twice, copies)),
    ...[people.alice, people.bob].flatMap((person) => judgeWords(scene, person)),
    ...[people.alice, people.bob].flatMap((person) =>
      floodOf(scene, person).flatMap(({ body, times }) =>
        times > 1 ? [`${body} was shown ${String(times)} times`] : [],
      ),
    ),
    ...[...scene.routed].flatMap(([body, count]) => {
      const tricks = [...scene.said].filter((line) => line.trick && bodyOf(line) === body).length;
      return count > copies(body) + tricks ? [`${body} was sent ${String(count)} times`] : [];
    }),
    ...[people.alice, people.bob].flatMap((person) =>
      person.witness.doubted
        .filter(({ at, lane }) => at < scene.tellsUntil(lane))
        .filter(({ lane }) => lane === PERSONS || knowsOwnLines(scene.plan, person))
        .map(({ body }) => `${body} was doubted although the archive could tell`),
    ),
    ...(scene.doubtful
      ? []
      : [...doubted]
          .filter((body) => !isLine(body))
          .map((body) => `${body} was doubted although the server had told`)),
  ];
}

/** So often a text may be there: one that is marked, once more for each time that nobody could tell. */
function copiesOf(scene: Scene, twice: ReadonlySet<string>): (body: string) => number {
  const { alice, bob } = scene.people;
  const most = new Map<string, number>();
  for (const { witness, record } of [alice, bob]) {
    for (const [id, times] of witness.doubts) {
      most.set(record.typed.get(id)?.body ?? id, 1 + times);
    }
  }
  const torn = new Set(undoubtable(scene));
  return (body) => (torn.has(body) ? Infinity : twice.has(body) ? (most.get(body) ?? 1) : 1);
}

/**
 * What a server's archive forgot when it was killed, while nobody asked for the session as the server had
 * told what cannot be: then there is no sign of its death.
 */
function undoubtable({ plan, dropped }: Scene): Iterable<string> {
  return plan.faults.some(({ kind }) => kind === 'lie') ? dropped : [];
}

function chatsOf({ said }: Scene): Line[][] {
  const chats = new Map<string, Line[]>();
  for (const line of said) {
    const name = `${line.from} ${line.to}`;
    chats.set(name, [...(chats.get(name) ?? []), line]);
  }
  return [...chats.values()];
}

/** Whether the line has to come to its end: an engine took it, or the server did. */
function expected({ people, plan }: Scene, line: Line): boolean {
  const body = bodyOf(line);
  if (line.to !== 'carol' && plan.server.plain === true && plan.server.archive !== true) {
    // A server with neither acknowledgements nor an archive loses what it writes into a dead link.
    return false;
  }
  if (line.from === 'tablet') {
    // Without carbons she learns of it when her engine reads the archive again, which can be long after.
    return plan.server.archive === true && plan.server.carbons === true;
  }
  if (line.from === 'carol') {
    return true;
  }
  const typed = [...people[line.from].record.typed.values()].find((text) => text.body === body);
  return typed?.accepted === true && !typed.failed;
}

/** Where the lines of a chat are to be seen: with its recipient, or, of alice's other device, in her host. */
function shownTo({ people, peers }: Scene, { from, to }: Line): readonly Showing[] {
  const ofChat = ({ body }: { readonly body: string }) => body.startsWith(`${from}-${to}-`);
  if (from === 'tablet') {
    return people.alice.record.shown.filter(
      (shown) => ofChat(shown) && shown.outgoing && isOf(shown.from, to),
    );
  }
  if (to === 'carol') {
    return peers.got
      .filter((got) => ofChat(got) && isOf(got.from, from))
      .map(({ body }) => ({ body, marked: false, late: false, life: 0 }));
  }
  return people[to].record.shown.filter(
    (shown) => ofChat(shown) && !shown.outgoing && isOf(shown.from, from),
  );
}

function isOf(jid: string, speaker: Speaker): boolean {
  return jid.startsWith(`${speaker}@`);
}

function judgeChat(
  scene: Scene,
  lines: readonly Line[],
  twice: ReadonlySet<string>,
  copies: (body: string) => number,
): string[] {
  const [first] = lines;
  if (first === undefined) {
    return [];
  }
  const shown = shownTo(scene, first);
  const unwritten = seenBy(scene, first)?.unwritten;
  const counts = countOf(shown, unwritten);
  return [
    ...(clockIsWrong(scene, first) ? [] : judgeOrder(lines, shown, twice)),
    ...judgeCounts(scene, lines, counts, copies),
  ];
}

/**
 * A machine whose clock is wrong by minutes does not know what its sender sent again, by the time he says;
 * nor does it always know what comes late.
 */
function clockIsWrong(scene: Scene, line: Line): boolean {
  return seenBy(scene, line)?.clockWasWrong === true;
}

/** Whose host shows the lines of a chat; nobody's of ours those for carol. */
function seenBy({ people }: Scene, { from, to }: Line): Person | undefined {
  const name = from === 'tablet' ? 'alice' : to;
  return name === 'carol' ? undefined : people[name];
}

function judgeOrder(
  lines: readonly Line[],
  shown: readonly Showing[],
  twice: ReadonlySet<string>,
): string[] {
  const numbers = new Map(lines.map((line) => [bodyOf(line), line.number]));
  // What was said again has its second copy behind what was said meanwhile.
  const again = lines.filter(({ trick }) => trick === 'twin' || trick === 'again').map(bodyOf);
  const seen = new Set(again);
  const broken: string[] = [];
  let last = 0;
  for (const { body, late } of shown) {
    const number = numbers.get(body);
    if (number === undefined) {
      broken.push(`${body} was shown and never said`);
    } else if (!seen.has(body) && number < last && !late && !twice.has(body)) {
      broken.push(`${body} was shown after ${String(last)}`);
    }
    last = Math.max(last, again.includes(body) ? 0 : (number ?? 0));
    seen.add(body);
  }
  return broken;
}

function judgeCounts(
  scene: Scene,
  lines: readonly Line[],
  counts: ReadonlyMap<string, number>,
  copies: (body: string) => number,
): string[] {
  return lines.flatMap((line) => {
    const body = bodyOf(line);
    const shown = counts.get(body) ?? 0;
    const excused = line.trick === 'again' && clockIsWrong(scene, line);
    return shown > timesOf(line) - 1 + copies(body) && !excused
      ? [`${body} was shown ${String(shown)} times`]
      : [];
  });
}

/** Nothing is said of a text that is not so. */
function judgeWords({ people, routed }: Scene, person: Person): string[] {
  const others = Object.values(people).filter((other) => other !== person);
  const seen = new Set(others.flatMap(({ record }) => record.shown.map(({ body }) => body)));
  return [...person.record.typed.values()].flatMap((typed) => {
    const { body, accepted, refused, failed, delivered, quoted } = typed;
    return [
      ...(refused && routed.has(body) ? [`${body} was refused and yet sent`] : []),
      ...(failed && quoted !== body ? [`${body} failed without its text`] : []),
      ...(failed && routed.has(body) ? [`${body} was told as failed, and arrived`] : []),
      ...(delivered && !seen.has(body) ? [`${body} was called delivered and never shown`] : []),
      ...(accepted && refused ? [`${body} was accepted and refused`] : []),
    ];
  });
}

/** Of many lines at once each is to be shown once; those that may be lost are left out. */
function floodOf({ peers, dropped, plan }: Scene, { jid, record, unwritten }: Person) {
  const counts = countOf(
    record.shown.filter(({ body }) => body.includes('-flood-')),
    unwritten,
  );
  const lossy = plan.server.plain === true && plan.server.archive !== true;
  return peers
    .flooded(jid)
    .map((body) => ({ body, times: counts.get(body) ?? 0 }))
    .filter(({ body, times }) => times > 0 || !(lossy || dropped.has(body)));
}
