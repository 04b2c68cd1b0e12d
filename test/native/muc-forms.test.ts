// SPDX-License-Identifier: MIT
//
// Settings of rooms and registration with them (XEP-0045 §10.2, §7.10), as dialogs (XEP-0004).

import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Error_Kind,
  FormField_Type as Type,
  RoomFormKind as Kind,
  type FormFieldSchema,
  type RoomFormSchema,
} from '../../src/contract/engine_pb.js';
import { DEN, Den } from './den.js';
import type { Field, HostEventOf } from './host-events.js';

type FieldInit = MessageInitShape<typeof FormFieldSchema>;

const HOSTILE = '<b onclick="x">&amp; _a_\n\u202e\u0007</b>';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

const tell = (value: MessageInitShape<typeof RoomFormSchema>): Promise<void> =>
  den.stage.tell(den.number, { case: 'roomForm', value: { room: DEN, ...value } });

/** The dialog of a form with these fields. */
async function show(
  fields: FieldInit[],
  kind = Kind.CONFIGURE,
): Promise<HostEventOf<'request'> & { fields: Field[] }> {
  const after = den.stage.host.now;
  await tell({ kind, form: { title: 'Cave', instructions: 'One\nTwo', fields } });
  const request = await den.stage.host.next('request', () => true, after);
  return { ...request, fields: request.fields ?? [] };
}

/** What the engine is given when the person changes this and agrees. */
async function fill(
  { request }: { request: number },
  fields: Record<string, unknown> = {},
  ok = true,
): Promise<{ kind: Kind; cancelled: boolean; values: Record<string, string[]> }> {
  const after = den.stage.engine.now;
  await den.stage.host.run('answer', { request, ok, fields });
  const { body } = await den.stage.engine.next('submitRoomForm', () => true, after);
  const { kind, cancelled, values } = body.value;
  return {
    kind,
    cancelled,
    values: Object.fromEntries(values.map(({ var: name, values: each }) => [name, each])),
  };
}

/** A form of one field, filled in; what that is given back as. */
async function change(field: FieldInit, to: unknown): Promise<string[] | undefined> {
  const dialog = await show([{ var: 'a', ...field }]);
  const { values } = await fill(dialog, { [dialog.fields[0]?.id ?? '']: to });
  return values.a;
}

const notes = () =>
  den.stage.host.all('notify').map(({ kind, primary, secondary }) => [kind, primary, secondary]);

