// SPDX-License-Identifier: MIT
//
// Hostile nicks, subjects and words of a room, in all places where a person sees them: they are text, and
// nobody is taken for us.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Affiliation, ALICE, Den, Occupant_Departure, Role, Room_Why } from './den.js';

const { GONE, KICKED, RENAMED } = Occupant_Departure;

const HOSTILE: Readonly<Record<string, string>> = {
  markup: '<b>x</b>',
  'a picture': '<img src="http://evil.example/x.png">',
  'a link': "<a href='javascript:x'>y</a>",
  entities: '&lt;b&gt; &amp;amp; &#x41;',
  'an open tag': '<b',
  'format signs': '%s%n%d',
  'a hundred lines of markup': '<i>'.repeat(100),
  'writing that turns round': 'x\u202ey\u2066z',
};

let den: Den;
beforeEach(async () => {
  den = await Den.open();
  await den.enter();
});
afterEach(() => den.close());

/** What a person reads of it, if it is nothing but text, ends of lines and libpurple’s own mark of an address. */
function read(html: string): string {
  const text = html.replaceAll('<br>', '\n').replace(/\[<I>(.*)<\/I>\]/, '[$1]');
  expect(text).not.toMatch(/[<>]/);
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

type Show = (words: string) => Promise<void>;

const users = (value: object) =>
  den.stage.tell(den.number, { case: 'roomUsers', value: { room: 'den@rooms.example', ...value } });

/** Where words of others come to be read in a conversation, each as one line. */
const places: Readonly<Record<string, Show>> = {
  'a nick that comes': (nick) => den.part([{ nick }]),
  'an address that comes': (jid) => den.part([{ nick: 'bob', jid }]),
  'last words': async (reason) => {
    await den.part([{ nick: 'bob' }]);
    await den.departed('bob', GONE, { reason });
  },
  'who put somebody out': async (actor) => {
    await den.part([{ nick: 'bob' }]);
    await den.departed('bob', KICKED, { actor });
  },
  'why somebody was put out': async (reason) => {
    await den.part([{ nick: 'bob' }]);
    await den.departed('bob', KICKED, { reason });
  },
  'another nick': async (newNick) => {
    await den.part([{ nick: 'bob' }]);
    await den.departed('bob', RENAMED, { newNick });
  },
  'a line': (body) => den.line({ body }),
  'a line of the room': (body) => den.line({ body, from: 'den@rooms.example' }),
  'a subject': (subject) => den.subject({ subject, nick: 'bob' }),
  'who set the subject': (nick) => den.subject({ subject: 'tea', nick }),
  'a notice': (text) => den.notice(text),
  'who put us out': (actor) => den.left(Room_Why.KICKED, { actor }),
  'why we were put out': (reason) => den.left(Room_Why.BANNED, { reason }),
  'why a room is closed': (reason) => den.left(Room_Why.DESTROYED, { reason }),
  'a nick on a list': (nick) =>
    users({ affiliation: Affiliation.OWNER, users: [{ nick }], done: true }),
  'a reason on a list': (reason) =>
    users({
      affiliation: Affiliation.OUTCAST,
      users: [{ jid: 'a@b.example', reason }],
      done: true,
    }),
};

const table = Object.entries(places).flatMap(([place, show]) =>
  Object.entries(HOSTILE).map(([what, words]): [string, string, Show, string] => [
    what,
    place,
    show,
    words,
  ]),
);

test.each(table)('%s as %s is text', async (_what, _place, show, words) => {
  await show(words);
  const lines = den.html.map(read);
  expect(lines.filter((line) => line.includes(words))).not.toEqual([]);
});

describe('a nick like ours', () => {
  test.each([
    ['in capitals', 'ALICE'],
    ['with a Cyrillic letter', '\u0430lice'],
    ['of full width', '\uff41lice'],
    ['with a blank that has no width', 'alice\u200b'],
    ['with a slash', 'alice/x'],
    ['that is our address', 'alice@home.example'],
  ])('%s is another’s', async (_title, nick) => {
    await den.part([{ nick, role: Role.MODERATOR }]);
    await den.line({ from: `den@rooms.example/${nick}`, body: 'hello' });
    const said = den.writes.find(({ html }) => html === 'hello');
    expect(said?.name).toBe(nick);
    expect(said?.flags).toContain('recv');
    expect(said?.flags).not.toContain('send');
    expect(await den.users()).toContain('alice voice');
    // His going is not ours.
    await den.departed(nick, KICKED);
    expect(await den.chat()).toMatchObject({ left: false, nick: 'alice' });
    expect(await den.users()).toEqual(['alice voice']);
  });
});

test('words as long as a room may have are shown, and hold nothing up', async () => {
  const nick = '<'.repeat(1_023);
  const long = '<b>&'.repeat(2_500);
  await den.part([{ nick, status: long }]);
  await den.subject({ subject: long, nick });
  await den.departed(nick, KICKED, { actor: long, reason: long });
  await den.part([{ ...ALICE, status: long }]);
  for (const html of den.html) read(html);
  expect(den.html.map(read).join('').length).toBeGreaterThan(10_000);
  expect(await den.users()).toEqual(['alice voice']);
});
