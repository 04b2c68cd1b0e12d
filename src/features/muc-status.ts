// SPDX-License-Identifier: MIT
//
// Status codes (XEP-0045 §15.6.2) in words for a person. Those that are not here say something of an
// occupant's coming, going or name, and are told as that.

/** In a message of the room itself: a setting was changed (§10.2.1), or what concerns us alone. */
const inMessages = new Map([
  ['100', 'Everybody in the room can see your address.'],
  ['101', 'Your affiliation with the room was changed while you were not in it.'],
  ['102', 'The room shows members who are not there, too, from now on.'],
  ['103', 'The room does not show members who are not there any more.'],
  ['104', 'The settings of the room were changed.'],
  ['170', 'What is said in the room is logged from now on.'],
  ['171', 'What is said in the room is not logged any more.'],
  ['172', 'Everybody in the room can see the addresses of all others from now on.'],
  ['173', 'Only moderators can see the addresses of those in the room from now on.'],
  // Of older versions, and still sent.
  ['174', 'Nobody can see the addresses of those in the room from now on.'],
]);

/** In our own presence when we enter (§7.2). */
const onEntering = new Map([
  ['100', 'Everybody in the room can see your address.'],
  ['170', 'What is said in the room is logged.'],
]);

/** What the codes of a message of the room say. */
export function messageNotices(codes: ReadonlySet<string>): string[] {
  return wordsOf(codes, inMessages);
}

/** What the codes of our own first presence say. */
export function entryNotices(codes: ReadonlySet<string>): string[] {
  return wordsOf(codes, onEntering);
}

/**
 * Whether occupants' addresses can be seen by everybody from now on.
 * @returns nothing where the codes do not say so
 */
export function becomesNonAnonymous(codes: ReadonlySet<string>): boolean | undefined {
  if (codes.has('100') || codes.has('172')) return true;
  return codes.has('173') || codes.has('174') ? false : undefined;
}

function wordsOf(codes: ReadonlySet<string>, words: ReadonlyMap<string, string>): string[] {
  return [...words].filter(([code]) => codes.has(code)).map(([, text]) => text);
}
