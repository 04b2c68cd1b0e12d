// SPDX-License-Identifier: MIT

import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { DestroyRoomSchema } from '../../src/contract/engine_pb.js';
import { failure, result } from './host.js';
import { INSTANT, ROOM, Stage, text } from './muc-stage.js';

function destroy(host: Stage, wanted: MessageInitShape<typeof DestroyRoomSchema> = {}): Stage {
  host.command('destroyRoom', DestroyRoomSchema, { room: ROOM, ...wanted }, 'd1');
  return host;
}

describe('a room is destroyed (XEP-0045 §10.9)', () => {
  test.each<[string, MessageInitShape<typeof DestroyRoomSchema>, string]>([
    ['without a word', {}, '<destroy/>'],
    [
      'with all that can be said',
      { reason: 'Macbeth <doth> come.', alternate: 'heath@chat.example/x', password: 'sesame' },
      '<destroy jid="heath@chat.example"><password>sesame</password>' +
        '<reason>Macbeth &lt;doth> come.</reason></destroy>',
    ],
  ])('by its owner, %s', (_title, wanted, order) => {
    const host = destroy(new Stage(), wanted);
    const { to, type, payload, done } = host.take(...INSTANT);
    expect([to, type]).toEqual([ROOM, 'set']);
    expect(text(payload).replace('&gt;', '>')).toContain(order);
    expect(host.accepted).toEqual([]);
    done(result());
    expect(host.accepted).toEqual(['d1']);
  });

  test.each([
    ['forbidden', 'Only owners of the room can destroy it.'],
    ['item-not-found', 'There is no such room.'],
    ['conflict', 'conflict'],
  ])('unless it refuses: %s', (condition, words) => {
    const host = destroy(new Stage());
    host.take(...INSTANT).done(failure('stanza', condition));
    expect(host.refused).toMatchObject([{ id: 'd1', fault: { text: words } }]);
  });

  test('once only: in the next session there may be another by its name', () => {
    const host = destroy(new Stage());
    host.newSession();
    expect(host.refused).toMatchObject([{ id: 'd1', fault: { condition: 'no-answer' } }]);
    expect(() => host.take(...INSTANT)).toThrow();
  });

  test.each<[string, MessageInitShape<typeof DestroyRoomSchema>, string]>([
    ['that is none', { room: 'chat.example' }, 'jid-malformed'],
    ['for another that is none', { alternate: 'chat.example' }, 'jid-malformed'],
    ['for another that is no address', { alternate: '@' }, 'jid-malformed'],
  ])('but not one %s', (_title, wanted, condition) => {
    const host = destroy(new Stage(), wanted);
    expect(host.refused).toMatchObject([{ id: 'd1', fault: { condition } }]);
    expect(() => host.take(...INSTANT)).toThrow();
  });

  test('not without a link', () => {
    const host = destroy(Object.assign(new Stage(), { online: false }));
    expect(host.refused).toMatchObject([{ fault: { condition: 'offline' } }]);
  });
});
