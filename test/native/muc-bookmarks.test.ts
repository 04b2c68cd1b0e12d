// SPDX-License-Identifier: MIT
//
// Bookmarks (XEP-0402) and the chats of the buddy list, both ways.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Error_Kind,
  type BookmarkSchema,
  type BookmarksSchema,
} from '../../src/contract/engine_pb.js';
import { COMPONENTS, DEN, Den, Room_State } from './den.js';
import type { ListedChat } from './host-events.js';

const HALL = 'hall@rooms.example';

type Bookmark = MessageInitShape<typeof BookmarkSchema>;

let den: Den;
beforeEach(async () => {
  den = await Den.open({ ui: 'gtk-gaim' });
});
afterEach(() => den.close());

const tell = (value: MessageInitShape<typeof BookmarksSchema>): Promise<void> =>
  den.stage.tell(den.number, { case: 'bookmarks', value });

/** The server's whole list. */
const list = (...bookmarks: Bookmark[]): Promise<void> =>
  tell({ bookmarks, begin: true, end: true });

/** In the order of their rooms. */
const chats = async (): Promise<ListedChat[]> =>
  (await den.run('chats')).chats.sort((a, b) =>
    (a.components.room ?? '').localeCompare(b.components.room ?? ''),
  );

/** `room alias handle [autojoin]` of each chat in the list. */
const shown = async (): Promise<string[]> =>
  (await chats()).map(({ alias, autojoin, components }) =>
    [`${components.room}@${components.server}`, alias, components.handle, ...autojoin].join(' '),
  );

const change = (args: object, name = DEN) => den.run('chat-change', { name, ...args });

/** Once all that the host does by itself is done, and has reached the engine. */
async function settled(): Promise<void> {
  // Twice: what it does in its next turn may come behind the first.
  for (const state of [1, 0]) {
    const after = den.stage.engine.now;
    await den.run('typing', { name: 'bob@home.example', state });
    await den.stage.engine.next('sendChatState', () => true, after);
  }
}

/** What went to the server. */
async function sent(after = 0): Promise<string[]> {
  await settled();
  const commands = den.stage.engine.commands.all.slice(after);
  return commands.flatMap(({ body }) => {
    if (body.case === 'removeBookmark') return [`-${body.value.room}`];
    if (body.case !== 'setBookmark' || body.value.bookmark === undefined) return [];
    const { room, name, nick, password, autojoin } = body.value.bookmark;
    return [[room, name, nick, password, autojoin ? 'autojoin' : ''].join('|')];
  });
}

const notes = (): string[] => den.stage.host.all('notify').map(({ secondary }) => secondary ?? '');

describe('the server’s bookmarks', () => {
  test('come into the buddy list, and nothing goes back', async () => {
    await list(
      { room: DEN, name: 'The Den', nick: 'Älice', password: 'sesame', autojoin: true },
      { room: HALL },
    );
    expect(await chats()).toEqual([
      {
        alias: 'The Den',
        group: 'Chats',
        autojoin: ['gtk-autojoin'],
        components: { room: 'den', server: 'rooms.example', handle: 'Älice', password: 'sesame' },
      },
      {
        alias: null,
        group: 'Chats',
        autojoin: [],
        components: { room: 'hall', server: 'rooms.example' },
      },
    ]);
    expect(await sent()).toEqual([]);
    await den.stage.tell(den.number, { case: 'roomNotice', value: { room: DEN, text: 'x' } });
    expect(den.stage.host.all('chat-joined')).toEqual([]);
  });

  test('change and go as they do there', async () => {
    await list({ room: DEN, name: 'The Den', autojoin: true }, { room: HALL });
    await tell({ bookmarks: [{ room: DEN, name: 'New', nick: 'Älice' }] });
    expect(await shown()).toEqual([`${DEN} New Älice`, `${HALL}  `]);
    await tell({ removed: [DEN] });
    expect(await shown()).toEqual([`${HALL}  `]);
    await list();
    expect([await shown(), await sent()]).toEqual([[], []]);
  });

  test('may be taken away twice, in two forms of one address', async () => {
    await list({ room: DEN }, { room: HALL });
    await tell({ removed: [DEN, DEN.toUpperCase(), DEN] });
    expect(await shown()).toEqual([`${HALL}  `]);
  });

  test('do not double a chat that is there, and neither loses anything', async () => {
    await den.run('chat-keep', { components: { ...COMPONENTS, password: 'own' }, alias: 'Mine' });
    await list({ room: DEN, name: '', nick: 'Älice', autojoin: true });
    expect(await shown()).toEqual([`${DEN} Mine Älice gtk-autojoin`]);
    expect(await sent()).toEqual([`${DEN}|Mine|Älice||autojoin`]);
    await tell({ removed: [DEN] });
    expect(await shown()).toHaveLength(1);
  });

  test('that were a chat before stay one when they are taken away, and do not come back', async () => {
    await den.run('chat-keep', { components: COMPONENTS, alias: 'Mine' });
    await list({ room: DEN, name: 'Mine', nick: 'alice' });
    await tell({ removed: [DEN] });
    await list();
    expect(await shown()).toEqual([`${DEN} Mine alice`]);
    expect(await sent()).toEqual([]);
    await change({ alias: 'Again' });
    expect(await sent()).toEqual([`${DEN}|Again|alice||`]);
  });

  test('have names on one line, which nobody takes for a change', async () => {
    await list({ room: DEN, name: '\u0001<b>A</b>\n\tden\u202e ' });
    const [{ alias } = { alias: '' }] = await chats();
    expect(alias).toMatch(/^<b>A<\/b>/);
    expect(alias).not.toMatch(/\p{Cc}/u);
    await change({ autojoin: 'gtk-autojoin' });
    expect(await sent()).toEqual([`${DEN}|\u0001<b>A</b>\n\tden\u202e |||autojoin`]);
  });

  test('by the thousand come in parts', async () => {
    for (let part = 0; part < 5; part++) {
      const bookmarks = Array.from({ length: 200 }, (_, at) => ({
        room: `r${String(part)}-${String(at)}@rooms.example`,
      }));
      await tell({ bookmarks, begin: part === 0, end: part === 4 });
    }
    expect(await chats()).toHaveLength(1_000);
    await list();
    expect(await chats()).toEqual([]);
  });
});

