// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  FormField_Type as Type,
  FormSchema,
  FormValueSchema,
} from '../../src/contract/engine_pb.js';
import type { Form } from '../../src/contract/engine_pb.js';
import { serialise } from '../../src/core/xml.js';
import { cancelledForm, readForm, writeForm } from '../../src/features/data-form.js';
import { stanza } from './host.js';

function read(content: string, type = 'form'): ReturnType<typeof readForm> {
  return readForm(stanza(`<query><x xmlns='jabber:x:data' type='${type}'>${content}</x></query>`));
}

function form(content: string): Form {
  const found = read(content);
  if (found === undefined || 'condition' in found) throw new Error('no form');
  return found;
}

describe('a form (XEP-0004) is read', () => {
  test.each([
    ['boolean', Type.BOOLEAN],
    ['hidden', Type.HIDDEN],
    ['jid-multi', Type.JID_MULTI],
    ['jid-single', Type.JID_SINGLE],
    ['list-multi', Type.LIST_MULTI],
    ['list-single', Type.LIST_SINGLE],
    ['text-multi', Type.TEXT_MULTI],
    ['text-private', Type.TEXT_PRIVATE],
    ['text-single', Type.TEXT_SINGLE],
    ['', Type.TEXT_SINGLE],
    ['constructor', Type.TEXT_SINGLE],
  ])('with a field of type %s', (word, type) => {
    const { fields } = form(`<field var='a' type='${word}'><value> 1 </value></field>`);
    expect(fields).toMatchObject([{ type, var: 'a', values: [' 1 '] }]);
  });

  test('with a field that has no type, and one of text alone, in their order', () => {
    const { fields } = form(
      "<field var='a'/><field type='fixed' var='x'><value>\n  To be\n  read </value></field><field var='b'/>",
    );
    expect(fields).toMatchObject([
      { type: Type.TEXT_SINGLE, var: 'a', values: [], required: false },
      { type: Type.FIXED, var: '', values: ['To be read'] },
      { type: Type.TEXT_SINGLE, var: 'b' },
    ]);
  });

  test('with its title, instructions, labels and options', () => {
    const found = form(
      `<title> The \n den </title><instructions>One &lt;b&gt;</instructions><instructions>Two</instructions>
       <field var='a' type='list-single' label=' Who? '><desc>Choose\n one</desc><required/>
       <value>y</value><option label='Yes'><value>y</value></option><option><value>n</value></option>
       <option label='none'/></field>`,
    );
    expect(found).toMatchObject({
      title: 'The den',
      instructions: 'One <b>\nTwo',
      fields: [
        {
          label: 'Who?',
          description: 'Choose one',
          required: true,
          values: ['y'],
          options: [
            { label: 'Yes', value: 'y' },
            { label: 'n', value: 'n' },
          ],
        },
      ],
    });
  });

  test('without fields that have no name, or that of another', () => {
    const { fields } = form(
      "<field type='boolean'/><field var='a' label='1'/><field var='a' label='2'/><field var=''/>",
    );
    expect(fields).toMatchObject([{ var: 'a', label: '1' }]);
  });

  test('without options where there is no list', () => {
    const { fields } = form("<field var='a'><option><value>x</value></option></field>");
    expect(fields).toMatchObject([{ options: [] }]);
  });

  test('only if it is one to be filled in', () => {
    for (const type of ['submit', 'cancel', 'result']) expect(read('', type)).toBeUndefined();
    expect(readForm(stanza("<query><x xmlns='other' type='form'/></query>"))).toBeUndefined();
    expect(read('')).toEqual(create(FormSchema));
  });

  test('with what is only for reading cut', () => {
    const long = 'x'.repeat(100_000);
    const found = form(
      `<title>${long}</title><instructions>${long}</instructions>
       <field var='a' label='${long}'><desc>${long}</desc><value>${long}</value></field>`,
    );
    const [field] = found.fields;
    expect(
      [found.title, found.instructions, field?.label, field?.description].map((t) => t?.length),
    ).toEqual([500, 4_000, 500, 4_000]);
    expect(field?.values).toEqual([long]);
  });

  const option = '<option><value>x</value></option>';
  test.each([
    ['fields', Array.from({ length: 501 }, (_, at) => `<field var='${String(at)}'/>`).join('')],
    ['options', `<field var='a' type='list-multi'>${option.repeat(2_001)}</field>`],
    ['values', `<field var='a' type='text-multi'>${'<value/>'.repeat(5_001)}</field>`],
    ['text', `<field var='a' type='hidden'><value>${'x'.repeat(262_145)}</value></field>`],
    ['names', `<field var='${'x'.repeat(262_145)}'/>`],
  ])('not if it has too much: %s', (_title, content) => {
    expect(read(content)).toMatchObject({ condition: 'policy-violation' });
  });
});

describe('a form is given back', () => {
  test('with each value as it was given, and its type where that means something', () => {
    const values = [
      { var: 'FORM_TYPE', values: ['urn:x'] },
      { var: 'a&b', values: ['1', '', '<2>'] },
      { var: 'empty' },
    ].map((value) => create(FormValueSchema, value));
    expect(serialise(writeForm(values))).toBe(
      '<x xmlns="jabber:x:data" type="submit">' +
        '<field var="FORM_TYPE" type="hidden"><value>urn:x</value></field>' +
        '<field var="a&amp;b"><value>1</value><value></value><value>&lt;2&gt;</value></field>' +
        '<field var="empty"/></x>',
    );
  });

  test('as given up', () => {
    expect(serialise(cancelledForm())).toBe('<x xmlns="jabber:x:data" type="cancel"/>');
  });
});
