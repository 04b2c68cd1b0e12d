// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { ask, enter, ROOM, say, scene, told } from './telling.js';

function change(item: string): string {
  return `<query xmlns='http://jabber.org/protocol/muc#admin'>${item}</query>`;
}

/** Alice owns the room; bob is inside as anybody is. */
function owned() {
  const all = scene();
  all.server.rooms.all.get(ROOM)?.affiliations.set('alice@model.test', 'owner');
  const [alice, bob] = [all.client('alice'), all.client('bob')];
  enter(alice, 'alice');
  enter(bob, 'bob');
  told(alice);
  told(bob);
  return { ...all, alice, bob };
}

describe('an owner of a room of the model server', () => {
  it.each([
    ["<item nick='bob' role='none'><reason>noise</reason></item>", '307', '+ bob 110'],
    ["<item jid='bob@model.test' affiliation='outcast'/>", '301', 'presence # error forbidden'],
  ])('puts somebody out with %s', (item, code, again) => {
    const { alice, bob } = owned();
    ask(alice, ROOM, change(item), 'set');
    expect(told(alice)).toEqual([`- bob ${code}`, 'iq #q result']);
    expect(told(bob)).toEqual([`- bob ${code} 110`]);
    enter(bob, 'bob');
    expect(told(bob)).toContain(again);
  });

  it('takes somebody’s voice and gives it back', () => {
    const { alice, bob } = owned();
    ask(alice, ROOM, change("<item nick='bob' role='visitor'/>"), 'set');
    expect(told(bob)).toEqual(['+ bob 110']);
    say(bob, 'x');
    expect(told(bob)).toEqual(['message #id-x error forbidden']);
    ask(alice, ROOM, change("<item nick='bob' role='participant'/>"), 'set');
    say(bob, 'y');
    expect(told(bob)).toEqual(['+ bob 110', 'bob: y #id-y =m1']);
  });

  it.each([
    ["<item nick='nobody' role='none'/>", 'item-not-found'],
    ["<item nick='alice' role='none'/>", 'not-allowed'],
  ])('is refused with %s: %s', (item, condition) => {
    const { alice } = owned();
    ask(alice, ROOM, change(item), 'set');
    expect(told(alice)).toEqual([`iq #q error ${condition}`]);
  });
});

describe('anybody else in a room of the model server', () => {
  it.each(["<item nick='alice' role='none'/>", "<item jid='x@y' affiliation='outcast'/>"])(
    'is refused with %s',
    (item) => {
      const { bob } = owned();
      ask(bob, ROOM, change(item), 'set');
      expect(told(bob)).toEqual(['iq #q error forbidden']);
    },
  );

  it('may ask others in, by way of the room, and nobody from outside may', () => {
    const { bob, client } = owned();
    const [dave, eve] = [client('dave'), client('eve')];
    dave.send('<presence/>');
    const invite =
      "<x xmlns='http://jabber.org/protocol/muc#user'><invite to='dave@model.test'><reason>tea</reason></invite></x>";
    bob.send(`<message to='${ROOM}'>${invite}</message>`);
    expect(dave.take().join('')).toMatch(
      new RegExp(`from="${ROOM}".*<invite from="bob@model.test/raw"><reason>tea</reason>`),
    );
    eve.send(`<message to='${ROOM}' id='i'>${invite}</message>`);
    expect([told(eve), told(dave)]).toEqual([['message #i error forbidden'], []]);
  });
});