describe('what the person does in the buddy list', () => {
  beforeEach(() => list({ room: HALL, name: 'Hall', password: 'old' }));

  test('to add a chat makes a bookmark', async () => {
    await den.run('chat-keep', { components: COMPONENTS, alias: 'Mine' });
    await change({ autojoin: 'gtk-autojoin' });
    expect((await sent()).at(-1)).toBe(`${DEN}|Mine|alice||autojoin`);
  });

  test.each<[string, object, string]>([
    ['its name', { alias: 'New' }, `${HALL}|New||old|`],
    ['its name to none', { alias: '' }, `${HALL}|||old|`],
    [
      'that it is entered at the sign-on',
      { autojoin: 'gtk-autojoin' },
      `${HALL}|Hall||old|autojoin`,
    ],
  ])('to change %s changes it', async (_, args, wanted) => {
    await change(args, HALL);
    expect(await sent()).toEqual([wanted]);
    const now = den.stage.engine.now;
    const [, name = '', nick = '', password = '', autojoin] = wanted.split('|');
    const bookmark = { room: HALL, name, nick, password, autojoin: autojoin === 'autojoin' };
    await tell({ bookmarks: [bookmark] });
    await change({ group: 'Other' }, HALL);
    expect(await sent(now)).toEqual([]);
  });

  test('to change its nick is seen with the next thing that is written down', async () => {
    await change({ component: 'handle', value: ' Älice ' }, HALL);
    await change({ group: 'Other' }, HALL);
    expect(await sent()).toEqual([`${HALL}|Hall|Älice|old|`]);
  });

  test('to take it away takes the bookmark away', async () => {
    await den.run('chat-drop', { name: HALL });
    expect(await sent()).toEqual([`-${HALL}`]);
    await tell({ removed: [HALL] });
    expect(await chats()).toEqual([]);
  });

  test('to take one of two chats of a room away leaves the bookmark', async () => {
    const components = { room: HALL, server: '', handle: 'x' };
    await den.run('chat-keep', { name: HALL, components });
    const now = den.stage.engine.now;
    await den.run('chat-drop', { name: HALL });
    expect((await sent(now)).filter((line) => line.startsWith('-'))).toEqual([]);
  });

  test('twice before the server answers ends as it did last', async () => {
    den.stage.engine.accepting = false;
    await change({ alias: 'one' }, HALL);
    await sent();
    await change({ alias: 'two' }, HALL);
    await sent();
    await tell({ bookmarks: [{ room: HALL, name: 'one', password: 'old' }] });
    expect(await shown()).toEqual([`${HALL} two `]);
    expect(await sent()).toEqual([`${HALL}|one||old|`, `${HALL}|two||old|`]);
  });

  test('and the server refuses is told in words, once, and stays here', async () => {
    den.stage.engine.accepting = false;
    const error = { kind: Error_Kind.STANZA, condition: 'not-allowed', text: 'It said <no>.' };
    const refuse = async () => {
      const { id } = await den.stage.engine.next('setBookmark');
      await den.stage.tell(den.number, { case: 'refused', value: { id, error } });
    };
    await change({ alias: 'New' }, HALL);
    await refuse();
    expect(notes()).toEqual(['It said <no>.']);
    expect(await shown()).toEqual([`${HALL} New `]);
    const now = den.stage.engine.now;
    await change({ group: 'Other' }, HALL);
    expect(await sent(now)).toEqual([]);
  });

  test('to take away what the server keeps brings it back, with its words', async () => {
    den.stage.engine.accepting = false;
    await den.run('chat-drop', { name: HALL });
    const { id } = await den.stage.engine.next('removeBookmark');
    const error = { kind: Error_Kind.STANZA, condition: 'not-allowed', text: 'No.' };
    await den.stage.tell(den.number, { case: 'refused', value: { id, error } });
    expect([notes(), await shown()]).toEqual([['No.'], [`${HALL} Hall `]]);
  });

  test('with passwords goes only where the person wants them there', async () => {
    await change({ component: 'password', value: 'new' }, HALL);
    await change({ alias: 'New' }, HALL);
    expect(await sent()).toEqual([`${HALL}|New||old|`]);
    await den.run('account-set', { options: { bookmark_passwords: true } });
    const now = den.stage.engine.now;
    await change({ group: 'Other' }, HALL);
    expect(await sent(now)).toEqual([`${HALL}|New||new|`]);
  });
});

