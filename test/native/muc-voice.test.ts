// SPDX-License-Identifier: MIT

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Error_Kind,
  FormField_Type as Type,
  MessageState_State,
  Role,
  RoomFormKind as Kind,
} from '../../src/contract/engine_pb.js';
import { DEN, Den } from './den.js';

const REQUEST = 'http://jabber.org/protocol/muc#request';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

const tell = (): Promise<void> =>
  den.stage.tell(den.number, {
    case: 'roomForm',
    value: {
      room: DEN,
      kind: Kind.VOICE,
      form: {
        fields: [
          { type: Type.HIDDEN, var: 'FORM_TYPE', values: [REQUEST] },
          { type: Type.TEXT_SINGLE, var: 'muc#roomnick', label: 'Nick', values: ['b<ob>'] },
          { type: Type.BOOLEAN, var: 'muc#request_allow', label: 'Grant voice?', values: ['0'] },
        ],
      },
    },
  });

/** The dialog of a request, answered; what the engine is given. */
async function answer(ok: boolean, granted: boolean) {
  await tell();
  const dialog = await den.stage.host.next('request');
  const fields = { [dialog.fields?.[1]?.id ?? '']: granted };
  await den.stage.host.run('answer', { request: dialog.request, ok, fields });
  const { body } = await den.stage.engine.next('submitRoomForm');
  const { room, kind, cancelled, values } = body.value;
  const given = values.map(({ var: name, values: each }) => [name, ...each]);
  return { dialog, room, kind, cancelled, given };
}

describe('a request for voice (XEP-0045 §8.6)', () => {
  test('is shown as it comes, and given back', async () => {
    const { dialog, ...answered } = await answer(true, true);
    expect(dialog).toMatchObject({
      title: 'Voice Request',
      primary: `Somebody asks for voice in ${DEN}`,
      fields: [
        { label: 'Nick', value: 'b<ob>' },
        { label: 'Grant voice?', ticked: false },
      ],
    });
    expect(answered).toEqual({
      room: DEN,
      kind: Kind.VOICE,
      cancelled: false,
      given: [
        ['FORM_TYPE', REQUEST],
        ['muc#roomnick', 'b<ob>'],
        ['muc#request_allow', '1'],
      ],
    });
  });

  test('that is left alone is given up, so that its author may ask again', async () => {
    expect(await answer(false, false)).toMatchObject({ kind: Kind.VOICE, cancelled: true });
  });

  test('is told by a line where no dialog can be shown', async () => {
    await den.close();
    den = await Den.open({ prompts: false });
    await den.enter();
    await tell();
    expect(den.html).toEqual([
      'Somebody asks for voice in this room. This program cannot show who.',
    ]);
    expect(den.stage.host.all('notify')).toEqual([]);
    const { body } = await den.stage.engine.next('submitRoomForm');
    expect(body.value).toMatchObject({ kind: Kind.VOICE, cancelled: true });
  });
});

describe('a line that a room refused', () => {
  const lose = (condition: string): Promise<void> =>
    den.stage.tell(den.number, {
      case: 'messageState',
      value: {
        id: 'm1',
        state: MessageState_State.FAILED,
        to: DEN,
        body: 'May I?',
        groupchat: true,
        error: { kind: Error_Kind.STANZA, condition, text: 'No.' },
      },
    });
  const enterAs = async (role: Role): Promise<void> => {
    await den.ask();
    await den.joined();
    await den.all({ nick: 'alice', role, self: true });
  };

  test('for want of voice leads to the question whether to ask for it, once', async () => {
    await enterAs(Role.VISITOR);
    await lose('forbidden');
    await lose('forbidden');
    const { request, ...dialog } = await den.stage.host.next('request');
    expect(dialog).toMatchObject({ title: 'Voice', primary: `You may not speak in ${DEN}.` });
    expect(den.stage.host.all('request')).toHaveLength(1);
    await den.stage.host.run('answer', { request, action: 0 });
    const { body } = await den.stage.engine.next('requestVoice');
    expect(body.value.room).toBe(DEN);
  });

  test('may be left at that', async () => {
    await enterAs(Role.VISITOR);
    await lose('forbidden');
    const { request } = await den.stage.host.next('request');
    await den.stage.host.run('answer', { request, action: 1 });
    await den.run('chat');
    expect(den.stage.engine.all('requestVoice')).toEqual([]);
  });

  test.each([
    ['for another reason', Role.VISITOR, 'not-acceptable'],
    ['of one who has voice', Role.PARTICIPANT, 'forbidden'],
  ])('%s leads to no question', async (_what, role, condition) => {
    await enterAs(role);
    await lose(condition);
    await den.run('chat');
    expect(den.stage.host.all('request')).toEqual([]);
  });

  test('is asked about anew after the next joining', async () => {
    await enterAs(Role.VISITOR);
    await lose('forbidden');
    await den.joined();
    await lose('forbidden');
    await den.run('chat');
    expect(den.stage.host.all('request')).toHaveLength(2);
  });
});