describe('a form', () => {
  const all: FieldInit[] = [
    { type: Type.HIDDEN, var: 'FORM_TYPE', values: ['urn:x', ''] },
    { type: Type.FIXED, values: ['Read this'] },
    { type: Type.BOOLEAN, var: 'bool', label: 'Open?', values: ['true'], required: true },
    { type: Type.TEXT_SINGLE, var: 'single', label: 'Name', values: ['Den'], required: true },
    { type: Type.TEXT_PRIVATE, var: 'private', label: 'Password', values: ['sesame'] },
    { type: Type.TEXT_MULTI, var: 'multi', label: 'About', values: ['a', '', 'b'] },
    { type: Type.JID_SINGLE, var: 'jid', label: 'Owner', values: ['a@b.example'] },
    { type: Type.JID_MULTI, var: 'jids', label: 'Admins', values: ['a@b.example', 'c@d.example'] },
    {
      type: Type.LIST_SINGLE,
      var: 'one',
      label: 'Who?',
      values: ['n'],
      options: [
        { label: 'All', value: 'y' },
        { label: 'None', value: 'n' },
      ],
    },
    {
      type: Type.LIST_MULTI,
      var: 'some',
      label: 'Which?',
      values: ['z', 'x'],
      options: ['x', 'y', 'z'].map((value) => ({ value, label: value.toUpperCase() })),
    },
  ];

  test('is shown with all that a person can change, in its order', async () => {
    const dialog = await show(all);
    expect(dialog).toMatchObject({
      kind: 'fields',
      title: 'Configure Room',
      primary: `Settings of ${DEN}`,
      secondary: 'Cave\nOne\nTwo',
      groups: [{ title: 'Read this', fields: 8 }],
    });
    expect(dialog.fields.map((field) => ({ ...field, id: undefined }))).toEqual([
      { label: 'Open?', type: 3, ticked: true },
      { label: 'Name', type: 1, required: true, value: 'Den', masked: false, lines: false },
      { label: 'Password', type: 1, value: 'sesame', masked: true, lines: false },
      { label: 'About', type: 1, value: 'a\n\nb', masked: false, lines: true },
      { label: 'Owner', type: 1, value: 'a@b.example', masked: false, lines: false },
      {
        label: 'Admins',
        type: 1,
        value: 'a@b.example\nc@d.example',
        masked: false,
        lines: true,
      },
      {
        ...{ label: 'Who?', type: 5, multi: false, told: 2 },
        ...{ items: ['All', 'None'], selected: ['None'] },
      },
      {
        ...{ label: 'Which?', type: 5, multi: true, told: 3 },
        ...{ items: ['X', 'Y', 'Z'], selected: ['X', 'Z'] },
      },
    ]);
  });

  test('that is left alone goes back as it came', async () => {
    expect(await fill(await show(all))).toEqual({
      kind: Kind.CONFIGURE,
      cancelled: false,
      values: {
        FORM_TYPE: ['urn:x', ''],
        bool: ['true'],
        single: ['Den'],
        private: ['sesame'],
        multi: ['a', '', 'b'],
        jid: ['a@b.example'],
        jids: ['a@b.example', 'c@d.example'],
        one: ['n'],
        some: ['x', 'z'],
      },
    });
  });

  test.each<[string, FieldInit, unknown, string[]]>([
    ['a box', { type: Type.BOOLEAN, values: ['1'] }, false, ['0']],
    ['a box that had nothing', { type: Type.BOOLEAN }, true, ['1']],
    ['a box left alone that had nothing', { type: Type.BOOLEAN }, false, ['0']],
    ['a text', { values: ['x'] }, 'y', ['y']],
    ['a text that is emptied', { values: ['x'] }, '', []],
    ['a password', { type: Type.TEXT_PRIVATE }, ' x ', [' x ']],
    ['lines', { type: Type.TEXT_MULTI }, 'a\n\n b\r\n\n', ['a', '', ' b ']],
    ['an address', { type: Type.JID_SINGLE }, ' a@b ', ['a@b']],
    ['addresses', { type: Type.JID_MULTI }, '\na@b\n\n c@d \n', ['a@b', 'c@d']],
    ['a text with more values than one', { values: ['a', 'b'] }, 'a\nc', ['a', 'c']],
    [
      'a list, in the order of its options',
      {
        type: Type.LIST_MULTI,
        options: [
          { label: 'X', value: 'x' },
          { label: 'Y', value: 'y' },
        ],
      },
      ['Y', 'X'],
      ['x', 'y'],
    ],
    [
      'a list of which nothing is chosen',
      { type: Type.LIST_MULTI, values: ['x'], options: [{ label: 'X', value: 'x' }] },
      [],
      [],
    ],
    [
      'a list with labels that are alike',
      {
        type: Type.LIST_SINGLE,
        options: [
          { label: 'X', value: 'x' },
          { label: 'X', value: 'y' },
          { label: 'X', value: 'z' },
        ],
      },
      ['X (3)'],
      ['z'],
    ],
  ])('gives back what was changed: %s', async (_title, field, to, values) => {
    expect(await change(field, to)).toEqual(values);
  });

  test('keeps a value that is none of the options, and lists without any', async () => {
    const dialog = await show([
      { type: Type.LIST_SINGLE, var: 'a', values: ['q'], options: [{ label: 'X', value: 'x' }] },
      { type: Type.LIST_SINGLE, var: 'b', values: ['q'] },
    ]);
    expect(dialog.fields).toMatchObject([{ items: ['X', 'q'], selected: ['q'] }]);
    expect((await fill(dialog)).values).toEqual({ a: ['q'], b: ['q'] });
  });

  test('names what has no label by what it is called, and what has nothing by a sign', async () => {
    const { fields } = await show([
      { var: 'muc#roomconfig_roomname' },
      { var: 'b', label: 'Name', description: 'Shown to all' },
      { var: '\u0007', label: '\n' },
    ]);
    expect(fields.map(({ label }) => label)).toEqual([
      'muc#roomconfig roomname',
      'Name (Shown to all)',
      '-',
    ]);
  });

  test('has no line that is wider than a screen, and a description only where there is room', async () => {
    const long = Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ');
    const { fields, groups = [] } = await show([
      { type: Type.BOOLEAN, var: 'a', label: 'Persistent', description: long },
      { type: Type.FIXED, values: [long, 'x'.repeat(130)] },
      { type: Type.HIDDEN, var: 'h' },
      { type: Type.FIXED, values: ['Access'] },
      { type: Type.BOOLEAN, var: 'b', label: long },
      { type: Type.FIXED, values: ['The end.'] },
    ]);
    expect(fields.map(({ label }) => label)).toEqual(['Persistent', `${long.slice(0, 80)}...`]);
    expect(groups).toEqual([
      { title: null, fields: 1 },
      { title: expect.any(String) as string, fields: 1 },
      { title: 'The end.', fields: 0 },
    ]);
    const lines = groups[1]?.title?.split('\n') ?? [];
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    const x = [60, 60, 10].map((count) => 'x'.repeat(count));
    expect(lines.join(' ')).toBe([long, ...x, 'Access'].join(' '));
  });

  test('has no label that a program could take for markup, and values as they are', async () => {
    const dialog = await show([
      { type: Type.FIXED, values: [HOSTILE] },
      { var: HOSTILE, label: HOSTILE, values: [HOSTILE] },
      {
        type: Type.LIST_SINGLE,
        var: 'x',
        label: HOSTILE,
        options: [{ label: HOSTILE, value: HOSTILE }],
      },
      { type: Type.BOOLEAN, var: 'y', label: `${'ü'.repeat(300)}` },
    ]);
    const title = dialog.groups?.[0]?.title?.split('\n') ?? [];
    const labels = [
      ...title,
      ...dialog.fields.flatMap(({ label, items = [] }) => [label, ...items]),
    ];
    for (const label of labels) expect(label).not.toMatch(/[<>&\p{Cc}]/u);
    expect(labels[0]).toContain('‹b onclick="x"›+amp; _a_');
    expect(labels.at(-1)).toBe(`${'ü'.repeat(80)}...`);
    expect(dialog.fields[0]?.value).toBe(HOSTILE);
  });

  test('of five hundred fields is shown', async () => {
    const fields = Array.from({ length: 500 }, (_, at) => ({ var: `v${at}`, values: ['x'] }));
    const dialog = await show(fields);
    expect(dialog.fields).toHaveLength(500);
    expect(Object.keys((await fill(dialog)).values)).toHaveLength(500);
  });

  test('of two thousand options, all alike, is shown before anybody gives up', async () => {
    const options = Array.from({ length: 2_000 }, (_, at) => ({ label: 'X', value: `v${at}` }));
    const dialog = await show([{ type: Type.LIST_MULTI, var: 'a', options, values: ['v7', 'q'] }]);
    expect(new Set(dialog.fields[0]?.items).size).toBe(2_001);
    expect((await fill(dialog)).values).toEqual({ a: ['v7', 'q'] });
  });

  test('with a text that is too long says so', async () => {
    const dialog = await show([{ var: 'a' }]);
    const id = dialog.fields[0]?.id ?? '';
    await den.stage.host.run('answer', {
      request: dialog.request,
      ok: true,
      fields: { [id]: 'x'.repeat(4 * 1024 * 1024 + 1) },
    });
    expect(notes()).toMatchObject([['error', DEN, /too long/]]);
  });

  test('of settings that is given up is given up in the room, another is not', async () => {
    expect(await fill(await show([{ var: 'a' }]), {}, false)).toMatchObject({
      cancelled: true,
      values: {},
    });
    const { request, primary } = await show([{ var: 'a' }], Kind.REGISTER);
    expect(primary).toBe(`Registration with ${DEN}`);
    await den.stage.host.run('answer', { request, ok: false });
    expect(den.stage.engine.all('submitRoomForm')).toHaveLength(1);
  });

  test('that the room does not take is told', async () => {
    den.stage.engine.accepting = false;
    const dialog = await show([{ var: 'a' }]);
    const after = den.stage.engine.now;
    await den.stage.host.run('answer', { request: dialog.request, ok: true });
    const { id } = await den.stage.engine.next('submitRoomForm', () => true, after);
    const error = { kind: Error_Kind.STANZA, text: 'It said <no>.' };
    await den.stage.tell(den.number, { case: 'refused', value: { id, error } });
    expect(notes()).toEqual([['error', DEN, 'It said <no>.']]);
  });

  test('is closed with the account', async () => {
    const { request } = await show([{ var: 'a' }]);
    await den.run('account-enable', { enabled: false });
    await den.stage.host.next('request-closed', (event) => event.request === request);
  });
});