describe('changes made while the account is off', () => {
  beforeEach(async () => {
    await list({ room: HALL, name: 'Hall' });
    await den.run('account-enable', { enabled: false });
  });

  const back = async (...bookmarks: Bookmark[]): Promise<string[]> => {
    const now = den.stage.engine.now;
    await den.run('account-enable', { enabled: true });
    await den.stage.engine.next('attach', () => true, now);
    den.stage.engine.online(den.number);
    await list(...bookmarks);
    return sent(now);
  };

  test('here go to the server', async () => {
    await change({ alias: 'New' }, HALL);
    expect(await back({ room: HALL, name: 'Hall' })).toEqual([`${HALL}|New|||`]);
  });

  test('there come here', async () => {
    expect(await back({ room: HALL, name: 'Theirs' })).toEqual([]);
    expect(await shown()).toEqual([`${HALL} Theirs `]);
  });

  test('on both sides end as the server has it', async () => {
    await change({ alias: 'New' }, HALL);
    expect(await back({ room: HALL, name: 'Theirs' })).toEqual([]);
    expect(await shown()).toEqual([`${HALL} Theirs `]);
  });

  test('to the room of a chat make another bookmark, and lose none', async () => {
    await change({ component: 'room', value: 'cave' }, HALL);
    expect(await back({ room: HALL, name: 'Hall' })).toEqual(['cave@rooms.example|Hall|||']);
    expect(await shown()).toEqual(['cave@rooms.example Hall ', `${HALL} Hall `]);
  });

  test('that took it away there take it away here', async () => {
    expect(await back()).toEqual([]);
    expect(await chats()).toEqual([]);
  });
});

test('before the server has told its list nothing goes there', async () => {
  await den.run('chat-keep', { components: COMPONENTS, alias: 'Mine' });
  await den.run('chat-keep', { name: HALL, components: { ...COMPONENTS, room: 'hall' } });
  await den.run('chat-drop', { name: HALL });
  expect(await sent()).toEqual([]);
  await list();
  expect(await sent()).toEqual([`${DEN}|Mine|alice||`]);
});

describe('a room that is entered by its bookmark', () => {
  const byBookmark = { byBookmark: true, password: 'sesame', nick: 'alice' };

  test.each(['before', 'between', 'behind'] as const)(
    'and by the host %s it is one conversation',
    async (when) => {
      const join = () => den.run('join-chat', { components: COMPONENTS });
      if (when === 'before') await join();
      await den.room({ state: Room_State.JOINING, ...byBookmark });
      if (when === 'between') await join();
      await den.joined(byBookmark);
      if (when === 'behind') await join();
      await den.joined(byBookmark);
      expect(den.stage.host.all('chat-joined')).toHaveLength(1);
      const joins = den.stage.engine.all('joinRoom');
      expect(joins.length).toBe(when === 'behind' ? 0 : 1);
    },
  );

  test('is named to a new engine, with its password', async () => {
    await den.joined(byBookmark);
    const now = den.stage.engine.now;
    den.stage.engine.die();
    const { body } = await den.stage.engine.next('attach', () => true, now);
    expect(body.value.rooms).toMatchObject([{ room: DEN, nick: 'alice', password: 'sesame' }]);
    expect(body.value.online).toBe(true);
  });
});

describe.each([
  ['gnt-purple', ['gnt-autojoin']],
  ['steadfast-test-host', []],
])('with the user interface %s', (ui, keys) => {
  test('a chat that is entered at the sign-on is one in its own way', async () => {
    await den.close();
    den = await Den.open({ ui });
    await list({ room: DEN, autojoin: true });
    expect((await chats()).map(({ autojoin }) => autojoin)).toEqual([keys]);
    await change({ alias: 'x' });
    expect(await sent()).toEqual([`${DEN}|x|||autojoin`]);
  });
});
