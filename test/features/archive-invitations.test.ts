// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import { ME, Reader } from './archive-reader.js';

const bodies = (host: Reader) => host.archive.texts.map(({ body }) => body.value.body);

describe('an invitation in the archive', () => {
  const invite = (from = 'den@rooms.example') =>
    `<message xmlns='jabber:client' from='${from}' to='${ME}'><body>bob invited you</body><x xmlns='http://jabber.org/protocol/muc#user'><invite from='bob@home.example'><reason>Tea</reason></invite></x></message>`;

  test('is told as one, and its words are no text of the room', () => {
    const host = new Reader().begin();
    host.asked();
    host.gives('a1', invite());
    host.ends('a1', true);
    expect(bodies(host)).toEqual([]);
    expect(host.toldOf('invitation')).toMatchObject([{ room: 'den@rooms.example', reason: 'Tea' }]);
  });

  test('that came live is not told again', () => {
    const host = new Reader().begin();
    host.receive(invite());
    host.asked();
    host.gives('a1', invite());
    host.ends('a1', true);
    expect(bodies(host)).toEqual([]);
    expect(host.kept).toEqual([]);
    expect(host.toldOf('invitation')).toHaveLength(1);
  });

  test('by somebody who is no room is neither', () => {
    const host = new Reader().begin();
    host.asked();
    host.gives('a1', invite('den@rooms.example/bob'));
    host.ends('a1', true);
    expect(bodies(host)).toEqual([]);
    expect(host.toldOf('invitation')).toEqual([]);
  });
});