describe('a registration that there is already', () => {
  test.each([
    ['Third <witch>', 'Your nick there is Third <witch>.'],
    ['', null],
  ])('is told with its nickname: “%s”', async (registeredNick, secondary) => {
    await tell({ kind: Kind.REGISTER, registered: true, registeredNick });
    expect(notes()).toEqual([['info', `You are registered with ${DEN} already.`, secondary]]);
  });

  test('and can be changed has its form', async () => {
    await tell({ kind: Kind.REGISTER, registered: true, form: { fields: [{ var: 'a' }] } });
    expect(await den.stage.host.next('request')).toMatchObject({ title: 'Register Nick' });
    expect(notes()).toEqual([]);
  });
});

test('what a room wants to know before it forgets us is asked', async () => {
  const dialog = await show([{ var: 'a' }], Kind.UNREGISTER);
  expect(dialog).toMatchObject({ title: 'Unregister' });
  expect((await fill(dialog)).kind).toBe(Kind.UNREGISTER);
});

test('a host that cannot show forms says so', async () => {
  await den.close();
  den = await Den.open({ prompts: false });
  await den.ask();
  await den.joined({ created: true });
  await tell({ form: { fields: [{ var: 'a' }] } });
  expect(notes()).toEqual([['error', `Settings of ${DEN}`, 'This program cannot show forms.']]);
});
